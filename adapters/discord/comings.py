"""Comings and goings: of us in servers, of channels, of what we may do there.

    let into a server          ──> greet, once for ever; what lost access paused goes on
    taken out                  ──> pause the server
    a channel deleted          ──> tell and pause, with the reason
    rights or roles changed    ──> what lost access paused goes on, where we may post again
    connected anew             ──> all of that for what happened meanwhile

Rights that are taken away are found out by the next post, which says which. A server that is away for a while has not
removed us. Every process that listens hears the same, and each may hear it twice: whatever is done leaves things as
they should be, however often. Nothing is ever deleted.
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
    """What a connection knows once all servers are known."""

    @property
    def guild_ids(self) -> frozenset[str]:
        """The servers that we are in, those that are away for a while too."""

    def is_away(self, guild_id: str) -> bool:
        """Say whether a server is away for a while, so that nothing is known of its channels."""


class Comings:
    """Does what happens ask for."""

    def __init__(self, store: Store, clock: Clock, members: Members, places: Places, *, default_zone: str) -> None:
        self._store = store
        self._clock = clock
        self._members = members
        self._places = places
        self._default_zone = default_zone

    async def joined(self, guild_id: str, channel_id: str) -> None:
        """Greet a server in a channel, if it has one for that, and go on.

        Raises:
            StoreError: the database failed, as it may in each of these.
        """
        if channel_id:
            await greet(self._store, self._clock, Channel(Platform.DISCORD, guild_id, channel_id))
        await self.changed(guild_id)

    async def left(self, guild_id: str) -> None:
        """Pause all that a server has."""
        pause = self._pause(REMOVED)
        channels = await self._store.subscriptions.pause_workspace(Platform.DISCORD, guild_id, pause)
        log.info("discord:%s: %s; %d channels paused", guild_id, pause.detail, len(channels))

    async def lost(self, guild_id: str, channel_id: str) -> None:
        """Tell who subscribed a channel that it is gone, and pause it."""
        channel, pause = Channel(Platform.DISCORD, guild_id, channel_id), self._pause(DELETED)
        self._places.forget(channel)
        if await tell_paused(self._store, self._clock, channel, pause):
            log.info("%s: %s", channel, pause.detail)
        await self._store.subscriptions.pause(channel, pause)

    async def changed(self, guild_id: str) -> None:
        """Let go on what lost access paused in a server, where we may post."""
        self._places.forget(Channel(Platform.DISCORD, guild_id, ""))
        await self._welcome(await lost_channels(self._store, Platform.DISCORD, guild_id))

    async def look_back(self, known: Known) -> None:
        """Do what was missed while nobody listened: in servers that are gone, channels that are, and in all others."""
        by_guild: dict[str, list[ChannelSchedule]] = defaultdict(list)
        for each in await self._store.subscriptions.schedules():
            if each.channel.platform is Platform.DISCORD:
                by_guild[each.channel.workspace].append(each)
        for guild_id, schedules in by_guild.items():
            if guild_id not in known.guild_ids:
                # What one connection names is not enough to silence a server.
                if any(each.active for each in schedules) and await self._members.is_out(guild_id):
                    await self.left(guild_id)
            elif not known.is_away(guild_id):
                await self._look_back_in(guild_id, schedules, known)

    async def _look_back_in(self, guild_id: str, schedules: Sequence[ChannelSchedule], known: Known) -> None:
        for each in schedules:
            channel = each.channel
            is_known = channel.is_personal or known.channel(guild_id, channel.id) is not None
            # A thread that is archived is not named, and is not gone.
            if each.active and not is_known and await self._members.is_gone(channel):
                await self.lost(guild_id, channel.id)
        if any(each.paused for each in schedules):
            await self.changed(guild_id)

    async def _welcome(self, channels: Sequence[Channel]) -> None:
        for channel in channels:
            if channel.is_personal or await self._members.can_post(channel):
                numbers = await welcome_back(self._store, self._clock, channel, default_zone=self._default_zone)
                if numbers:
                    log.info("%s: let in again; %d resumed", channel, len(numbers))

    def _pause(self, detail: str) -> Pause:
        # To the minute: processes that hear it at once tell it once.
        since = self._clock.now().replace(second=0, microsecond=0)
        return Pause(by=PAUSED_BY, reason=PauseReason.ACCESS, since=since, detail=detail)
