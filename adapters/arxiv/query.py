"""The query API: one paper by its id, or all that was submitted on a day, page by page.

A day's results ──> pages of 100 ──> whole
      │                 └ an empty page in the middle (a known fault): asked for again, then an error
      └ more than 2,000: the day is cut in two, and each half in two, as often as needed
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from adapters.arxiv.connection import FOR_PEOPLE, Connection, body_of
from adapters.arxiv.parse import Results, parse_results
from bot.errors import SourceError
from bot.model.fetching import Skip
from bot.model.paper import Paper, PaperId
from bot.query.categories import CATEGORIES

PAGE: Final = 100
MOST_RESULTS: Final = 2_000
"""Results of one window that are asked for. Source: https://info.arxiv.org/help/api/user-manual.html"""

MOST_PAGES: Final = 2 * MOST_RESULTS // PAGE
"""Pages may come back short, but not for ever."""

EMPTY_TRIES: Final = 3
"""Times a page is asked for that is empty although there is more."""

LONGEST_SEARCH: Final = 250
"""Characters of words and phrases that are sent; a longer search is for nothing that anybody wrote."""

_NO_WORD: Final = re.compile(r"[^\w\s'+#.-]+")
"""What would be read as syntax."""

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From one minute up to, and without, another, in UTC."""

    start: datetime
    end: datetime

    @classmethod
    def of(cls, day: date) -> "Window":
        """Return the window of a day."""
        start = datetime.combine(day, time(), UTC)
        return cls(start=start, end=start + timedelta(days=1))

    def halves(self) -> tuple["Window", "Window"] | None:
        """Cut the window in two; None when it is a minute long."""
        middle = self.start + (self.end - self.start) // _MINUTE // 2 * _MINUTE
        if middle == self.start:
            return None
        return Window(start=self.start, end=middle), Window(start=middle, end=self.end)

    def holds(self, paper: Paper) -> bool:
        """Say whether a paper was submitted in the window, or does not say when."""
        return paper.published_at is None or self.start <= paper.published_at < self.end


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found, each paper once."""

    papers: tuple[Paper, ...] = ()
    skipped: tuple[Skip, ...] = ()

    def with_more(self, papers: Iterable[Paper], skipped: Iterable[Skip]) -> "Found":
        """Return this and some more."""
        by_id: dict[PaperId, Paper] = {}
        for paper in (*self.papers, *papers):
            by_id.setdefault(paper.id, paper)
        return Found(tuple(by_id.values()), (*self.skipped, *skipped))


class QueryApi:
    """The query API at one address."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection = connection
        self._url = url

    async def by_id(self, number: str) -> Paper | None:
        """Ask for one paper; None when arXiv does not have it.

        Raises:
            SourceError: arXiv could not be asked.
        """
        answer = await self._connection.get(self._url, {"id_list": number, "max_results": 1}, pace=FOR_PEOPLE)
        papers = parse_results(body_of(answer)).papers
        return next((paper for paper in papers if paper.id.value == number), None)

    async def about(self, words: Iterable[str], limit: int) -> tuple[Paper, ...]:
        """Ask for papers that have all of these words and phrases anywhere, the best match first.

        Raises:
            SourceError: arXiv could not be asked.
        """
        phrases = _within(LONGEST_SEARCH, filter(None, map(_phrase, words)))
        if not phrases:
            return ()
        params: dict[str, str | int] = {
            "search_query": " AND ".join(f'all:"{phrase}"' for phrase in phrases),
            "max_results": limit,
            "sortBy": "relevance",
            "sortOrder": "descending",
        }
        answer = await self._connection.get(self._url, params, pace=FOR_PEOPLE)
        return parse_results(body_of(answer)).papers[:limit]

    async def submitted(self, window: Window, categories: Iterable[str]) -> Found:
        """Ask for all that was submitted in a window and is announced by now.

        Raises:
            SourceError: it could not be had whole.
        """
        categories = tuple(categories)
        found = await self._pages(window, categories)
        if found is not None:
            return found
        halves = window.halves()
        if halves is None:
            raise SourceError(
                f"arXiv has more than {MOST_RESULTS:,} papers submitted at {window.start:%Y-%m-%d %H:%M}", answered=True
            )
        found = Found()
        for half in halves:
            more = await self.submitted(half, categories)
            found = found.with_more(more.papers, more.skipped)
        return found

    async def _pages(self, window: Window, categories: tuple[str, ...]) -> Found | None:
        """Ask for page after page; None when there are too many."""
        found = Found()
        start = total = 0
        for _ in range(MOST_PAGES):
            page = await self._page(_search(window, categories), start, total)
            total = max(total, page.total or 0)
            if total > MOST_RESULTS:
                return None
            found = found.with_more(filter(window.holds, page.papers), page.skipped)
            # By what came, for a page may be short in the middle.
            start += page.entries
            # Where nobody counts, what follows a full page is asked for.
            if start >= total and (page.total is not None or page.entries < PAGE):
                return found
        raise SourceError(f"arXiv gave only {start} of {total} results in {MOST_PAGES} pages", answered=True)

    async def _page(self, search: str, start: int, total: int) -> Results:
        params: dict[str, str | int] = {
            "search_query": search,
            "start": start,
            "max_results": PAGE,
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
        }
        for _ in range(EMPTY_TRIES):
            body = body_of(await self._connection.get(self._url, params))
            if not body.strip():
                continue
            page = parse_results(body)
            total = max(total, page.total or 0)
            if page.entries or start >= total:
                return page
        raise SourceError(f"arXiv gave an empty page at {start} of {total} results", answered=True)


def _phrase(words: str) -> str:
    return " ".join(_NO_WORD.sub(" ", words).split())


def _within(most: int, phrases: Iterable[str]) -> list[str]:
    """Return as many of these, from the first, as have at most that many characters together."""
    kept: list[str] = []
    for phrase in phrases:
        most -= len(phrase)
        if most < 0:
            break
        kept.append(phrase)
    return kept


def _search(window: Window, categories: Iterable[str]) -> str:
    # An archive (`cs`) is no category of its own: its categories are asked for by a wildcard.
    named = " OR ".join(f"cat:{name}" if name in CATEGORIES else f"cat:{name}.*" for name in categories)
    # Both ends are inclusive, and what a minute at the end includes is not written anywhere.
    return f"({named}) AND submittedDate:[{window.start:%Y%m%d%H%M} TO {window.end:%Y%m%d%H%M}]"
