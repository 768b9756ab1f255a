"""Discord: many documents, every payload inside every limit, nobody called, nothing formatted or lost."""

from random import Random

from tests.components import judged
from tests.documents import a_document

SOME = 500
"""All of them are judged where Discord's own schema judges them too: tests/peers/test_discord_bodies.py."""


def test_every_payload_is_inside_every_limit_and_says_what_was_asked() -> None:
    for seed in range(SOME):
        judged(a_document(Random(seed)))
