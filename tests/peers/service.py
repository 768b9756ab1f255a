"""`paperround run` as it is, but for the day: `now` is the machine's time and the hours that a file holds.

    python -m tests.peers.service FILE

What a test wants to see at nine it sees at once, by writing another number to the file. Everything else is the
service's own: its processes, its ticks, its pacing, which go by the machine's time.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.cli.options import Role
from bot.cli.service import run_service
from bot.clock import SystemClock
from bot.logs import start_logging
from bot.settings import load_settings


class ShiftedClock(SystemClock):
    """The machine's time, shifted by the seconds in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """Return the shifted present."""
        return super().now() + timedelta(seconds=float(self._file.read_text()))

    def wall(self) -> datetime:
        """Return the machine's present."""
        return super().now()

    def jump(self, moment: datetime) -> None:
        """Let it be that moment now; the file is replaced, so that nobody reads half of it."""
        new = self._file.with_suffix(".new")
        new.write_text(str((moment - self.wall()).total_seconds()))
        new.replace(self._file)


if __name__ == "__main__":
    start_logging()
    sys.exit(asyncio.run(run_service(load_settings(), role=Role.ALL, clock=ShiftedClock(Path(sys.argv[1])))))
