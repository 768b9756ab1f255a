"""Which papers of its window a subscription may get: pure, for many subscriptions over one list of papers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import ceil

from bot.matching.bitmap import match_day
from bot.matching.rank import rank
from bot.model.digest import Match
from bot.model.paper import HUGGINGFACE, Paper, PaperKey, StoredPaper
from bot.model.subscription import SourceChoice, Subscription

LONGEST_WINDOW = timedelta(days=14)
SHORTEST_WINDOW = timedelta(days=7)
GROWTH = timedelta(days=2)
"""Lists grow late: a window begins this long before the last run (DESIGN.md section 4)."""

HISTORY = LONGEST_WINDOW + SHORTEST_WINDOW
"""How far back papers are read: every window, and every day that *rising* may look at."""


def window_start(subscription: Subscription, today: date) -> date:
    """Return the first listing day (UTC, inclusive) that a run on `today` looks at."""
    week = today - SHORTEST_WINDOW
    last_run = subscription.last_run_at.date() if subscription.last_run_at else week
    return max(
        today - LONGEST_WINDOW,
        subscription.floor_on - timedelta(days=1),
        min(week, last_run) - GROWTH,
    )


@dataclass(frozen=True)
class Library:
    """The papers that runs of one day look at, and what their listing days say about them."""

    papers: tuple[StoredPaper, ...]
    today: date

    @cached_property
    def _upvotes_by_day(self) -> Mapping[date, list[int]]:
        days: dict[date, list[int]] = defaultdict(list)
        for stored in self.papers:
            day = hugging_face_day(stored)
            if day:
                days[day].append(stored.paper.upvotes or 0)
        return {day: sorted(upvotes, reverse=True) for day, upvotes in days.items()}

    def is_in_top_tenth(self, stored: StoredPaper) -> bool:
        """Say whether the paper is among the most upvoted tenth of its Hugging Face day, rounded up; ties are in."""
        day, upvotes = hugging_face_day(stored), stored.paper.upvotes
        if day is None or not upvotes:
            return False
        others = self._upvotes_by_day[day]
        return upvotes >= others[ceil(len(others) / 10) - 1]

    def window(self, subscription: Subscription) -> frozenset[PaperKey]:
        """Return the papers that one of the subscription's own sources listed in its window."""
        since = window_start(subscription, self.today)
        return self.listed(subscription.sources, since)

    @cached_property
    def _listings(self) -> dict[tuple[tuple[SourceChoice, ...], date], frozenset[PaperKey]]:
        return {}

    def listed(self, sources: tuple[SourceChoice, ...], since: date) -> frozenset[PaperKey]:
        """Return the papers that one of these sources (none given: any source) listed since that day."""
        # Thousands of subscriptions share a few windows: each is found once.
        found = self._listings.get((sources, since))
        if found is None:
            found = frozenset(
                stored.key for stored in self.papers if islisted(stored.paper, sources, since, self.today)
            )
            self._listings[sources, since] = found
        return found


def hugging_face_day(stored: StoredPaper) -> date | None:
    """Return the last day on which Hugging Face listed the paper; None when it never did."""
    days = [sighting.listed_on for sighting in stored.paper.sightings if sighting.source == HUGGINGFACE]
    return max(days, default=None)


def islisted(paper: Paper, sources: Sequence[SourceChoice], since: date, until: date) -> bool:
    """Say whether one of these sources (none given: any) listed the paper on these dates, inclusive."""
    return any(
        since <= sighting.listed_on <= until
        and (not sources or any(choice.covers(paper, sighting.source) for choice in sources))
        for sighting in paper.sightings
    )


def has_the_upvotes(stored: StoredPaper, subscription: Subscription) -> bool:
    """Say whether the paper reaches the subscription's floor; only Hugging Face counts upvotes."""
    if hugging_face_day(stored) is None:
        return not subscription.upvoted_only
    return (stored.paper.upvotes or 0) >= subscription.min_upvotes


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionMatches:
    """What a subscription matched among the papers it looked at since a listing day, best first."""

    subscription: Subscription
    matches: tuple[Match, ...]
    looked_at: frozenset[PaperKey]
    since: date


def match(library: Library, subscriptions: Sequence[Subscription], now: datetime) -> tuple[SubscriptionMatches, ...]:
    """Match every subscription with the papers of its window, in the order given."""
    found = match_day(library.papers, [subscription.query for subscription in subscriptions])
    return tuple(
        _ranked(
            subscription,
            matched,
            looked_at=library.window(subscription),
            since=window_start(subscription, library.today),
            now=now,
        )
        for subscription, matched in zip(subscriptions, found, strict=True)
    )


def match_everything(library: Library, subscription: Subscription, since: date, now: datetime) -> SubscriptionMatches:
    """Match one subscription with every paper that any source of it (none: any source) listed since a day."""
    looked_at = library.listed(subscription.sources, since)
    (matched,) = match_day(library.papers, [subscription.query])
    return _ranked(subscription, matched, looked_at=looked_at, since=since, now=now)


def _ranked(
    subscription: Subscription,
    matched: Sequence[StoredPaper],
    *,
    looked_at: frozenset[PaperKey],
    since: date,
    now: datetime,
) -> SubscriptionMatches:
    wanted = [each for each in matched if each.key in looked_at and has_the_upvotes(each, subscription)]
    return SubscriptionMatches(
        subscription=subscription,
        matches=tuple(
            Match(paper=paper, subscription=subscription, strength=strength)
            for paper, strength in rank(subscription.query, wanted, now)
        ),
        looked_at=looked_at,
        since=since,
    )
