"""The library: the `PaperStore` port over the tables of papers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, or_, select

from adapters.sql.engine import Database, chunks
from adapters.sql.library.conditions import condition_of, in_category, text_of
from adapters.sql.library.identity import canonical_id
from adapters.sql.library.ingest import ingest
from adapters.sql.library.reading import papers_by_key
from adapters.sql.tables import alias, import_progress, paper, sighting
from bot.model.fetching import ImportProgress, Ingested
from bot.model.paper import Paper, PaperId, PaperKey, StoredPaper
from bot.model.subscription import SourceChoice
from bot.ports import LibraryStatistics
from bot.query.ast import Query


class SqlPapers:
    """`PaperStore` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._text = text_of(database)

    async def ingest(self, papers: Sequence[Paper], at: datetime, progress: ImportProgress | None = None) -> Ingested:
        """See `PaperStore.ingest`."""
        async with self._database.write() as connection:
            ingested = await ingest(self._database, connection, papers, at)
            if progress is not None:
                new = self._database.insert(import_progress).values(
                    digest=progress.digest, position=progress.position, is_done=progress.is_done
                )
                await connection.execute(
                    new.on_conflict_do_update(
                        index_elements=["digest"],
                        set_={"position": new.excluded.position, "is_done": new.excluded.is_done},
                    )
                )
            return ingested

    async def listed(
        self,
        since: date,
        until: date,
        as_of: datetime,
        sources: Collection[str] = (),
        about: Query | None = None,
    ) -> tuple[StoredPaper, ...]:
        """See `PaperStore.listed`."""
        newest = func.max(sighting.c.listed_on)
        wanted = (
            select(sighting.c.paper)
            .where(sighting.c.listed_on.between(since, until), sighting.c.first_seen_at <= as_of)
            .group_by(sighting.c.paper)
            .order_by(newest.desc(), sighting.c.paper)
        )
        if sources:
            wanted = wanted.where(sighting.c.source.in_(sorted(sources)))
        if about is not None and about.root is not None:
            matches = condition_of(self._text, about.root, as_of)
            wanted = wanted.join(paper, paper.c.key == sighting.c.paper).where(matches)
        async with self._database.read() as connection:
            keys = (await connection.scalars(wanted)).all()
            known = await papers_by_key(connection, keys, as_of)
        return tuple(known[PaperKey(key)].stored for key in keys)

    async def count_listed(
        self,
        since: date,
        until: date,
        as_of: datetime,
        choices: Collection[SourceChoice],
        about: Query | None = None,
    ) -> int:
        """See `PaperStore.count_listed`."""
        counted = (
            select(func.count(sighting.c.paper.distinct()))
            .join(paper, paper.c.key == sighting.c.paper)
            .where(sighting.c.listed_on.between(since, until), sighting.c.first_seen_at <= as_of)
            .where(or_(false(), *(self._covers(each) for each in choices)))
        )
        if about is not None and about.root is not None:
            counted = counted.where(condition_of(self._text, about.root, as_of))
        async with self._database.read() as connection:
            return await connection.scalar(counted) or 0

    def _covers(self, choice: SourceChoice) -> ColumnElement[bool]:
        is_its = sighting.c.source == choice.source
        return is_its & in_category(self._text, choice.category) if choice.category else is_its

    async def find(self, ids: Sequence[PaperId], as_of: datetime) -> Mapping[PaperId, StoredPaper]:
        """See `PaperStore.find`."""
        names = {each: str(canonical_id(each)) for each in ids}
        keys: dict[str, PaperKey] = {}
        async with self._database.read() as connection:
            for some in chunks(sorted(set(names.values()))):
                found = await connection.execute(select(alias.c.id, alias.c.paper).where(alias.c.id.in_(some)))
                keys.update((row.id, PaperKey(row.paper)) for row in found)
            known = await papers_by_key(connection, keys.values(), as_of)
        visible = {key: each.stored for key, each in known.items() if each.first_seen_at <= as_of}
        return {each: visible[keys[name]] for each, name in names.items() if keys.get(name) in visible}

    async def statistics(self, as_of: datetime) -> LibraryStatistics:
        """See `PaperStore.statistics`."""
        async with self._database.read() as connection:
            count = await connection.scalar(
                select(func.count()).select_from(paper).where(paper.c.first_seen_at <= as_of)
            )
            dates = select(func.min(sighting.c.listed_on), func.max(sighting.c.listed_on))
            first, last = (await connection.execute(dates.where(sighting.c.first_seen_at <= as_of))).one()
        return LibraryStatistics(papers=count or 0, first_listed=first, last_listed=last)

    async def progress(self, digest: str) -> ImportProgress | None:
        """See `PaperStore.progress`."""
        async with self._database.read() as connection:
            found = await connection.execute(select(import_progress).where(import_progress.c.digest == digest))
            row = found.one_or_none()
        return ImportProgress(digest=row.digest, position=row.position, is_done=row.is_done) if row else None
