"""What people did to channels, and its undoing: the `Changes` port.

    image before ──> the change itself ──> image after ──> one row of `change` with what differs
                                                                │
    image now is still "after"? ──> put "before" back <─────────┘        (all in one transaction each)

An image is the channel's settings and its subscriptions, row by row, as JSON. Undoing needs no code of its own for any
kind of change: rows are put back, made again or deleted.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Date, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.cancelling import cancel_deliveries
from adapters.sql.channels import is_channel
from adapters.sql.columns import Moment
from adapters.sql.engine import ConflictError, Database
from adapters.sql.subscription_rows import ROWS, subscription_of
from adapters.sql.tables import change as changes
from adapters.sql.tables import channel as channels
from adapters.sql.tables import subscription
from bot.model.cadence import next_due
from bot.model.change import Change, ChangeId, ChangeKind, NewChange, Undone, UndoResult
from bot.model.channel import Channel, Platform
from bot.model.subscription import SubscriptionState

SETTINGS: Final = ("timezone", "cap", "who_can_manage", "mutes", "quiet_notes")
"""Columns of `channel` that people set."""

OF_THE_CLOCK: Final = frozenset({"next_due", "last_run_at", "seen_change"})
"""Columns of `subscription` that runs move: no change of a person's."""

Image = Mapping[str, Any]
"""`settings` by column name, and `subscriptions` by number as text, each by column name: plain JSON."""


@asynccontextmanager
async def recorded(connection: AsyncConnection, channel_key: int, new: NewChange) -> AsyncIterator[None]:
    """Store what the block changes in a channel as a change; nothing when it changes nothing."""
    before = await _image(connection, channel_key)
    yield
    after = await _image(connection, channel_key)
    was, is_ = _differing(before, after)
    if was != is_:
        await connection.execute(
            insert(changes).values(
                id=new.id, channel=channel_key, by=new.by, at=new.at, kind=new.kind, before=was, after=is_
            )
        )


