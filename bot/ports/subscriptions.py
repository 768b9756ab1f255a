"""Channels and their subscriptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.model.change import ChannelPlan, NewChange
from bot.model.channel import Channel, ChannelSettings
from bot.model.subscription import Pause, Subscription


class SubscriptionStore(Protocol):
    """Channels and their subscriptions.

    What people ask for names their channel or workspace, so that no tenant reaches another's rows; what names neither
    is for the stages and the operator.
    """

    async def settings(self, channel: Channel) -> ChannelSettings:
        """Return what holds for the channel; the defaults when nobody set anything."""

    async def settings_of(self, channels: Iterable[Channel]) -> Mapping[Channel, ChannelSettings]:
        """Return the settings of many channels at once, defaults included."""

    async def of_channel(self, channel: Channel) -> tuple[Subscription, ...]:
        """Return the channel's subscriptions by number."""

    async def change(self, channel: Channel, plan: ChannelPlan, change: NewChange) -> tuple[Subscription, ...] | None:
        """Change a channel and keep who did it, all in one; returns what was added, with its numbers.

        Deliveries of which no subscription is active any more are cancelled. None, and nothing is changed, when a
        subscription is not of the version that was read, or the channel would have a query twice: the caller reads
        and plans again. A plan that changes nothing leaves no change behind.
        """

    async def every(self) -> tuple[Subscription, ...]:
        """Return every subscription of every workspace, paused ones too, by channel and number: for the operator."""

    async def over(self, now: datetime) -> tuple[Subscription, ...]:
        """Return the subscriptions whose pause was to end by now."""

    async def pause(self, channel: Channel, pause: Pause) -> tuple[int, ...]:
        """Pause every active subscription of a channel that was lost, and cancel the deliveries of them alone.

        Nobody did it: no change is kept. Returns the numbers that were paused now.
        """

    async def pause_workspace(self, platform: str, workspace: str, pause: Pause) -> tuple[Channel, ...]:
        """Pause every active subscription of a workspace, as `pause` does; returns the channels concerned."""

    async def move(self, channel: Channel, new_id: str) -> bool:
        """Give a channel another id, because its platform has: all that names it goes along, waiting buttons too.

        False, and nothing is changed, when both are in use: when somebody subscribed the channel of the new id, or
        papers were posted there. Notices under the new id become the channel's, but for those that it has had already.
        Moving what nobody knows, or what was moved before, does nothing.
        """

    async def resume(self, channel: Channel, due: Mapping[int, datetime | None], floor_on: date) -> tuple[int, ...]:
        """Resume paused subscriptions, because their time has come, with these `next_due`s and this floor.

        Returns the numbers that were resumed now.
        """

    async def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return the active subscriptions that are due by the clock, whole channels together, longest due first.

        `limit` bounds the number of channels.
        """

    async def instant(self) -> tuple["InstantCandidate", ...]:
        """Return the active instant subscriptions whose sources changed since they were last answered."""

    async def active(self) -> tuple[Subscription, ...]:
        """Return every active subscription, by channel and number."""

    async def of_workspace(self, platform: str, workspace: str) -> tuple[Subscription, ...]:
        """Return a workspace's subscriptions, active and paused, by channel and number."""

    async def count(self, platform: str, workspace: str) -> int:
        """Return how many subscriptions a workspace has, active and paused."""

    async def schedules(self, channel: Channel | None = None) -> tuple["ChannelSchedule", ...]:
        """Return when each channel that has subscriptions is due next; with `channel`, of that one alone."""

    async def categories(self) -> frozenset[str]:
        """Return the arXiv categories that active subscriptions name, by source choice or positive `cat:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantCandidate:
    """An instant subscription with something new, the change number to answer, the channel's last instant digest."""

    subscription: Subscription
    change: int
    last_instant_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSchedule:
    """How many subscriptions of a channel are active (and of these instant) and paused, and when it is due next (UTC).

    `paused_why` is the reason of one of its pauses: that access was lost, where it was.
    """

    channel: Channel
    active: int
    instant: int
    paused: int
    next_due: datetime | None
    paused_why: str = ""
