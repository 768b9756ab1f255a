"""Preview: the same match and compose as a real run, with no outbox at its end; that is what makes it honest."""

from datetime import datetime, timedelta

from bot.model.cadence import Cadence
from bot.model.channel import Channel
from bot.model.digest import Digest
from bot.model.subscription import DEFAULT_SOURCES, SourceChoice, Subscription
from bot.pipeline.compose import compose
from bot.pipeline.match import HISTORY, Library, first_day_read, match, match_everything, sources_read
from bot.ports import Clock, Store
from bot.query.ast import Query

PREVIEW_DAYS = 7
"""Days that the preview of a query looks at when nobody chose."""

WITHOUT_CAP = 1_000_000


async def preview_subscription(store: Store, clock: Clock, subscription: Subscription, *, default_zone: str) -> Digest:
    """Return what a subscription would post now, were it due alone."""
    now = clock.now()
    today = now.date()
    channel = subscription.channel
    since = first_day_read(subscription, today)
    papers = await store.papers.listed(since, today, now, sources_read([subscription]))
    library = Library(papers, today)
    settings = await store.subscriptions.settings(channel)
    ledger = await store.outbox.ledger([channel], today - HISTORY)
    return compose(
        channel=channel,
        zone=settings.timezone or default_zone,
        cap=settings.cap,
        slot=now,
        now=now,
        matches=match(library, [subscription], now),
        ledger=ledger.get(channel, ()),
        library=library,
        mutes=settings.mutes,
    )


async def preview_query(
    store: Store,
    clock: Clock,
    channel: Channel,
    query: Query,
    *,
    zone: str,
    days: int | None = None,
    sources: tuple[SourceChoice, ...] | None = None,
    min_upvotes: int = 0,
    upvoted_only: bool = False,
) -> Digest:
    """Return what a query matches, without ledger and start date.

    Without `days`: the last 7 days of the default sources, cut as a digest is. With `days`: every stored paper that
    any source (or `sources`) listed in those days.
    """
    now = clock.now()
    today = now.date()
    since = today - timedelta(days=days or PREVIEW_DAYS)
    if sources is None:
        sources = () if days else DEFAULT_SOURCES
    subscription = stand_in(channel, query, sources, now, min_upvotes=min_upvotes, upvoted_only=upvoted_only)
    papers = await store.papers.listed(since, today, now, sources_read([subscription]))
    library = Library(papers, today)
    return compose(
        channel=channel,
        zone=zone,
        cap=WITHOUT_CAP if days else (await store.subscriptions.settings(channel)).cap,
        slot=now,
        now=now,
        matches=[match_everything(library, subscription, since, now)],
        ledger=(),
        library=library,
    )


def stand_in(
    channel: Channel,
    query: Query,
    sources: tuple[SourceChoice, ...],
    now: datetime,
    *,
    min_upvotes: int = 0,
    upvoted_only: bool = False,
) -> Subscription:
    """Return a subscription that is not stored (number 0), to compose what a query would give."""
    return Subscription(
        channel=channel,
        number=0,
        query=query,
        cadence=Cadence(),
        sources=sources,
        min_upvotes=min_upvotes,
        upvoted_only=upvoted_only,
        created_at=now,
        floor_on=now.date(),
    )
