"""The one short transaction that makes a delivery: what was read is still so, or nothing happens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import ConflictError
from adapters.sql.ledger import values_of
from adapters.sql.outcomes import store_outcomes
from adapters.sql.tables import delivery, delivery_subscription, ledger, subscription
from bot.document import Document
from bot.model.delivery import DeliveryState
from bot.ports import Enqueued, Run
from bot.snapshot import to_json

_MOVED: Final = (
    update(subscription)
    .where(subscription.c.channel == bindparam("_channel"), subscription.c.number == bindparam("_number"))
    .values({name: bindparam(name) for name in ("next_due", "last_run_at", "seen_change")})
)


async def enqueue(connection: AsyncConnection, channel_key: int, enqueued: Enqueued) -> None:
    """Store a delivery, its ledger rows, outcomes and moved clocks inside an open transaction.

    Raises:
        ConflictError: something is not as it was read, or a unique key is taken; the caller undoes the transaction.
    """
    stored = await _locked(connection, channel_key, enqueued)
    if not all(_is_as_read(run, stored.get(run.subscription.number)) for run in enqueued.runs):
        raise ConflictError("a subscription changed while its digest was composed")
    if enqueued.document is not None:
        await _store_delivery(connection, channel_key, enqueued, enqueued.document)
    if enqueued.runs:
        await connection.execute(_MOVED, [_moved(channel_key, run, enqueued.at) for run in enqueued.runs])
    await store_outcomes(connection, enqueued.outcomes)


async def _locked(
    connection: AsyncConnection, channel_key: int, enqueued: Enqueued
) -> Mapping[int, Row[*tuple[Any, ...]]]:
    """Return the subscriptions of the runs as they are now; nobody changes them before the transaction ends."""
    numbers = [run.subscription.number for run in enqueued.runs]
    columns = (
        subscription.c.number,
        subscription.c.next_due,
        subscription.c.seen_change,
        subscription.c.version,
        subscription.c.state,
    )
    rows = await connection.execute(
        select(*columns)
        .where(subscription.c.channel == channel_key, subscription.c.number.in_(numbers))
        .order_by(subscription.c.number)
        .with_for_update()
    )
    return {row.number: row for row in rows.all()}


def _is_as_read(run: Run, now: Row[*tuple[Any, ...]] | None) -> bool:
    read = run.subscription
    return now is not None and (now.next_due, now.seen_change, now.version, now.state) == (
        read.next_due,
        read.seen_change,
        read.version,
        read.state,
    )


def _moved(channel_key: int, run: Run, at: datetime) -> dict[str, Any]:
    """Return what `_MOVED` writes to one subscription."""
    return {
        "_channel": channel_key,
        "_number": run.subscription.number,
        "next_due": _later(run),
        "last_run_at": at,
        "seen_change": run.seen_change,
    }


def _later(run: Run) -> Any:
    """Return where the clock goes: never backwards, as a run `--as-of` an earlier moment would have it."""
    known = run.subscription.next_due
    return max(known, run.next_due) if known and run.next_due else run.next_due


async def _store_delivery(
    connection: AsyncConnection, channel_key: int, enqueued: Enqueued, document: Document
) -> None:
    new = insert(delivery).values(
        channel=channel_key,
        kind=enqueued.kind,
        slot=enqueued.slot,
        state=DeliveryState.PENDING,
        attempt=0,
        failures=0,
        due_at=enqueued.at,
        created_at=enqueued.at,
        document=to_json(document),
        reason="",
    )
    key = (await connection.execute(new.returning(delivery.c.key))).scalar_one()
    if enqueued.runs:
        links = [{"delivery": key, "number": run.subscription.number} for run in enqueued.runs]
        await connection.execute(insert(delivery_subscription), links)
    if enqueued.ledger:
        # In the order in which merging locks papers, so that neither waits for the other for ever.
        rows = sorted(enqueued.ledger, key=lambda row: row.paper)
        await connection.execute(insert(ledger), [values_of(row, channel_key, key) for row in rows])
