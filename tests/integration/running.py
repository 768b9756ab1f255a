"""`paperround run` in a process of its own, read line by line."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.console import Console
from tests.forked import Started

PATIENCE = 120


class Running:
    """A running service, read line by line."""

    def __init__(self, process: Started) -> None:
        self.process = process
        self.seen = ""

    async def line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of the log; fails when the process ends before."""
        async with asyncio.timeout(PATIENCE):
            while line := await asyncio.to_thread(self.process.stderr.readline):
                self.seen += line
                if found := re.search(pattern, line):
                    return found
        pytest.fail(f"{pattern!r} is not in the log:\n{self.seen}")

    async def stop(self) -> int:
        """Send the signal; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        self.seen += await asyncio.to_thread(self.process.stderr.read)
        return await asyncio.to_thread(self.process.wait)


@asynccontextmanager
async def running(folder: Path, settings: Mapping[str, str], *arguments: str) -> AsyncIterator[Running]:
    """Run the service in a folder, with these settings and no others."""
    console = Console(folder, {"PAPERROUND_SOURCES": "hf", "PAPERROUND_TICK_SECONDS": "0.2", **settings})
    with console.start("run", *arguments) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
