"""A run that somebody asked for: the same match and compose as at a slot, posted now; no clock moves."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.model.channel import Channel
from bot.model.delivery import Kind
from bot.model.digest import Digest
from bot.model.subscription import Subscription
from bot.pipeline.compose import compose, newest_first, only_the_picks
from bot.pipeline.enqueue import TRIES, Due, enqueued_of, source_states
from bot.pipeline.match import HISTORY, Library, SubscriptionMatches, match, match_everything, sources_read
from bot.ports import Clock, Enqueued, Store

_NEXT = timedelta(microseconds=1)
"""Two runs of a channel at one moment, as a clock that stands still gives them, are two slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What to post in place of what is waiting: the newest papers of so many days, wherever the floor is."""

    days: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A run that is stored. `why` says why it posts nothing; empty when it does."""

    subscription: Subscription
    digest: Digest
    papers: tuple[str, ...]
    why: str


async def run_now(
    store: Store, clock: Clock, channel: Channel, number: int, *, default_zone: str, latest: Latest | None = None
) -> Ran | None:
    """Enqueue what is waiting for one subscription, or the latest papers; one that posts nothing leaves an outcome.

    Returns None, and stores nothing, when there is no active subscription of this number, or it keeps changing.
    """
    for attempt in range(TRIES):
        known = await store.subscriptions.of_channel(channel)
        mine = next((each for each in known if each.number == number and each.is_active), None)
        if mine is None:
            return None
        digest, enqueued = await _composed(
            store, clock.now(), mine, slot=clock.now() + attempt * _NEXT, default_zone=default_zone, latest=latest
        )
        if await store.outbox.enqueue(enqueued):
            brought = enqueued.document.brought if enqueued.document else ()
            why = "" if enqueued.document else enqueued.outcomes[0].reason
            return Ran(subscription=mine, digest=digest, papers=brought, why=why)
    return None


async def _composed(
    store: Store, now: datetime, mine: Subscription, *, slot: datetime, default_zone: str, latest: Latest | None
) -> tuple[Digest, Enqueued]:
    today = now.date()
    since = today - max(HISTORY, timedelta(days=latest.days if latest else 0))
    library = Library(await store.papers.listed(since, today, now, sources_read([mine])), today)
    settings = await store.subscriptions.settings(mine.channel)
    ledger = (await store.outbox.ledger([mine.channel], since)).get(mine.channel, ())
    zone = settings.timezone or default_zone
    digest = compose(
        channel=mine.channel,
        zone=zone,
        cap=latest.most if latest else settings.cap,
        slot=slot,
        now=now,
        matches=_matches(library, mine, now, today, latest),
        ledger=ledger,
        library=library,
        mutes=settings.mutes,
    )
    if latest:
        digest = only_the_picks(digest)
    due = Due(channel=mine.channel, kind=Kind.RUN, slot=slot, subscriptions=(mine,), changes={})
    states = await source_states(store, [mine], now)
    return digest, enqueued_of(due, digest, now, zone=zone, ledger=ledger, states=states)


def _matches(
    library: Library, mine: Subscription, now: datetime, today: date, latest: Latest | None
) -> tuple[SubscriptionMatches, ...]:
    if latest is None:
        return match(library, [mine], now)
    # How many was said: the subscription's own cap is for its digests.
    found = match_everything(library, replace(mine, cap=None), today - timedelta(days=latest.days), now)
    return (newest_first(found),)
