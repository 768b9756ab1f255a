"""Ingest: papers through the whole of it, against a bare executemany of the very rows that it wrote.

Run it as `python benchmarks/ingest.py [--papers 5000] [--database sqlite|postgresql|both]`. Ingest looks every paper up
by id and title, merges, and tokenises; the bare insert has all of that done for it, and writes into a database of the
same kind with the same tables and indices. Both take turns batch by batch, so that a busy machine slows both.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from adapters.sql.tables import alias, paper, sighting
from benchmarks._databases import KINDS, connect, databases, insert_rows, rows_of
from benchmarks._made import corpus_name, listed, papers, report
from bot.model.paper import Paper

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)
BATCH = 500
"""Papers of a transaction, on both sides."""

TABLES = (paper, alias, sighting)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=5000)
    arguments.add_argument("--database", choices=(*KINDS, "both"), default="both")
    options = arguments.parse_args()
    made = listed(papers(options.papers, Random(2026)), NOW.date(), NOW, days=14)
    figures: dict[str, str | float] = {"benchmark": "ingest", "corpus": corpus_name(), "papers": len(made)}
    for kind in KINDS if options.database == "both" else (options.database,):
        with databases(kind, 2) as (ours, bare):
            ingesting, inserting, again = asyncio.run(measured(made, ours, bare))
        figures |= {
            f"{kind}_ingest_papers_per_second": round(len(made) / ingesting),
            f"{kind}_bare_insert_papers_per_second": round(len(made) / inserting),
            f"{kind}_unchanged_papers_per_second": round(len(made) / again),
            f"{kind}_ingest_over_bare": round(ingesting / inserting, 2),
        }
    report(figures)


async def measured(made: Sequence[Paper], ours: str, bare: str) -> tuple[float, float, float]:
    """Return the seconds of ingest, of the bare insert, and of ingesting the same papers again."""
    await migrate(ours)
    await migrate(bare)
    ingesting = inserting = again = 0.0
    source, target = connect(ours), connect(bare)
    known = {"paper": 0}
    batches = [made[start : start + BATCH] for start in range(0, len(made), BATCH)]
    try:
        async with open_store(ours) as store:
            await store.papers.ingest((), NOW)  # opens the connection
            for batch in batches:
                start = perf_counter()
                await store.papers.ingest(batch, NOW)
                ingesting += perf_counter() - start
                rows = rows_of(source, TABLES, known)
                before, known["paper"] = known["paper"], max(row[0] for row in rows["paper"])
                rows["alias"] = [row for row in rows["alias"] if row[1] > before]
                rows["sighting"] = [row for row in rows["sighting"] if row[0] > before]
                start = perf_counter()
                insert_rows(target, TABLES, rows)
                inserting += perf_counter() - start
            for batch in batches:
                start = perf_counter()
                await store.papers.ingest(batch, NOW)
                again += perf_counter() - start
    finally:
        source.close()
        target.close()
    return ingesting, inserting, again


if __name__ == "__main__":
    main()
