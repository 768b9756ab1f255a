"""Commands: list, preview, subscribe and others through dispatch, on a library and a service of full size.

Run it as `python benchmarks/commands.py [--papers 100000] [--subscriptions 5000] [--rounds 100]`. The library is one of
2026: Hugging Face lists 28 papers a weekday, arXiv 1,000. Each command is asked in another
channel every time. It is compared with the bare SQL that its answer needs: the statements that dispatch sent, again, by
the driver alone, on a database that stands as theirs stood. Seconds are those of the processor, since nothing but the
disk is waited for; the slowest but one of a hundred is the 99th percentile.
"""

import argparse
import asyncio
import resource
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from sqlalchemy import Engine, event, insert

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.sql.address import address_of
from adapters.sql.engine import Database
from adapters.sql.library.rows import values_of
from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from adapters.sql.tables import alias, ledger, paper, sighting
from benchmarks._databases import databases
from benchmarks._made import corpus_name, papers, percentile, report
from benchmarks.enqueue import asked, subscribe
from bot.clock import FixedClock
from bot.commands.dispatch import dispatch
from bot.commands.request import Requester
from bot.commands.services import Limits, Services
from bot.model.channel import Channel, Platform
from bot.model.digest import LedgerState
from bot.model.paper import ARXIV, HUGGINGFACE, Paper, PaperId
from bot.query.ast import Query
from tests.scenarios.asking import FakeSource

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)
A_WEEKDAY = {HUGGINGFACE: 28, ARXIV: 1000}
"""Papers that a source lists a weekday."""

HUGGING_FACE_HAS_ONE_OF = 7
"""Of the papers: two years of Hugging Face stand beside four months of arXiv."""

DIFFERENT = 20_000
"""Papers that are tokenised; the library repeats them under other ids, since that takes longest."""

FIRST_SHOWN = NOW.date() - timedelta(days=60)
SHOWN_ONE_OF = 5
"""A channel has had every fifth paper of Hugging Face for 60 days, which is as far back as commands read."""

