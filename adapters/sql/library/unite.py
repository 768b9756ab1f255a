"""Making two stored papers one: everything that names the younger comes to name the older."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables import alias, ledger, paper, saved, sighting
from bot.model.digest import LedgerState
from bot.model.paper import PaperKey


async def unite(connection: AsyncConnection, older: PaperKey, younger: Sequence[PaperKey]) -> None:
    """Move aliases, ledger rows and saved papers of the younger papers to the older one and delete the younger.

    The younger one's sightings are dropped here: the caller writes the united ones. Deliveries are snapshots, and
    are not touched.
    """
    keys = sorted((older, *younger))
    # Whoever is storing ledger rows for one of these papers is waited for; who comes after finds the younger gone.
    await connection.execute(select(paper.c.key).where(paper.c.key.in_(keys)).order_by(paper.c.key).with_for_update())
    await connection.execute(update(alias).where(alias.c.paper.in_(younger)).values(paper=older))
    rows = (await connection.execute(select(ledger).where(ledger.c.paper.in_(keys)).order_by(ledger.c.key))).all()
    if lost := later_doubles(rows):
        await connection.execute(delete(ledger).where(ledger.c.key.in_(lost)))
    await connection.execute(update(ledger).where(ledger.c.paper.in_(younger)).values(paper=older))
    await _move_saved(connection, older, younger)
    await connection.execute(delete(sighting).where(sighting.c.paper.in_(younger)))
    await connection.execute(delete(paper).where(paper.c.key.in_(younger)))


def later_doubles(rows: Sequence[Row[Any]]) -> list[int]:
    """Return the keys of the ledger rows that would be there twice once all name one paper; the earliest stays."""
    seen: set[tuple[object, ...]] = set()
    lost = []
    for row in sorted(rows, key=lambda row: (row.at, row.key)):
        name = (row.channel, row.state, row.is_rising if row.state == LedgerState.SHOWN else row.subscription)
        if name in seen:
            lost.append(row.key)
        seen.add(name)
    return lost


async def _move_saved(connection: AsyncConnection, older: PaperKey, younger: Sequence[PaperKey]) -> None:
    """Let every reading list hold the older paper, once, from when the first of them was saved."""
    rows = await connection.execute(select(saved).where(saved.c.paper.in_([older, *younger])).order_by(saved.c.at))
    first = {(row.platform, row.workspace, row.user): row.at for row in reversed(rows.all())}
    await connection.execute(delete(saved).where(saved.c.paper.in_([older, *younger])))
    if first:
        lists = [
            {"platform": platform, "workspace": workspace, "user": user, "paper": older, "at": at}
            for (platform, workspace, user), at in first.items()
        ]
        await connection.execute(insert(saved), lists)
