"""Reading papers back by their keys, with what was visible at a moment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import chunks
from adapters.sql.library.rows import stored_of
from adapters.sql.tables import alias, paper, sighting
from bot.model.paper import PaperId, PaperKey, Sighting, StoredPaper

_PAPER = select(*(column for column in paper.c if column is not paper.c.title_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A stored paper and when we first saw it anywhere."""

    stored: StoredPaper
    first_seen_at: datetime


async def papers_by_key(
    connection: AsyncConnection, keys: Iterable[int], as_of: datetime | None = None
) -> dict[PaperKey, Known]:
    """Return the papers of these keys with the sightings first seen until `as_of` (None: all)."""
    found: dict[PaperKey, Known] = {}
    for some in chunks(sorted(keys)):
        sightings = await _sightings(connection, some, as_of)
        aliases = await _aliases(connection, some)
        for row in await connection.execute(_PAPER.where(paper.c.key.in_(some))):
            stored = stored_of(row, sightings, aliases)
            found[stored.key] = Known(stored=stored, first_seen_at=row.first_seen_at)
    return found


async def _sightings(
    connection: AsyncConnection, keys: Sequence[int], as_of: datetime | None
) -> dict[int, list[Sighting]]:
    wanted = select(sighting).where(sighting.c.paper.in_(keys)).order_by(sighting.c.listed_on, sighting.c.source)
    if as_of is not None:
        wanted = wanted.where(sighting.c.first_seen_at <= as_of)
    found: dict[int, list[Sighting]] = defaultdict(list)
    for row in await connection.execute(wanted):
        found[row.paper].append(Sighting(source=row.source, listed_on=row.listed_on, first_seen_at=row.first_seen_at))
    return found


async def _aliases(connection: AsyncConnection, keys: Sequence[int]) -> dict[int, list[PaperId]]:
    # Nearly every paper has one id, its own: only the further ones are read.
    wanted = (
        select(alias.c.paper, alias.c.id)
        .join(paper, paper.c.key == alias.c.paper)
        .where(alias.c.paper.in_(keys), alias.c.id != paper.c.id)
        .order_by(alias.c.id)
    )
    found: dict[int, list[PaperId]] = defaultdict(list)
    for row in await connection.execute(wanted):
        found[row.paper].append(PaperId.parse(row.id))
    return found
