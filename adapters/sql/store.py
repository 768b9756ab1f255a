"""All the ports of one database, opened together."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.sql.address import address_of
from adapters.sql.changes import SqlChanges
from adapters.sql.engine import Database
from adapters.sql.installations import SqlInstallations
from adapters.sql.leases import SqlLeases
from adapters.sql.library.papers import SqlPapers
from adapters.sql.library.search import SqlSearch
from adapters.sql.migrate import check_version, migrate_database
from adapters.sql.outbox import SqlOutbox
from adapters.sql.outcomes import SqlOutcomes
from adapters.sql.rate_limits import SqlRateLimits
from adapters.sql.requests import SqlRequests
from adapters.sql.saved import SqlSavedPapers
from adapters.sql.sealed import KeyRing
from adapters.sql.subscriptions import SqlSubscriptions
from bot.errors import StoreError


class SqlStore:
    """`Store` over one open database."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self.papers = SqlPapers(database)
        self.search = SqlSearch(database)
        self.subscriptions = SqlSubscriptions(database)
        self.outbox = SqlOutbox(database)
        self.outcomes = SqlOutcomes(database)
        self.changes = SqlChanges(database)
        self.requests = SqlRequests(database)
        self.saved = SqlSavedPapers(database)
        self.installations = SqlInstallations(database, ring)
        self.rate_limits = SqlRateLimits(database)
        self.leases = SqlLeases(database)

    async def check(self) -> None:
        """See `Store.check`."""
        if not await check_version(self._database):
            raise StoreError(f"{self._database.address} is not at this version. Run: paperround migrate")


@asynccontextmanager
async def open_store(url: str, *, secret_keys: Sequence[str] = ()) -> AsyncIterator[SqlStore]:
    """Open the database at `url`; SQLite is made and migrated when needed, PostgreSQL by `migrate`.

    `secret_keys` are Fernet keys, newest first, that encrypt stored tokens; only installations need one.
    No method here asks for the time: every moment comes with the call, so that `--as-of` holds for all of them.

    Raises:
        StoreError: it cannot be opened, has to be migrated, or is of a newer version; it says what to do.
    """
    database = Database(address_of(url))
    try:
        if not await check_version(database):
            if not database.is_sqlite:
                raise StoreError(f"{database.address} is not at this version yet. Run: paperround migrate")
            await migrate_database(database)
        yield SqlStore(database, KeyRing(secret_keys))
    finally:
        await database.close()
