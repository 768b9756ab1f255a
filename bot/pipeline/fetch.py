"""Fetch: ask each source for the lists that are due, store their papers, remember how it went.

Sources are fetched side by side and know nothing of one another: one that fails changes nothing for the rest. What to
ask for follows from the clock and the stored fetch records alone, so a source that was away is asked for the days it
missed, and a `once` asks for the same lists as the service would.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.errors import SourceError, StoreError, reference
from bot.model.fetching import Fetched, FetchPlanInput, FetchRecord, FetchTask, Ingested
from bot.model.outcome import OutcomeKind
from bot.ports import Clock, PaperSource, Store

log = logging.getLogger(__name__)

RECORDS_LOOKED_AT = timedelta(days=40)
"""How far back fetch records matter: a back-fill of 30 days, and some; older ones only where there are no others."""

EVER = datetime(2000, 1, 1, tzinfo=UTC)

LEASE = timedelta(minutes=5)
"""How long a process may be silent before another fetches its source; renewed before every list."""

BACKOFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""Waiting times after errors in a row; the last one repeats."""

ERRORS_IN_A_ROW = 2
"""After so many a source counts as away, and the rest of its lists wait for the next tick.

Lists that were answered and could not be read do not count: they would keep the newer ones out of every round.
"""

Reporter = Callable[[FetchRecord], None]
"""Hears how the fetch of each list ended."""


def _tell_nobody(_: FetchRecord) -> None:
    """Report to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchContext:
    """What every fetch needs: the store, the clock, who fetches (for the leases), and who hears of each list."""

    store: Store
    clock: Clock
    holder: str
    report: Reporter = _tell_nobody


async def fetch_due(
    context: FetchContext, sources: Sequence[PaperSource], *, categories: frozenset[str], backfill_days: int = 0
) -> tuple[FetchRecord, ...]:
    """Fetch every list that is due now; returns how each ended.

    `categories` are the arXiv categories of the settings; those of active subscriptions are added. `backfill_days` is
    above 0 when an empty store is to be filled. A source that another process is fetching is left to it.

    Raises:
        StoreError: the database failed; the lists fetched before are stored.
    """
    wanted = categories | await context.store.subscriptions.categories()
    now = context.clock.now()

    def plan(source: PaperSource, records: tuple[FetchRecord, ...]) -> tuple[FetchTask, ...]:
        return source.plan(FetchPlanInput(now=now, records=records, categories=wanted, backfill_days=backfill_days))

    return await _side_by_side([_fetch_source(context, source, plan) for source in sources])


async def fetch_dates(
    context: FetchContext, source: PaperSource, first: date, last: date, *, categories: frozenset[str]
) -> tuple[FetchRecord, ...]:
    """Fetch a source's lists of these dates (inclusive) again; returns how each ended.

    Raises:
        RefusedError: the source cannot give these dates.
        StoreError: the database failed.
    """
    wanted = categories | await context.store.subscriptions.categories()
    tasks = source.tasks_for(first, last, wanted)
    return await _fetch_source(context, source, lambda _source, _records: tasks)


async def _side_by_side(fetches: Sequence[Awaitable[tuple[FetchRecord, ...]]]) -> tuple[FetchRecord, ...]:
    async def settled(fetch: Awaitable[tuple[FetchRecord, ...]]) -> tuple[FetchRecord, ...] | StoreError:
        try:
            return await fetch
        except StoreError as error:
            return error

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(settled(fetch)) for fetch in fetches]
    results = [task.result() for task in tasks]
    for result in results:
        if isinstance(result, StoreError):
            raise result
    return tuple(record for result in results if not isinstance(result, StoreError) for record in result)


Plan = Callable[[PaperSource, tuple[FetchRecord, ...]], tuple[FetchTask, ...]]


async def _fetch_source(context: FetchContext, source: PaperSource, plan: Plan) -> tuple[FetchRecord, ...]:
    store, clock = context.store, context.clock
    if not await store.leases.acquire(source.name, context.holder, clock.wall(), LEASE):
        return ()
    done: list[FetchRecord] = []
    unanswered = 0
    try:
        # An outage may be longer than the records looked at, and is no new store.
        recent = await store.outcomes.fetch_records(source.name, clock.now() - RECORDS_LOOKED_AT)
        records = recent or await store.outcomes.fetch_records(source.name, EVER)
        failures = {record.key: record.failures for record in records}
        for task in plan(source, records):
            if not await store.leases.acquire(source.name, context.holder, clock.wall(), LEASE):
                break
            record, is_answered = await _fetch_list(context, source, task, failures.get(task.key, 0))
            done.append(record)
            unanswered = 0 if is_answered else unanswered + 1
            if unanswered == ERRORS_IN_A_ROW:
                break
    finally:
        await store.leases.release(source.name, context.holder)
    return tuple(done)


async def _fetch_list(
    context: FetchContext, source: PaperSource, task: FetchTask, failures: int
) -> tuple[FetchRecord, bool]:
    """Fetch one list, store its papers, and record how it ended; returns that, and whether the source answered.

    `failures` counts the errors in a row before this.
    """
    at = context.clock.now()
    is_answered = True
    try:
        fetched = await source.fetch(task)
        record = _done(task, fetched, await context.store.papers.ingest(fetched.papers, at), at)
    except StoreError:
        raise
    except SourceError as error:
        is_answered = error.answered
        record = _failed(task, error.reason, at, failures + 1, error.retry_after)
    except Exception:
        # Border: what one list trips over is its own trouble, and must stop neither the source nor the others.
        ref = reference()
        log.exception("%s %s cannot be read (ref %s)", task.source, task.key, ref)
        record = _failed(task, f"an unexpected answer (ref {ref})", at, failures + 1, None)
    await context.store.outcomes.record_fetch(record, record.outcome())
    if not record.ok:
        log.warning("%s %s: %s", record.source, record.key, record.reason)
    context.report(record)
    return record, is_answered


def _done(task: FetchTask, fetched: Fetched, ingested: Ingested, at: datetime) -> FetchRecord:
    skipped = "; ".join(f"{skip.item}: {skip.why}" for skip in fetched.skipped[:3])
    more = f" and {len(fetched.skipped) - 3} more" if len(fetched.skipped) > 3 else ""  # noqa: PLR2004 - as above
    reasons = (fetched.reason, f"skipped {skipped}{more}" if skipped else "")
    return FetchRecord(
        source=task.source,
        key=task.key,
        at=at,
        ok=True,
        kind=fetched.kind,
        reason="; ".join(reason for reason in reasons if reason),
        seen=ingested.seen,
        new=ingested.new,
        skipped=len(fetched.skipped),
        etag=fetched.etag,
    )


def _failed(task: FetchTask, reason: str, at: datetime, failures: int, retry_after: timedelta | None) -> FetchRecord:
    wait = BACKOFF[min(failures, len(BACKOFF)) - 1]
    return FetchRecord(
        source=task.source,
        key=task.key,
        at=at,
        ok=False,
        kind=OutcomeKind.DOWN,
        reason=reason,
        failures=failures,
        retry_at=at + max(wait, retry_after or wait),
    )
