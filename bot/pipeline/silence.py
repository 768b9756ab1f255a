"""Silence: would a channel that hears nothing have heard something, had all been as usual? Pure.

    today    before today   the silence begins    the 30 days before it
    ?        0  0  0  0  0  0                     7  5  -  -  9  8  4 ...
             weekdays with nothing ──┐            papers a weekday ──┐
                                     └──> Poisson: exp(-rate x days) <┘

Days are listing days (UTC). One counts when it is a weekday, is over, and every source of the subscription listed
something on it: a holiday, an outage, a source that was taken away make no silence.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import exp
from typing import Final, Self

from bot.matching.choose import match_day
from bot.matching.explain import evaluate
from bot.model.cadence import WEEKDAYS
from bot.model.paper import StoredPaper
from bot.model.subscription import SourceChoice, Subscription
from bot.pipeline.match import has_the_upvotes
from bot.query.ast import Query

IMPROBABLE: Final = 0.005
"""How improbable a silence must be to be told.

Chance alone begins at most one silence a weekday, about 260 a year, so that a channel hears of about one a year that
means nothing. Seven papers a day are missed after three weekdays, one a day after six.
"""

SHORTEST: Final = 3
"""Weekdays with nothing before anything is said: fewer are a holiday that some took."""

LONGEST: Final = timedelta(days=60)
"""A silence that is older was told twice; nobody reads on."""

RATE_FROM: Final = timedelta(days=30)
"""How long before the silence the rate is measured."""

LEAST_KNOWN: Final = 10
"""Days of that time that must count, else the rate is a guess: half of its weekdays."""

SETTLING: Final = timedelta(days=14)
"""How long after it was made, resumed or reworded a subscription is let alone: its people know that it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many papers a listing day brought to a subscription, and whether the day counts."""

    day: date
    papers: int
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """How many counted days brought nothing to a subscription, and how many papers a counted day brought before."""

    subscription: Subscription
    a_day: float
    days: int

    @property
    def probability(self) -> float:
        """How often chance alone is silent for so long."""
        return exp(-self.a_day * self.days)

    @property
    def is_improbable(self) -> bool:
        """Say whether something else than chance must be behind it."""
        return self.probability < IMPROBABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A subscription whose days are counted backwards from today; `counts` are those known, newest first.

    No silence begins before `since`: the channel's last digest, or the floor of the subscription. What a mute of the
    channel matches does not count as brought.
    """

    subscription: Subscription
    mutes: tuple[Query, ...]
    since: date
    counts: tuple[DayCount, ...] = ()

    def seen(self, count: DayCount) -> Self:
        """Return it with the count of the day before."""
        return replace(self, counts=(*self.counts, count))

    @property
    def _quiet(self) -> tuple[DayCount, ...]:
        """The days of the silence, as far as they are known."""
        for index, each in enumerate(self.counts):
            if each.papers or each.day < self.since:
                return self.counts[:index]
        return self.counts

    @property
    def _before(self) -> tuple[DayCount, ...]:
        """The days before the silence that count for the rate, as far as they are known."""
        before = self.counts[len(self._quiet) :]
        return tuple(each for each in before if each.counts and before[0].day - each.day < RATE_FROM)

    @property
    def _days(self) -> int:
        return sum(each.counts for each in self._quiet)

    @property
    def needs_more(self) -> bool:
        """Say whether an earlier day could still matter."""
        quiet = len(self._quiet)
        if quiet == len(self.counts):
            return timedelta(days=quiet) <= LONGEST
        return self._days >= SHORTEST and timedelta(days=len(self.counts) - quiet) < RATE_FROM

    @property
    def silence(self) -> Silence | None:
        """Return the silence that lasts; None when there is none, or too little is known to judge it."""
        before = self._before
        if self._days < SHORTEST or len(before) < LEAST_KNOWN:
            return None
        rate = sum(each.papers for each in before) / len(before)
        return Silence(subscription=self.subscription, a_day=rate, days=self._days)


def may_be_quiet(subscription: Subscription, since: date, today: date) -> bool:
    """Say whether a silence since a day may be long enough already, and the subscription is not new."""
    passed = (since + timedelta(days=offset) for offset in range((today - since).days))
    is_settled = today - subscription.floor_on >= SETTLING
    return is_settled and sum(day.weekday() in WEEKDAYS for day in passed) >= SHORTEST


def counted(watched: Sequence[Watched], papers: Sequence[StoredPaper], day: date, today: date) -> tuple[Watched, ...]:
    """Count what the papers listed on a day brought to every subscription."""
    found = match_day(papers, [each.subscription.query for each in watched])
    listed = _listed(papers, day, {choice for each in watched for choice in each.subscription.sources})
    is_weekday = day < today and day.weekday() in WEEKDAYS
    return tuple(
        each.seen(
            DayCount(
                day=day,
                papers=sum(_is_brought(each, stored, day) for stored in matched),
                counts=is_weekday and listed.issuperset(each.subscription.sources),
            )
        )
        for each, matched in zip(watched, found, strict=True)
    )


def _listed(papers: Sequence[StoredPaper], day: date, choices: set[SourceChoice]) -> set[SourceChoice]:
    """Return the choices of which something was listed that day."""
    left = set(choices)
    for stored in papers:
        names = {sighting.source for sighting in stored.paper.sightings if sighting.listed_on == day}
        left = {choice for choice in left if not any(choice.covers(stored.paper, name) for name in names)}
        if not left:
            break
    return choices - left


def _is_brought(watched: Watched, stored: StoredPaper, day: date) -> bool:
    """Say whether a paper that matched counts for that day: the first on which a source that is read listed it."""
    mine = watched.subscription
    days = (each.listed_on for each in stored.paper.sightings if mine.reads(stored.paper, each.source))
    return (
        min(days, default=None) == day
        and has_the_upvotes(stored, mine)
        and not any(evaluate(mute, stored) for mute in watched.mutes)
    )
