"""Requests that wait behind a button: the `Requests` port."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from adapters.sql.engine import Database
from adapters.sql.tables import request as requests
from bot.model.channel import Channel, Platform
from bot.model.interaction import KeptRequest, RequestId, Taken


class SqlRequests:
    """`Requests` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, requests_: Sequence[KeptRequest]) -> None:
        """See `Requests.keep`."""
        rows = [
            {
                "id": each.id,
                "platform": each.channel.platform,
                "workspace": each.channel.workspace,
                "channel": each.channel.id,
                "user": each.user,
                "text": each.text,
                "expires_at": each.expires_at,
                "is_single_use": each.is_single_use,
            }
            for each in requests_
        ]
        if rows:
            async with self._database.write() as connection:
                await connection.execute(insert(requests), rows)

    async def find(self, request: RequestId, platform: str, workspace: str, now: datetime) -> Taken | None:
        """See `Requests.find`."""
        async with self._database.read() as connection:
            row = (await connection.execute(_good(request, platform, workspace, now))).first()
        return _taken(row) if row else None

    async def take(self, request: RequestId, platform: str, workspace: str, user: str, now: datetime) -> Taken | None:
        """See `Requests.take`."""
        wanted = _good(request, platform, workspace, now).with_for_update()
        async with self._database.write() as connection:
            row = (await connection.execute(wanted)).first()
            if row is None:
                return None
            if row.used_at is None and row.user in ("", user):
                await connection.execute(update(requests).where(requests.c.id == request).values(used_at=now))
        return _taken(row)

    async def release(self, request: RequestId) -> None:
        """See `Requests.release`."""
        async with self._database.write() as connection:
            await connection.execute(update(requests).where(requests.c.id == request).values(used_at=None))

    async def channel_of(self, request: RequestId) -> Channel | None:
        """See `Requests.channel_of`."""
        wanted = select(requests.c.platform, requests.c.workspace, requests.c.channel).where(requests.c.id == request)
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        return Channel(Platform(row.platform), row.workspace, row.channel) if row else None

    async def purge(self, now: datetime) -> int:
        """See `Requests.purge`."""
        async with self._database.write() as connection:
            gone = await connection.execute(delete(requests).where(requests.c.expires_at <= now))
            return gone.rowcount


def _good(request: RequestId, platform: str, workspace: str, now: datetime) -> Select[Any]:
    """Select a request that this workspace may still press."""
    return select(requests).where(
        requests.c.id == request,
        requests.c.platform == platform,
        requests.c.workspace == workspace,
        requests.c.expires_at > now,
    )


def _taken(row: Row[Any]) -> Taken:
    kept = KeptRequest(
        id=RequestId(row.id),
        channel=Channel(Platform(row.platform), row.workspace, row.channel),
        text=row.text,
        expires_at=row.expires_at,
        user=row.user,
        is_single_use=row.is_single_use,
    )
    return Taken(request=kept, is_first=row.used_at is None or not row.is_single_use)
