"""A worker that ends itself at one step of a delivery, as kill -9 would: run as a process of its own.

python -m tests.faults.dying URL FILE STEP MOMENT
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from adapters.console.messenger import ConsoleMessenger
from adapters.sql.store import open_store
from bot.clock import FixedClock
from bot.document import Document
from bot.model.delivery import Claim, Part, Receipt, Rendered
from bot.pipeline.deliver import deliver_due
from bot.ports import Store

STEPS = ("claim", "store_parts", "attempt_part", "before post", "after post", "accept_part", "before settle", "settle")
"""Where it may end: after a step of the outbox, or before or after a post, or before the end."""

NEVER = "never"
KILLED = 9


class Dying:
    """A port whose calls go through, and whose process ends at one of them."""

    def __init__(self, behind: object, step: str) -> None:
        self._behind = behind
        self._step = step

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._behind, name)
        if name == "outbox":
            return Dying(real, self._step)
        return self._dying(name, real) if self._step.endswith(name) else real

    def _dying(self, name: str, real: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
        async def call(*arguments: object) -> object:
            if self._step == f"before {name}":
                os._exit(KILLED)
            await real(*arguments)
            os._exit(KILLED)

        return call


class DyingMessenger(ConsoleMessenger):
    """Posts to the file; its process may end before or after the second part."""

    step = NEVER

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Make a part of each paper: the console would put them all into one."""
        return tuple(
            part
            for block in document.blocks
            for part in ConsoleMessenger.render(self, replace(document, blocks=(block,)))
        )

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post, or end."""
        if self.step == "before post" and part.index == 1:
            os._exit(KILLED)
        receipt = await super().post(claim, part, parts)
        if self.step == "after post" and part.index == 1:
            os._exit(KILLED)
        return receipt


async def work(url: str, file: Path, step: str, moment: datetime) -> None:
    """Deliver what is due at a moment, and end at a step."""
    clock = FixedClock(moment)
    messenger = DyingMessenger(file, sys.stdout)
    messenger.step = step
    async with open_store(url) as opened:
        store: Store = opened if "post" in step or step == NEVER else Dying(opened, step)
        await deliver_due(store, {messenger.platform: messenger}, clock)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), sys.argv[3], datetime.fromisoformat(sys.argv[4])))
