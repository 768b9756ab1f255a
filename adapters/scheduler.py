"""The alarm clock: calls ticks at intervals and holds no truth. The only importer of APScheduler.

What is due is decided by the tables (APScheduler's cron triggers skip or double local times when clocks change,
and its job store must not be shared), so a tick that is late, lost or doubled is harmless.
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
    """Calls each tick at once and then at its interval, never twice at a time, while the context is open.

    Leaving the context cancels what still runs.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": MemoryJobStore()})
        self._is_held = False
        self._running: dict[str, asyncio.Task[None]] = {}

    def every(self, interval: timedelta, name: str, tick: Tick) -> None:
        """Call `tick`, which raises nothing, every `interval` from now on."""

        async def call() -> None:
            if self._is_held:  # the alarm had gone off before it was held
                return
            self._running[name] = asyncio.ensure_future(_awaited(tick))
            # Waiting, unlike awaiting, passes neither an error nor a cancellation on to the scheduler.
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
        """Begin no tick any more; those that run go on."""
        self._is_held = True
        self._scheduler.pause()

    async def settled(self, name: str, within: timedelta) -> bool:
        """Wait until a tick is not running; False when it still is after `within`."""
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
