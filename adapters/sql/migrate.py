"""Bring a database to this version of the program, or refuse one that a newer version has written.

Alembic is imported only when there is something to do: it costs a third of the start-up time.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.address import Address, address_of
from adapters.sql.engine import VERSION_TABLE, Database
from bot.errors import StoreError

_FOLDER: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x7061706572
"""The advisory lock of migrations on PostgreSQL: "paper" in ASCII."""


def known_versions() -> tuple[str, ...]:
    """Return the versions this program knows, oldest first: the numbers of the migration files."""
    return tuple(sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*_*.py")))


async def migrate(url: str, target: str = "head") -> None:
    """Bring the database at `url` to this version (or another `target`), in one transaction.

    Any number of processes may do so at once: one migrates, the others wait and find nothing to do.

    Raises:
        StoreError: the database failed, or a newer version of the program wrote it; nothing was changed.
    """
    database = Database(address_of(url), timeout=None)
    try:
        await migrate_database(database, target)
    finally:
        await database.close()


async def migrate_database(database: Database, target: str = "head") -> None:
    """Do what `migrate` does on an open database."""
    async with database.write() as connection:
        if not database.is_sqlite:
            # Bringing a large library up may take longer than any statement of the service.
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        stored = await _version(connection, database.address)
        if stored == known_versions()[-1] and target == "head":
            return
        if database.is_sqlite and await connection.run_sync(_is_foreign):
            raise StoreError(
                f"{_named(database.address)} belongs to another program: it has tables, and none of paperround's. "
                "Nothing was changed. Name another file in PAPERROUND_DATABASE_URL."
            )
        await connection.run_sync(_run_alembic, target, stored)


async def check_version(database: Database) -> bool:
    """Say whether the database is at this version; False when it has to be migrated first.

    Raises:
        StoreError: a newer version of the program wrote it.
    """
    async with database.read() as connection:
        return await _version(connection, database.address) == known_versions()[-1]


async def _version(connection: AsyncConnection, address: Address) -> str | None:
    """Return the stored version, None for a database without one."""
    if not await connection.run_sync(_has_version):
        return None
    stored = await connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))
    known = known_versions()
    if stored is not None and stored not in known:
        raise StoreError(
            f"{_named(address)} was written by a newer paperround: it has version {stored}, and this program knows up "
            f"to {known[-1]}. Nothing was changed. Install the newer paperround."
        )
    return stored


def _named(address: Address) -> str:
    words = str(address)
    return words[:1].upper() + words[1:]


def _has_version(connection: Connection) -> bool:
    return inspect(connection).has_table(VERSION_TABLE)


def _is_foreign(connection: Connection) -> bool:
    return not _has_version(connection) and bool(inspect(connection).get_table_names())


def _run_alembic(connection: Connection, target: str, stored: str | None) -> None:
    from alembic import command  # noqa: PLC0415 - see the module's docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["version_table"] = VERSION_TABLE
    move: Callable[[Config, str], None] = command.upgrade
    if target == "base" or (stored is not None and target != "head" and target < stored):
        move = command.downgrade
    move(config, target)
