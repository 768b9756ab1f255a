"""A clock that moves only by what is slept, and remembers every sleep: no test waits for one."""

from datetime import datetime, timedelta


class SteppingClock:
    """Starts at a moment; sleeping ends at once, and moves it. `now` and `wall` are the same."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def wall(self) -> datetime:
        """Return the moment."""
        return self.moment

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
