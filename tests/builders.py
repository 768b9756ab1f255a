"""Builders: a whole paper or subscription from the one thing a test is about."""

from datetime import UTC, date, datetime

from bot.model.cadence import Cadence
from bot.model.channel import Channel, Platform
from bot.model.paper import HUGGINGFACE, Paper, PaperId, PaperKey, Sighting, StoredPaper, tokens_of
from bot.model.subscription import DEFAULT_SOURCES, SourceChoice, Subscription
from bot.query.parse import parse

GENERAL = Channel(Platform.CONSOLE, "local", "general")
TODAY = date(2026, 6, 16)
"""A Tuesday."""

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)


def a_sighting(listed_on: date = TODAY, source: str = HUGGINGFACE) -> Sighting:
    """Build a sighting, first seen in the morning of the day it was listed."""
    seen = datetime(listed_on.year, listed_on.month, listed_on.day, 5, tzinfo=UTC)
    return Sighting(source=source, listed_on=listed_on, first_seen_at=seen)


def a_paper(
    number: int = 1,
    title: str = "",
    *,
    abstract: str = "",
    upvotes: int | None = 0,
    listed: tuple[Sighting, ...] | None = None,
    categories: tuple[str, ...] = (),
    authors: tuple[str, ...] = ("Ada Byron",),
) -> Paper:
    """Build a paper; papers of different numbers differ in id and title."""
    return Paper(
        id=PaperId("arxiv", f"2606.{number:05}"),
        title=title or f"Paper number {number} about world models",
        abstract=abstract,
        authors=authors,
        categories=categories,
        upvotes=upvotes,
        sightings=listed if listed is not None else (a_sighting(),),
    )


def stored(paper: Paper) -> StoredPaper:
    """Build a paper as the library returns it; the key is the number in its id."""
    return StoredPaper(key=PaperKey(int(paper.id.value.partition(".")[2])), paper=paper, tokens=tokens_of(paper))


def a_subscription(
    number: int = 1,
    query: str = "world model",
    *,
    channel: Channel = GENERAL,
    cadence: Cadence | None = None,
    cap: int | None = None,
    min_upvotes: int = 0,
    upvoted_only: bool = False,
    sources: tuple[SourceChoice, ...] = DEFAULT_SOURCES,
    floor_on: date = date(2026, 6, 1),
    next_due: datetime | None = NOW,
    last_run_at: datetime | None = None,
) -> Subscription:
    """Build an active subscription that is due now."""
    return Subscription(
        channel=channel,
        number=number,
        query=parse(query),
        cadence=cadence or Cadence(),
        cap=cap,
        min_upvotes=min_upvotes,
        upvoted_only=upvoted_only,
        sources=sources,
        creator="ana",
        created_at=NOW,
        floor_on=floor_on,
        next_due=next_due,
        last_run_at=last_run_at,
    )
