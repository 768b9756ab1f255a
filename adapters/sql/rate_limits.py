"""Pacing that all processes share: the `RateLimits` port. One row a key says when its next moment is free."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.tables import rate_limit


class SqlRateLimits:
    """`RateLimits` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(
        self, key: str, interval: timedelta, now: datetime, *, patience: timedelta | None = None
    ) -> timedelta:
        """See `RateLimits.reserve`."""
        async with self._database.write() as connection:
            moment = max(await self._free_at(connection, key, now), now)
            if patience is None or moment - now <= patience:
                await _set(connection, key, moment + interval)
        return moment - now

    async def take(self, key: str, interval: timedelta, burst: int, now: datetime) -> timedelta:
        """See `RateLimits.take`."""
        async with self._database.write() as connection:
            moment = max(await self._free_at(connection, key, now), now)
            wait = moment - now - interval * (burst - 1)
            if wait > timedelta():
                return wait
            await _set(connection, key, moment + interval)
        return timedelta()

    async def free_in(self, key: str, now: datetime) -> timedelta:
        """See `RateLimits.free_in`."""
        async with self._database.read() as connection:
            free_at = await connection.scalar(select(rate_limit.c.free_at).where(rate_limit.c.key == key))
        return max(free_at - now, timedelta()) if free_at else timedelta()

    async def hold(self, key: str, until: datetime) -> None:
        """See `RateLimits.hold`."""
        async with self._database.write() as connection:
            if await self._free_at(connection, key, until) < until:
                await _set(connection, key, until)

    async def purge(self, now: datetime) -> int:
        """See `RateLimits.purge`."""
        async with self._database.write() as connection:
            return (await connection.execute(delete(rate_limit).where(rate_limit.c.free_at <= now))).rowcount

    async def _free_at(self, connection: AsyncConnection, key: str, otherwise: datetime) -> datetime:
        """Return when the key is free, and keep its row to ourselves until the end of the transaction."""
        new = self._database.insert(rate_limit).values(key=key, free_at=otherwise)
        # In one statement: a purge may come between two.
        kept = new.on_conflict_do_update(index_elements=["key"], set_={"free_at": rate_limit.c.free_at})
        free_at: datetime = (await connection.execute(kept.returning(rate_limit.c.free_at))).scalar_one()
        return free_at


async def _set(connection: AsyncConnection, key: str, free_at: datetime) -> None:
    await connection.execute(update(rate_limit).where(rate_limit.c.key == key).values(free_at=free_at))
