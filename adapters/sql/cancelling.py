"""Cancelling deliveries that nobody waits for any more, in the transaction that took their last subscription."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.ledger import release_rows
from adapters.sql.tables import delivery, delivery_subscription, subscription
from bot.model.delivery import DeliveryState
from bot.model.subscription import SubscriptionState


async def cancel_deliveries(
    connection: AsyncConnection, channel_keys: Sequence[int], at: datetime, reason: str
) -> None:
    """Cancel the pending deliveries of these channels that have no active subscription left, held ones too.

    The worker that holds one finds its lease lost. A delivery that never had a subscription (a greeting) stays.
    """
    mine = delivery_subscription.c.delivery == delivery.c.key
    is_wanted = exists().where(
        mine,
        subscription.c.channel == delivery.c.channel,
        subscription.c.number == delivery_subscription.c.number,
        subscription.c.state == SubscriptionState.ACTIVE,
    )
    rows = await connection.execute(
        select(delivery.c.key)
        .where(
            delivery.c.channel.in_(channel_keys),
            delivery.c.state == DeliveryState.PENDING,
            exists().where(mine),
            ~is_wanted,
        )
        .order_by(delivery.c.key)
        .with_for_update()
    )
    for key in rows.scalars().all():
        await connection.execute(
            update(delivery)
            .where(delivery.c.key == key)
            .values(state=DeliveryState.CANCELLED, held_until=None, settled_at=at, reason=reason)
        )
        await release_rows(connection, key)
