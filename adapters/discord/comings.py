"""Reacts when servers add or remove the bot, and when channels or our permissions change.

    added to a server               ──> greet it, once ever; resume what lost access had paused
    removed from a server           ──> pause everything there
    channel deleted                 ──> pause its subscriptions with the reason, and tell their creators
    permissions or roles changed    ──> resume what lost access had paused, where we may post again
    connected anew                  ──> the same for what happened while we were not connected

Permissions that were taken away show at the next post, whose error names them. A server with an outage has not removed
us. Every connected process gets the same events, perhaps twice: handling one again must do no harm. Nothing is deleted.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Protocol

from adapters.discord.members import Hearing, Members
from adapters.discord.places import Places
from bot.model.channel import Channel, Platform
from bot.model.subscription import Pause, PauseReason
from bot.pipeline.deliver import PAUSED_BY
from bot.pipeline.notices import greet, lost_channels, tell_paused, welcome_back
from bot.ports import ChannelSchedule, Clock, Store

log = logging.getLogger(__name__)

REMOVED: Final = "I was removed from the server"
DELETED: Final = "the channel was deleted"


class Known(Hearing, Protocol):
    """The gateway's client, once Discord has told it all servers."""

    @property
    def guild_ids(self) -> frozenset[str]:
        """The ids of the servers that we are in, including those with an outage."""

    def is_away(self, guild_id: str) -> bool:
        """Say whether a server has an outage, so that its channels are unknown now."""


class Comings:
    """Handles events, and catches up on those that were missed.

    Every method raises `StoreError` when the database fails.
    """

    def __init__(self, store: Store, clock: Clock, members: Members, places: Places, *, default_zone: str) -> None:
        self._store = store
        self._clock = clock
        self._members = members
        self._places = places
        self._default_zone = default_zone

    async def joined(self, guild_id: str, channel_id: str) -> None:
        """Greet a server in this channel (empty: it has none where we may post), and resume what can be resumed."""
        if channel_id:
            await greet(self._store, self._clock, Channel(Platform.DISCORD, guild_id, channel_id))
        await self.changed(guild_id)

    async def left(self, guild_id: str) -> None:
        """Pause all subscriptions of a server."""
        pause = self._pause(REMOVED)
        channels = await self._store.subscriptions.pause_workspace(Platform.DISCORD, guild_id, pause)
        log.info("discord:%s: %s; %d channels paused", guild_id, pause.detail, len(channels))

    async def lost(self, guild_id: str, channel_id: str) -> None:
        """Pause the subscriptions of a deleted channel, and tell their creators in person."""
        channel, pause = Channel(Platform.DISCORD, guild_id, channel_id), self._pause(DELETED)
        self._places.forget(channel)
        if await tell_paused(self._store, self._clock, channel, pause):
            log.info("%s: %s", channel, pause.detail)
        await self._store.subscriptions.pause(channel, pause)

    async def changed(self, guild_id: str) -> None:
        """Resume what lost access had paused in a server's channels, where we may post again."""
        self._places.forget(Channel(Platform.DISCORD, guild_id, ""))
        await self._welcome(await lost_channels(self._store, Platform.DISCORD, guild_id))

    async def look_back(self, known: Known) -> None:
        """Catch up on servers that removed us, channels that were deleted, and permissions that came back."""
        by_guild: dict[str, list[ChannelSchedule]] = defaultdict(list)
        for each in await self._store.subscriptions.schedules():
            if each.channel.platform is Platform.DISCORD:
                by_guild[each.channel.workspace].append(each)
        for guild_id, schedules in by_guild.items():
            if guild_id not in known.guild_ids:
                # Ask before pausing a whole server: one connection's list could be incomplete.
                if any(each.active for each in schedules) and await self._members.is_out(guild_id):
                    await self.left(guild_id)
            elif not known.is_away(guild_id):
                await self._look_back_in(guild_id, schedules, known)

    async def _look_back_in(self, guild_id: str, schedules: Sequence[ChannelSchedule], known: Known) -> None:
        for each in schedules:
            channel = each.channel
            is_known = channel.is_personal or known.channel(guild_id, channel.id) is not None
            # Discord does not list archived threads; ask whether this one still exists.
            if each.active and not is_known and await self._members.is_gone(channel):
                await self.lost(guild_id, channel.id)
        if any(each.paused for each in schedules):
            await self.changed(guild_id)

    async def _welcome(self, channels: Sequence[Channel]) -> None:
        for channel in channels:
            if channel.is_personal or await self._members.can_post(channel):
                numbers = await welcome_back(self._store, self._clock, channel, default_zone=self._default_zone)
                if numbers:
                    log.info("%s: I may post again; %d subscriptions resumed", channel, len(numbers))

    def _pause(self, detail: str) -> Pause:
        # In whole minutes, which makes the notice of every process the same one, so that people get it once.
        since = self._clock.now().replace(second=0, microsecond=0)
        return Pause(by=PAUSED_BY, reason=PauseReason.ACCESS, since=since, detail=detail)
