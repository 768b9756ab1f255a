"""Asks arXiv for its announcements (https://info.arxiv.org/help/rss.html) and, for what is past, its query API."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final

from adapters.arxiv.announcements import announced_on, is_announced_on
from adapters.arxiv.connection import Connection, body_of
from adapters.arxiv.entries import number_of
from adapters.arxiv.parse import Feed, parse_feed
from adapters.arxiv.plan import ListKind, name_of, plan, task_of
from adapters.arxiv.query import Found, QueryApi, Window
from adapters.http import Answer, HttpClient
from bot.errors import RefusedError, SourceError
from bot.model.fetching import Fetched, FetchPlanInput, FetchTask, Skip
from bot.model.outcome import OutcomeKind
from bot.model.paper import ARXIV, Paper, PaperId, Sighting
from bot.ports import Clock

FULL_FEED: Final = 2_000
"""Items at which arXiv's RSS server cuts a feed."""

FIRST_DAY: Final = date(1991, 7, 1)
"""arXiv begins in the summer of 1991."""

REACH: Final = timedelta(days=6)
"""How long ago a paper caught up with may be listed: a digest looks back 9 days, and the next may be 3 days away."""


class ArxivSource:
    """arXiv as a PaperSource.

    Papers of missed feeds are listed on the day they were to be announced, but at most 6 days ago, so that the next
    digest of a daily subscription still sees them. What a person back-fills is listed on its own date.
    """

    def __init__(self, http: HttpClient, clock: Clock, api_url: str, rss_url: str) -> None:
        self._clock = clock
        self._connection = Connection(http)
        self._api = QueryApi(self._connection, api_url)
        self._rss_url = rss_url.rstrip("/")

    @property
    def name(self) -> str:
        """The source's name."""
        return ARXIV

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:
        """Decide which feeds and days to ask for."""
        return plan(known)

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:
        """Return the tasks of what was submitted on these days.

        Raises:
            RefusedError: a day is in the future or before arXiv, or no category is wanted.
        """
        today = self._clock.now().date()
        if first > today:
            raise RefusedError(f"{first} is in the future; today is {today} (UTC)")
        if first < FIRST_DAY:
            raise RefusedError(f"arXiv has nothing before {FIRST_DAY:%B %Y}")
        if not categories:
            raise RefusedError("no arXiv category is wanted; name some in PAPERROUND_ARXIV__CATEGORIES")
        days = range((min(last, today) - first).days + 1)
        return tuple(task_of(ListKind.SUBMITTED, first + timedelta(days=number), categories) for number in days)

    async def fetch(self, task: FetchTask) -> Fetched:
        """Ask for one feed, or for all that was submitted on one day.

        Raises:
            SourceError: it could not be had whole, or not be read.
        """
        name = name_of(task.key)
        assert name is not None
        match name.kind:
            case ListKind.FEED:
                return await self._announcement(task, name.day)
            case ListKind.MISSED:
                listed_on = self._caught_up
            case ListKind.SUBMITTED:
                listed_on = _own_date
        found = await self._api.submitted(Window.of(name.day), task.categories)
        return self._submitted(found, name.day, listed_on)

    async def paper(self, paper: PaperId) -> Paper | None:
        """Ask for one paper by its arXiv id.

        Raises:
            SourceError: arXiv could not be asked.
        """
        number = number_of(paper.value) if paper.scheme == ARXIV else None
        return await self._api.by_id(number) if number else None

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        """Ask the query API.

        Raises:
            SourceError: arXiv could not be asked.
        """
        return await self._api.about(words, limit)

    # --- what is past -----------------------------------------------------------------------------------------------

    def _submitted(self, found: Found, day: date, listed_on: Callable[[datetime | None, date], date]) -> Fetched:
        if not found.papers:
            return Fetched(
                kind=OutcomeKind.NOTHING_PUBLISHED,
                reason=f"arXiv has announced nothing that was submitted on {day}",
                skipped=found.skipped,
            )
        now = self._clock.now()

        def sighted(paper: Paper) -> Paper:
            on = listed_on(paper.published_at, day)
            return replace(paper, sightings=(Sighting(source=ARXIV, listed_on=on, first_seen_at=now),))

        return Fetched(
            kind=OutcomeKind.FETCHED,
            reason=f"what was submitted on {day}",
            papers=tuple(map(sighted, found.papers)),
            skipped=found.skipped,
        )

    def _caught_up(self, submitted_at: datetime | None, day: date) -> date:
        today = self._clock.now().date()
        announced = announced_on(submitted_at) if submitted_at else day
        return min(max(announced, today - REACH), today)

    # --- feeds ------------------------------------------------------------------------------------------------------

    async def _announcement(self, task: FetchTask, day: date) -> Fetched:
        if not is_announced_on(day):
            return Fetched(kind=OutcomeKind.NOTHING_PUBLISHED, reason="arXiv announces nothing on Saturday and Sunday")
        answer = await self._ask_feed(task.categories, task.etag)
        if answer.is_unchanged and task.etag:
            return Fetched(
                kind=OutcomeKind.STALE,
                reason=f"the feed is what it was before; that of {day} is not there yet",
                etag=task.etag,
            )
        if answer.status == HTTPStatus.BAD_REQUEST and len(task.categories) > 1:
            # One category that arXiv does not know must not silence the others.
            return _announced(await self._one_by_one(task.categories), day)
        feed = self._feed_of(answer)
        if feed.items >= FULL_FEED and len(task.categories) > 1:
            feed = _united((feed, await self._one_by_one(task.categories)))
        return _announced(feed, day, answer.etag)

    async def _one_by_one(self, categories: Iterable[str]) -> Feed:
        feeds: list[Feed] = []
        refused: list[Skip] = []
        for category in categories:
            answer = await self._ask_feed((category,))
            if answer.status == HTTPStatus.BAD_REQUEST:
                refused.append(Skip(category, _refusal(answer)))
                continue
            feed = self._feed_of(answer)
            cut = (Skip(category, f"its feed is cut at {FULL_FEED:,} items"),) if feed.items >= FULL_FEED else ()
            feeds.append(replace(feed, skipped=(*feed.skipped, *cut)))
        if not feeds:
            raise SourceError(refused[0].why, answered=True)
        feed = _united(feeds)
        return replace(feed, skipped=(*feed.skipped, *refused))

    async def _ask_feed(self, categories: Iterable[str], etag: str = "") -> Answer:
        return await self._connection.get(f"{self._rss_url}/{'+'.join(categories)}", etag=etag)

    def _feed_of(self, answer: Answer) -> Feed:
        return parse_feed(body_of(answer), self._clock.now())


