"""One check of `doctor`, and the one of the clock, which every server that tells the time can answer."""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

from bot.ports import Clock

CLOCK_MAY_DIFFER = timedelta(minutes=2)
"""Digests are due by the minute; Slack refuses signed requests that are 5 minutes off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: what it is about, what it found, and the fix when it failed (empty: all is well)."""

    name: str
    found: str
    fix: str = ""


def check_clock(clock: Clock, server: str, date: str) -> list[Check]:
    """Compare the machine's clock with a server's Date, if it sent one."""
    try:
        differs = abs(clock.wall() - parsedate_to_datetime(date))
    except ValueError:
        return []
    fix = "" if differs <= CLOCK_MAY_DIFFER else "Set the machine's clock; chrony or systemd-timesyncd keeps it right."
    return [Check(name="clock", found=f"{round(differs.total_seconds())} s apart from that of {server}", fix=fix)]
