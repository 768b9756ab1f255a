"""`run`: the service. Three stages tick side by side and meet only in the tables.

SIGTERM, Ctrl-C ──> no tick begins ──> fetch and enqueue are cancelled (nothing half done is stored)
                                  └──> what is being posted is finished, for at most 25 seconds ──> status 0
a second signal ──> leave now ──> status 1, unless all was finished
"""

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from adapters.scheduler import Ticker
from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED
from bot.cli.loops import Loops
from bot.cli.options import Role
from bot.errors import SettingsError
from bot.model.fetching import FetchRecord
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.pipeline.fetch import Reporter, fetch_due
from bot.pipeline.quiet import note_silences
from bot.ports import Clock, Gateway
from bot.settings import HttpSettings, Settings
from bot.settings.slack import deafness

log = logging.getLogger(__name__)

BACKFILL_DAYS = 30
"""Hugging Face days that fill an empty store, so that preview and search work at once."""

DRAIN = timedelta(seconds=25)
"""How long posts may take to finish after SIGTERM: container runtimes kill after 30 seconds or less."""

CLOSE, CLOSE_AT_ONCE = timedelta(seconds=3), timedelta(seconds=1)
"""How long closing may take after that, and after a second signal."""

KEPT = timedelta(days=90)
"""How long deliveries, outcomes and changes are kept."""

PURGE_EVERY = timedelta(days=1)

LOOK_AFTER_EVERY = timedelta(seconds=10)
"""How often gateways are looked after: a connection that is lost is to be back before people notice."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """What signals ask for: the first to finish, the second to leave now."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    urged: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        """Note a signal."""
        (self.urged if self.asked.is_set() else self.asked).set()


async def run_service(settings: Settings, *, role: Role, clock: Clock | None = None) -> int:
    """Serve until a signal; returns the exit status. `clock` stands in for the machine's.

    Raises:
        SettingsError: nothing would be heard of Slack.
        RefusedError: the web server's port cannot be had.
        StoreError: the database cannot be opened.
    """
    if role is not Role.WORKER and (fault := deafness(settings.slack, settings.http)):
        raise SettingsError([fault])
    stopping = Stopping()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.ask)
    async with AsyncExitStack() as opened:
        app = await opened.enter_async_context(open_app(settings, clock=clock))
        await _rotate_keys(app)
        loops = Loops(app.clock)
        fetched: Reporter = report
        gateways = app.gateways() if role is not Role.WORKER else ()
        hearing = await opened.enter_async_context(_hearing(gateways))
        if settings.http.port is not None:
            serving = _serving(app, settings.http, loops, stopping, gateways)
            fetched = await opened.enter_async_context(serving)
        ticker = await opened.enter_async_context(Ticker(app.clock))
        for gateway in gateways:
            watched = loops.watched(gateway.platform, LOOK_AFTER_EVERY, gateway.look_after)
            ticker.every(LOOK_AFTER_EVERY, gateway.platform, watched)
        if role is not Role.GATEWAY:
            await _start_ticks(app, ticker, loops, stopping, fetched)
        spare_what_is_loaded()
        log.info(
            "paperround is ready: role %s, sources %s, a look at what is due every %g s",
            role,
            ", ".join(app.sources) or "none",
            settings.tick_seconds,
        )
        await stopping.asked.wait()
        status = await _drain(ticker, stopping, hearing)
        _leave_within(CLOSE if status == DONE else CLOSE_AT_ONCE, status)
    return status


def spare_what_is_loaded() -> None:
    """Let the collector of garbage pass over what is loaded by now, and stays.

    To look through it stops everything for 50 ms and more, again and again: a moment to post is missed by then.
    Source: https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()


async def _rotate_keys(app: App) -> None:
    """Encrypt stored tokens with the newest key, so that older ones can be taken away."""
    if not app.settings.secret_keys:
        return
    rotation = await app.store.installations.rotate()
    if rotation.changed:
        log.info("tokens encrypted anew with the newest key of PAPERROUND_SECRET_KEY: %d", rotation.changed)
    for name in rotation.unreadable:
        log.error("%s: no key of PAPERROUND_SECRET_KEY reads its token; paperround doctor says what to do", name)


