"""Whose turn it is: workspaces take turns, so that one with a thousand digests holds up no other.

    workspaces where something waits, round the circle ──> those with the fewest on their way ──> their oldest slots

The circle goes on from who was served last, and each workspace is found by one look into an index: neither how many
there are, nor how much waits in one of them, makes a claim slow.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, Select, Text, and_, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.tables import channel as channels
from adapters.sql.tables import delivery

T = TypeVar("T")

_PENDING: Final = literal_column("'pending'", Text)
"""As the partial indexes have it: of a bound value no plan knows that it is this one."""


class Circle:
    """The workspaces of each platform, in the order of their names, and who of them was served last by this process."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    async def lock_next(
        self, connection: AsyncConnection, now: datetime, limit: int, platforms: Sequence[str]
    ) -> Sequence[int]:
        """Lock up to `limit` channels that have something to claim, and return their keys.

        Those that another worker is locking now are left to it.
        """
        left: set[int] = set()
        while wanted := await self._next_ones(connection, now, limit, platforms, but=left):
            rows = select(channels.c.key).where(channels.c.key.in_(wanted)).order_by(channels.c.key)
            locked = await connection.scalars(rows.with_for_update(key_share=True, skip_locked=True))
            if found := locked.all():
                return found
            left.update(wanted)
        return ()

    async def _next_ones(
        self, connection: AsyncConnection, now: datetime, limit: int, platforms: Sequence[str], *, but: Collection[int]
    ) -> Sequence[int]:
        """Return up to `limit` channels that have something to claim, in turn; none of those in `but`."""
        queues = []
        for platform in platforms:
            on_their_way = await _on_their_way(connection, now, platform)
            found = await self._workspaces(connection, now, platform, limit + len(on_their_way))
            for workspace in sorted(found, key=lambda each: on_their_way.get(each, 0))[:limit]:
                mine = next_of_each_channel(now).where(
                    delivery.c.platform == platform,
                    delivery.c.workspace == workspace,
                    delivery.c.channel.not_in(sorted(but)),
                )
                rows = await connection.execute(mine.limit(limit))
                queue = [(platform, workspace, row.channel) for row in rows]
                queues.append((on_their_way.get(workspace, 0), queue))
        chosen = in_turn(queues, limit)
        self._last.update({platform: workspace for platform, workspace, _ in chosen})
        return [channel for *_, channel in chosen]

    async def _workspaces(self, connection: AsyncConnection, now: datetime, platform: str, most: int) -> Sequence[str]:
        """Return up to `most` workspaces in which something may be claimed, from the one behind the last served."""
        last = self._last.get(platform, "")
        rows = (await connection.execute(_waiting_behind(last, now, platform).limit(most))).all()
        if last and len(rows) < most:
            rows = [*rows, *await connection.execute(_waiting_behind("", now, platform).limit(most))]
        return list(dict.fromkeys(row.workspace for row in rows))[:most]


def in_turn(queues: Iterable[tuple[int, Sequence[T]]], limit: int) -> list[T]:
    """Take up to `limit` from queues, each with how many of it are taken already: pure.

    Who has the fewest is next; among equals, who is named first.
    """
    turns = (
        (taken + place, number, each)
        for number, (taken, queue) in enumerate(queues)
        for place, each in enumerate(queue)
    )
    return [each for *_, each in sorted(turns, key=lambda turn: turn[:2])[:limit]]


def next_of_each_channel(now: datetime) -> Select[tuple[int, int]]:
    """Select the oldest due delivery of every channel that holds none."""
    older = delivery.alias("older")
    is_not_first = exists().where(
        older.c.channel == delivery.c.channel,
        older.c.state == _PENDING,
        older.c.due_at <= now,
        or_(older.c.slot < delivery.c.slot, and_(older.c.slot == delivery.c.slot, older.c.key < delivery.c.key)),
    )
    return (
        select(delivery.c.key, delivery.c.channel)
        .where(_may_be_claimed(now), ~is_not_first)
        .order_by(delivery.c.slot, delivery.c.key)
    )


def _may_be_claimed(now: datetime) -> ColumnElement[bool]:
    held = delivery.alias("held")
    is_held = exists().where(held.c.channel == delivery.c.channel, _is_held(held.c.held_until, now))
    return and_(delivery.c.state == _PENDING, delivery.c.due_at <= now, ~is_held)


def _is_held(until: ColumnElement[datetime], now: datetime) -> ColumnElement[bool]:
    """Return the condition that a worker holds it; what is settled is held by nobody."""
    return and_(until.is_not(None), until > now)


async def _on_their_way(connection: AsyncConnection, now: datetime, platform: str) -> Mapping[str, int]:
    """Count what is held of each workspace, by whatever worker."""
    held = (
        select(delivery.c.workspace, func.count())
        .where(_is_held(delivery.c.held_until, now), delivery.c.platform == platform)
        .group_by(delivery.c.workspace)
    )
    return dict(map(tuple, await connection.execute(held)))


def _waiting_behind(last: str, now: datetime, platform: str) -> Select[tuple[str]]:
    """Select the workspaces behind one in which something may be claimed, each by one look into the index."""

    def following(workspace: ColumnElement[str] | str) -> ScalarSelect[str]:
        behind = (delivery.c.state == _PENDING, delivery.c.platform == platform, delivery.c.workspace > workspace)
        return select(delivery.c.workspace).where(*behind).order_by(delivery.c.workspace).limit(1).scalar_subquery()

    circle = select(following(last).label("workspace")).cte("circle", recursive=True)
    circle = circle.union_all(select(following(circle.c.workspace)).where(circle.c.workspace.is_not(None)))
    # The first one, and no EXISTS: PostgreSQL would answer that by reading all that waits anywhere.
    first = (
        select(delivery.c.key)
        .where(delivery.c.platform == platform, delivery.c.workspace == circle.c.workspace, _may_be_claimed(now))
        .order_by(delivery.c.slot)
        .limit(1)
    )
    return select(circle.c.workspace).where(first.scalar_subquery().is_not(None))
