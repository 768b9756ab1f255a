"""When a subscription is due: once per local date, whatever the clocks of its zone do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))
WEEKDAYS = frozenset(range(5))
WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

DEFAULT_TIME = time(9)
"""The hour of a digest that nobody chose."""


class Frequency(StrEnum):
    """How often."""

    DAILY = "daily"
    WEEKLY = "weekly"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """How often, on which weekdays (0 is Monday), at what local time, in which zone.

    `timezone` is an IANA name; None follows the channel's zone. A weekly cadence has one weekday. An instant
    cadence is never due by the clock; its `at` and `weekdays` mean nothing.
    """

    frequency: Frequency = Frequency.DAILY
    at: time = DEFAULT_TIME
    weekdays: frozenset[int] = WEEKDAYS
    timezone: str | None = None

    def __str__(self) -> str:
        """Say it as a list of subscriptions does: `weekdays 09:00`, `mon 09:00`, `instant`."""
        if self.frequency is Frequency.INSTANT:
            return "instant"
        return f"{days_in_words(self.weekdays)} {self.at:%H:%M}"


def days_in_words(weekdays: frozenset[int]) -> str:
    """Name a set of weekdays: `daily`, `weekdays`, or `mon, wed`."""
    if weekdays == EVERY_DAY:
        return "daily"
    if weekdays == WEEKDAYS:
        return "weekdays"
    return ", ".join(WEEKDAY_NAMES[day] for day in sorted(weekdays))


def next_due(cadence: Cadence, zone: ZoneInfo, after: datetime) -> datetime | None:
    """Return the first instant after `after` (aware) at which the cadence is due, in UTC; None for instant.

    Exactly one instant belongs to each local date of the chosen weekdays. A local time that the clocks skip
    is moved forward by the gap; one that comes twice means the first. A whole date that a zone skipped (Samoa
    had no 30 December 2011) has no instant of its own and is passed over.

    Source: PEP 495 gives both rules to `fold=0`.
    """
    if cadence.frequency is Frequency.INSTANT:
        return None
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        wanted = datetime.combine(day, cadence.at)
        due = wanted.replace(tzinfo=zone).astimezone(UTC)
        moved_by = due.astimezone(zone).replace(tzinfo=None) - wanted
        if due > after and day.weekday() in cadence.weekdays and moved_by < timedelta(days=1):
            return due
        day += timedelta(days=1)


def due_instants(cadence: Cadence, zone: ZoneInfo, first: datetime, until: datetime) -> Iterator[datetime]:
    """Yield `first` and every later instant at which the cadence is due, up to and including `until`, in UTC."""
    due: datetime | None = first
    while due is not None and due <= until:
        yield due
        due = next_due(cadence, zone, due)
