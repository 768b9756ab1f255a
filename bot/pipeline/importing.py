"""Importing: a file of papers into the library, in batches, so that an interrupted import goes on where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bot.model.fetching import FetchRecord, ImportProgress
from bot.model.outcome import OutcomeKind
from bot.ports import Clock, ImportBatch, PaperImporter, Store

SKIPPED_NAMED = 20
"""Lines that are named when they could not be read; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did. `resumed_at` is the line where an earlier import had stopped, 0 for a whole one."""

    seen: int
    new: int
    skipped: int
    named: tuple[str, ...]
    resumed_at: int


async def import_file(
    importer: PaperImporter, path: Path, store: Store, clock: Clock, on_progress: Callable[[ImportBatch], None]
) -> Imported:
    """Import a file; each batch and its place in the file are one transaction.

    Content that was imported whole is read again, but lists nothing again: else a page from last week, whose papers
    count as listed on the day of import, would be this week's news.

    Raises:
        RefusedError: the file cannot be read, or is not of this kind; papers of earlier batches stay.
        StoreError: the database failed; the next import of this content goes on after the last batch.
    """
    digest = importer.digest(path)
    progress = await store.papers.progress(digest)
    is_repeated = progress is not None and progress.is_done
    start = progress.position if progress and not is_repeated else 0
    seen = new = skipped = 0
    position = start
    named: list[str] = []
    async for batch in importer.read(path, start):
        position = batch.position
        papers = tuple(replace(paper, sightings=()) for paper in batch.papers) if is_repeated else batch.papers
        ingested = await store.papers.ingest(
            papers, clock.now(), ImportProgress(digest=digest, position=position, is_done=is_repeated)
        )
        seen, new, skipped = seen + ingested.seen, new + ingested.new, skipped + len(batch.skipped)
        named += batch.skipped[: SKIPPED_NAMED - len(named)]
        on_progress(batch)
    await store.papers.ingest((), clock.now(), ImportProgress(digest=digest, position=position, is_done=True))
    imported = Imported(seen=seen, new=new, skipped=skipped, named=tuple(named), resumed_at=start)
    await _record(importer, digest, imported, store, clock)
    return imported


async def _record(importer: PaperImporter, digest: str, imported: Imported, store: Store, clock: Clock) -> None:
    record = FetchRecord(
        source=importer.name,
        key=f"file:{digest[:16]}",
        at=clock.now(),
        ok=True,
        kind=OutcomeKind.FETCHED,
        reason="; ".join(imported.named[:3]),
        seen=imported.seen,
        new=imported.new,
        skipped=imported.skipped,
    )
    await store.outcomes.record_fetch(record, record.outcome())
