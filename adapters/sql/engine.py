"""Connections and transactions: one way to read and one way to write, on both databases.

    read    SQLite: BEGIN DEFERRED     PostgreSQL: REPEATABLE READ, READ ONLY    waits for no writer
    write   SQLite: BEGIN IMMEDIATE    PostgreSQL: READ COMMITTED                all or nothing

SQLite has one writer at a time. Writers of one process wait for one another in a fair queue, because SQLite's own
waiting is a loop that sleeps; writers of other processes are waited for with `busy_timeout`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from select import POLLIN, poll
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from adapters.sql.address import Address, unreadable
from adapters.sql.errors import store_error
from bot.errors import StoreError

BUSY_TIMEOUT: Final = timedelta(seconds=30)
"""How long a writer waits for another process's transaction."""

CONNECT_TIMEOUT: Final = timedelta(seconds=10)
STATEMENT_TIMEOUT: Final = timedelta(seconds=60)
"""A server that takes longer is as good as away."""

TRANSACTION_TIMEOUT: Final = 5 * STATEMENT_TIMEOUT
"""How long a transaction on PostgreSQL may take in all. The server keeps to `STATEMENT_TIMEOUT` by itself, but one
behind a network that swallows everything says nothing, and whoever asked it would wait for ever.
"""

POOL_SIZE: Final = 10
POOL_OVERFLOW: Final = 10
"""Connections kept, and how many more at a peak: a worker posts 16 deliveries side by side.

One that is not kept costs its server a process; with five kept, a busy machine made one for each delivery.
"""

CHUNK: Final = 500
"""Values bound in one statement: SQLite takes 32,766 and compiles each length once."""

VERSION_TABLE: Final = "paperround_version"
"""Holds the version, and says that a database is ours. Not Alembic's usual name: another program may use that."""

_BEGIN: Final = "paperround_begin"

_T = TypeVar("_T")


class ConflictError(StoreError):
    """A unique or a foreign key refused a row: another transaction was first. The caller answers it."""


class Database:
    """One open database. `timeout` is for transactions on PostgreSQL; None: they may take as long as they like."""

    def __init__(self, address: Address, *, timeout: timedelta | None = TRANSACTION_TIMEOUT) -> None:
        self.address = address
        self.is_sqlite = address.is_sqlite
        self._within = None if address.is_sqlite or timeout is None else timeout.total_seconds()
        file = _OneFile(address)
        self._engine = _sqlite_engine(address, file) if address.is_sqlite else _postgresql_engine(address)
        self._reader = self._engine.execution_options(**{_BEGIN: "BEGIN DEFERRED"})
        if not address.is_sqlite:
            self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writer = _sqlite_writer(address, file) if address.is_sqlite else None
        self._writing: AbstractAsyncContextManager[Any] = asyncio.Lock() if address.is_sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees one state of the database and changes nothing.

        Raises:
            StoreError: the database failed.
        """
        async with self._transaction(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is committed at the end, and wholly undone by any exception.

        Raises:
            ConflictError: a unique or a foreign key refused a row.
            StoreError: the database failed.
        """
        async with self._writing, self._transaction(self._engine) as connection:
            yield connection

    async def transact(self, work: Callable[[Connection], _T]) -> _T:
        """Do `work` in a transaction as `write` opens one, and return what it gives.

        For what runs thousands of times in a row: on SQLite the thread is changed once for the whole transaction, where
        `write` changes it three or four times for every statement. Cancelled, it waits for the end of the transaction.

        Raises:
            ConflictError: a unique or a foreign key refused a row.
            StoreError: the database failed.
        """
        if self._writer is None:
            async with self.write() as connection:
                return await connection.run_sync(work)
        async with self._writing:
            working = asyncio.create_task(asyncio.to_thread(self._transact, self._writer, work))
            try:
                return await asyncio.shield(working)
            finally:
                await asyncio.wait((working,))

    def _transact(self, engine: Engine, work: Callable[[Connection], _T]) -> _T:
        with self._errors_translated(), engine.begin() as connection:
            return work(connection)

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with self._errors_translated():
            async with asyncio.timeout(self._within), engine.begin() as connection:
                yield connection

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise ConflictError(f"{self.address}: another transaction was first") from error
        except (DBAPIError, PoolTimeoutError, OSError) as error:
            raise store_error(error, self.address) from error

    async def close(self) -> None:
        """Close every connection."""
        if self._writer is not None:
            await asyncio.to_thread(self._writer.dispose)
        await self._engine.dispose()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an INSERT that can say what to do `on_conflict`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)


