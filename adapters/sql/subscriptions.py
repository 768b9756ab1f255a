"""Channels and their subscriptions: the `SubscriptionStore` port."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.cancelling import cancel_deliveries
from adapters.sql.changes import recorded
from adapters.sql.changing import carry_out, change_of
from adapters.sql.channels import channel_of, ensured_key, is_channel, key_of, rows_of, settings_of
from adapters.sql.engine import ConflictError, Database
from adapters.sql.moving import move
from adapters.sql.subscription_rows import ROWS, pause_values, subscription_of
from adapters.sql.tables import channel as channels
from adapters.sql.tables import delivery, source_change, subscription
from bot.model.cadence import Frequency
from bot.model.change import ChannelPlan, NewChange
from bot.model.channel import Channel, ChannelSettings
from bot.model.delivery import Kind
from bot.model.paper import ARXIV
from bot.model.subscription import Pause, PauseReason, Subscription, SubscriptionState
from bot.ports import ChannelSchedule, InstantCandidate
from bot.query.ast import positive_categories


class SqlSubscriptions:
    """`SubscriptionStore` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings(self, channel: Channel) -> ChannelSettings:
        """See `SubscriptionStore.settings`."""
        return (await self.settings_of([channel]))[channel]

    async def settings_of(self, channels: Iterable[Channel]) -> Mapping[Channel, ChannelSettings]:
        """See `SubscriptionStore.settings_of`."""
        wanted = list(dict.fromkeys(channels))
        async with self._database.read() as connection:
            rows = await rows_of(connection, wanted)
        return {each: settings_of(rows.get(each), each.platform) for each in wanted}

    async def of_channel(self, channel: Channel) -> tuple[Subscription, ...]:
        """See `SubscriptionStore.of_channel`."""
        return await self._read(ROWS.where(is_channel(channel)).order_by(subscription.c.number))

    async def change(self, channel: Channel, plan: ChannelPlan, change: NewChange) -> tuple[Subscription, ...] | None:
        """See `SubscriptionStore.change`."""
        try:
            async with self._database.write() as connection:
                key = await ensured_key(self._database, connection, channel)
                async with recorded(connection, key, change):
                    return await carry_out(connection, key, plan, change.at)
        except ConflictError:
            return None

    async def every(self) -> tuple[Subscription, ...]:
        """See `SubscriptionStore.every`."""
        names = (channels.c.platform, channels.c.workspace, channels.c.id)
        return await self._read(ROWS.order_by(*names, subscription.c.number))

    async def over(self, now: datetime) -> tuple[Subscription, ...]:
        """See `SubscriptionStore.over`."""
        return await self._read(
            ROWS.where(subscription.c.state == SubscriptionState.PAUSED, subscription.c.paused_until <= now).order_by(
                subscription.c.channel, subscription.c.number
            )
        )

    async def pause(self, channel: Channel, pause: Pause) -> tuple[int, ...]:
        """See `SubscriptionStore.pause`."""
        async with self._database.write() as connection:
            key = await key_of(connection, channel)
            if key is None:
                return ()
            return tuple(number for _, number in await _pause(connection, subscription.c.channel == key, pause))

    async def pause_workspace(self, platform: str, workspace: str, pause: Pause) -> tuple[Channel, ...]:
        """See `SubscriptionStore.pause_workspace`."""
        mine = (channels.c.platform == platform) & (channels.c.workspace == workspace)
        async with self._database.write() as connection:
            wanted = subscription.c.channel.in_(select(channels.c.key).where(mine))
            keys = {key for key, _ in await _pause(connection, wanted, pause)}
            rows = await connection.execute(select(channels).where(mine).order_by(channels.c.id))
            return tuple(channel_of(row) for row in rows if row.key in keys)

    async def move(self, channel: Channel, new_id: str) -> bool:
        """See `SubscriptionStore.move`."""
        try:
            async with self._database.write() as connection:
                return await move(connection, channel, new_id)
        except ConflictError:
            # The new id became a channel's in between; now it is there to be seen.
            async with self._database.write() as connection:
                return await move(connection, channel, new_id)

    async def resume(self, channel: Channel, due: Mapping[int, datetime | None], floor_on: date) -> tuple[int, ...]:
        """See `SubscriptionStore.resume`."""
        resumed = []
        async with self._database.write() as connection:
            paused = ROWS.where(
                is_channel(channel),
                subscription.c.number.in_(list(due)),
                subscription.c.state == SubscriptionState.PAUSED,
            )
            for row in (
                await connection.execute(paused.order_by(subscription.c.number).with_for_update(of=subscription))
            ).all():
                # Nothing is posted at once: what changed until now counts as answered.
                seen = await change_of(connection, subscription_of(row).sources)
                await connection.execute(
                    update(subscription)
                    .where(subscription.c.channel == row.channel_key, subscription.c.number == row.number)
                    .values(
                        **pause_values(None),
                        next_due=due[row.number],
                        floor_on=floor_on,
                        seen_change=seen,
                        version=subscription.c.version + 1,
                    )
                )
                resumed.append(row.number)
        return tuple(resumed)

    async def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """See `SubscriptionStore.due`."""
        is_due = (subscription.c.state == SubscriptionState.ACTIVE) & (subscription.c.next_due <= now)
        first = func.min(subscription.c.next_due).label("first_due")
        longest = (
            select(subscription.c.channel, first)
            .where(is_due)
            .group_by(subscription.c.channel)
            .order_by(first, subscription.c.channel)
            .limit(limit)
            .subquery()
        )
        wanted = ROWS.join(longest, longest.c.channel == subscription.c.channel).where(is_due)
        return await self._read(wanted.order_by(longest.c.first_due, subscription.c.channel, subscription.c.number))

    async def instant(self) -> tuple[InstantCandidate, ...]:
        """See `SubscriptionStore.instant`."""
        wanted = _active().where(subscription.c.frequency == Frequency.INSTANT)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
            changes = {row.source: row.change for row in await connection.execute(select(source_change))}
            last = select(delivery.c.channel, func.max(delivery.c.slot)).where(delivery.c.kind == Kind.INSTANT)
            posted = dict(map(tuple, await connection.execute(last.group_by(delivery.c.channel))))
        found = []
        for row in rows:
            mine = subscription_of(row)
            change = max((changes.get(choice.source, 0) for choice in mine.sources), default=0)
            if change > mine.seen_change:
                last_at = posted.get(row.channel_key)
                found.append(InstantCandidate(subscription=mine, change=change, last_instant_at=last_at))
        return tuple(found)

    async def active(self) -> tuple[Subscription, ...]:
        """See `SubscriptionStore.active`."""
        return await self._read(_active())

    async def of_workspace(self, platform: str, workspace: str) -> tuple[Subscription, ...]:
        """See `SubscriptionStore.of_workspace`."""
        mine = (channels.c.platform == platform) & (channels.c.workspace == workspace)
        return await self._read(ROWS.where(mine).order_by(channels.c.id, subscription.c.number))

    async def count(self, platform: str, workspace: str) -> int:
        """See `SubscriptionStore.count`."""
        mine = (channels.c.platform == platform) & (channels.c.workspace == workspace)
        counted = select(func.count()).select_from(subscription).join(channels).where(mine)
        async with self._database.read() as connection:
            return await connection.scalar(counted) or 0

    async def schedules(self, channel: Channel | None = None) -> tuple[ChannelSchedule, ...]:
        """See `SubscriptionStore.schedules`."""
        is_active = subscription.c.state == SubscriptionState.ACTIVE
        is_instant = subscription.c.frequency == Frequency.INSTANT
        is_lost = subscription.c.pause_reason == PauseReason.ACCESS
        name = (channels.c.platform, channels.c.workspace, channels.c.id)
        why = func.coalesce(func.nullif(subscription.c.pause_detail, ""), "paused by " + subscription.c.paused_by)
        wanted = (
            select(
                *name,
                func.count().filter(is_active).label("active"),
                func.count().filter(is_active & is_instant).label("instant"),
                func.count().filter(~is_active).label("paused"),
                func.min(subscription.c.next_due).filter(is_active).label("next_due"),
                func.coalesce(func.max(why).filter(is_lost), func.max(why)).label("paused_why"),
            )
            .join(channels, channels.c.key == subscription.c.channel)
            .group_by(*name)
            .order_by(*name)
        )
        if channel is not None:
            wanted = wanted.where(is_channel(channel))
        async with self._database.read() as connection:
            return tuple(
                ChannelSchedule(
                    channel=channel_of(row),
                    active=row.active,
                    instant=row.instant,
                    paused=row.paused,
                    next_due=row.next_due,
                    paused_why=row.paused_why or "",
                )
                for row in await connection.execute(wanted)
            )

    async def categories(self) -> frozenset[str]:
        """See `SubscriptionStore.categories`."""
        named: set[str] = set()
        for each in await self.active():
            named |= positive_categories(each.query)
            named |= {choice.category for choice in each.sources if choice.source == ARXIV and choice.category}
        return frozenset(named)

    async def _read(self, wanted: Select[tuple[object, ...]]) -> tuple[Subscription, ...]:
        async with self._database.read() as connection:
            return tuple(map(subscription_of, await connection.execute(wanted)))


def _active() -> Select[tuple[object, ...]]:
    return ROWS.where(subscription.c.state == SubscriptionState.ACTIVE).order_by(
        subscription.c.channel, subscription.c.number
    )


async def _pause(connection: AsyncConnection, wanted: ColumnElement[bool], pause: Pause) -> Sequence[tuple[int, int]]:
    """Pause the active subscriptions among those wanted; returns (channel key, number) of each."""
    # Locked in the order in which an enqueue locks them, so that neither waits for the other for ever.
    rows = await connection.execute(
        select(subscription.c.channel, subscription.c.number)
        .where(wanted, subscription.c.state == SubscriptionState.ACTIVE)
        .order_by(subscription.c.channel, subscription.c.number)
        .with_for_update()
    )
    found = [(row.channel, row.number) for row in rows]
    await connection.execute(
        update(subscription)
        .where(wanted, subscription.c.state == SubscriptionState.ACTIVE)
        .values(**pause_values(pause), version=subscription.c.version + 1)
    )
    await cancel_deliveries(
        connection,
        sorted({key for key, _ in found}),
        pause.since,
        f"paused: {pause.detail}" if pause.detail else f"paused by {pause.by}",
    )
    return found
