"""What a failing database does: a sentence with the way out, nothing half done, and on by itself when it is back."""

import asyncio
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, make_url, select, text

from adapters.sql.address import address_of
from adapters.sql.engine import ConflictError, Database
from adapters.sql.migrate import migrate
from adapters.sql.sealed import KeyRing
from adapters.sql.store import SqlStore, open_store
from adapters.sql.tables import lease
from bot.clock import FixedClock
from bot.errors import StoreError
from bot.model.delivery import Claim, Part, Receipt
from bot.pipeline.deliver import deliver_due
from tests.builders import GENERAL, NOW, a_paper
from tests.conformance.deliveries import an_enqueued, stored_papers, subscribe, the_id
from tests.console import ROOT
from tests.fakes.messenger import FakePlatform
from tests.rows import change_numbers

SECRET = "hunter2"
MANY = [a_paper(number, abstract="word " * 300) for number in range(1, 301)]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Database, SqlStore]]:
    """Open a migrated database with one connection in its pool, so that a PRAGMA set by a test stays in force."""
    await migrate(url)
    database = Database(address_of(url))
    yield database, SqlStore(database, KeyRing(()))
    await database.close()


async def fails(url: str) -> str:
    """Open what cannot be opened; returns everything that could be shown or logged about it."""
    with pytest.raises(StoreError) as caught:
        async with open_store(url):
            pass
    said = [str(caught.value), repr(caught.value)]
    cause = caught.value.__cause__
    while cause is not None:
        said += [str(cause), repr(cause)]
        cause = cause.__cause__
    assert SECRET not in "\n".join(said)
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"u:{SECRET}@host/db", "no driver before ://"),
        ("paperround.db", "no driver before ://"),
        (f"mysql://u:{SECRET}@host/db", "begins with mysql://"),
        (f"postgresql+asyncpg://u:{SECRET}@host/db", "not supported"),
        (f"postgresql://u:{SECRET}@host:port/db", "cannot be read"),
        (f"postgresql://u:{SECRET}@127.0.0.1:9/db?port=zz", "cannot be read"),
        (f"postgresql://u:{SECRET}@127.0.0.1:9/db?foo=1", "has an option that cannot be read"),
        (f"postgresql://u:{SECRET}@127.0.0.1:9/db?sslmode=zz", "has an option that cannot be read"),
        (f"postgresql://u:{SECRET}@127.0.0.1:9/db?keepalives=zz", "has an option that cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        (f"postgresql://u:{SECRET}@127.0.0.1:9/db", "does not answer"),
        ("sqlite:////proc/no/paperround.db", "cannot be opened"),
    ],
)
async def test_a_wrong_address_is_told_with_the_way_out_and_without_the_password(url: str, words: str) -> None:
    assert words in await fails(url)


async def test_a_database_that_does_not_exist_is_named(postgresql_url: str) -> None:
    url = make_url(postgresql_url).set(database="nowhere").render_as_string(hide_password=False)
    assert "nowhere" in (said := await fails(url))
    assert "does not exist. Create it" in said


def refusal(code: str, words: str) -> bytes:
    """Return what a PostgreSQL server says when it refuses a session."""
    fields = b"".join(f"{kind}{value}\0".encode() for kind, value in (("S", "FATAL"), ("C", code), ("M", words)))
    return b"E" + (len(fields) + 5).to_bytes(4, "big") + fields + b"\0"


@pytest.mark.parametrize(
    ("code", "words", "told"),
    [
        ("28P01", 'password authentication failed for user "u"', "refused the password"),
        ("28000", 'role "u" does not exist', "refused this user"),
        ("53300", "sorry, too many clients already", "too many connections"),
        ("57P03", "the database system is starting up", "is starting up"),
    ],
)
async def test_a_refused_session_is_told_with_the_way_out(code: str, words: str, told: str) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # TLS and GSS are asked for first, in 8 bytes each; "N" declines them.
        while int.from_bytes(await reader.readexactly(4), "big") == 8:
            await reader.readexactly(4)
            writer.write(b"N")
        writer.write(refusal(code, words))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert told in await fails(f"postgresql://u:{SECRET}@127.0.0.1:{port}/db")