def chunks(values: Sequence[_T], size: int = CHUNK) -> Iterator[Sequence[_T]]:
    """Yield the values in pieces that one statement can hold."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


class _OneFile:
    """The file that is open: what is written to one that was removed or replaced is seen by nobody, and lost."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._identity: tuple[int, int] | None = None

    def refuse_another(self, _connection: object, _record: object, _proxy: object) -> None:
        """Let a connection be used while the file of the first one stands in its place."""
        try:
            found = self._address.path.stat()
        except FileNotFoundError:
            identity = None
        else:
            identity = (found.st_dev, found.st_ino)
        self._identity = self._identity or identity
        if identity != self._identity:
            named = str(self._address)
            raise StoreError(
                f"{named[:1].upper()}{named[1:]} was removed or replaced while it was open. Start paperround again."
            )


def _sqlite_engine(address: Address, file: _OneFile) -> AsyncEngine:
    engine = create_async_engine(
        address.url,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        connect_args={"timeout": BUSY_TIMEOUT.total_seconds()},
    )
    _listen(engine.sync_engine, file)
    return engine


def _sqlite_writer(address: Address, file: _OneFile) -> Engine:
    """Return the engine of `Database.transact`: one connection, as there is one writer at a time."""
    engine = create_engine(
        address.url.set(drivername="sqlite"),
        hide_parameters=True,
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": BUSY_TIMEOUT.total_seconds()},
    )
    _listen(engine, file)
    return engine


def _listen(engine: Engine, file: _OneFile) -> None:
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "checkout", file.refuse_another)
    event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would open transactions by itself, and only before some statements: they are opened by us.
    connection.isolation_level = None
    cursor = connection.cursor()
    # FULL: what was committed survives a power cut.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    # WAL: readers go on beside a writer. It is kept in the file, so a file of another program is not given it.
    cursor.execute("SELECT count(*), coalesce(sum(name = ?), 0) FROM sqlite_master", (VERSION_TABLE,))
    tables, ours = cursor.fetchone()
    if ours or not tables:
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE"))


def _postgresql_engine(address: Address) -> AsyncEngine:
    timeout = int(STATEMENT_TIMEOUT.total_seconds() * 1000)
    try:
        engine = create_async_engine(
            address.url,
            hide_parameters=True,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            isolation_level="READ COMMITTED",
            connect_args={
                "connect_timeout": int(CONNECT_TIMEOUT.total_seconds()),
                "application_name": "paperround",
                "options": f"-c timezone=UTC -c statement_timeout={timeout} "
                f"-c idle_in_transaction_session_timeout={timeout}",
            },
        )
    except ArgumentError:
        # A port among the options that is none: it is read only here.
        raise unreadable() from None
    event.listen(engine.sync_engine, "checkout", partial(_refuse_ended, engine.dialect))
    return engine


def _refuse_ended(dialect: Dialect, connection: Any, _record: object, _proxy: object) -> None:
    """Notice a server that was restarted before a statement is sent, not by its failing.

    An idle session has nothing to read, and one that the server ended has. Only such a one is asked, for asking takes
    as long as a statement, and a delivery takes several transactions.
    """
    looking = poll()
    looking.register(connection.driver_connection.fileno(), POLLIN)
    if not looking.poll(0):
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error
