"""`paperround run` in a process of its own, read line by line."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.console import STRICTLY, Console

PATIENCE = 120


class Running:
    """A running service, read line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.seen = ""

    async def line(self, pattern: str) -> re.Match[str]:
        """Wait for a line of the log; fails when the process ends before."""
        assert self.process.stderr
        async with asyncio.timeout(PATIENCE):
            while line := (await self.process.stderr.readline()).decode():
                self.seen += line
                if found := re.search(pattern, line):
                    return found
        pytest.fail(f"{pattern!r} is not in the log:\n{self.seen}")

    async def stop(self) -> int:
        """Send the signal; returns the exit status."""
        assert self.process.stderr
        self.process.send_signal(signal.SIGTERM)
        self.seen += (await self.process.stderr.read()).decode()
        return await self.process.wait()


@asynccontextmanager
async def running(folder: Path, settings: Mapping[str, str], *arguments: str) -> AsyncIterator[Running]:
    """Run the service in a folder, with these settings and no others."""
    console = Console(folder, {"PAPERROUND_SOURCES": "hf", "PAPERROUND_TICK_SECONDS": "0.2", **settings})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *STRICTLY, "-m", "bot", "run", *arguments),
        cwd=folder,
        env=console.variables,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Running(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