@asynccontextmanager
async def muffled(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Give a server's URL by a way that swallows everything once the event is set, and takes nobody any more."""
    there, silent = make_url(url), asyncio.Event()
    port = there.query.get("port", there.port or 5432)
    socket = f"{there.query.get('host')}/.s.PGSQL.{port}"

    ends: list[asyncio.StreamWriter] = []
    passing: list[asyncio.Task[None]] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            if not silent.is_set():
                writer.write(data)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.append(writer)
        if silent.is_set():
            writer.close()
            return
        server_reader, server_writer = await asyncio.open_unix_connection(socket)
        ends.append(server_writer)
        passing.append(asyncio.create_task(pass_on(reader, server_writer)))
        passing.append(asyncio.create_task(pass_on(server_reader, writer)))

    async with await asyncio.start_server(connect, "127.0.0.1", 0) as way:
        here = there.set(host="127.0.0.1", port=way.sockets[0].getsockname()[1], query={})
        yield here.render_as_string(hide_password=False), silent
        for end in ends:
            end.close()
        await asyncio.gather(*passing, *(end.wait_closed() for end in ends), return_exceptions=True)


async def test_a_server_that_falls_silent_is_left(postgresql_url: str) -> None:
    async with muffled(postgresql_url) as (url, silent):
        database = Database(address_of(url), timeout=timedelta(seconds=0.5))
        async with database.read() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1
        silent.set()
        with pytest.raises(StoreError, match="does not answer"):
            async with database.write() as connection:
                await connection.execute(text("SELECT 1"))
        await database.close()


async def test_no_address_shows_its_password() -> None:
    address = address_of(f"postgresql://u:{SECRET}@host/db?password={SECRET}&sslpassword={SECRET}")
    assert SECRET not in f"{address} {address!r}"


async def test_a_file_of_another_kind_is_refused_and_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "paperround.db"
    file.write_text("Dear diary, " * 500, encoding="utf-8")
    assert "is another kind of file" in await fails(sqlite_url)
    assert file.read_text(encoding="utf-8") == "Dear diary, " * 500


async def test_a_damaged_file_is_told_apart(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as (_, store):
        await store.papers.ingest(MANY, NOW)
    file = tmp_path / "paperround.db"
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    with pytest.raises(StoreError, match=r"is damaged\. Restore it"):
        async with open_store(sqlite_url) as store:
            await store.papers.ingest([a_paper(999)], NOW)


async def test_a_full_disk_stores_nothing_of_a_list_and_the_next_try_stores_it(sqlite_url: str) -> None:
    async with opened(sqlite_url) as (database, store):
        async with database.read() as connection:
            pages = await connection.scalar(text("PRAGMA page_count"))
            await connection.execute(text(f"PRAGMA max_page_count = {pages + 5}"))
        with pytest.raises(StoreError, match="the disk is full"):
            await store.papers.ingest(MANY, NOW)
        assert (await store.papers.statistics(NOW)).papers == 0
        assert await change_numbers(sqlite_url) == {}
        async with database.read() as connection:
            await connection.execute(text("PRAGMA max_page_count = 1000000"))
        assert (await store.papers.ingest(MANY, NOW)).new == len(MANY)


FULL = """
import asyncio, resource, sys
from adapters.sql.store import open_store
from bot.errors import StoreError
from tests.integration.database.test_faults import MANY, NOW

async def main(url):
    async with open_store(url) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
        try:
            await store.papers.ingest(MANY, NOW)
        except StoreError as error:
            print(error)
        print((await store.papers.statistics(NOW)).papers)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print((await store.papers.ingest(MANY, NOW)).new)

asyncio.run(main(sys.argv[1]))
"""


async def test_a_disk_that_takes_no_more_in_the_middle_of_a_write_leaves_nothing_half_done(
    sqlite_url: str, tmp_path: Path
) -> None:
    await migrate(sqlite_url)
    limit = (tmp_path / "paperround.db").stat().st_size + resource.getpagesize()
    out = await asyncio.to_thread(_run, FULL, sqlite_url, str(limit))
    said, left, new = out.splitlines()
    assert "the disk is full, over its quota, or failing. Free some space" in said
    assert (left, new) == ("0", str(len(MANY)))


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


async def test_a_writer_waits_for_the_transaction_of_another_process(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as (_, store):
        with closing(sqlite3.connect(tmp_path / "paperround.db", check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            stored = asyncio.create_task(store.papers.ingest([a_paper()], NOW))
            assert (await store.papers.statistics(NOW)).papers == 0
            assert not stored.done()
            other.rollback()
            assert (await stored).new == 1


async def test_a_transaction_that_is_cancelled_is_waited_for(sqlite_url: str) -> None:
    begun, may_end = threading.Event(), threading.Event()
    taken = lease.insert().values(source="arxiv", holder="bench", until=NOW)

    def work(connection: Connection) -> None:
        connection.execute(taken)
        begun.set()
        may_end.wait()

    async with opened(sqlite_url) as (database, _):
        working = asyncio.create_task(database.transact(work))
        await asyncio.to_thread(begun.wait)
        working.cancel()
        await asyncio.to_thread(int)
        assert not working.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert await database.transact(lambda connection: connection.scalar(select(lease.c.holder))) == "bench"


async def test_a_transaction_that_fails_in_its_thread_is_undone_and_told(sqlite_url: str) -> None:
    taken = lease.insert().values(source="arxiv", holder="bench", until=NOW)

    def twice(connection: Connection) -> None:
        connection.execute(taken)
        connection.execute(taken)

    async with opened(sqlite_url) as (database, _):
        with pytest.raises(ConflictError, match="another transaction was first"):
            await database.transact(twice)
        assert await database.transact(lambda connection: connection.scalar(select(lease.c.holder))) is None


async def test_a_database_that_stays_locked_is_told_and_gone_on_with(sqlite_url: str, tmp_path: Path) -> None:
    async with opened(sqlite_url) as (database, store):
        async with database.read() as connection:
            await connection.execute(text("PRAGMA busy_timeout = 0"))
        with closing(sqlite3.connect(tmp_path / "paperround.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="is locked by another process"):
                await store.papers.ingest([a_paper()], NOW)
        assert (await store.papers.ingest([a_paper()], NOW)).new == 1


@pytest.mark.parametrize("is_replaced", [False, True], ids=["removed", "replaced"])
async def test_a_file_that_is_taken_away_is_told_and_nothing_is_written_where_nobody_reads(
    sqlite_url: str, migrated_file: Path, tmp_path: Path, *, is_replaced: bool
) -> None:
    file = tmp_path / "paperround.db"
    async with opened(sqlite_url) as (_, store):
        await store.papers.ingest(MANY[:1], NOW)
        file.rename(tmp_path / "elsewhere.db")
        if is_replaced:
            shutil.copy(migrated_file, file)
        for _ in range(2):
            with pytest.raises(StoreError, match="removed or replaced while it was open"):
                await store.papers.ingest(MANY[1:2], NOW)
            with pytest.raises(StoreError, match="Start paperround again"):
                await store.check()


async def test_a_database_that_may_only_be_read_says_so(sqlite_url: str) -> None:
    async with opened(sqlite_url) as (database, store):
        async with database.read() as connection:
            await connection.execute(text("PRAGMA query_only = ON"))
        with pytest.raises(StoreError, match="cannot be written"):
            await store.papers.ingest([a_paper()], NOW)
        assert (await store.papers.statistics(NOW)).papers == 0


def terminate_all(url: str) -> int:
    """End every other session of the database, as a restart of the server does; returns how many there were."""
    with closing(psycopg.connect(url, autocommit=True)) as admin:
        ended = admin.execute(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended
    return int(ended[0])


async def test_sessions_that_the_server_ended_are_replaced(postgresql_url: str) -> None:
    async with opened(postgresql_url) as (_, store):
        await store.papers.ingest([a_paper(1)], NOW)
        assert await asyncio.to_thread(terminate_all, postgresql_url) > 0
        assert (await store.papers.ingest([a_paper(2)], NOW)).new == 1


async def _write_across_a_restart(database: Database, url: str) -> None:
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO rate_limit VALUES ('host', now())"))
        await asyncio.to_thread(terminate_all, url)
        await connection.execute(text("INSERT INTO rate_limit VALUES ('other', now())"))


async def test_a_session_ended_in_a_transaction_undoes_it_and_the_next_try_stores_it(postgresql_url: str) -> None:
    async with opened(postgresql_url) as (database, store):
        with pytest.raises(StoreError, match=r"was shut down.*Nothing was changed"):
            await _write_across_a_restart(database, postgresql_url)
        async with database.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM rate_limit")) == 0
        assert (await store.papers.ingest([a_paper()], NOW)).new == 1


class RestartingPlatform(FakePlatform):
    """Accepts a message while the database restarts."""

    url = ""

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Accept, and then the database is gone for a moment."""
        receipt = await super().post(claim, part, parts)
        await asyncio.to_thread(terminate_all, self.url)
        return receipt


async def test_a_database_that_restarts_in_the_middle_of_a_delivery_loses_and_doubles_nothing(
    postgresql_url: str,
) -> None:
    platform = RestartingPlatform()
    platform.url = postgresql_url
    async with opened(postgresql_url) as (_, store):
        await stored_papers(store, 5)
        papers = tuple(the_id(number) for number in range(1, 6))
        assert await store.outbox.enqueue(an_enqueued(await subscribe(store), papers=papers))
        assert await deliver_due(store, {platform.platform: platform}, FixedClock(NOW)) == 1
        assert [(channel, part) for channel, part, *_ in platform.posted] == [(str(GENERAL), n) for n in range(3)]
