"""Storing papers, set by set: look up what is known, decide in memory, write what changed.

incoming ──> known by id or title ──> same_papers ──> merged ──> rows to insert, to change, to unite
             (a few SELECTs)          (pure)          (pure)     (a few INSERTs and UPDATEs of many rows)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, Final

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database, chunks
from adapters.sql.library.identity import Traits, ids_of, same_papers, traits_of
from adapters.sql.library.merge import merged, normalised
from adapters.sql.library.reading import Known, papers_by_key
from adapters.sql.library.rows import values_of
from adapters.sql.library.unite import unite
from adapters.sql.tables import alias, paper, sighting, source_change
from bot.model.fetching import Ingested
from bot.model.paper import Paper, PaperKey

PAPERS_AT_ONCE: Final = 500

_LOCK: Final = 0x696E67657374
"""The advisory lock of ingest on PostgreSQL: "ingest" in ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of one paper.

    `key` is None for a new one. `before` is None then, too. `absorbed` are the keys of stored papers that turn out to
    be this one. `sources` brought something that was not known.
    """

    key: PaperKey | None
    before: Paper | None
    after: Paper
    first_seen_at: datetime
    absorbed: tuple[PaperKey, ...]
    sources: frozenset[str]

    @property
    def is_changed(self) -> bool:
        """Say whether anything is to be written."""
        return self.before != self.after or bool(self.absorbed)


async def ingest(database: Database, connection: AsyncConnection, papers: Sequence[Paper], at: datetime) -> Ingested:
    """Store papers inside an open transaction."""
    if not database.is_sqlite:
        # One ingest at a time, as SQLite has it anyway: two sources may bring the same paper at the same moment.
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    new = changed = 0
    sources: set[str] = set()
    for some in chunks(papers, PAPERS_AT_ONCE):
        incoming = [normalised(each) for each in some]
        known = await papers_by_key(connection, await _keys_known(connection, incoming))
        changes = [each for each in changes_of(known, incoming, at) if each.is_changed]
        await _write(database, connection, changes)
        new += sum(each.key is None for each in changes)
        changed += sum(each.key is not None for each in changes)
        sources |= {source for each in changes for source in each.sources}
    await _raise_changes(database, connection, sources)
    return Ingested(seen=len(papers), new=new, changed=changed)


def changes_of(known: Mapping[PaperKey, Known], incoming: Sequence[Paper], at: datetime) -> list[Change]:
    """Decide what becomes of every paper that comes in: pure."""
    stored = [known[key] for key in sorted(known)]
    traits: list[Traits] = [traits_of(each.stored.paper, each.stored.key) for each in stored]
    traits += map(traits_of, incoming)
    changes = []
    for group in same_papers(traits):
        mine = [stored[index] for index in group if index < len(stored)]
        theirs = [incoming[index - len(stored)] for index in group if index >= len(stored)]
        if theirs:
            changes.append(_change(mine, theirs, at))
    return changes


def _change(mine: Sequence[Known], theirs: Sequence[Paper], at: datetime) -> Change:
    """Fold what came in into the oldest of the stored papers, and the younger stored ones with it."""
    seen = [each.first_seen_at for each in mine]
    seen += [sighting.first_seen_at for each in theirs for sighting in each.sightings]
    before = mine[0].stored.paper if mine else None
    after = reduce(merged, (each.stored.paper for each in mine)) if mine else None
    sources: set[str] = set()
    for each in theirs:
        folded = merged(after, each) if after else each
        if folded != after:
            sources.update(each.sources)
        after = folded
    assert after is not None
    return Change(
        key=mine[0].stored.key if mine else None,
        before=before,
        after=after,
        first_seen_at=min(seen, default=at),
        absorbed=tuple(each.stored.key for each in mine[1:]),
        sources=frozenset(sources),
    )


async def _keys_known(connection: AsyncConnection, incoming: Sequence[Paper]) -> set[int]:
    """Return the keys of the stored papers that share an id or a title with one that comes in."""
    traits = list(map(traits_of, incoming))
    keys: set[int] = set()
    for ids in chunks([str(each) for trait in traits for each in trait.ids]):
        keys.update(await connection.scalars(select(alias.c.paper).where(alias.c.id.in_(ids))))
    for titles in chunks([trait.title for trait in traits if trait.title]):
        keys.update(await connection.scalars(select(paper.c.key).where(paper.c.title_key.in_(titles))))
    return keys


async def _write(database: Database, connection: AsyncConnection, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.key is not None and change.absorbed:
            await unite(connection, change.key, change.absorbed)
    keys = await _write_papers(connection, changes)
    aliases: list[dict[str, Any]] = []
    sightings: list[dict[str, Any]] = []
    for key, change in zip(keys, changes, strict=True):
        known_ids = frozenset(ids_of(change.before)) if change.before else frozenset()
        aliases += ({"id": str(each), "paper": key} for each in ids_of(change.after) if each not in known_ids)
        known_sightings = change.before.sightings if change.before else ()
        sightings += (
            {
                "paper": key,
                "source": each.source,
                "listed_on": each.listed_on,
                "first_seen_at": each.first_seen_at,
            }
            for each in change.after.sightings
            if each not in known_sightings
        )
    if aliases:
        # An id belongs to the paper that had it first, for ever.
        await connection.execute(database.insert(alias).on_conflict_do_nothing(), aliases)
    if sightings:
        new = database.insert(sighting)
        await connection.execute(
            new.on_conflict_do_update(
                index_elements=["paper", "source", "listed_on"], set_={"first_seen_at": new.excluded.first_seen_at}
            ),
            sightings,
        )


async def _write_papers(connection: AsyncConnection, changes: Sequence[Change]) -> list[int]:
    """Insert the new papers and write the changed ones; returns the key of each change."""
    values = [values_of(change.after, change.first_seen_at) for change in changes]
    new = [each for each, change in zip(values, changes, strict=True) if change.key is None]
    old = [{**each, "_key": change.key} for each, change in zip(values, changes, strict=True) if change.key is not None]
    if old:
        columns: dict[str, Any] = {name: bindparam(name) for name in old[0] if name != "_key"}
        await connection.execute(update(paper).where(paper.c.key == bindparam("_key")).values(columns), old)
    keys = iter(await _insert(connection, new))
    return [next(keys) if change.key is None else change.key for change in changes]


async def _insert(connection: AsyncConnection, new: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """Insert papers; returns their keys in order.

    Keys only rise, and nobody else inserts meanwhile: the keys above the last one are ours. RETURNING would say the
    same, but SQLAlchemy sends it row by row to SQLite, which takes four times as long.
    """
    if not new:
        return ()
    last = await connection.scalar(select(func.max(paper.c.key))) or 0
    await connection.execute(insert(paper), new)
    keys = (await connection.scalars(select(paper.c.key).where(paper.c.key > last).order_by(paper.c.key))).all()
    assert len(keys) == len(new)
    return keys


async def _raise_changes(database: Database, connection: AsyncConnection, sources: Iterable[str]) -> None:
    """Give the sources that brought something the next number of the one counter."""
    if not (names := sorted(sources)):
        return
    number = (await connection.scalar(select(func.max(source_change.c.change))) or 0) + 1
    new = database.insert(source_change)
    await connection.execute(
        new.on_conflict_do_update(index_elements=["source"], set_={"change": new.excluded.change}),
        [{"source": name, "change": number} for name in names],
    )
