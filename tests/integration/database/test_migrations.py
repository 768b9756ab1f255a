"""Migrations: every version up and down on both databases, and what is refused."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, func, inspect, select, text

from adapters.sql.address import address_of
from adapters.sql.engine import VERSION_TABLE, Database
from adapters.sql.migrate import check_version, known_versions, migrate, migrate_database
from adapters.sql.store import open_store
from adapters.sql.tables import metadata
from bot.errors import StoreError
from bot.model.delivery import DeliveryState, Settlement
from bot.model.fetching import FetchRecord, ImportProgress
from bot.model.outcome import OutcomeKind
from bot.ports import SearchRequest
from bot.query.parse import parse
from tests.builders import GENERAL, NOW, a_paper
from tests.conformance.deliveries import (
    a_part,
    a_receipt,
    an_enqueued,
    an_outcome,
    claim_one,
    greet,
    passed,
    shown,
    stored_papers,
    subscribe,
    the_id,
)
from tests.console import ROOT

VERSIONS = known_versions()
ANOTHER_PROCESS = """
import asyncio, sys
from adapters.sql.migrate import migrate
sys.stdin.readline()
asyncio.run(migrate(sys.argv[1]))
"""


def schema_of(connection: Connection) -> object:
    """Return every table, column, key and index, in an order of its own."""
    look = inspect(connection)
    return {
        name: (
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(name)),
            sorted(look.get_pk_constraint(name)["constrained_columns"]),
            sorted(
                (*key["constrained_columns"], key["referred_table"], str(key["options"]))
                for key in look.get_foreign_keys(name)
            ),
            sorted((str(index["name"]), str(index["column_names"])) for index in look.get_indexes(name)),
            sorted(str(unique["column_names"]) for unique in look.get_unique_constraints(name)),
        )
        for name in look.get_table_names()
        if name != VERSION_TABLE
    }


async def schema(database: Database) -> object:
    async with database.read() as connection:
        return await connection.run_sync(schema_of)


async def counts(database: Database) -> dict[str, int]:
    async with database.read() as connection:
        return {
            name: await connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }


async def fill(url: str) -> None:
    """Put a row into every table of the round."""
    async with open_store(url) as store:
        keys = await stored_papers(store, 3)
        await store.papers.ingest([a_paper(4)], NOW, ImportProgress(digest="f", position=1))
        subscription = await subscribe(store)
        rows = (shown(keys[the_id(1)]), passed(keys[the_id(2)]))
        assert await store.outbox.enqueue(an_enqueued(subscription, papers=(the_id(1),), ledger=rows))
        claim = await claim_one(store)
        await store.outbox.store_parts(claim, [a_part(the_id(1))])
        await store.outbox.accept_part(claim, 0, a_receipt())
        sent = Settlement(state=DeliveryState.SENT)
        assert await store.outbox.settle(claim, sent, an_outcome(OutcomeKind.POSTED))
        record = FetchRecord(source="arxiv", key="k", at=NOW, ok=True, kind=OutcomeKind.FETCHED)
        await store.outcomes.record_fetch(record, an_outcome())
        await store.rate_limits.hold("host", NOW)
        await store.leases.acquire("arxiv", "me", NOW, timedelta(minutes=1))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    database = Database(address_of(url))
    yield database
    await database.close()


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    async with opened(empty_url) as database:
        yield database


async def test_an_empty_database_comes_to_this_version(empty_url: str, database: Database) -> None:
    assert not await check_version(database)
    await migrate(empty_url)
    assert await check_version(database)


async def test_migrating_again_changes_nothing(empty_url: str, database: Database) -> None:
    await migrate(empty_url)
    await fill(empty_url)
    before = await counts(database)
    await migrate(empty_url)
    assert await counts(database) == before


async def test_every_version_goes_up_and_comes_down_to_where_it_was(database: Database) -> None:
    schemas = {"base": await schema(database)}
    for version in VERSIONS:
        await migrate_database(database, version)
        schemas[version] = await schema(database)
    for before, after in zip(("base", *VERSIONS), VERSIONS, strict=False):
        assert schemas[before] != schemas[after]
    for version in ("base", *VERSIONS)[-2::-1]:
        await migrate_database(database, version)
        assert await schema(database) == schemas[version]
    await migrate_database(database)
    assert await schema(database) == schemas[VERSIONS[-1]]


@pytest.mark.parametrize("version", VERSIONS[:-1])
async def test_rows_outlive_the_way_down_and_up(store_url: str, version: str) -> None:
    await fill(store_url)
    async with opened(store_url) as database:
        before = await counts(database)
        await migrate_database(database, version)
        async with database.read() as connection:
            kept = frozenset(await connection.run_sync(lambda each: inspect(each).get_table_names())) & before.keys()
        await migrate_database(database)
        after = await counts(database)
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    async with open_store(store_url) as store:
        request = SearchRequest(query=parse("world models"), as_of=NOW, limit=9)
        assert (await store.search.search(request)).total == 4
        assert (await store.papers.ingest([a_paper(5)], NOW)).new == 1


async def test_what_was_on_its_way_before_an_upgrade_is_claimed_after_it(empty_url: str, database: Database) -> None:
    await migrate(empty_url)
    async with open_store(empty_url) as store:
        await greet(store, GENERAL)
    await migrate_database(database, "0009")
    await migrate_database(database)
    async with open_store(empty_url) as store:
        assert (await claim_one(store)).channel == GENERAL


async def test_the_tables_are_what_the_migrations_make(empty_url: str, database: Database) -> None:
    await migrate(empty_url)

    def is_ours(_thing: object, name: str | None, *_: object) -> bool:
        # Full text stands beside the tables: the migrations alone know it (adapters/sql/library/fulltext.py).
        return not (name or "").startswith(("paper_text", VERSION_TABLE)) and "_vector" not in (name or "")

    def differences(connection: Connection) -> Any:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_type": True, "version_table": VERSION_TABLE}
        )
        return compare_metadata(context, metadata)

    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_processes_that_migrate_at_once_do_it_once(empty_url: str, database: Database) -> None:
    await asyncio.to_thread(_migrate_in_processes, empty_url)
    assert await check_version(database)


def _migrate_in_processes(url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", ANOTHER_PROCESS, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    ended = [(process.communicate()[1], process.returncode) for process in processes]
    assert ended == [("", 0)] * 3


async def test_a_migration_that_fails_changes_nothing(database: Database) -> None:
    await migrate_database(database, VERSIONS[0])
    async with database.write() as connection:
        await connection.execute(text("CREATE TABLE outcome (key integer)"))
    before = await schema(database)
    with pytest.raises(StoreError, match="Nothing was changed"):
        await migrate_database(database)
    assert await schema(database) == before


async def test_sqlite_migrates_itself_when_opened(sqlite_url: str) -> None:
    await migrate(sqlite_url, VERSIONS[0])
    async with open_store(sqlite_url) as store:
        assert (await store.papers.ingest([a_paper()], NOW)).new == 1


@pytest.mark.parametrize("version", ["base", VERSIONS[0], VERSIONS[-2]])
async def test_postgresql_that_is_not_at_this_version_asks_for_migrate(postgresql_url: str, version: str) -> None:
    if version != "base":
        await migrate(postgresql_url, version)
    with pytest.raises(StoreError, match="Run: paperround migrate"):
        async with open_store(postgresql_url):
            pass


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: str, database: Database) -> None:
    await migrate(empty_url)
    async with database.write() as connection:
        await connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer paperround.*9999.*Install the newer"):
        async with open_store(empty_url):
            pass
    with pytest.raises(StoreError, match="Nothing was changed"):
        await migrate(empty_url)
    async with database.read() as connection:
        assert await connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}")) == "9999"


async def test_a_sqlite_file_of_another_program_is_refused_and_left_as_it_was(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "paperround.db"
    with closing(sqlite3.connect(file)) as theirs:
        theirs.execute("CREATE TABLE birds (name)")
    before = file.read_bytes()
    for attempt in (migrate(sqlite_url), _opened(sqlite_url)):
        with pytest.raises(StoreError, match=r"belongs to another program.*Nothing was changed"):
            await attempt
    assert file.read_bytes() == before


async def _opened(url: str) -> None:
    async with open_store(url):
        pass


async def test_tables_of_another_program_in_the_same_postgresql_are_left_alone(postgresql_url: str) -> None:
    database = Database(address_of(postgresql_url))
    try:
        async with database.write() as connection:
            await connection.execute(text("CREATE TABLE birds (name text)"))
        await migrate(postgresql_url)
        await migrate(postgresql_url, "base")
        async with database.read() as connection:
            names = await connection.run_sync(lambda each: inspect(each).get_table_names())
        assert "birds" in names
    finally:
        await database.close()
