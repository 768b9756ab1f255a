"""Channels and their keys, and the settings that hold for each."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database, chunks
from adapters.sql.tables import channel as channels
from bot.model.channel import DEFAULT_CAP, Channel, ChannelSettings, Platform, WhoCanManage, who_manages_by_default
from bot.query.parse import parse

CHANNELS_AT_ONCE = 200


def is_channel(channel: Channel) -> ColumnElement[bool]:
    """Return the condition that a row of `channel` is this one."""
    return and_(
        channels.c.platform == channel.platform,
        channels.c.workspace == channel.workspace,
        channels.c.id == channel.id,
    )


async def key_of(connection: AsyncConnection, channel: Channel) -> int | None:
    """Return the channel's key; None when nothing is stored about it."""
    return await connection.run_sync(_known_key, channel)


async def ensured_key(database: Database, connection: AsyncConnection, channel: Channel) -> int:
    """Return the channel's key, given to it now if it has none."""
    return await connection.run_sync(given_key, database, channel)


def given_key(connection: Connection, database: Database, channel: Channel) -> int:
    """Do what `ensured_key` does, for `Database.transact`."""
    if (known := _known_key(connection, channel)) is not None:
        return known
    new = database.insert(channels).values(
        platform=channel.platform, workspace=channel.workspace, id=channel.id, last_number=0
    )
    connection.execute(new.on_conflict_do_nothing())
    made = _known_key(connection, channel)
    assert made is not None
    return made


def _known_key(connection: Connection, channel: Channel) -> int | None:
    key: int | None = connection.scalar(select(channels.c.key).where(is_channel(channel)))
    return key


async def rows_of(connection: AsyncConnection, wanted: Iterable[Channel]) -> dict[Channel, Row[Any]]:
    """Return the rows of those channels that have one."""
    found: dict[Channel, Row[Any]] = {}
    name = tuple_(channels.c.platform, channels.c.workspace, channels.c.id)
    for some in chunks(list(wanted), CHANNELS_AT_ONCE):
        names = [(each.platform, each.workspace, each.id) for each in some]
        for row in await connection.execute(select(channels).where(name.in_(names))):
            found[channel_of(row)] = row
    return found


def channel_of(row: Row[Any]) -> Channel:
    """Return the channel that a row with its columns names; `channel_id` is its id where a join has several."""
    return Channel(Platform(row.platform), row.workspace, row.id)


def settings_of(row: Row[Any] | None, platform: Platform) -> ChannelSettings:
    """Return the settings in a row of `channel`, the platform's defaults where nobody set anything."""
    by_default = who_manages_by_default(platform)
    if row is None:
        return ChannelSettings(who_can_manage=by_default)
    return ChannelSettings(
        timezone=row.timezone,
        cap=DEFAULT_CAP if row.cap is None else row.cap,
        who_can_manage=WhoCanManage(row.who_can_manage) if row.who_can_manage else by_default,
        mutes=tuple(map(parse, row.mutes or ())),
        quiet_notes=row.quiet_notes is not False,
    )


def values_of(settings: ChannelSettings) -> dict[str, Any]:
    """Return a channel's settings by column name."""
    return {
        "timezone": settings.timezone,
        "cap": settings.cap,
        "who_can_manage": settings.who_can_manage,
        "mutes": tuple(map(str, settings.mutes)),
        "quiet_notes": settings.quiet_notes,
    }
