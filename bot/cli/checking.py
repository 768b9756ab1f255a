"""One check of `doctor`, and the one of the clock, which every server that tells the time can answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
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


class Unpaced:
    """Pacing of a few requests: none. A broken database must not hide the state of everything else."""

    async def reserve(
        self, key: str, interval: timedelta, now: datetime, *, patience: timedelta | None = None
    ) -> timedelta:
        """Give a moment at once."""
        del key, interval, now, patience
        return timedelta(0)

    async def take(self, key: str, interval: timedelta, burst: int, now: datetime) -> timedelta:
        """Give a moment at once."""
        del key, interval, burst, now
        return timedelta(0)

    async def free_in(self, key: str, now: datetime) -> timedelta:
        """Let nobody wait."""
        del key, now
        return timedelta(0)

    async def hold(self, key: str, until: datetime) -> None:
        """Hold nothing."""
        del key, until

    async def purge(self, now: datetime) -> int:
        """Forget nothing, for nothing is remembered."""
        del now
        return 0