@asynccontextmanager
async def _hearing(gateways: Sequence[Gateway]) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """Let the gateways serve; gives their tasks, which finish what they began once they are cancelled."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(gateway.serve()) for gateway in gateways]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()


@asynccontextmanager
async def _serving(
    app: App, http: HttpSettings, loops: Loops, stopping: Stopping, gateways: Sequence[Gateway]
) -> AsyncIterator[Reporter]:
    """Serve health, metrics, and what gateways answer; gives what to report fetches to, the log included."""
    # Nothing of the web server is imported where nobody asked for it.
    from adapters.web.listening import address_of, listen_at  # noqa: PLC0415
    from adapters.web.metrics import Metrics  # noqa: PLC0415
    from adapters.web.server import Health, application, mounted, serving  # noqa: PLC0415

    assert http.port is not None
    health = Health(store=app.store, clock=app.clock, loops=loops, is_stopping=stopping.asked.is_set)
    metrics = Metrics(app.store, app.clock, loops)
    with listen_at(http.host, http.port) as listening:
        log.info("health and metrics are at %s", address_of(listening))
        endpoints = {path: each for gateway in gateways for path, each in gateway.endpoints.items()}
        async with serving(application(health, metrics, mounted(endpoints)), listening):

            def report_and_count(record: FetchRecord) -> None:
                report(record)
                metrics.fetched(record)

            yield report_and_count


async def _start_ticks(app: App, ticker: Ticker, loops: Loops, stopping: Stopping, fetched: Reporter) -> None:
    statistics = await app.store.papers.statistics(app.clock.now())
    backfill_days = 0 if statistics.papers else BACKFILL_DAYS

    async def fetch() -> None:
        await fetch_due(
            app.fetch_context(fetched),
            tuple(app.sources.values()),
            categories=app.categories,
            backfill_days=backfill_days,
        )

    async def enqueue() -> None:
        if enqueued := await enqueue_and_note(app):
            log.info("enqueued %d", enqueued)

    async def deliver() -> None:
        sent = await deliver_due(app.store, app.messengers, app.clock, stopping=stopping.asked)
        if sent:
            log.info("delivered %d", sent)

    async def purge() -> None:
        now = app.clock.now()
        purged = await app.store.outbox.purge(now - KEPT) + await app.store.changes.purge(now - KEPT)
        if purged:
            log.info("purged %d deliveries, outcomes and changes of more than %d days ago", purged, KEPT.days)
        if over := await app.store.requests.purge(now):
            log.info("purged %d buttons that are over", over)
        await app.store.rate_limits.purge(app.clock.wall())

    interval = timedelta(seconds=app.settings.tick_seconds)
    for name, tick in (("fetch", fetch), ("enqueue", enqueue), ("deliver", deliver)):
        ticker.every(interval, name, loops.watched(name, interval, tick))
    ticker.every(PURGE_EVERY, "purge", loops.watched("purge", PURGE_EVERY, purge))


async def enqueue_and_note(app: App) -> int:
    """Enqueue what is due, and notes of the silences that show then; returns how many digests and notes that makes."""
    since = app.clock.now()
    enqueued = await enqueue_due(app.store, app.clock, default_zone=app.settings.timezone)
    return enqueued + await note_silences(app.store, app.clock, since)


def report(record: FetchRecord) -> None:
    """Log how the fetch of one list ended; errors were logged where they happened."""
    if record.ok:
        log.info("%s %s: %s, %d seen, %d new", record.source, record.key, record.kind, record.seen, record.new)


async def _drain(ticker: Ticker, stopping: Stopping, hearing: Sequence[asyncio.Task[None]]) -> int:
    """Finish what is being posted, unless it takes too long or a second signal comes; returns the exit status."""
    log.info("stopping: nothing more is claimed; what is being posted is finished")
    ticker.hold()
    urged = asyncio.ensure_future(stopping.urged.wait())
    posting = asyncio.ensure_future(_settled(ticker, hearing))
    await asyncio.wait([urged, posting], timeout=DRAIN.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    is_urged, is_settled = urged.done(), posting.done()
    for each in (urged, posting):
        each.cancel()
    if is_settled:
        log.info("stopped")
        return DONE
    log.warning("stopped before every post was finished; another process, or the next start, goes on with them")
    return FAILED if is_urged else DONE


async def _settled(ticker: Ticker, hearing: Sequence[asyncio.Task[None]]) -> None:
    """Cancel what leaves nothing half done, and wait for the posts, and for the answers to what was heard."""
    async with asyncio.TaskGroup() as group:
        for task in hearing:
            task.cancel()
        group.create_task(_ended(hearing))
        for name in ("fetch", "enqueue", "purge"):
            group.create_task(ticker.stop(name))
        group.create_task(ticker.settled("deliver", DRAIN))


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait until tasks have ended, however they do."""
    if tasks:
        await asyncio.wait(tasks)


def _leave_within(patience: timedelta, status: int) -> None:
    """End the process even if something does not let itself be closed: a lookup of a name, a call into a full disk.

    What is not finished then is as after a crash: the tables know it, and the next start goes on with it.
    """
    closing = threading.Timer(patience.total_seconds(), os._exit, [status])
    closing.daemon = True
    closing.start()
