"""Asks Hugging Face for its Daily Papers (https://huggingface.co/.well-known/openapi.json)."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from http import HTTPStatus
from typing import Final

from adapters.http import Answer, HttpClient, Pace
from adapters.huggingface.parse import ARXIV_ID, parse_found, parse_page, parse_paper
from adapters.huggingface.plan import is_weekend, plan, task_of
from bot.errors import RefusedError, SourceError
from bot.model.fetching import Fetched, FetchPlanInput, FetchTask, Skip
from bot.model.outcome import OutcomeKind
from bot.model.paper import HUGGINGFACE, Paper, PaperId
from bot.ports import Clock

PAGE: Final = 100
"""Items asked for at a time; the default of 50 cuts busy days."""

SURELY_WHOLE: Final = 50
"""A page with fewer items, that names no next one, ends the list, whatever page size the server gives."""

MOST_PAGES: Final = 20

GROWN_AT: Final = time(12)
"""When, in UTC, a list that is still empty is late: lists grow from 00 to 09 UTC (580 recorded days)."""

LONGEST_SEARCH: Final = 250
"""Characters of a search that are sent: what Hugging Face's own clients allow."""

_PACE: Final = Pace(key="huggingface", interval=timedelta(milliseconds=50))
"""Anonymous callers have 500 requests in 5 minutes; the RateLimit header says when they are used up."""

_PAPER_PACE: Final = Pace(key="huggingface papers", interval=timedelta(seconds=1.2)).for_people()
"""Single papers may use half of those requests: whoever asks for thousands must not keep the lists waiting."""

_SEARCH_PACE: Final = Pace(key="huggingface search", interval=timedelta(milliseconds=200)).for_people()
"""Searches have a bucket of their own, 50 in 5 minutes: an empty one must not keep the lists waiting."""


class HuggingFaceSource:
    """The Daily Papers as a PaperSource."""

    def __init__(self, http: HttpClient, clock: Clock, base_url: str) -> None:
        self._http = http
        self._clock = clock
        self._base_url = base_url.rstrip("/")

    @property
    def name(self) -> str:
        """The source's name."""
        return HUGGINGFACE

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:
        """Decide which days to ask for."""
        return plan(known)

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:
        """Return the tasks of these days.

        Raises:
            RefusedError: a day is in the future.
        """
        del categories
        today = self._clock.now().date()
        if first > today:
            raise RefusedError(f"{first} is in the future; today is {today} (UTC)")
        days = range((min(last, today) - first).days + 1)
        return tuple(task_of(first + timedelta(days=number)) for number in days)

    async def fetch(self, task: FetchTask) -> Fetched:
        """Ask for one day's list, all pages.

        Raises:
            SourceError: the list could not be had or read.
        """
        assert task.day is not None
        if is_weekend(task.day):
            return Fetched(
                kind=OutcomeKind.NOTHING_PUBLISHED,
                reason=f"Hugging Face publishes no list on Saturday and Sunday; the next is {_monday_after(task.day)}",
            )
        papers: dict[PaperId, Paper] = {}
        skipped: list[Skip] = []
        etag = ""
        before = b""
        for number in range(MOST_PAGES):
            answer = await self._ask(task, number)
            if answer.is_unchanged:
                return Fetched(
                    kind=OutcomeKind.UNCHANGED, reason=f"the list of {task.day} is unchanged", etag=task.etag
                )
            if answer.status == HTTPStatus.BAD_REQUEST and task.day >= self._clock.now().date():
                return Fetched(kind=OutcomeKind.NOTHING_PUBLISHED, reason=f"the list of {task.day} is not begun yet")
            if answer.status != HTTPStatus.OK:
                raise SourceError(f"Hugging Face answered {answer.status} for {task.day}", answered=True)
            page = parse_page(answer.body, task.day, self._clock.now())
            new = {paper.id: paper for paper in page.papers if paper.id not in papers}
            # The last page may name a next one, and a server may ignore `p`: only news goes on.
            if not page.items or (page.papers and not new) or answer.body == before:
                break
            papers.update(new)
            skipped += page.skipped
            is_short = page.items < SURELY_WHOLE
            etag = answer.etag if is_short and number == 0 else ""
            if is_short and 'rel="next"' not in answer.headers.get("link", ""):
                break
            before = answer.body
        if not papers:
            return self._nothing(task.day, skipped)
        return Fetched(
            kind=OutcomeKind.FETCHED,
            reason=f"the list of {task.day}",
            papers=tuple(papers.values()),
            skipped=tuple(skipped),
            etag=etag,
        )

    async def paper(self, paper: PaperId) -> Paper | None:
        """Ask for one paper by its arXiv id.

        Raises:
            SourceError: Hugging Face could not be asked.
        """
        if paper.scheme != "arxiv" or not ARXIV_ID.fullmatch(paper.value):
            return None
        answer = await self._http.get(f"{self._base_url}/api/papers/{paper.value}", pace=_PAPER_PACE)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise SourceError(f"Hugging Face answered {answer.status} for {paper.value}", answered=True)
        return parse_paper(answer.body)

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        """Ask Hugging Face's own search, which looks for meaning as well as for words.

        Raises:
            SourceError: Hugging Face could not be asked.
        """
        asked = " ".join(words)[:LONGEST_SEARCH]
        answer = await self._http.get(
            f"{self._base_url}/api/papers/search", params={"q": asked, "limit": limit}, pace=_SEARCH_PACE
        )
        if answer.status != HTTPStatus.OK:
            raise SourceError(f"Hugging Face answered {answer.status} to a search", answered=True)
        return parse_found(answer.body)[:limit]

    async def _ask(self, task: FetchTask, page: int) -> Answer:
        assert task.day is not None
        return await self._http.get(
            f"{self._base_url}/api/daily_papers",
            params={"date": task.day.isoformat(), "limit": PAGE, "p": page},
            pace=_PACE,
            etag=task.etag if page == 0 else "",
        )

    def _nothing(self, day: date, skipped: Sequence[Skip]) -> Fetched:
        """Say what a list without a paper means.

        Raises:
            SourceError: there were items, and none could be read.
        """
        if skipped:
            raise SourceError(f"none of the {len(skipped)} items can be read ({skipped[0].why})", answered=True)
        now = self._clock.now()
        if day >= now.date() and now.time() < GROWN_AT:
            return Fetched(kind=OutcomeKind.NOTHING_PUBLISHED, reason=f"the list of {day} is still empty")
        return Fetched(
            kind=OutcomeKind.STALE, reason=f"the list of {day} stayed empty: a holiday, or Hugging Face is behind"
        )


def _monday_after(day: date) -> str:
    return f"{day + timedelta(days=7 - day.weekday()):%A %d %B}"
