"""The only module that asks the operating system for the time."""

import asyncio
from datetime import UTC, datetime


class SystemClock:
    """The present as the machine has it, in UTC."""

    def now(self) -> datetime:
        """Return the present."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where time enters

    def wall(self) -> datetime:
        """Return the present."""
        return self.now()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        await asyncio.sleep(seconds)  # noqa: TID251 - the one place where time passes


class FixedClock(SystemClock):
    """A present that stands still (`--as-of`), while waiting and pacing follow the machine.

    It stands still so that what a run stores at this moment is not later than the moment itself.
    """

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment given."""
        return self._moment

    def wall(self) -> datetime:
        """Return the machine's present: servers of others are paced by real time."""
        return super().now()
