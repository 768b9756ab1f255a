"""A loop of the running service as its operator sees it: does it tick, and how did the last tick end? Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

LONGEST_TICK = timedelta(hours=1)
"""A tick that runs longer hangs: a back-fill of 30 days and a morning of 1,000 channels take minutes."""

SPARE = timedelta(minutes=1)
"""How much later than at its second interval a tick may begin: a busy process is late, and not stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What is known of one loop: since when it runs or lasts, how often it ended well or ill, and its present fault.

    `fault` says why the last tick failed; it is empty once one did not.
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
