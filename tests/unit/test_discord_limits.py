"""Discord: thousands of documents, every payload inside every limit, nobody called, nothing formatted or lost."""

from random import Random

import pytest

from adapters.discord.render import messages
from bot.document import Document
from tests import components
from tests.documents import SEEDS, a_document

AT_ONCE = 500


def judge(document: Document) -> None:
    rendered = messages(document)
    payloads = [message.payload for message in rendered]
    for payload in payloads:
        components.within_limits(payload)
        components.taken_by_simcord(payload)
    components.calls_nobody_else(payloads, list(dict.fromkeys(document.pings)))
    components.says_what_was_asked(document, payloads)
    assert tuple(paper for message in rendered for paper in message.papers) == document.papers


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_every_payload_is_inside_every_limit_and_says_what_was_asked(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        judge(a_document(Random(seed)))
