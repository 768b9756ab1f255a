"""What people do to a channel, as tests do it: one change of one thing, by ana."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from bot.model.change import ChangeId, ChangeKind, ChannelPlan, NewChange
from bot.model.channel import Channel, ChannelSettings
from bot.model.interaction import new_id
from bot.model.subscription import NewSubscription, Pause, Subscription, SubscriptionState
from bot.ports import Store
from tests.builders import NOW


async def add(
    store: Store, new: NewSubscription, at: datetime = NOW, next_due: datetime | None = None
) -> Subscription | None:
    """Subscribe a channel; None when it has the query already."""
    made = await change(store, new.channel, ChannelPlan(add=((new, next_due),)), ChangeKind.SUBSCRIBED, at)
    return made[0] if made else None


async def edit(store: Store, wanted: Subscription, at: datetime = NOW) -> bool:
    """Make a subscription what it shall be; False when it has changed, or its query is there already."""
    return await change(store, wanted.channel, ChannelPlan(edit=(wanted,)), ChangeKind.EDITED, at) is not None


async def remove(store: Store, channel: Channel, numbers: Collection[int], at: datetime = NOW) -> None:
    """Remove subscriptions by number."""
    plan = ChannelPlan(remove=await _numbered(store, channel, numbers))
    assert await change(store, channel, plan, ChangeKind.UNSUBSCRIBED, at) is not None


async def pause_some(store: Store, channel: Channel, numbers: Collection[int], pause: Pause) -> None:
    """Pause subscriptions by number, whoever or whatever paused them."""
    wanted = await _numbered(store, channel, numbers)
    plan = ChannelPlan(edit=tuple(replace(each, state=SubscriptionState.PAUSED, pause=pause) for each in wanted))
    assert await change(store, channel, plan, ChangeKind.PAUSED, pause.since) is not None


async def set_settings(store: Store, channel: Channel, settings: ChannelSettings, at: datetime = NOW) -> None:
    """Replace a channel's settings, and leave every clock as it is."""
    assert await change(store, channel, ChannelPlan(settings=settings), ChangeKind.SET, at) is not None


async def change(
    store: Store, channel: Channel, plan: ChannelPlan, kind: ChangeKind, at: datetime = NOW
) -> tuple[Subscription, ...] | None:
    """Carry a plan out."""
    new = NewChange(id=ChangeId(new_id()), by="ana", at=at, kind=kind)
    return await store.subscriptions.change(channel, plan, new)


async def _numbered(store: Store, channel: Channel, numbers: Collection[int]) -> tuple[Subscription, ...]:
    return tuple(each for each in await store.subscriptions.of_channel(channel) if each.number in numbers)
