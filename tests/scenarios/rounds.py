"""The rounds that a service goes, stage by stage, over a channel that has subscribed and papers that were listed."""

from datetime import UTC, datetime, timedelta

from bot.clock import FixedClock
from bot.document import Document
from bot.errors import DeliveryError
from bot.model.cadence import EVERY_DAY, Cadence
from bot.model.channel import Channel, Platform
from bot.model.paper import Paper
from bot.model.subscription import DEFAULT_SOURCES, NewSubscription, Subscription
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from bot.query.parse import parse
from bot.snapshot import document_of
from tests.builders import GENERAL
from tests.changing import add
from tests.fakes.messenger import FakePlatform

MORNING = datetime(2026, 6, 16, 6, tzinfo=UTC)
NINE = datetime(2026, 6, 16, 9, tzinfo=UTC)
LONG_AGO = NINE - timedelta(days=60)
DAILY = Cadence(weekdays=EVERY_DAY)


async def subscribe(
    store: Store,
    query: str = "world model",
    *,
    channel: Channel = GENERAL,
    cadence: Cadence = DAILY,
    due: datetime | None = NINE,
    at: datetime = MORNING,
    creator: str = "ana",
) -> Subscription:
    """Subscribe a channel, by default to what is due at nine every day."""
    new = NewSubscription(
        channel=channel,
        query=parse(query),
        cadence=cadence,
        cap=None,
        min_upvotes=0,
        upvoted_only=False,
        sources=DEFAULT_SOURCES,
        creator=creator,
    )
    stored = await add(store, new, at, due)
    assert stored is not None
    return stored


async def list_papers(store: Store, *papers: Paper, at: datetime = MORNING) -> None:
    """Let a source list papers."""
    await store.papers.ingest(papers, at)


async def enqueue(store: Store, now: datetime = NINE) -> int:
    """Enqueue what is due; returns how many digests that made."""
    return await enqueue_due(store, FixedClock(now), default_zone="UTC")


async def deliver(store: Store, now: datetime = NINE, *failures: DeliveryError) -> list[tuple[str, str]]:
    """Deliver what is due; returns each message's channel and words."""
    platform = FakePlatform(failures=list(failures))
    await deliver_due(store, {platform.platform: platform}, FixedClock(now))
    return [(channel, text) for channel, _, _, text in platform.posted]


async def waiting(store: Store, now: datetime = NINE) -> list[tuple[Channel, Document]]:
    """Return what waits to be posted, as it was composed."""
    claims = await store.outbox.claim(now, timedelta(seconds=20), 9, list(Platform))
    return [(claim.channel, document_of(claim.document)) for claim in claims]
