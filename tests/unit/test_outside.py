"""Asking outside ends, whatever the sources do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.commands.outside import MOST_KEPT, Heard, Outside
from bot.model.paper import Paper
from tests.builders import NOW, a_paper
from tests.scenarios.asking import FakeSource


@dataclass
class Silent(FakeSource):
    """A source that never answers, and notes that nobody waits for it any more."""

    was_left: asyncio.Event = field(default_factory=asyncio.Event)

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:  # noqa: ARG002 - the port's
        """Wait for ever."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.was_left.set()
        return ()


async def test_a_source_that_never_answers_is_left_and_named_and_the_others_are_heard() -> None:
    silent, quick = Silent("huggingface"), FakeSource("arxiv", finds=(a_paper(1),))
    sources = {source.name: source for source in (silent, quick)}
    heard = await Outside(patience=timedelta()).ask(("kites",), sources, NOW)
    assert heard == Heard(papers=(a_paper(1),), silent=("huggingface",))
    assert silent.was_left.is_set()


async def test_papers_come_once_in_the_order_of_the_sources() -> None:
    first = FakeSource("huggingface", finds=(a_paper(3), a_paper(1)))
    second = FakeSource("arxiv", finds=(a_paper(2), a_paper(3, "Another description")))
    heard = await Outside().ask(("kites",), {each.name: each for each in (first, second)}, NOW)
    assert heard.papers == (a_paper(3), a_paper(1), a_paper(2))


async def test_no_more_is_remembered_than_there_is_room_for() -> None:
    outside, source = Outside(), FakeSource("arxiv")
    for number in range(2 * MOST_KEPT):
        await outside.ask((f"word {number}",), {"arxiv": source}, NOW)
    await outside.ask((f"word {2 * MOST_KEPT - 1}",), {"arxiv": source}, NOW)
    assert len(source.searched) == 2 * MOST_KEPT
    await outside.ask(("word 0",), {"arxiv": source}, NOW)
    assert len(source.searched) == 2 * MOST_KEPT + 1
