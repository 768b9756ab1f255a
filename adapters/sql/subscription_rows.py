"""A subscription as a row of `subscription`, and back."""

from dataclasses import replace
from datetime import datetime, time
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Row, select

from adapters.sql.channels import channel_of
from adapters.sql.tables import channel, subscription
from bot.errors import QueryError
from bot.model.cadence import Cadence, Frequency
from bot.model.subscription import (
    NewSubscription,
    Pause,
    PauseReason,
    SourceChoice,
    Subscription,
    SubscriptionState,
)
from bot.query.ast import Query
from bot.query.parse import parse

ROWS: Final = select(
    subscription, channel.c.platform, channel.c.workspace, channel.c.id, subscription.c.channel.label("channel_key")
).join(channel, channel.c.key == subscription.c.channel)
"""Every subscription with the name of its channel: what `subscription_of` reads."""

_ANY_LENGTH: Final = 1 << 16
"""What is stored was inside the limits when it was typed; its canonical text may be longer."""

_QUERIES_KEPT: Final = 16_384


def values_of(new: NewSubscription, at: datetime, next_due: datetime | None, seen_change: int) -> dict[str, Any]:
    """Return a new subscription's values by column name, but for its channel and number."""
    return {
        "query": str(new.query),
        "typed": new.query.typed,
        **cadence_values(new.cadence),
        "cap": new.cap,
        "min_upvotes": new.min_upvotes,
        "upvoted_only": new.upvoted_only,
        "sources": tuple(map(str, new.sources)),
        "ping": new.ping or None,
        **pause_values(new.pause),
        "creator": new.creator,
        "created_at": at,
        "floor_on": at.date(),
        "next_due": next_due,
        "seen_change": seen_change,
        "version": 1,
    }


def cadence_values(cadence: Cadence) -> dict[str, Any]:
    """Return a cadence's values by column name."""
    return {
        "frequency": cadence.frequency,
        "local_time": cadence.at.isoformat(),
        "weekdays": "".join(map(str, sorted(cadence.weekdays))),
        "timezone": cadence.timezone,
    }


def pause_values(pause: Pause | None) -> dict[str, Any]:
    """Return the values by column name that pause a subscription, or make it active again."""
    return {
        "state": SubscriptionState.PAUSED if pause else SubscriptionState.ACTIVE,
        "paused_by": pause.by if pause else None,
        "pause_reason": pause.reason if pause else None,
        "paused_at": pause.since if pause else None,
        "paused_until": pause.until if pause else None,
        "pause_detail": pause.detail if pause else None,
    }


def subscription_of(row: Row[Any]) -> Subscription:
    """Return the subscription of a row of `ROWS`."""
    return Subscription(
        channel=channel_of(row),
        number=row.number,
        query=query_of(row.typed, row.query),
        cadence=Cadence(
            frequency=Frequency(row.frequency),
            at=time.fromisoformat(row.local_time),
            weekdays=frozenset(map(int, row.weekdays)),
            timezone=row.timezone,
        ),
        cap=row.cap,
        min_upvotes=row.min_upvotes,
        upvoted_only=row.upvoted_only,
        sources=tuple(map(SourceChoice.parse, row.sources)),
        ping=row.ping or "",
        state=SubscriptionState(row.state),
        pause=_pause_of(row),
        creator=row.creator,
        created_at=row.created_at,
        floor_on=row.floor_on,
        next_due=row.next_due,
        last_run_at=row.last_run_at,
        seen_change=row.seen_change,
        version=row.version,
    )


def _pause_of(row: Row[Any]) -> Pause | None:
    if row.pause_reason is None:
        return None
    return Pause(
        by=row.paused_by,
        reason=PauseReason(row.pause_reason),
        since=row.paused_at,
        until=row.paused_until,
        detail=row.pause_detail,
    )


@lru_cache(maxsize=_QUERIES_KEPT)
def query_of(typed: str, canonical: str) -> Query:
    """Read a stored query as it was typed; by its canonical text where that has come to mean something else since."""
    try:
        query = parse(typed, max_length=_ANY_LENGTH)
    except QueryError:
        query = None
    if query is None or str(query) != canonical:
        query = replace(parse(canonical, max_length=_ANY_LENGTH), typed=typed)
    return query
