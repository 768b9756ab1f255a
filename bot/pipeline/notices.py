"""Notices: what paperround says by itself, and the return of access. Each notice is enqueued once.

A notice is a delivery without subscriptions and papers. What makes it come once is its slot, for which the outbox has
room for one delivery of a kind and channel:

    greeting    one slot for ever
    quiet       the first day of the month
    paused      the moment of the pause
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from bot.document import Document
from bot.model.cadence import next_due
from bot.model.channel import Channel
from bot.model.delivery import Kind
from bot.model.subscription import Pause, PauseReason, Subscription
from bot.pipeline.match import LONGEST_WINDOW
from bot.ports import Clock, Enqueued, Store
from bot.views.notices import greeting_document, paused_document

FOR_EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The slot of every greeting."""


async def say(store: Store, clock: Clock, channel: Channel, document: Document, *, kind: Kind, slot: datetime) -> bool:
    """Enqueue a notice; False when the channel has had the one of this slot."""
    return await store.outbox.enqueue(
        Enqueued(
            channel=channel,
            kind=kind,
            slot=slot,
            at=clock.now(),
            runs=(),
            document=document,
            ledger=(),
            outcomes=(),
        )
    )


async def greet(store: Store, clock: Clock, channel: Channel) -> bool:
    """Greet a channel that paperround has joined; False when it was greeted before, however long ago.

    Gateways call this; the console has no greeting.
    """
    return await say(store, clock, channel, greeting_document(), kind=Kind.GREETING, slot=FOR_EVER)


async def tell_paused(store: Store, clock: Clock, channel: Channel, pause: Pause) -> int:
    """Tell those whose subscriptions a lost channel is about to pause, each in person; returns how many.

    Who pauses tells first: a crash in between tells twice, and never nobody. Somebody whose own channel is the lost
    one cannot be told.
    """
    mine = await store.subscriptions.of_channel(channel)
    creators = sorted({each.creator for each in mine if each.is_active and each.creator})
    told = 0
    for personal in map(channel.personal, creators):
        if personal != channel:
            told += await say(store, clock, personal, paused_document(channel), kind=Kind.PAUSED, slot=pause.since)
    return told


async def welcome_back(store: Store, clock: Clock, channel: Channel, *, default_zone: str) -> tuple[int, ...]:
    """Resume what lost access paused in a channel that can be posted to again; returns the numbers resumed.

    Their next digest brings what was missed, up to 14 days of it, and nothing from before they were made. Pauses made
    by people stay. `default_zone` is the IANA zone of channels that have none.
    """
    now = clock.now()
    lost = [each for each in await store.subscriptions.of_channel(channel) if _is_lost(each)]
    if not lost:
        return ()
    zone = (await store.subscriptions.settings(channel)).timezone or default_zone
    by_floor: dict[date, list[Subscription]] = defaultdict(list)
    for each in lost:
        by_floor[max(each.floor_on, (now - LONGEST_WINDOW).date())].append(each)
    resumed: Sequence[int] = ()
    for floor_on, those in sorted(by_floor.items()):
        due = {each.number: next_due(each.cadence, each.zone(zone), now) for each in those}
        resumed = (*resumed, *await store.subscriptions.resume(channel, due, floor_on))
    return tuple(sorted(resumed))


async def lost_channels(store: Store, platform: str, workspace: str) -> tuple[Channel, ...]:
    """Return the channels of a workspace in which lost access paused something, each once."""
    mine = await store.subscriptions.of_workspace(platform, workspace)
    return tuple(dict.fromkeys(each.channel for each in mine if _is_lost(each)))


async def welcome_workspace_back(
    store: Store, clock: Clock, platform: str, workspace: str, *, default_zone: str
) -> tuple[Channel, ...]:
    """Resume what lost access paused in a workspace that took paperround in again; returns the channels concerned.

    A channel that is lost for a reason of its own is paused again at its next digest, with that reason.
    """
    channels = await lost_channels(store, platform, workspace)
    return tuple([each for each in channels if await welcome_back(store, clock, each, default_zone=default_zone)])


def _is_lost(subscription: Subscription) -> bool:
    return subscription.pause is not None and subscription.pause.reason is PauseReason.ACCESS
