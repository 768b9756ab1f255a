"""The ledger: what each channel has had and was passed over, and what it gets back when a delivery ends badly."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import chunks
from adapters.sql.library.identity import canonical_id
from adapters.sql.tables import alias, ledger, part, sighting
from bot.model.delivery import PartState
from bot.model.digest import LedgerRow, LedgerState
from bot.model.paper import PaperId, PaperKey

MAY_HAVE_GONE_OUT = frozenset({PartState.ATTEMPTED, PartState.ACCEPTED})
CHANNELS_AT_ONCE = 200


def values_of(row: LedgerRow, channel_key: int, delivery_key: int) -> dict[str, Any]:
    """Return a ledger row's values by column name."""
    return {
        "channel": channel_key,
        "paper": row.paper,
        "state": row.state,
        "subscription": row.subscription,
        "at": row.at,
        "as_lead": row.as_lead,
        "is_rising": row.is_rising,
        "upvotes": row.upvotes,
        "below_top_tenth": row.below_top_tenth,
        "href": row.href,
        "delivery": delivery_key,
    }


def ledger_row_of(row: Row[Any]) -> LedgerRow:
    """Return the ledger row of a row of `ledger`."""
    return LedgerRow(
        paper=PaperKey(row.paper),
        state=LedgerState(row.state),
        subscription=row.subscription,
        at=row.at,
        as_lead=row.as_lead,
        is_rising=row.is_rising,
        upvotes=row.upvotes,
        below_top_tenth=row.below_top_tenth,
        href=row.href,
    )


async def rows_listed_since(
    connection: AsyncConnection, channel_keys: Sequence[int], since: date
) -> Mapping[int, list[LedgerRow]]:
    """Return the rows of these channels for papers listed anywhere since then, by channel key, oldest first."""
    found: dict[int, list[LedgerRow]] = {}
    is_listed = exists().where(sighting.c.paper == ledger.c.paper, sighting.c.listed_on >= since)
    for some in chunks(channel_keys, CHANNELS_AT_ONCE):
        wanted = select(ledger).where(ledger.c.channel.in_(some), is_listed).order_by(ledger.c.at, ledger.c.key)
        for row in await connection.execute(wanted):
            found.setdefault(row.channel, []).append(ledger_row_of(row))
    return found


async def link_rows(connection: AsyncConnection, delivery_key: int, papers: Sequence[str], href: str) -> None:
    """Note on the ledger rows of these papers where the channel had them."""
    keys = await _keys_of(connection, papers)
    await connection.execute(
        update(ledger).where(ledger.c.delivery == delivery_key, ledger.c.paper.in_(keys.values())).values(href=href)
    )


async def release_rows(connection: AsyncConnection, delivery_key: int) -> None:
    """Delete the ledger rows of what a delivery did not bring, so that the papers may come again."""
    parts = (await connection.execute(select(part).where(part.c.delivery == delivery_key))).all()
    keys = await _keys_of(connection, [paper for each in parts for paper in each.papers])
    gone_parts = [each for each in parts if each.state in MAY_HAVE_GONE_OUT]
    gone = {keys[paper] for each in gone_parts for paper in each.papers if paper in keys}
    rows = (await connection.execute(select(ledger).where(ledger.c.delivery == delivery_key))).all()
    if lost := released(rows, gone, is_all_lost=not gone_parts):
        await connection.execute(delete(ledger).where(ledger.c.key.in_(lost)))


def released(rows: Sequence[Row[Any]], gone: Collection[int], *, is_all_lost: bool) -> list[int]:
    """Return the keys of the rows to release: pure.

    `gone` are the papers in parts that may have gone out; with `is_all_lost` no part may have. Else what was *passed*
    stays: the channel was told of it. A round-up's row stays or goes with the other row of its subscription and paper.
    """
    if is_all_lost:
        return [row.key for row in rows]
    passed = {(row.subscription, row.paper) for row in rows if row.state == LedgerState.PASSED}
    return [row.key for row in rows if (row.subscription, row.paper) not in passed and row.paper not in gone]


async def _keys_of(connection: AsyncConnection, papers: Sequence[str]) -> dict[str, int]:
    """Resolve ids as a document shows them; a document may be older than a paper's present id."""
    names = {each: str(canonical_id(PaperId.parse(each))) for each in papers}
    found: dict[str, int] = {}
    for some in chunks(sorted(set(names.values()))):
        rows = await connection.execute(select(alias.c.id, alias.c.paper).where(alias.c.id.in_(some)))
        found.update((row.id, row.paper) for row in rows)
    return {each: found[name] for each, name in names.items() if name in found}