AT_ONCE = 2000
WARM_UP = 3
"""Rounds that are not counted: the first of a kind compiles its statements."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=100_000)
    arguments.add_argument("--subscriptions", type=int, default=5_000)
    arguments.add_argument("--channels", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=100)
    options = arguments.parse_args()
    random = Random(2026)
    made = papers(min(DIFFERENT, options.papers), random)
    queries = asked(made[:1500], options.subscriptions, random)
    figures: dict[str, str | float] = {
        "benchmark": "commands",
        "corpus": corpus_name(),
        "papers": options.papers,
        "subscriptions": len(queries),
    }
    with databases("sqlite", 2) as (ours, bare):
        asyncio.run(filled(made, options.papers, queries, options.channels, ours))
        shutil.copy(*(url.removeprefix("sqlite:///") for url in (ours, bare)))
        # What nobody has subscribed to: half of it is too rare for a week of Hugging Face.
        new = [query.typed for query in asked(made[-1500:], 4 * options.rounds, random)]
        figures |= asyncio.run(measured(new, options.channels, options.rounds, ours, bare))
    figures["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report(figures)


async def filled(made: Sequence[Paper], count: int, queries: Sequence[Query], channels: int, url: str) -> None:
    """Fill a database: a library, subscriptions, and a ledger of the digests of the last weeks."""
    await migrate(url)
    await subscribe(queries, channels, url)
    database = Database(address_of(url))
    rows = [values_of(paper, NOW - timedelta(days=200)) for paper in made]
    async with database.write() as connection:
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count))
            listed = {number: listing(number) for number in numbers}
            await connection.execute(
                insert(paper),
                [
                    {
                        **rows[number % len(rows)],
                        "key": number + 1,
                        "id": id_of(number),
                        "upvotes": rows[number % len(rows)]["upvotes"] if listed[number][0] == HUGGINGFACE else None,
                    }
                    for number in numbers
                ],
            )
            await connection.execute(insert(alias), [{"paper": each + 1, "id": id_of(each)} for each in numbers])
            await connection.execute(
                insert(sighting),
                [
                    {"paper": number + 1, "source": source, "listed_on": day, "first_seen_at": seen_at(day)}
                    for number, (source, day) in listed.items()
                ],
            )
        await connection.execute(insert(ledger), list(shown(channels, count)))
    await database.close()


def id_of(number: int) -> str:
    """Return the id of a paper, as the tables have it."""
    return str(PaperId("arxiv", f"{1000 + number // 100_000}.{number % 100_000:05}"))


def listing(number: int) -> tuple[str, date]:
    """Return who lists a paper, and when: every seventh is Hugging Face's."""
    is_hugging_face = number % HUGGING_FACE_HAS_ONE_OF == 0
    source = HUGGINGFACE if is_hugging_face else ARXIV
    before = number // HUGGING_FACE_HAS_ONE_OF if is_hugging_face else number - number // HUGGING_FACE_HAS_ONE_OF
    weeks, weekday = divmod(before // A_WEEKDAY[source], 5)
    return source, NOW.date() - timedelta(days=7 * weeks + (weekday if weekday <= NOW.weekday() else weekday + 2))


def seen_at(day: date) -> datetime:
    """Return when a paper of a day was first seen."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def shown(channels: int, count: int) -> Iterator[dict[str, object]]:
    """Yield what every channel has had: some papers of Hugging Face on each of the last days."""
    recent = [number for number in range(0, count, HUGGING_FACE_HAS_ONE_OF) if listing(number)[1] >= FIRST_SHOWN]
    for channel in range(channels):
        for number in recent[channel % SHOWN_ONE_OF :: SHOWN_ONE_OF]:
            yield {
                "channel": channel + 1,
                "paper": number + 1,
                "state": LedgerState.SHOWN,
                "subscription": 1 + number % 5,
                "at": seen_at(listing(number)[1]),
                "as_lead": False,
                "is_rising": False,
                "upvotes": 1,
                "below_top_tenth": True,
                "href": "",
            }


async def measured(new: Sequence[str], channels: int, rounds: int, ours: str, bare: str) -> dict[str, str | float]:
    """Ask each command in many channels, and its statements again; returns what that took."""
    figures: dict[str, str | float] = {}
    commands: dict[str, Callable[[int], str]] = {
        "list": lambda _: "list",
        "preview": lambda _: "preview 1",
        "preview_query": lambda at: f"preview {new[at]}",
        "subscribe": lambda at: f"subscribe {new[rounds + at]}",
        "subscribe_arxiv": lambda at: f"subscribe {new[2 * rounds + at]} --source hf,arxiv",
    }
    clock = FixedClock(NOW)
    asked_in_all, seconds_in_all = 0, 0.0
    async with open_store(ours) as store:
        sources = {name: FakeSource(name) for name in A_WEEKDAY}
        services = Services(
            store=store, clock=clock, default_zone="UTC", sources=sources, limits=Limits(subscriptions=1_000_000)
        )
        with closing(sqlite3.connect(bare.removeprefix("sqlite:///"))) as connection:
            for name, text_of in commands.items():
                took, needed = [], []
                for at in range(rounds + WARM_UP):
                    channel = Channel(Platform.CONSOLE, "bench", str((at * 7 + len(name)) % channels))
                    asker = Requester(channel=channel, user="bench", is_manager=True)
                    with statements() as sent:
                        start = process_time()
                        reply = await dispatch(text_of(at % rounds), asker, services)
                        took.append(process_time() - start)
                    if not reply.ok:
                        sys.exit(f"{text_of(at % rounds)} failed: {reply}")
                    needed.append(again(connection, sent))
                took, needed = took[WARM_UP:], needed[WARM_UP:]
                asked_in_all += len(took)
                seconds_in_all += sum(took)
                figures |= {
                    f"{name}_p50_milliseconds": round(1000 * percentile(took, 50), 1),
                    f"{name}_p99_milliseconds": round(1000 * percentile(took, 99), 1),
                    f"{name}_over_bare": round(sum(took) / sum(needed), 1),
                }
    return figures | {"commands_per_second": round(asked_in_all / seconds_in_all)}


@contextmanager
def statements() -> Iterator[list[tuple[str, Any, bool]]]:
    """Give the statements that are sent inside, as the driver gets them: text, values, whether there are many."""
    sent: list[tuple[str, Any, bool]] = []

    def keep(_: object, __: object, statement: str, values: Any, ___: object, executemany: bool) -> None:  # noqa: FBT001 - SQLAlchemy calls it
        sent.append((statement, values, executemany))

    def end(_: object) -> None:
        sent.append(("COMMIT", (), False))

    listeners = (("before_cursor_execute", keep), ("commit", end), ("rollback", end))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


def again(connection: sqlite3.Connection, sent: Sequence[tuple[str, Any, bool]]) -> float:
    """Send the statements to a database that stands as theirs stood; returns the seconds."""
    connection.isolation_level = None
    start = process_time()
    for statement, values, executemany in sent:
        if statement == "COMMIT" and not connection.in_transaction:
            continue
        send = connection.executemany if executemany else connection.execute
        send(statement, values).fetchall()
    return process_time() - start


if __name__ == "__main__":
    main()
