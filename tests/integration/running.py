"""`paperround run` in a process of its own, read line by line."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.console import PATIENCE_SECONDS, Console
from tests.forked import Started


def a_console(folder: Path, settings: Mapping[str, str]) -> Console:
    """Give a console whose service ticks quickly, and asks nobody but Hugging Face."""
    return Console(folder, {"PAPERROUND_SOURCES": "hf", "PAPERROUND_TICK_SECONDS": "0.2", **settings})


class Running:
    """A running service, read line by line."""

    def __init__(self, process: Started) -> None:
        self.process = process
        self.seen = ""

    async def line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of the log; fails when the process ends before."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := await asyncio.to_thread(self.process.stderr.readline):
                self.seen += line
                if found := re.search(pattern, line):
                    return found
        pytest.fail(f"{pattern!r} is not in the log:\n{self.seen}")

    async def address(self) -> str:
        """Wait until it says where its web server is, and return that."""
        return (await self.line(r"health and metrics are at (\S+)"))[1]

    async def stop(self, *signals: signal.Signals) -> int:
        """Send SIGTERM, or these signals, one after another; returns the exit status."""
        for sent, each in enumerate(signals or (signal.SIGTERM,)):
            if sent:
                await self.line("stopping")  # two at once would be one
            self.process.send_signal(each)
        self.seen += await asyncio.to_thread(self.process.stderr.read)
        return await asyncio.to_thread(self.process.wait, PATIENCE_SECONDS)


@asynccontextmanager
async def running(console: Console, *arguments: str) -> AsyncIterator[Running]:
    """Run the service until the context is left, unless it ends before."""
    with console.start("run", *arguments) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
