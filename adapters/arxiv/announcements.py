"""When arXiv announces what: pure.

submitted (US/Eastern)         announced 20:00 US/Eastern       in the feed of
Friday 14:00 - Monday 14:00    Monday                           Tuesday
Monday 14:00 - Tuesday 14:00   Tuesday                          Wednesday    (and so on to Friday)
Thursday 14:00 - Friday 14:00  Sunday                           Monday

A holiday puts an announcement off, and a moderator may hold a paper back: then it is announced later than this says.
Source: https://info.arxiv.org/help/availability.html
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EASTERN: Final = ZoneInfo("America/New_York")
CUT_OFF: Final = time(14)

REBUILT: Final = timedelta(hours=5, minutes=10)
"""After midnight UTC: feeds are rebuilt at midnight US/Eastern (04:00 or 05:00 UTC), and that takes some minutes."""

REPLACED: Final = timedelta(hours=4)
"""After midnight UTC of the next day: from then on the feed may be that day's."""

LONGEST_DELAY_DAYS: Final = 4
"""Days from submission to the feed, over a weekend."""

_FRIDAY: Final = 4


def is_announced_on(day: date) -> bool:
    """Say whether the feed of a day may have papers: never on Saturday and Sunday."""
    return day.weekday() <= _FRIDAY


def feed_day(now: datetime) -> date:
    """Return the day of the newest feed that is surely there."""
    return (now - REBUILT).date()


def is_being_rebuilt(now: datetime) -> bool:
    """Say whether a feed asked for now may be of either of two days."""
    return REPLACED <= now - datetime.combine(now.date(), time(), now.tzinfo) < REBUILT


def announced_on(submitted_at: datetime) -> date:
    """Return the day of the feed that a paper submitted at that moment is in, if nothing holds it back."""
    local = submitted_at.astimezone(EASTERN)
    day = local.date() if local.time() < CUT_OFF else local.date() + timedelta(days=1)
    while not is_announced_on(day):
        day += timedelta(days=1)
    # What makes Friday's cut-off is announced on Sunday evening.
    return day + timedelta(days=3 if day.weekday() == _FRIDAY else 1)
