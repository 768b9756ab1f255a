"""Carrying out what a person changes in a channel, inside one open transaction that holds the channel's row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.cancelling import cancel_deliveries
from adapters.sql.channels import values_of as settings_values
from adapters.sql.engine import ConflictError
from adapters.sql.subscription_rows import ROWS, cadence_values, pause_values, subscription_of, values_of
from adapters.sql.tables import channel as channels
from adapters.sql.tables import source_change, subscription
from bot.model.cadence import Frequency
from bot.model.change import ChannelPlan
from bot.model.subscription import NewSubscription, SourceChoice, Subscription


async def carry_out(connection: AsyncConnection, key: int, plan: ChannelPlan, at: datetime) -> tuple[Subscription, ...]:
    """Change a channel whose row this transaction holds; returns the subscriptions that were added.

    Raises:
        ConflictError: something is not as it was read, or a query would be there twice; the caller undoes it all.
    """
    for each in plan.remove:
        await _remove(connection, key, each)
    for each in plan.edit:
        await _edit(connection, key, each)
    numbers = [await _add(connection, key, new, at, due) for new, due in plan.add]
    if plan.settings is not None:
        values = settings_values(plan.settings)
        await connection.execute(update(channels).where(channels.c.key == key).values(**values))
    await cancel_deliveries(connection, [key], at, "every subscription of it was paused or removed")
    rows = ROWS.where(subscription.c.channel == key, subscription.c.number.in_(numbers))
    return tuple(map(subscription_of, await connection.execute(rows.order_by(subscription.c.number))))


async def _remove(connection: AsyncConnection, key: int, known: Subscription) -> None:
    gone = await connection.execute(
        delete(subscription).where(
            subscription.c.channel == key,
            subscription.c.number == known.number,
            subscription.c.version == known.version,
        )
    )
    if gone.rowcount != 1:
        raise ConflictError(f"#{known.number} changed meanwhile")


async def _edit(connection: AsyncConnection, key: int, wanted: Subscription) -> None:
    mine = (subscription.c.channel == key) & (subscription.c.number == wanted.number)
    values: dict[str, Any] = {
        **cadence_values(wanted.cadence),
        **pause_values(wanted.pause),
        "query": str(wanted.query),
        "typed": wanted.query.typed,
        "cap": wanted.cap,
        "min_upvotes": wanted.min_upvotes,
        "upvoted_only": wanted.upvoted_only,
        "sources": tuple(map(str, wanted.sources)),
        "ping": wanted.ping or None,
        "floor_on": wanted.floor_on,
        "next_due": wanted.next_due,
    }
    before = (
        await connection.execute(select(subscription.c.frequency, subscription.c.pause_reason).where(mine))
    ).first()
    if before and (before.pause_reason or before.frequency != wanted.cadence.frequency):
        # Nothing is posted at once: what changed until now counts as answered.
        values["seen_change"] = await change_of(connection, wanted.sources)
    edited = await connection.execute(
        update(subscription)
        .where(mine, subscription.c.version == wanted.version)
        .values(**values, version=wanted.version + 1)
    )
    if edited.rowcount != 1:
        raise ConflictError(f"#{wanted.number} changed meanwhile")


async def _add(connection: AsyncConnection, key: int, new: NewSubscription, at: datetime, due: datetime | None) -> int:
    """Store a subscription under the channel's next number, and return it; the unique key refuses a second one."""
    counted = update(channels).where(channels.c.key == key).values(last_number=channels.c.last_number + 1)
    number: int = (await connection.execute(counted.returning(channels.c.last_number))).scalar_one()
    seen = await change_of(connection, new.sources) if new.cadence.frequency is Frequency.INSTANT else 0
    values = values_of(new, at, due, seen)
    await connection.execute(insert(subscription).values(channel=key, number=number, **values))
    return number


async def change_of(connection: AsyncConnection, sources: Iterable[SourceChoice]) -> int:
    """Return the change number that answers everything these sources have brought so far."""
    newest = select(func.max(source_change.c.change))
    names = {choice.source for choice in sources}
    return await connection.scalar(newest.where(source_change.c.source.in_(names))) or 0
