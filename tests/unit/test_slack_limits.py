"""Slack: thousands of documents, every payload inside every limit, nobody mentioned, nothing lost."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.render import PARENT, messages
from bot.document import Document
from tests import block_kit
from tests.documents import SEEDS, a_document

AT_ONCE = 500


def judge(document: Document) -> None:
    rendered = messages(document)
    for message in rendered:
        block_kit.well_formed(message.payload)
        block_kit.within_limits(message.payload)
        block_kit.taken_by_the_sdk(message.payload)
        block_kit.taken_by_slackblocks(message.payload)
        block_kit.mentions_nobody(message.payload)
    parent, *replies = rendered
    assert "thread_ts" not in parent.payload
    assert all(reply.payload["thread_ts"] == PARENT for reply in replies)
    assert tuple(paper for message in rendered for paper in message.papers) == document.papers


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_every_payload_is_inside_every_limit_and_mentions_nobody(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        judge(a_document(Random(seed)))


@settings(max_examples=50, deadline=None)
@given(rng=st.randoms(use_true_random=False))
def test_no_document_breaks_a_limit(rng: Random) -> None:
    judge(a_document(rng))
