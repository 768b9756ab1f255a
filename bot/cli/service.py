"""`run`: the service. Three stages tick side by side and meet only in the tables.

SIGTERM, Ctrl-C ──> no tick begins ──> fetch and enqueue are cancelled (nothing half done is stored)
                                  └──> what is being posted is finished, for at most 25 seconds ──> status 0
"""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.scheduler import Tick, Ticker
from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED
from bot.cli.options import Role
from bot.errors import PaperroundError, reference
from bot.model.fetching import FetchRecord
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.pipeline.fetch import fetch_due
from bot.settings import Settings

log = logging.getLogger(__name__)

BACKFILL_DAYS = 30
"""Hugging Face days that fill an empty store, so that preview and search work at once (DESIGN.md section 8)."""

DRAIN = timedelta(seconds=25)
"""How long posts may take to finish after SIGTERM: container runtimes kill after 30 seconds or less."""

KEPT = timedelta(days=90)
"""How long deliveries and outcomes are kept (DESIGN.md section 4)."""

PURGE_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stopping:
    """What signals ask for: the first to finish, the second to leave now."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    urged: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        """Note a signal."""
        (self.urged if self.asked.is_set() else self.asked).set()


async def run_service(settings: Settings, *, role: Role) -> int:
    """Serve until a signal; returns the exit status."""
    stopping = Stopping()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.ask)
    async with open_app(settings) as app, Ticker(app.clock) as ticker:
        if role is not Role.GATEWAY:
            await _start_ticks(app, ticker, stopping)
        log.info(
            "paperround is ready: role %s, sources %s, a look at what is due every %g s",
            role,
            ", ".join(app.sources) or "none",
            settings.tick_seconds,
        )
        await stopping.asked.wait()
        return await _drain(ticker, stopping)


async def _start_ticks(app: App, ticker: Ticker, stopping: Stopping) -> None:
    statistics = await app.store.papers.statistics(app.clock.now())
    backfill_days = 0 if statistics.papers else BACKFILL_DAYS

    async def fetch() -> None:
        await fetch_due(
            app.fetch_context(report),
            tuple(app.sources.values()),
            categories=app.categories,
            backfill_days=backfill_days,
        )

    async def enqueue() -> None:
        enqueued = await enqueue_due(app.store, app.clock, default_zone=app.settings.timezone)
        if enqueued:
            log.info("enqueued %d", enqueued)

    async def deliver() -> None:
        sent = await deliver_due(app.store, app.messengers, app.clock, stopping=stopping.asked)
        if sent:
            log.info("delivered %d", sent)

    async def purge() -> None:
        purged = await app.store.outbox.purge(app.clock.now() - KEPT)
        if purged:
            log.info("purged %d deliveries and outcomes of more than %d days ago", purged, KEPT.days)

    interval = timedelta(seconds=app.settings.tick_seconds)
    for name, tick in (("fetch", fetch), ("enqueue", enqueue), ("deliver", deliver)):
        ticker.every(interval, name, _guarded(name, tick))
    ticker.every(PURGE_EVERY, "purge", _guarded("purge", purge))


def _guarded(name: str, tick: Callable[[], Awaitable[None]]) -> Tick:
    """Let a failing tick be a line in the log; the next one goes on where the tables stand."""

    async def guarded() -> None:
        try:
            await tick()
        except PaperroundError as error:
            log.error("%s: %s; the next tick tries again", name, error)  # noqa: TRY400 - the sentence says it all
        except Exception:
            # Border: one tick must not end the service.
            log.exception("%s failed (ref %s); the next tick tries again", name, reference())

    return guarded


def report(record: FetchRecord) -> None:
    """Log how the fetch of one list ended; errors were logged where they happened."""
    if record.ok:
        log.info("%s %s: %s, %d seen, %d new", record.source, record.key, record.kind, record.seen, record.new)


async def _drain(ticker: Ticker, stopping: Stopping) -> int:
    log.info("stopping: nothing more is claimed; what is being posted is finished")
    ticker.hold()
    for name in ("fetch", "enqueue", "purge"):
        await ticker.stop(name)
    urged = asyncio.ensure_future(stopping.urged.wait())
    posting = asyncio.ensure_future(ticker.settled("deliver", DRAIN))
    await asyncio.wait([urged, posting], return_when=asyncio.FIRST_COMPLETED)
    urged.cancel()
    if posting.done() and posting.result():
        log.info("stopped")
        return DONE
    posting.cancel()
    log.warning("stopped before every post was finished; another process, or the next start, goes on with them")
    return DONE if not stopping.urged.is_set() else FAILED
