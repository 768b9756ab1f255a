"""Who is fetching a source: the `SourceLeases` port."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from adapters.sql.engine import Database
from adapters.sql.tables import lease as leases


class SqlLeases:
    """`SourceLeases` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acquire(self, source: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """See `SourceLeases.acquire`."""
        new = self._database.insert(leases).values(source=source, holder=holder, until=now + lease)
        taken = new.on_conflict_do_update(
            index_elements=["source"],
            set_={"holder": new.excluded.holder, "until": new.excluded.until},
            where=or_(leases.c.holder == holder, leases.c.until <= now),
        ).returning(leases.c.source)
        async with self._database.write() as connection:
            return (await connection.execute(taken)).first() is not None

    async def release(self, source: str, holder: str) -> None:
        """See `SourceLeases.release`."""
        async with self._database.write() as connection:
            await connection.execute(delete(leases).where(leases.c.source == source, leases.c.holder == holder))
