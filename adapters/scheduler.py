"""The alarm clock: calls each tick at its interval, and knows nothing else. The only importer of APScheduler.

The database decides what is due, so a tick that is late, lost or doubled does no harm. APScheduler could not decide it:
its cron triggers skip or repeat local times when clocks change, and processes must not share its job store.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from types import TracebackType
from typing import Self

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.ports import Clock

Tick = Callable[[], Awaitable[None]]


class Ticker:
    """While its context is open, calls each tick at once and then at its interval, never twice at the same time.

    Leaving the context cancels ticks that still run.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": MemoryJobStore()})
        self._is_held = False
        self._running: dict[str, asyncio.Task[None]] = {}

    def every(self, interval: timedelta, name: str, tick: Tick) -> None:
        """Call `tick` now and then every `interval`; it must raise nothing, as nobody would see the error."""

        async def call() -> None:
            if self._is_held:  # APScheduler had started this call before `hold`
                return
            self._running[name] = asyncio.ensure_future(_awaited(tick))
            # `wait`, unlike `await`, passes neither an error nor a cancellation of the tick on to APScheduler.
            await asyncio.wait([self._running[name]])

        self._scheduler.add_job(
            call,
            IntervalTrigger(seconds=interval.total_seconds(), timezone=UTC),
            id=name,
            next_run_time=self._clock.wall(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def hold(self) -> None:
        """Start no more ticks; those that run go on."""
        self._is_held = True
        self._scheduler.pause()

    async def settled(self, name: str, within: timedelta) -> bool:
        """Wait until a tick is not running; False if it still is after `within`."""
        task = self._running.get(name)
        if task is None:
            return True
        _, running = await asyncio.wait([task], timeout=within.total_seconds())
        return not running

    async def stop(self, name: str) -> None:
        """Cancel a tick if it runs, and return when it has ended."""
        task = self._running.get(name)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def __aenter__(self) -> Self:
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hold()
        for name in tuple(self._running):
            await self.stop(name)
        self._scheduler.shutdown(wait=False)


async def _awaited(tick: Tick) -> None:
    await tick()
