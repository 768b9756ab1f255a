"""What gateways do after a platform was told that we heard: so much at once, so much waiting, finished at the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from datetime import timedelta
from typing import Any, Final

from bot.errors import PaperroundError, reference

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Commands worked on side by side: more would take the processor from acknowledgements, fewer wait for slow sources."""

MOST_WAITING: Final = 2_000
"""Commands that are waited for; more are refused in words, at once."""

PATIENCE: Final = timedelta(seconds=15)
"""How long what was begun may take when the gateway stops: less than the service waits for it."""

Job = Coroutine[Any, Any, None]


class Work:
    """The jobs of one platform's gateway, owned by `run`.

    `turn` is what jobs wait for; an urgent one takes it by itself, for what it does after its urgent part.
    """

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._group: asyncio.TaskGroup | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self._lines: dict[Hashable, asyncio.Task[None]] = {}
        self.turn = asyncio.Semaphore(AT_ONCE)

    async def run(self, before_finishing: Callable[[], Awaitable[None]]) -> None:
        """Let jobs be begun until cancelled, and finish them then."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await asyncio.Event().wait()
            finally:
                self._group = None
                await before_finishing()
                await self.settled(PATIENCE)

    async def settled(self, patience: timedelta) -> None:
        """Wait until what was begun is done, at most so long."""
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=patience.total_seconds())

    def begin(self, name: str, job: Job, *, is_urgent: bool = False, in_line: Hashable = None) -> bool:
        """Begin a job; False when there are too many, or the gateway does not run.

        An urgent one waits for no turn. Those of one line (None: of none) are done one after the other, as they were
        begun.
        """
        if self._group is None or len(self._jobs) >= MOST_WAITING:
            job.close()
            log.warning("%s: %s was not begun: %d others are", self._platform, name, len(self._jobs))
            return False
        before = self._lines.get(in_line)
        task = self._group.create_task(self._done(name, job, before, is_urgent=is_urgent))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        if in_line is not None:
            self._lines[in_line] = task
            task.add_done_callback(lambda _: self._leave(in_line, task))
        return True

    def _leave(self, line: Hashable, task: asyncio.Task[None]) -> None:
        """Forget a line that nobody stands in behind this one."""
        if self._lines.get(line) is task:
            del self._lines[line]

    async def _done(self, name: str, job: Job, before: asyncio.Task[None] | None, *, is_urgent: bool) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            if is_urgent:
                await job
                return
            async with self.turn:
                await job
        except PaperroundError as error:
            log.warning("%s: %s: %s", self._platform, name, error)
        except Exception:
            # Border: one job must not end the gateway.
            log.exception("%s: %s failed (ref %s)", self._platform, name, reference())
        finally:
            job.close()