def _own_date(submitted_at: datetime | None, day: date) -> date:
    return submitted_at.date() if submitted_at else day


def _refusal(answer: Answer) -> str:
    try:
        body_of(answer)
    except SourceError as error:
        return error.reason
    raise AssertionError("an answer with status 400 is an error")


def _united(feeds: Iterable[Feed]) -> Feed:
    """Join feeds of one day; the oldest says of what day they are, so that none that is stale passes as quiet."""
    feeds = tuple(feeds)
    found = Found()
    for feed in feeds:
        found = found.with_more(feed.papers, feed.skipped)
    return Feed(
        day=min((feed.day for feed in feeds if feed.day), default=None),
        papers=found.papers,
        skipped=found.skipped,
        items=sum(feed.items for feed in feeds),
    )


def _announced(feed: Feed, day: date, etag: str = "") -> Fetched:
    if feed.day is None:
        raise SourceError("the feed has no date", answered=True)
    if feed.day < day:
        kind, reason = OutcomeKind.STALE, f"the feed is still that of {feed.day}: a holiday, or arXiv is behind"
    elif not feed.items:
        kind, reason = OutcomeKind.NOTHING_PUBLISHED, f"the feed of {day} is empty, as on holidays"
    else:
        kind, reason = OutcomeKind.FETCHED, f"the announcement of {feed.day}"
    # The validator of an empty feed, or of a later one, would make the next announcement look old.
    is_comparable = feed.items > 0 and feed.day <= day
    return Fetched(
        kind=kind, reason=reason, papers=feed.papers, skipped=feed.skipped, etag=etag if is_comparable else ""
    )
