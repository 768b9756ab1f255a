"""A loop of the running service as its operator sees it: does it tick, and how did the last tick end? Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

LONGEST_TICK = timedelta(hours=1)
"""A tick that runs longer hangs: a back-fill of 30 days and a morning of 1,000 channels take minutes."""

SPARE = timedelta(minutes=1)
"""How late a tick may begin, beyond two of its intervals: a busy process is late, and not stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What is known of one loop of the service.

    `since` is when its present tick began (`is_running`), else when the last one ended. `done` and `failed` count the
    ticks that ended well and those that did not. `fault` says why the last one failed; empty when it went well.
    """

    name: str
    interval: timedelta
    since: datetime
    is_running: bool = False
    done: int = 0
    failed: int = 0
    fault: str = ""

    def begun(self, at: datetime) -> Self:
        """Return the loop with a tick running."""
        return replace(self, is_running=True, since=at)

    def ended(self, at: datetime, fault: str = "") -> Self:
        """Return the loop at rest; an empty `fault` is a tick that went well."""
        return replace(
            self,
            is_running=False,
            since=at,
            done=self.done + (not fault),
            failed=self.failed + bool(fault),
            fault=fault,
        )

    def stall(self, now: datetime) -> str:
        """Say how long it has been stuck; empty while it ticks."""
        lasts = now - self.since
        if lasts <= (LONGEST_TICK if self.is_running else 2 * self.interval + SPARE):
            return ""
        return (
            f"{self.name}: {'one tick runs' if self.is_running else 'no tick began'} for {lasts.total_seconds():.0f} s"
        )
