"""What gateways do after a platform was told that we heard: so much at once, so much waiting, finished at the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any, Final

from bot.errors import PaperroundError, reference

log = logging.getLogger(__name__)

AT_ONCE: Final = 8
"""Commands worked on side by side: more would take the processor from acknowledgements, fewer wait for slow sources."""

MOST_WAITING: Final = 2_000
"""Commands that are waited for; more are refused in words, at once."""

AT_ONCE_OF_ONE: Final = 4
MOST_WAITING_OF_ONE: Final = 500
"""The same for one workspace: whoever floods, or is made to wait by the platform, holds up no other."""

URGENT_OF_ONE: Final = 16
"""Urgent parts of one workspace at once: a flood there makes no acknowledgement late but its own."""

PATIENCE: Final = timedelta(seconds=15)
"""How long what was begun may take when the gateway stops: less than the service waits for it."""

Job = Coroutine[Any, Any, None]
Excuse = Callable[[str], Awaitable[None]]


class _Share:
    """What one workspace has of the work."""

    def __init__(self) -> None:
        self.begun = 0
        self.turn = asyncio.Semaphore(AT_ONCE_OF_ONE)
        self.urgent = asyncio.Semaphore(URGENT_OF_ONE)


class Work:
    """The jobs of one platform's gateway, owned by `run`.

    An urgent job waits for its turn by itself, for what it does after its urgent part.
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
        """Begin a job; False when there are too many, of all or of the workspace, or the gateway does not run.

        An urgent one waits for no turn. Those of one line (None: of none) are done one after the other, as they were
        begun. Those of a workspace (empty: of none) have their share of the turns, and of what is urgent at once.
        `excuse` tells who waits for a job that it failed, with the reference that the log has.
        """
        share = self._shares.get(workspace) or _Share()
        is_full = len(self._jobs) >= MOST_WAITING or (workspace and share.begun >= MOST_WAITING_OF_ONE)
        if self._group is None or is_full:
            job.close()
            log.warning("%s: %s was not begun: %d others are", self._platform, name, len(self._jobs))
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
        """Forget a line that nobody stands in behind this one."""
        if self._lines.get(line) is task:
            del self._lines[line]

    def _give_back(self, workspace: str, share: _Share) -> None:
        """Forget a workspace of which nothing is left."""
        share.begun -= 1
        if not share.begun:
            del self._shares[workspace]

    @asynccontextmanager
    async def turn_of(self, workspace: str) -> AsyncIterator[None]:
        """Wait for a turn, in an urgent job of a workspace: for what it does after its urgent part."""
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
            # The workspace's own turn first: who waits for that one is in nobody else's way.
            async with share.turn if share else nullcontext(), self._turn:
                await job
        except PaperroundError as error:
            ref = reference()
            log.warning("%s: %s (ref %s): %s", self._platform, name, ref, error)
        except Exception:
            # Border: one job must not end the gateway.
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
            log.info("%s: %s (ref %s): nobody could be told: %s", self._platform, name, ref, error)
