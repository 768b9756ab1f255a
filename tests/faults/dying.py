"""A worker that ends itself at one step of a delivery, as kill -9 would: run as a process of its own.

python -m tests.faults.dying URL FILE STEP MOMENT
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.console.messenger import ConsoleMessenger
from adapters.sql.store import open_store
from bot.document import Document
from bot.model.delivery import Rendered
from bot.pipeline.deliver import deliver_due
from bot.ports import Clock, Messenger, Store
from tests.fakes.clock import SteppingClock

STEPS = ("claim", "store_parts", "attempt_part", "before post", "after post", "accept_part", "before settle", "settle")
"""Where it may end: after a step of the outbox, or before or after a post, or before the end."""

NEVER = "never"
KILLED = 9


class Dying:
    """A port whose calls go through, until one of them ends the process.

    `step` is the name of the call: with "before" the process ends in its place, else when it is done. `at` counts its
    calls from one.
    """

    def __init__(self, behind: object, step: str, at: int = 1) -> None:
        self._behind = behind
        self._step = step
        self._left = at

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._behind, name)
        if name == "outbox":
            self.outbox = Dying(real, self._step, self._left)
            return self.outbox
        return self._dying(real) if name == self._step.split()[-1] else real

    def _dying(self, real: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def call(*arguments: object) -> object:
            self._left -= 1
            if not self._left and self._step.startswith("before"):
                os._exit(KILLED)
            done = await real(*arguments)
            if not self._left:
                os._exit(KILLED)
            return done

        return call


async def deliver_and_die(store: Store, messenger: Messenger, clock: Clock, step: str, post: int = 2) -> None:
    """Deliver what is due, and end at a step; at a post it is by default the one of the second part."""
    dying: Messenger = Dying(messenger, step, post)
    await deliver_due(Dying(store, step), {messenger.platform: dying}, clock)


class PartByPart(ConsoleMessenger):
    """Makes a part of each paper: the console would put them all into one."""

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Render block by block."""
        return tuple(
            part
            for block in document.blocks
            for part in ConsoleMessenger.render(self, replace(document, blocks=(block,)))
        )


async def work(url: str, file: Path, step: str, moment: datetime) -> None:
    """Deliver to a file what is due at a moment, and end at a step."""
    async with open_store(url) as store:
        await deliver_and_die(store, PartByPart(file, sys.stdout), SteppingClock(moment), step)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3], datetime.fromisoformat(sys.argv[4])))
