"""Claims: which worker holds which delivery, and what it may write while it does.

A claim is a lease (`held_until`) and a fence (`attempt`). Every write names the fence and has no effect once another
worker has claimed, or the delivery was cancelled. A channel's row is locked while one of its deliveries is chosen, and
the choice is made again once the lock is there: so two deliveries of one channel are never held at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.channels import channel_of
from adapters.sql.tables import channel as channels
from adapters.sql.tables import delivery, part
from adapters.sql.turns import NEXT_OF_EACH_CHANNEL
from bot.model.delivery import Claim, DeliveryKey, DeliveryState, Kind, Part, PartState, Receipt, Rendered

# Statements are made once, as in `turns`.
_NEXT_OF_THESE: Final = NEXT_OF_EACH_CHANNEL.where(delivery.c.channel.in_(bindparam("channels", expanding=True)))
_LET_GO: Final = (
    update(delivery)
    .where(delivery.c.channel.in_(bindparam("channels", expanding=True)), delivery.c.held_until.is_not(None))
    .values(held_until=None)
)
_TAKE: Final = (
    update(delivery)
    .where(delivery.c.key.in_(bindparam("keys", expanding=True)))
    .values(attempt=delivery.c.attempt + 1, held_until=bindparam("until"), due_at=bindparam("until"))
)
_TAKEN: Final = (
    select(delivery, channels.c.id)
    .join(channels, channels.c.key == delivery.c.channel)
    .where(delivery.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(delivery.c.slot, delivery.c.key)
)
_PARTS: Final = (
    select(part).where(part.c.delivery.in_(bindparam("keys", expanding=True))).order_by(part.c.delivery, part.c.index)
)


async def is_any_due(connection: AsyncConnection, now: datetime) -> bool:
    """Say whether a look for deliveries may find one."""
    due = select(delivery.c.key).where(delivery.c.state == DeliveryState.PENDING, delivery.c.due_at <= now).limit(1)
    return (await connection.execute(due)).first() is not None


def claim(connection: Connection, now: datetime, lease: timedelta, channel_keys: Sequence[int]) -> tuple[Claim, ...]:
    """Take the next due delivery of each of these channels, which are locked, inside an open transaction."""
    # Another worker may have claimed between our reading and our lock: what it did is seen only now.
    chosen = connection.execute(_NEXT_OF_THESE, {"now": now, "channels": channel_keys}).all()
    keys = [row.key for row in chosen]
    # A worker of the same channel whose lease ran out must not go on beside the new one.
    connection.execute(_LET_GO, {"channels": [row.channel for row in chosen]})
    connection.execute(_TAKE, {"keys": keys, "until": now + lease})
    parts = _parts_of(connection, keys)
    return tuple(_claim_of(row, parts[row.key]) for row in connection.execute(_TAKEN, {"keys": keys}))


def _claim_of(row: Row[Any], parts: Sequence[Part]) -> Claim:
    return Claim(
        key=DeliveryKey(row.key),
        channel=channel_of(row),
        kind=Kind(row.kind),
        slot=row.slot,
        attempt=row.attempt,
        failures=row.failures,
        created_at=row.created_at,
        document=row.document,
        parts=tuple(parts),
    )


def is_held_by(claim: Claim) -> ColumnElement[bool]:
    """Return the condition that a row of `delivery` is still this worker's."""
    return and_(
        delivery.c.key == claim.key,
        delivery.c.attempt == claim.attempt,
        delivery.c.state == DeliveryState.PENDING,
        delivery.c.held_until.is_not(None),
    )


async def is_mine(connection: AsyncConnection, claim: Claim) -> bool:
    """Say whether the claim still holds; if so, nobody can take it before the transaction ends."""
    mine = select(delivery.c.key).where(is_held_by(claim)).with_for_update()
    return (await connection.execute(mine)).first() is not None


async def parts_of(connection: AsyncConnection, delivery_keys: Sequence[int]) -> dict[int, list[Part]]:
    """Return the stored parts of deliveries, in order."""
    return await connection.run_sync(_parts_of, delivery_keys)


def _parts_of(connection: Connection, delivery_keys: Sequence[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    for row in connection.execute(_PARTS, {"keys": delivery_keys}):
        # A receipt is known by its message's id; the link to it may be empty.
        receipt = None if row.message is None else Receipt(message=row.message, href=row.href)
        found[row.delivery].append(
            Part(
                index=row._mapping["index"],  # noqa: SLF001 - a row is a tuple, whose .index is a method
                rendered=Rendered(payload=row.payload, papers=row.papers, title=row.title or ""),
                state=PartState(row.state),
                receipt=receipt,
            )
        )
    return found


async def set_part(connection: AsyncConnection, claim: Claim, index: int, **values: object) -> Sequence[str]:
    """Write to one part, and return the papers it shows; nothing happens to one that has its receipt."""
    this = update(part).where(part.c.delivery == claim.key, part.c.index == index, part.c.state != PartState.ACCEPTED)
    return await connection.scalar(this.values(**values).returning(part.c.papers)) or ()
