"""A channel under another id: everything that names it goes along, in one transaction.

Rows name a channel by its key, so the id changes in one place; only requests behind buttons hold it as a text. Where
the new id has had nothing but notices, they become the channel's own; what it had itself is not said twice.
"""

from dataclasses import replace

from sqlalchemy import Row, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.channels import is_channel
from adapters.sql.tables import change, delivery, ledger, request
from adapters.sql.tables import channel as channels
from bot.model.channel import Channel


async def move(connection: AsyncConnection, channel: Channel, new_id: str) -> bool:
    """Give a channel another id inside an open transaction; False, and nothing is changed, when both are in use."""
    either = or_(is_channel(channel), is_channel(replace(channel, id=new_id)))
    rows = await connection.execute(select(channels).where(either).order_by(channels.c.key).with_for_update())
    found = {row.id: row for row in rows}
    old, new = found.get(channel.id), found.get(new_id)
    if old is not None and new is not None:
        if not await _has_notices_alone(connection, new):
            return False
        await _take_over(connection, old.key, new.key)
    if old is not None:
        await connection.execute(update(channels).where(channels.c.key == old.key).values(id=new_id))
    mine = (
        request.c.platform == channel.platform,
        request.c.workspace == channel.workspace,
        request.c.channel == channel.id,
    )
    await connection.execute(update(request).where(*mine).values(channel=new_id))
    return True


async def _has_notices_alone(connection: AsyncConnection, row: Row[*tuple[object, ...]]) -> bool:
    """Say whether nobody has subscribed or changed anything in a channel, and no paper was posted there."""
    has_history = or_(exists().where(change.c.channel == row.key), exists().where(ledger.c.channel == row.key))
    return not row.last_number and not await connection.scalar(select(has_history))


async def _take_over(connection: AsyncConnection, key: int, other: int) -> None:
    """Make a channel's deliveries another's, but for those that this one had too, and forget the channel."""
    own = delivery.alias("own")
    is_double = exists().where(own.c.channel == key, own.c.kind == delivery.c.kind, own.c.slot == delivery.c.slot)
    await connection.execute(delete(delivery).where(delivery.c.channel == other, is_double))
    await connection.execute(update(delivery).where(delivery.c.channel == other).values(channel=key))
    await connection.execute(delete(channels).where(channels.c.key == other))
