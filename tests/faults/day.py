"""A day with many digests due, the service that posts them, and what really came out."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from subprocess import TimeoutExpired

from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from bot.clock import SystemClock
from bot.model.channel import Channel, Platform
from bot.model.delivery import LEASE
from bot.model.paper import Paper, PaperId
from tests.builders import a_sighting
from tests.changing import add
from tests.conformance.deliveries import a_new_subscription
from tests.console import Console
from tests.forked import Started

LOOK_SECONDS = 0.002
"""How often the file is looked at while waiting for the next line."""

PAPERS = 3


@dataclass(frozen=True, slots=True)
class Day:
    """A database in which each channel's digest is due, its slots spread over a day that has passed."""

    console: Console
    url: str
    channels: int

    @property
    def file(self) -> Path:
        """The file to which digests are appended: the record of what was really posted."""
        return self.console.folder / "posted.jsonl"

    def posted(self) -> list[tuple[str, str, int]]:
        """Read (channel, slot, part) of every line, in order. A line that a kill tore is no delivery."""
        if not self.file.exists():
            return []
        found = []
        for line in self.file.read_bytes().splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue
            assert len(said["papers"]) == PAPERS
            found.append((said["channel"], said["slot"], said["part"]))
        return found

    def lines(self) -> int:
        """Count the whole lines of the file."""
        return self.file.read_bytes().count(b"\n") if self.file.exists() else 0

    @contextmanager
    def service(self) -> Iterator[Started]:
        """Run the service; whatever happens, its process has ended afterwards."""
        with self.console.start("run") as process:
            try:
                yield process
            finally:
                process.kill()

    def finish(self) -> None:
        """Post the rest, once every lease that a killed process left has run out."""
        later = SystemClock().now() + LEASE + timedelta(seconds=1)
        ended = self.console("once", "--no-fetch", "--as-of", later.isoformat())
        assert ended.status == 0, ended.err

    def lost_and_doubled(self) -> tuple[int, int]:
        """Count the digests that never came, and the lines that came once more than they should."""
        times = Counter(self.posted())
        return self.channels - len(times), sum(times.values()) - len(times)


async def a_day(url: str, folder: Path, channels: int) -> Day:
    """Prepare a migrated database with one subscription a channel, due, and papers that match."""
    await migrate(url)
    clock = SystemClock()
    async with open_store(url) as store:
        now = clock.now()
        await store.papers.ingest([_a_paper(number, now) for number in range(1, PAPERS + 1)], now)
        for number in range(channels):
            channel = Channel(Platform.CONSOLE, "local", f"c{number}")
            due = now - timedelta(days=1) + timedelta(days=1) * (number + 1) / (channels + 1)
            added = a_new_subscription(channel=channel)
            assert await add(store, added, now, due)
    environment = {
        "PAPERROUND_DATABASE_URL": url,
        "PAPERROUND_CONSOLE__FILE": "posted.jsonl",
        "PAPERROUND_TICK_SECONDS": "1",
    }
    return Day(Console(folder, environment), url, channels)


def _a_paper(number: int, now: datetime) -> Paper:
    return Paper(
        id=PaperId("arxiv", f"2606.{number:05}"),
        title=f"World model number {number}",
        sightings=(a_sighting(now.date()),),
        upvotes=10,
    )


def wait_for_lines(day: Day, process: Started, lines: int) -> None:
    """Return when the file has as many lines; the service must not end before."""
    while day.lines() < lines:
        try:
            process.wait(LOOK_SECONDS)
        except TimeoutExpired:
            continue
        raise AssertionError(f"the service ended by itself: {process.stderr.read()}")
