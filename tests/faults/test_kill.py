"""kill -9 at random moments of a day with many deliveries: none is lost, and none doubled but what was in flight."""

import asyncio
import random
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired

import pytest

from tests.faults.day import Day, a_day, wait_for_lines

CHANNELS = 200
KILLS = 20
MOST_LINES = 8
"""Between two kills at most as many lines are waited for: the day must not be over before the last kill."""

LONGEST_STEP_SECONDS = 0.04


def kill_often(day: Day, draw: random.Random) -> None:
    """Start the service and kill it, again and again: before its first post, or after some more."""
    for left in range(KILLS, 0, -1):
        before = day.lines()
        remaining = day.channels - before
        assert remaining > 0, "the day was over before the last kill"
        with day.service() as process:
            assert any("paperround is ready" in line for line in iter(process.stderr.readline, ""))
            more = draw.randint(0, min(MOST_LINES, 2 * remaining // (3 * left)))
            wait_for_lines(day, process, before + more)
            # A line is one step of a delivery; the kill comes at any of them.
            with suppress(TimeoutExpired):
                process.wait(draw.uniform(0, LONGEST_STEP_SECONDS))


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.faults) for seed in range(2, 7))], ids="seed-{}".format
)
def test_nothing_is_lost_and_nothing_doubled_but_what_was_in_flight(empty_url: str, tmp_path: Path, seed: int) -> None:
    day = asyncio.run(a_day(empty_url, tmp_path, CHANNELS))
    kill_often(day, random.Random(seed))
    before = day.lines()
    day.finish()
    lost, doubled = day.lost_and_doubled()
    print(f"seed {seed}: {KILLS} kills, {before} of {CHANNELS} posted by then, {lost} lost, {doubled} doubled")  # noqa: T201
    assert lost == 0
    assert doubled <= KILLS