class SqlChanges:
    """`Changes` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, change: ChangeId, platform: str, workspace: str) -> Change | None:
        """See `Changes.find`."""
        mine = (changes.c.id == change) & (channels.c.platform == platform) & (channels.c.workspace == workspace)
        found = await self._read(mine, 1)
        return found[0] if found else None

    async def channel_of(self, change: ChangeId) -> Channel | None:
        """See `Changes.channel_of`."""
        found = await self._read(changes.c.id == change, 1)
        return found[0].channel if found else None

    async def latest(self, channel: Channel, limit: int) -> tuple[Change, ...]:
        """See `Changes.latest`."""
        return await self._read(is_channel(channel), limit)

    async def undo(self, change: Change, by: str, at: datetime, default_zone: str) -> Undone:
        """See `Changes.undo`."""
        try:
            async with self._database.write() as connection:
                return await _undo(connection, change, by, at, default_zone)
        except ConflictError:
            # What was removed meanwhile came back under another number.
            return Undone(result=UndoResult.CHANGED_SINCE, by=await self._last_by(change))

    async def purge(self, before: datetime) -> int:
        """See `Changes.purge`."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(changes).where(changes.c.at < before))
            return gone.rowcount

    async def _last_by(self, change: Change) -> str:
        newest = await self.latest(change.channel, 1)
        return newest[0].by if newest else ""

    async def _read(self, wanted: ColumnElement[bool], limit: int) -> tuple[Change, ...]:
        rows = (
            select(changes, channels.c.platform, channels.c.workspace, channels.c.id.label("channel_id"))
            .join(channels, channels.c.key == changes.c.channel)
            .where(wanted)
            .order_by(changes.c.key.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return tuple(map(_change_of, await connection.execute(rows)))


def _change_of(row: Row[Any]) -> Change:
    numbers = row.before["subscriptions"].keys() | row.after["subscriptions"].keys()
    return Change(
        id=ChangeId(row.id),
        channel=Channel(Platform(row.platform), row.workspace, row.channel_id),
        by=row.by,
        at=row.at,
        kind=ChangeKind(row.kind),
        numbers=tuple(sorted(map(int, numbers))),
        is_undone=row.undone_by is not None,
    )


async def _image(connection: AsyncConnection, channel_key: int) -> Image:
    """Return the channel as it is; nobody else changes it before the transaction ends."""
    locked = select(channels).where(channels.c.key == channel_key).with_for_update(key_share=True)
    settings = (await connection.execute(locked)).one()
    # Locked in the order in which an enqueue locks them, so that neither waits for the other for ever.
    mine = select(subscription).where(subscription.c.channel == channel_key).order_by(subscription.c.number)
    rows = await connection.execute(mine.with_for_update())
    return {
        "settings": {name: _plain(getattr(settings, name)) for name in SETTINGS},
        "subscriptions": {
            str(row.number): {column.name: _plain(getattr(row, column.name)) for column in subscription.c}
            for row in rows
        },
    }


def _differing(before: Image, after: Image) -> tuple[Image, Image]:
    """Return what a person changed, as it was and as it is: settings if any, and the subscriptions concerned."""
    was, is_ = before["subscriptions"], after["subscriptions"]
    numbers = sorted(each for each in was.keys() | is_.keys() if _chosen(was.get(each)) != _chosen(is_.get(each)))
    has_settings = before["settings"] != after["settings"]

    def part(image: Image) -> Image:
        return {
            "settings": image["settings"] if has_settings else None,
            "subscriptions": {each: image["subscriptions"][each] for each in numbers if each in image["subscriptions"]},
        }

    return part(before), part(after)


def _chosen(row: Image | None) -> Image | None:
    """Return what people chose in a subscription; its version alone makes no change.

    A column that nobody filled is left out: an image of an older program does not have those that came since.
    """
    return row and {
        name: value
        for name, value in row.items()
        if value is not None and name not in OF_THE_CLOCK and name != "version"
    }


async def _undo(connection: AsyncConnection, change: Change, by: str, at: datetime, default_zone: str) -> Undone:
    row = (await connection.execute(select(changes).where(changes.c.id == change.id).with_for_update())).one()
    now = await _image(connection, row.channel)
    if row.undone_by is not None:
        return Undone(result=UndoResult.ALREADY_UNDONE, by=row.undone_by)
    if not _is_still(row.after, row.before, now):
        newer = select(changes.c.by).where(changes.c.channel == row.channel, changes.c.key > row.key)
        since = await connection.scalar(newer.order_by(changes.c.key.desc()).limit(1))
        return Undone(result=UndoResult.CHANGED_SINCE, by=since or "")
    await _put_back(connection, row.channel, row.before, now, row.after)
    await _set_clocks(connection, row.channel, [int(each) for each in row.before["subscriptions"]], at, default_zone)
    await cancel_deliveries(connection, [row.channel], at, f"undone by {by}")
    await connection.execute(update(changes).where(changes.c.key == row.key).values(undone_by=by))
    return Undone(result=UndoResult.UNDONE)


def _is_still(after: Image, before: Image, now: Image) -> bool:
    """Say whether everything that the change touched is as the change left it."""
    numbers = after["subscriptions"].keys() | before["subscriptions"].keys()
    return after["settings"] in (None, now["settings"]) and all(
        _chosen(now["subscriptions"].get(each)) == _chosen(after["subscriptions"].get(each)) for each in numbers
    )


async def _put_back(connection: AsyncConnection, channel_key: int, before: Image, now: Image, after: Image) -> None:
    if before["settings"] is not None:
        values = {name: _value(channels.c[name], value) for name, value in before["settings"].items()}
        await connection.execute(update(channels).where(channels.c.key == channel_key).values(**values))
    made = [int(each) for each in after["subscriptions"] if each not in before["subscriptions"]]
    mine = subscription.c.channel == channel_key
    await connection.execute(delete(subscription).where(mine, subscription.c.number.in_(made)))
    for number, was in before["subscriptions"].items():
        values = {name: _value(subscription.c[name], value) for name, value in was.items()}
        is_ = now["subscriptions"].get(number)
        if is_ is None:
            await connection.execute(insert(subscription).values(**values | {"version": was["version"] + 1}))
            continue
        for name in OF_THE_CLOCK - {"next_due"}:
            values[name] = _value(subscription.c[name], is_[name])
        await connection.execute(
            update(subscription)
            .where(mine, subscription.c.number == int(number))
            .values(**values | {"version": is_["version"] + 1})
        )


async def _set_clocks(
    connection: AsyncConnection, channel_key: int, numbers: list[int], at: datetime, default_zone: str
) -> None:
    """Give what is active again, or has run meanwhile, the first instant after `at`."""
    zone = await connection.scalar(select(channels.c.timezone).where(channels.c.key == channel_key))
    wanted = ROWS.where(subscription.c.channel == channel_key, subscription.c.number.in_(numbers))
    for each in map(subscription_of, (await connection.execute(wanted)).all()):
        if each.state is SubscriptionState.ACTIVE and each.next_due is not None and each.next_due <= at:
            due = next_due(each.cadence, each.zone(zone or default_zone), at)
            await connection.execute(
                update(subscription)
                .where(subscription.c.channel == channel_key, subscription.c.number == each.number)
                .values(next_due=due)
            )


def _plain(value: object) -> object:
    """Return a column's value as JSON holds it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _value(column: Column[Any], stored: Any) -> Any:
    """Return a value of an image as its column takes it."""
    if stored is None:
        return None
    if isinstance(column.type, Moment):
        return datetime.fromisoformat(stored)
    return date.fromisoformat(stored) if isinstance(column.type, Date) else stored
