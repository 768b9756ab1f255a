"""Outside: what the sources' own searches know, for when the library knows little.

    words ──> every source at once, 3 seconds in all ──> papers, each once; and who did not answer
                └ an answer is good for ten minutes, silence for one

Only words and phrases that a query asks for leave this machine: not what it leaves out, and not who asks.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from bot.errors import SourceError, StoreError
from bot.matching.explain import evaluate
from bot.model.paper import Paper, PaperId, PaperKey, StoredPaper, tokens_of
from bot.ports import PaperSource
from bot.query.ast import And, Node, Not, Or, Query, Upvotes, Words

PATIENCE: Final = timedelta(seconds=3)
"""How long the sources may take together."""

GOOD_FOR: Final = timedelta(minutes=10)
SILENT_FOR: Final = timedelta(minutes=1)
MOST_KEPT: Final = 256

ASKED_FOR: Final = 10
"""Papers asked of each source: some are in the library anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the sources said: each paper once, in the order of the settings' sources; who was silent."""

    papers: tuple[Paper, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    papers: tuple[Paper, ...] | None
    until: datetime


class Outside:
    """Asks the sources, and remembers for a while what they said."""

    def __init__(self, *, patience: timedelta = PATIENCE) -> None:
        self._patience = patience
        self._kept: dict[tuple[str, tuple[str, ...]], _Kept] = {}

    async def ask(self, words: tuple[str, ...], sources: Mapping[str, PaperSource], now: datetime) -> Heard:
        """Return what every source finds for these words."""
        self._forget(now)
        found = await asyncio.gather(*(self._asked(name, source, words, now) for name, source in sources.items()))
        by_id: dict[PaperId, Paper] = {}
        for paper in (paper for papers in found for paper in papers or ()):
            by_id.setdefault(paper.id, paper)
        silent = tuple(name for name, papers in zip(sources, found, strict=True) if papers is None)
        return Heard(papers=tuple(by_id.values()), silent=silent)

    async def _asked(
        self, name: str, source: PaperSource, words: tuple[str, ...], now: datetime
    ) -> tuple[Paper, ...] | None:
        kept = self._kept.get((name, words))
        if kept is None:
            try:
                async with asyncio.timeout(self._patience.total_seconds()):
                    papers = await source.search(words, ASKED_FOR)
                kept = _Kept(papers=papers, until=now + GOOD_FOR)
            except (SourceError, StoreError, TimeoutError):
                kept = _Kept(papers=None, until=now + SILENT_FOR)
            self._kept[name, words] = kept
        return kept.papers

    def _forget(self, now: datetime) -> None:
        """Drop what is no longer good, and the oldest of too many."""
        good = [(asked, kept) for asked, kept in self._kept.items() if now < kept.until <= now + GOOD_FOR]
        self._kept = dict(good[-MOST_KEPT:])


def words_asked(query: Query) -> tuple[str, ...]:
    """Return the words and phrases to ask others for, as the person wrote them; of a choice only the first."""
    return tuple(dict.fromkeys(_words(query.root))) if query.root else ()


def _words(node: Node) -> Iterator[str]:
    match node:
        case And(parts):
            for part in parts:
                yield from _words(part)
        case Or(parts):
            yield from next((words for part in parts if (words := list(_words(part)))), [])
        case Words(tokens=tokens, typed=typed):
            yield typed.strip(" *,.;:!?'\"") or " ".join(tokens)
        case _:
            return


def allowed(query: Query, papers: Sequence[Paper], now: datetime) -> tuple[StoredPaper, ...]:
    """Return the papers that a query does not rule out.

    Which of them are about it is left to the source that found them; what the query leaves out, and its bounds, hold
    for them as for any paper.
    """
    parts = query.root.parts if isinstance(query.root, And) else (query.root,)
    held = tuple(part for part in parts if isinstance(part, Not | Upvotes))
    bounds = replace(query, root=And(held))
    first = query.since.first_day(now.date()) if query.since else None
    stored = (StoredPaper(key=PaperKey(0), paper=paper, tokens=tokens_of(paper)) for paper in papers)
    return tuple(each for each in stored if _is_in_time(each.paper, first, now) and evaluate(bounds, each))


def _is_in_time(paper: Paper, first: date | None, now: datetime) -> bool:
    if paper.published_at is None:
        return first is None
    return paper.published_at <= now and (first is None or paper.published_at.date() >= first)
