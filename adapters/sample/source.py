"""The bundled sample: 99 papers that Hugging Face listed in two weeks of April 2026, with a weekend between.

Titles, authors, ids, dates and upvotes are facts as listed. The one-sentence summaries were written for this sample,
from the titles alone. One paper was listed twice, one title has TeX in it, one paper has 546 authors.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cached_property
from importlib.resources import files
from typing import Any, Final

from bot.errors import RefusedError
from bot.model.fetching import Fetched, FetchPlanInput, FetchTask
from bot.model.outcome import OutcomeKind
from bot.model.paper import HUGGINGFACE, Links, Paper, PaperId, Sighting
from bot.text.latex import unicode_of

SEEN_AT: Final = time(9, tzinfo=UTC)
"""When the lists of the sample were looked at, on their own days."""


class SampleSource:
    """The sample as a PaperSource: it stands in for Hugging Face, whose lists its papers come from."""

    @property
    def name(self) -> str:
        """The source's name."""
        return HUGGINGFACE

    @property
    def last_moment(self) -> datetime:
        """The present that the sample is made for: the evening of its last day."""
        return datetime.combine(max(self._lists), time(18, tzinfo=UTC))

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:
        """Ask for every list that was not had yet."""
        had = {record.key for record in known.records}
        return tuple(task for task in map(_task_of, self._lists) if task.key not in had)

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:
        """Return the tasks of these days.

        Raises:
            RefusedError: the sample has none of them.
        """
        del categories
        days = [day for day in self._lists if first <= day <= last]
        if not days:
            raise RefusedError(f"the bundled sample has lists from {min(self._lists)} to {max(self._lists)} only")
        return tuple(map(_task_of, days))

    async def fetch(self, task: FetchTask) -> Fetched:
        """Return one day's list."""
        assert task.day is not None
        papers = self._lists.get(task.day, ())
        kind = OutcomeKind.FETCHED if papers else OutcomeKind.NOTHING_PUBLISHED
        return Fetched(kind=kind, reason=f"the bundled list of {task.day}", papers=papers)

    async def paper(self, paper: PaperId) -> Paper | None:
        """Return one paper as it was listed last."""
        found = [each for papers in self._lists.values() for each in papers if each.id == paper]
        return found[-1] if found else None

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        """Find nothing: what the sample has is in its lists."""
        del words, limit
        return ()

    @cached_property
    def _lists(self) -> Mapping[date, tuple[Paper, ...]]:
        lists: dict[date, list[Paper]] = {}
        for record in _records():
            for day, upvotes in record["listed"].items():
                listed_on = date.fromisoformat(day)
                lists.setdefault(listed_on, []).append(_paper_of(record, listed_on, upvotes))
        return {day: tuple(lists[day]) for day in sorted(lists)}


def _records() -> Iterator[dict[str, Any]]:
    text = files("adapters.sample").joinpath("papers.jsonl").read_text(encoding="utf-8")
    return map(json.loads, text.splitlines())


def _task_of(day: date) -> FetchTask:
    return FetchTask(source=HUGGINGFACE, key=f"day:{day.isoformat()}", day=day)


def _paper_of(record: dict[str, Any], listed_on: date, upvotes: int) -> Paper:
    number = record["id"]
    return Paper(
        id=PaperId("arxiv", number),
        title=unicode_of(record["title"]),
        authors=tuple(record["authors"]),
        published_at=datetime.combine(date.fromisoformat(record["published"]), time(tzinfo=UTC)),
        sightings=(
            Sighting(source=HUGGINGFACE, listed_on=listed_on, first_seen_at=datetime.combine(listed_on, SEEN_AT)),
        ),
        links=Links(
            abs=f"https://arxiv.org/abs/{number}",
            pdf=f"https://arxiv.org/pdf/{number}",
            hf=f"https://huggingface.co/papers/{number}",
        ),
        upvotes=upvotes,
        tldr=record["summary"],
        organisation=record.get("organisation", ""),
    )
