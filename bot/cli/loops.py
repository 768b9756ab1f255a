"""The loops of the running service: a tick that fails is a line in the log, and what every loop does can be asked."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from adapters.scheduler import Tick
from bot.errors import PaperroundError, reference
from bot.model.loop import Loop
from bot.ports import Clock

log = logging.getLogger(__name__)


class Loops:
    """What the loops of this process do, for the probes and the metrics."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._loops: dict[str, Loop] = {}

    def __call__(self) -> tuple[Loop, ...]:
        """Return every loop as it is now."""
        return tuple(self._loops.values())

    def watched(self, name: str, interval: timedelta, tick: Callable[[], Awaitable[None]]) -> Tick:
        """Let a failing tick be a line in the log; the next one goes on where the tables stand."""
        self._loops[name] = Loop(name=name, interval=interval, since=self._clock.wall())

        async def watched() -> None:
            before = self._loops[name]
            self._loops[name] = before.begun(self._clock.wall())
            fault = await _fault_of(name, tick, before.fault)
            if before.fault and not fault:
                log.info("%s goes on", name)
            self._loops[name] = self._loops[name].ended(self._clock.wall(), fault)

        return watched


async def _fault_of(name: str, tick: Callable[[], Awaitable[None]], known: str) -> str:
    """Run a tick; returns why it failed, logged once as long as it stays the same, or nothing."""
    try:
        await tick()
    except PaperroundError as error:
        if str(error) != known:
            log.error("%s: %s The next tick tries again.", name, error)  # noqa: TRY400 - the sentence says it all
        return str(error)
    except Exception:
        # Border: one tick must not end the service.
        ref = reference()
        log.exception("%s failed (ref %s); the next tick tries again", name, ref)
        return f"Something broke (ref {ref}); the log line has the ref."
    return ""
