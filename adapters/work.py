"""Runs a gateway's jobs: the work on commands, presses and events after their acknowledgement.

So many run at once, so many wait, and each workspace has its share, so that none holds up the others. When the service
stops, jobs that were begun are finished.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any, Final

from bot.errors import PaperroundError, reference

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Jobs that run at once. More would delay acknowledgements; with fewer, slow sources would hold up commands."""

MOST_WAITING: Final = 2_000
"""Jobs that run or wait; `begin` refuses more."""

AT_ONCE_OF_ONE: Final = 4
MOST_WAITING_OF_ONE: Final = 500
"""The same for one workspace, so that one that floods, or that the platform slows down, holds up no other."""

URGENT_OF_ONE: Final = 16
"""Urgent jobs of one workspace at once: a flood there delays only that workspace's own acknowledgements."""

PATIENCE: Final = timedelta(seconds=15)
"""How long begun jobs may take to finish when the gateway stops: less than the service waits for the gateway."""

Job = Coroutine[Any, Any, None]
Excuse = Callable[[str], Awaitable[None]]


class _Share:
    """One workspace's share: how many of its jobs exist, and its turns for ordinary and for urgent ones."""

    def __init__(self) -> None:
        self.begun = 0
        self.turn = asyncio.Semaphore(AT_ONCE_OF_ONE)
        self.urgent = asyncio.Semaphore(URGENT_OF_ONE)


class Work:
    """The jobs of one platform's gateway; they live inside `run`.

    An ordinary job starts when it has a turn. An urgent one (an acknowledgement with a time limit) starts at once, and
    enters `turn_of` for the slow rest of its work.
    """

    def __init__(self, platform: str) -> None:
        self._platform = platform
        self._group: asyncio.TaskGroup | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self._lines: dict[Hashable, asyncio.Task[None]] = {}
        self._shares: dict[str, _Share] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._urgent: dict[asyncio.Task[Any] | None, asyncio.Semaphore] = {}

    async def run(self, before_finishing: Callable[[], Awaitable[None]]) -> None:
        """Accept jobs until cancelled; then await `before_finishing` and finish what was begun."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await asyncio.Event().wait()
            finally:
                self._group = None
                await before_finishing()
                await self.settled(PATIENCE)

    async def settled(self, patience: timedelta) -> None:
        """Wait until all begun jobs are done, or `patience` is over."""
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=patience.total_seconds())

    def begin(
        self,
        name: str,
        job: Job,
        *,
        workspace: str = "",
        is_urgent: bool = False,
        in_line: Hashable = None,
        excuse: Excuse | None = None,
    ) -> bool:
        """Begin a job; False, and the job is closed, if there are too many or the gateway is not running.

        `name` is for the log. `workspace` is whose share of the turns it uses; empty for nobody's. `is_urgent` jobs
        wait for no turn. Jobs with the same `in_line` run one after the other, in the order of `begin`; None for no
        line. If the job fails, `excuse` is called with the log line's reference, to tell the person who waits.
        """
        share = self._shares.get(workspace) or _Share()
        is_full = len(self._jobs) >= MOST_WAITING or (workspace and share.begun >= MOST_WAITING_OF_ONE)
        if self._group is None or is_full:
            job.close()
            why = "the gateway is not running" if self._group is None else f"busy with {len(self._jobs)} others"
            log.warning("%s: refused %s: %s", self._platform, name, why)
            return False
        before = self._lines.get(in_line)
        mine = share if workspace else None
        task = self._group.create_task(self._done(name, job, before, mine, excuse, is_urgent=is_urgent))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        if workspace:
            share.begun += 1
            self._shares[workspace] = share
            task.add_done_callback(lambda _: self._give_back(workspace, share))
        if in_line is not None:
            self._lines[in_line] = task
            task.add_done_callback(lambda _: self._leave(in_line, task))
        return True

    def _leave(self, line: Hashable, task: asyncio.Task[None]) -> None:
        """Forget a line when its last job has ended."""
        if self._lines.get(line) is task:
            del self._lines[line]

    def _give_back(self, workspace: str, share: _Share) -> None:
        """Count a job of a workspace as ended; forget the workspace after its last one."""
        share.begun -= 1
        if not share.begun:
            del self._shares[workspace]

    @asynccontextmanager
    async def turn_of(self, workspace: str) -> AsyncIterator[None]:
        """Wait for a turn: an urgent job does this when its urgent part is over and the slow rest begins."""
        self._end_urgent_part()
        share = self._shares.get(workspace)
        async with share.turn if share else nullcontext(), self._turn:
            yield

    async def _done(
        self,
        name: str,
        job: Job,
        before: asyncio.Task[None] | None,
        share: _Share | None,
        excuse: Excuse | None,
        *,
        is_urgent: bool,
    ) -> None:
        ref = ""
        try:
            if before is not None:
                await asyncio.wait([before])
            if is_urgent:
                await self._done_urgently(job, share)
                return
            # The workspace's own turn first: while a job waits for that, it takes no turn from other workspaces.
            async with share.turn if share else nullcontext(), self._turn:
                await job
        except PaperroundError as error:
            ref = reference()
            log.warning("%s: %s failed (ref %s): %s", self._platform, name, ref, error)
        except Exception:
            # Border: one failing job must not end the gateway.
            ref = reference()
            log.exception("%s: %s failed (ref %s)", self._platform, name, ref)
        finally:
            job.close()
        if ref and excuse is not None:
            await self._excuse(name, excuse, ref)

    async def _done_urgently(self, job: Job, share: _Share | None) -> None:
        if share is not None:
            await share.urgent.acquire()
            self._urgent[asyncio.current_task()] = share.urgent
        try:
            await job
        finally:
            self._end_urgent_part()

    def _end_urgent_part(self) -> None:
        """Let another urgent job of the same workspace begin, if this one is in its urgent part."""
        if urgent := self._urgent.pop(asyncio.current_task(), None):
            urgent.release()

    async def _excuse(self, name: str, excuse: Excuse, ref: str) -> None:
        try:
            await excuse(ref)
        except PaperroundError as error:
            log.info("%s: %s (ref %s): could not tell who waits that it failed: %s", self._platform, name, ref, error)
