"""Enqueue: every channel due at once, against the bare inserts of the very rows that it wrote.

Run it as `python benchmarks/enqueue.py [--channels 1000] [--subscriptions 5000] [--papers 500] [--database KIND]`.
Each channel has its own digest and its own transaction. The bare insert knows every row beforehand and writes all
channels in one transaction, with one executemany a table.

The papers are those of the two days that new subscriptions look at: 500 are a usual weekday of a few arXiv categories,
or five times the peak of Hugging Face. Five queries of a channel then match about 15, which is what its rates
give ("agent" 7.5, "diffusion" 2.9, "world model" 1.3, "RLHF" 0.1 a weekday); `--papers 1500` is
arXiv's busiest weekday, and about 47. Ten are shown, the rest are *passed*: ledger rows grow with what matches. No
ledger row is there before, so nothing is kept out. Other programs on the machine change the seconds; they change the
CPU seconds of our process (its threads too, not PostgreSQL's) less.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time

from sqlalchemy import insert

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.sql.address import address_of
from adapters.sql.engine import Database
from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from adapters.sql.subscription_rows import values_of
from adapters.sql.tables import (
    alias,
    channel,
    delivery,
    delivery_subscription,
    ledger,
    outcome,
    paper,
    sighting,
    subscription,
)
from benchmarks._databases import KINDS, connect, databases, insert_rows, rows_of
from benchmarks._made import corpus_name, listed, made_queries, papers, report, timed, with_tokens
from bot.clock import FixedClock
from bot.matching.bitmap import compile_queries, match
from bot.model.cadence import Cadence
from bot.model.channel import Channel, Platform
from bot.model.paper import Paper
from bot.model.subscription import DEFAULT_SOURCES, NewSubscription
from bot.pipeline.enqueue import enqueue_due
from bot.query.ast import Query

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)
BROADEST = 0.05
"""Part of a day's papers that one query may match: "agent" has 3.4 % of arXiv; more is told to narrow."""

BEFORE = (paper, alias, sighting, channel, subscription)
WRITTEN = (delivery, delivery_subscription, ledger, outcome)


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--channels", type=int, default=1000)
    arguments.add_argument("--subscriptions", type=int, default=5000)
    arguments.add_argument("--papers", type=int, default=500)
    arguments.add_argument("--database", choices=(*KINDS, "both"), default="both")
    options = arguments.parse_args()
    random = Random(2026)
    made = papers(options.papers, random)
    queries = asked(made, options.subscriptions, random)
    figures: dict[str, str | float] = {
        "benchmark": "enqueue",
        "corpus": corpus_name(),
        "channels": options.channels,
        "subscriptions": len(queries),
        "papers": len(made),
    }
    for kind in KINDS if options.database == "both" else (options.database,):
        with databases(kind, 2) as (ours, bare):
            due = measured(listed(made, NOW.date(), NOW, days=2), queries, options.channels, ours)
            enqueued, enqueuing, cpu = asyncio.run(due)
            rows, inserting = inserted(ours, bare)
        figures |= {
            f"{kind}_deliveries": enqueued,
            f"{kind}_ledger_rows": rows,
            f"{kind}_enqueue_seconds": round(enqueuing, 2),
            f"{kind}_enqueue_cpu_seconds": round(cpu, 2),
            f"{kind}_bare_insert_seconds": round(inserting, 2),
            f"{kind}_enqueue_over_bare": round(enqueuing / inserting, 2),
        }
    report(figures)


def asked(made: Sequence[Paper], count: int, random: Random) -> list[Query]:
    """Return queries as channels keep them: none that most papers match, and each twice, as popular topics are."""
    stored = [with_tokens(*each) for each in enumerate(made)]
    queries = made_queries(stored, count, random)
    found = match(stored, compile_queries(queries))
    kept = [query for query, papers in zip(queries, found, strict=True) if len(papers) <= BROADEST * len(made)]
    return [kept[at % len(kept)] for at in range(count // 2)] * 2


async def measured(
    made: Sequence[Paper], queries: Sequence[Query], channels: int, url: str
) -> tuple[int, float, float]:
    """Fill a database, enqueue all that is due; returns the deliveries made, the seconds and the CPU seconds."""
    await migrate(url)
    await subscribe(queries, channels, url)
    async with open_store(url) as store:
        await store.papers.ingest(made, NOW)
        start, cpu = perf_counter(), process_time()
        enqueued = await enqueue_due(store, FixedClock(NOW), default_zone="UTC")
        return enqueued, perf_counter() - start, process_time() - cpu


async def subscribe(queries: Sequence[Query], channels: int, url: str) -> None:
    """Give every channel its part of the queries; a query that it has already is left out."""
    names = [Channel(Platform.CONSOLE, "bench", str(number)) for number in range(channels)]
    per_channel = -(-len(queries) // channels)
    database = Database(address_of(url))
    rows = []
    for number, name in enumerate(names):
        mine = {str(query): query for query in queries[number * per_channel : (number + 1) * per_channel]}
        for at, query in enumerate(mine.values(), start=1):
            new = NewSubscription(
                channel=name,
                query=query,
                cadence=Cadence(),
                cap=None,
                min_upvotes=0,
                upvoted_only=False,
                sources=DEFAULT_SOURCES,
                creator="bench",
            )
            values = values_of(new, NOW - timedelta(days=1), NOW, 0)
            rows.append({"channel": number + 1, "number": at, **values})
    async with database.write() as connection:
        await connection.execute(
            insert(channel),
            [
                {"platform": each.platform, "workspace": each.workspace, "id": each.id, "last_number": per_channel}
                for each in names
            ],
        )
        await connection.execute(insert(subscription), rows)
    await database.close()


def inserted(ours: str, bare: str) -> tuple[int, float]:
    """Insert what was written into a database that has all the rest; returns the ledger's rows and the seconds."""
    asyncio.run(migrate(bare))
    with closing(connect(ours)) as source, closing(connect(bare)) as target:
        insert_rows(target, BEFORE, rows_of(source, BEFORE, {}))
        rows = rows_of(source, WRITTEN, {})
        _, seconds = timed(lambda: insert_rows(target, WRITTEN, rows))
    return len(rows["ledger"]), seconds


if __name__ == "__main__":
    main()
