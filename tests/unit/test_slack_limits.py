"""Slack: many documents, every payload inside every limit, nobody mentioned, nothing lost."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.block_kit import judged
from tests.documents import a_document

SOME = 500
"""All of them are judged where Slack's own types judge them too: tests/peers/test_block_kit.py."""


def test_every_payload_is_inside_every_limit_and_mentions_nobody() -> None:
    for seed in range(SOME):
        judged(a_document(Random(seed)))


@settings(max_examples=50, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_no_document_breaks_a_limit(rng: Random) -> None:
    judged(a_document(rng))
