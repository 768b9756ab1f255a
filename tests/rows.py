"""What tables hold that no port says: every row of one workspace, and the change number of each source."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.address import address_of
from adapters.sql.engine import Database
from adapters.sql.tables import channel, delivery, metadata, outcome, request, saved, source_change
from bot.model.channel import Platform

SHARED = frozenset(
    {"paper", "alias", "sighting", "source_change", "import_progress", "fetch_record", "rate_limit", "lease"}
)
"""The tables of the library and of the machinery, in which nothing is a tenant's."""

Rows = dict[str, list[tuple[Any, ...]]]


async def rows_of(url: str, platform: Platform, workspace: str, *, but: Collection[str] = ()) -> Rows:
    """Return the rows of a workspace by table, without those of the channels `but` ("@ana": and of that person)."""
    async with _reading(url) as connection:
        found = {}
        for table in metadata.sorted_tables:
            if table.name not in SHARED:
                mine = select(table).where(_is_of(table, platform, workspace, but))
                found[table.name] = sorted(map(tuple, await connection.execute(mine)), key=repr)
        return found


async def change_numbers(url: str) -> dict[str, int]:
    """Return each source's change number; one that never changed anything is left out."""
    async with _reading(url) as connection:
        return {row.source: row.change for row in await connection.execute(select(source_change))}


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[AsyncConnection]:
    database = Database(address_of(url))
    try:
        async with database.read() as connection:
            yield connection
    finally:
        await database.close()


def _is_of(table: Table, platform: Platform, workspace: str, but: Collection[str]) -> ColumnElement[bool]:
    mine = (channel.c.platform == platform) & (channel.c.workspace == workspace) & channel.c.id.not_in(but)
    if table is channel:
        return mine
    if table is outcome:
        prefix = f"{platform}:{workspace}/"
        return table.c.name.startswith(prefix, autoescape=True) & table.c.name.not_in([prefix + each for each in but])
    if "workspace" in table.c and table is not delivery:
        whose = table.c.channel if table is request else "@" + table.c.user if table is saved else table.c.workspace
        return (table.c.platform == platform) & (table.c.workspace == workspace) & whose.not_in(but)
    if "channel" in table.c:
        return table.c.channel.in_(select(channel.c.key).where(mine))
    # A table that is none of these has to be told apart above.
    return table.c.delivery.in_(select(delivery.c.key).join(channel, channel.c.key == delivery.c.channel).where(mine))
