"""Whose turn it is: workspaces take turns, so that one with a thousand digests holds up no other.

    workspaces where something waits, round the circle ──> those with the fewest on their way ──> their oldest slots

The circle goes on from who was served last, and each workspace is found by one look into an index: neither how many
there are, nor how much waits in one of them, makes a claim slow.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from adapters.sql.tables import channel as channels
from adapters.sql.tables import delivery

T = TypeVar("T")

# Statements are made once: one that is built again for every claim costs more than the database takes to run it.
_NOW: Final = bindparam("now", type_=delivery.c.due_at.type)
_PLATFORM: Final = delivery.c.platform == bindparam("of_platform")
_PENDING: Final = delivery.c.state == literal_column("'pending'", Text)
"""Written out as in the partial indexes: with a bound value the planner could not tell that one of them serves."""


def _is_held(until: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a worker holds it; what is settled is held by nobody."""
    return and_(until.is_not(None), until > _NOW)


def _may_be_claimed() -> ColumnElement[bool]:
    held = delivery.alias("held")
    is_held = exists().where(held.c.channel == delivery.c.channel, _is_held(held.c.held_until))
    return and_(_PENDING, delivery.c.due_at <= _NOW, ~is_held)


def _next_of_each_channel() -> Select[tuple[int, int]]:
    older = delivery.alias("older")
    is_not_first = exists().where(
        older.c.channel == delivery.c.channel,
        older.c.state == literal_column("'pending'", Text),
        older.c.due_at <= _NOW,
        or_(older.c.slot < delivery.c.slot, and_(older.c.slot == delivery.c.slot, older.c.key < delivery.c.key)),
    )
    return (
        select(delivery.c.key, delivery.c.channel)
        .where(_may_be_claimed(), ~is_not_first)
        .order_by(delivery.c.slot, delivery.c.key)
    )


def _waiting_behind_the_last() -> Select[tuple[str]]:
    """Select the workspaces behind one in which something may be claimed, each by one look into the index."""

    def following(workspace: ColumnElement[str]) -> ScalarSelect[str]:
        behind = select(delivery.c.workspace).where(_PENDING, _PLATFORM, delivery.c.workspace > workspace)
        return behind.order_by(delivery.c.workspace).limit(1).scalar_subquery()

    circle = select(following(bindparam("last", type_=Text())).label("workspace")).cte("circle", recursive=True)
    circle = circle.union_all(select(following(circle.c.workspace)).where(circle.c.workspace.is_not(None)))
    # The first one, and no EXISTS: PostgreSQL would answer that by reading all that waits anywhere.
    first = (
        select(delivery.c.key)
        .where(_PLATFORM, delivery.c.workspace == circle.c.workspace, _may_be_claimed())
        .order_by(delivery.c.slot)
        .limit(1)
    )
    waiting = select(circle.c.workspace).where(first.scalar_subquery().is_not(None))
    return waiting.limit(bindparam("most"))


NEXT_OF_EACH_CHANNEL: Final = _next_of_each_channel()
"""Selects the oldest due delivery of every channel that holds none `now`."""

_OF_WORKSPACE: Final = NEXT_OF_EACH_CHANNEL.where(_PLATFORM, delivery.c.workspace == bindparam("of_workspace"))
_WAITING: Final = _waiting_behind_the_last()
_ON_THEIR_WAY: Final = (
    select(delivery.c.workspace, func.count().label("many"))
    .where(_is_held(delivery.c.held_until), _PLATFORM)
    .group_by(delivery.c.workspace)
)
"""Counts what is held of each workspace, by whatever worker."""

_LOCKED: Final = (
    select(channels.c.key)
    .where(channels.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(channels.c.key)
    .with_for_update(key_share=True, skip_locked=True)
)


class Circle:
    """The workspaces of each platform, in the order of their names, and who of them was served last by this process."""

    def __init__(self) -> None:
        self._last: dict[str, str] = {}

    def lock_next(self, connection: Connection, now: datetime, limit: int, platforms: Sequence[str]) -> Sequence[int]:
        """Lock up to `limit` channels that have something to claim, and return their keys.

        Those that another worker is locking now are left to it.
        """
        left: set[int] = set()
        while wanted := self._next_ones(connection, now, limit, platforms, but=left):
            if found := connection.scalars(_LOCKED, {"keys": wanted}).all():
                return found
            left.update(wanted)
        return ()

    def _next_ones(
        self, connection: Connection, now: datetime, limit: int, platforms: Sequence[str], *, but: Collection[int]
    ) -> Sequence[int]:
        """Return up to `limit` channels that have something to claim, in turn; none of those in `but`."""
        mine = _OF_WORKSPACE.where(delivery.c.channel.not_in(sorted(but))) if but else _OF_WORKSPACE
        queues = []
        for platform in platforms:
            given = {"now": now, "of_platform": platform}
            on_their_way = {row.workspace: row.many for row in connection.execute(_ON_THEIR_WAY, given)}
            found = self._workspaces(connection, given, limit + len(on_their_way))
            for workspace in sorted(found, key=lambda each: on_their_way.get(each, 0))[:limit]:
                rows = connection.execute(mine.limit(limit), {**given, "of_workspace": workspace})
                queue = [(platform, workspace, row.channel) for row in rows]
                queues.append((on_their_way.get(workspace, 0), queue))
        chosen = in_turn(queues, limit)
        self._last.update({platform: workspace for platform, workspace, _ in chosen})
        return [channel for *_, channel in chosen]

    def _workspaces(self, connection: Connection, given: Mapping[str, Any], most: int) -> Sequence[str]:
        """Return up to `most` workspaces in which something may be claimed, from the one behind the last served."""
        last = self._last.get(given["of_platform"], "")
        rows = connection.execute(_WAITING, {**given, "last": last, "most": most}).all()
        if last and len(rows) < most:
            rows = [*rows, *connection.execute(_WAITING, {**given, "last": "", "most": most})]
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
