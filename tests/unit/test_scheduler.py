"""The alarm clock: ticks come at once and at their interval, never twice at a time, and can be stopped."""

import asyncio
from datetime import timedelta

from adapters.scheduler import Ticker
from bot.clock import SystemClock

QUICK = timedelta(milliseconds=20)
SLOW = timedelta(hours=1)
PATIENCE = 30


class Counter:
    """Counts its calls, and lets somebody wait for one of them."""

    def __init__(self, awaited: int) -> None:
        self.calls = 0
        self.reached = asyncio.Event()
        self._awaited = awaited

    async def __call__(self) -> None:
        self.calls += 1
        if self.calls >= self._awaited:
            self.reached.set()


class Endless:
    """A tick that goes on until it is cancelled or released, and knows how often it ran at once."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.release = asyncio.Event()
        self.was_cancelled = False
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1
        self.began.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise


async def test_a_tick_comes_at_once_and_then_at_its_interval() -> None:
    at_once, often = Counter(1), Counter(3)
    async with asyncio.timeout(PATIENCE), Ticker(SystemClock()) as ticker:
        ticker.every(SLOW, "at once", at_once)
        ticker.every(QUICK, "often", often)
        await at_once.reached.wait()
        await often.reached.wait()
    assert at_once.calls == 1


async def test_a_tick_that_takes_long_never_runs_beside_itself_and_holds_up_no_other() -> None:
    long, other = Endless(), Counter(4)
    async with asyncio.timeout(PATIENCE), Ticker(SystemClock()) as ticker:
        ticker.every(QUICK, "long", long)
        await long.began.wait()
        ticker.every(QUICK, "other", other)
        await other.reached.wait()
        assert long.calls == 1


async def test_after_hold_what_runs_goes_on_and_nothing_begins() -> None:
    async with asyncio.timeout(PATIENCE), Ticker(SystemClock()) as held, Ticker(SystemClock()) as witness:
        running, often = Endless(), Counter(1)
        held.every(QUICK, "running", running)
        held.every(QUICK, "often", often)
        await running.began.wait()
        await often.reached.wait()
        held.hold()
        before = often.calls
        time_passes = Counter(5)
        witness.every(QUICK, "witness", time_passes)
        await time_passes.reached.wait()
        assert often.calls == before
        assert not await held.settled("running", timedelta(0))
        running.release.set()
        assert await held.settled("running", timedelta(seconds=PATIENCE))
    assert not running.was_cancelled


async def test_a_tick_can_be_cancelled_alone() -> None:
    stopped, going = Endless(), Endless()
    async with asyncio.timeout(PATIENCE), Ticker(SystemClock()) as ticker:
        ticker.every(SLOW, "stopped", stopped)
        ticker.every(SLOW, "going", going)
        await stopped.began.wait()
        await going.began.wait()
        await ticker.stop("stopped")
        await ticker.stop("never called")
        assert stopped.was_cancelled
        assert not going.was_cancelled


async def test_leaving_cancels_what_still_runs() -> None:
    running = Endless()
    async with asyncio.timeout(PATIENCE), Ticker(SystemClock()) as ticker:
        ticker.every(SLOW, "running", running)
        await running.began.wait()
    assert running.was_cancelled
