"""The one short transaction that makes a delivery: what was read is still so, or nothing happens."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from adapters.sql.channels import given_key
from adapters.sql.engine import ConflictError, Database
from adapters.sql.ledger import values_of
from adapters.sql.outcomes import store_outcomes
from adapters.sql.tables import channel, delivery, delivery_subscription, ledger, subscription
from bot.document import Document
from bot.model.delivery import DeliveryState
from bot.ports import Enqueued, Run
from bot.snapshot import to_json

# Made once: a statement that is built again for every channel costs more than the database takes to run it.
_LOCKED: Final = (
    select(
        subscription.c.channel,
        subscription.c.number,
        subscription.c.next_due,
        subscription.c.seen_change,
        subscription.c.version,
        subscription.c.state,
    )
    .join(channel, channel.c.key == subscription.c.channel)
    .where(
        *(channel.c[name] == bindparam(name) for name in ("platform", "workspace", "id")),
        subscription.c.number.in_(bindparam("numbers", expanding=True)),
    )
    .order_by(subscription.c.number)
    .with_for_update(of=subscription)
)
_MOVED: Final = (
    update(subscription)
    .where(subscription.c.channel == bindparam("_channel"), subscription.c.number == bindparam("_number"))
    .values({name: bindparam(name) for name in ("next_due", "last_run_at", "seen_change")})
)
_NEW_DELIVERY: Final = insert(delivery).returning(delivery.c.key)
_NEW_LINK: Final = insert(delivery_subscription)
_NEW_ROW: Final = insert(ledger)


def enqueue(connection: Connection, database: Database, enqueued: Enqueued) -> None:
    """Store a delivery, its ledger rows, outcomes and moved clocks inside an open transaction.

    Raises:
        ConflictError: something is not as it was read, or a unique key is taken; the caller undoes the transaction.
    """
    if enqueued.runs:
        stored = _locked(connection, enqueued)
        if not all(_is_as_read(run, stored.get(run.subscription.number)) for run in enqueued.runs):
            raise ConflictError("a subscription changed while its digest was composed")
        channel_key = next(row.channel for row in stored.values())
    else:
        channel_key = given_key(connection, database, enqueued.channel)
    if enqueued.document is not None:
        _store_delivery(connection, channel_key, enqueued, enqueued.document)
    if enqueued.runs:
        connection.execute(_MOVED, [_moved(channel_key, run, enqueued.at) for run in enqueued.runs])
    store_outcomes(connection, enqueued.outcomes)


def _locked(connection: Connection, enqueued: Enqueued) -> Mapping[int, Row[*tuple[Any, ...]]]:
    """Return the subscriptions of the runs as they are now; nobody changes them before the transaction ends."""
    numbers = [run.subscription.number for run in enqueued.runs]
    rows = connection.execute(_LOCKED, {**asdict(enqueued.channel), "numbers": numbers})
    return {row.number: row for row in rows}


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


def _later(run: Run) -> datetime | None:
    """Return where the clock goes: never backwards, as a run `--as-of` an earlier moment would have it."""
    known = run.subscription.next_due
    return max(known, run.next_due) if known and run.next_due else run.next_due


def _store_delivery(connection: Connection, channel_key: int, enqueued: Enqueued, document: Document) -> None:
    new = {
        "channel": channel_key,
        "platform": enqueued.channel.platform,
        "workspace": enqueued.channel.workspace,
        "kind": enqueued.kind,
        "slot": enqueued.slot,
        "state": DeliveryState.PENDING,
        "attempt": 0,
        "failures": 0,
        "due_at": enqueued.at,
        "created_at": enqueued.at,
        "document": to_json(document),
        "reason": "",
    }
    key = connection.execute(_NEW_DELIVERY, new).scalar_one()
    if enqueued.runs:
        connection.execute(_NEW_LINK, [{"delivery": key, "number": run.subscription.number} for run in enqueued.runs])
    if enqueued.ledger:
        # In the order in which merging locks papers, so that neither waits for the other for ever.
        rows = sorted(enqueued.ledger, key=lambda row: row.paper)
        connection.execute(_NEW_ROW, [values_of(row, channel_key, key) for row in rows])
