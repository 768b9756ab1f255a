"""Which papers of its window a subscription may get: pure, for many subscriptions over one list of papers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from math import ceil

from bot.matching.choose import match_day
from bot.matching.rank import rank
from bot.model.digest import Match
from bot.model.paper import HUGGINGFACE, Paper, PaperKey, StoredPaper
from bot.model.subscription import SourceChoice, Subscription

LONGEST_WINDOW = timedelta(days=14)
SHORTEST_WINDOW = timedelta(days=7)
GROWTH = timedelta(days=2)
"""Lists grow late: a window begins this long before the last run."""

HISTORY = LONGEST_WINDOW + SHORTEST_WINDOW
"""How far back papers are read: every window, and every day that *rising* may look at."""


def sources_read(subscriptions: Iterable[Subscription]) -> frozenset[str]:
    """Return the sources whose lists runs of these subscriptions look at; none means all.

    Hugging Face's are among them: what is rising is seen by all of its day.
    """
    names = [frozenset(choice.source for choice in each.sources) for each in subscriptions]
    return frozenset({HUGGINGFACE}).union(*names) if all(names) else frozenset()


def window_start(subscription: Subscription, today: date) -> date:
    """Return the first listing day (UTC, inclusive) that a run on `today` looks at."""
    week = today - SHORTEST_WINDOW
    last_run = subscription.last_run_at.date() if subscription.last_run_at else week
    return max(
        today - LONGEST_WINDOW,
        subscription.floor_on - timedelta(days=1),
        min(week, last_run) - GROWTH,
    )


def first_day_read(subscription: Subscription, today: date) -> date:
    """Return the first day whose lists a run of this subscription alone looks at.

    For Hugging Face alone that is where its window begins. A paper that another source lists in the window may be in an
    older list of Hugging Face, and how it stands there says whether it is *rising*.
    """
    is_all_there = {choice.source for choice in subscription.sources} == {HUGGINGFACE}
    return window_start(subscription, today) if is_all_there else today - HISTORY


@dataclass(frozen=True)
class Library:
    """The papers that runs of one day look at, and what their listing days say about them."""

    papers: tuple[StoredPaper, ...]
    today: date

    @cached_property
    def _top_tenths(self) -> frozenset[PaperKey]:
        days: dict[date, list[StoredPaper]] = defaultdict(list)
        for stored in self.papers:
            day = hugging_face_day(stored)
            if day:
                days[day].append(stored)
        return frozenset(key for day in days.values() for key in _top_tenth(day))

    def is_in_top_tenth(self, stored: StoredPaper) -> bool:
        """Say whether the paper is among the most upvoted tenth of its Hugging Face day, rounded up; ties are in."""
        return stored.key in self._top_tenths

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


def _top_tenth(day: Sequence[StoredPaper]) -> list[PaperKey]:
    """Return the most upvoted tenth of a day's papers, rounded up, ties included; none of it without an upvote."""
    upvotes = sorted((stored.paper.upvotes or 0 for stored in day), reverse=True)
    least = max(upvotes[ceil(len(upvotes) / 10) - 1], 1)
    return [stored.key for stored in day if (stored.paper.upvotes or 0) >= least]


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
    if not (subscription.min_upvotes or subscription.upvoted_only):
        return True
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
    # Many channels ask the same of the same window: it is ranked once for all of them.
    ranked: dict[tuple[object, ...], tuple[tuple[StoredPaper, float], ...]] = {}
    matches = []
    for subscription, matched in zip(subscriptions, found, strict=True):
        since = window_start(subscription, library.today)
        asked = (subscription.query, subscription.sources, since, subscription.min_upvotes, subscription.upvoted_only)
        if asked not in ranked:
            ranked[asked] = _ranked(library, subscription, matched, since, now)
        matches.append(_matches(library, subscription, ranked[asked], since))
    return tuple(matches)


def match_everything(library: Library, subscription: Subscription, since: date, now: datetime) -> SubscriptionMatches:
    """Match one subscription with every paper that any source of it (none: any source) listed since a day."""
    (matched,) = match_day(library.papers, [subscription.query])
    return _matches(library, subscription, _ranked(library, subscription, matched, since, now), since)


def _ranked(
    library: Library, subscription: Subscription, matched: Iterable[StoredPaper], since: date, now: datetime
) -> tuple[tuple[StoredPaper, float], ...]:
    listed = library.listed(subscription.sources, since)
    wanted = [each for each in matched if each.key in listed and has_the_upvotes(each, subscription)]
    return rank(subscription.query, wanted, now)


def _matches(
    library: Library, subscription: Subscription, ranked: Iterable[tuple[StoredPaper, float]], since: date
) -> SubscriptionMatches:
    return SubscriptionMatches(
        subscription=subscription,
        matches=tuple(Match(paper=paper, subscription=subscription, strength=strength) for paper, strength in ranked),
        looked_at=library.listed(subscription.sources, since),
        since=since,
    )
