"""What kind of channel each one is, for some are posted to in another way.

A server is asked once for all its channels, and again after a while; a thread, or a channel made since, is asked for
alone. Whoever hears of a change lets it be forgotten. What nobody can be asked about, as behind a proxy that passes on
messages alone, is taken for a channel of texts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.errors import UNKNOWN_CHANNEL, DiscordError
from adapters.discord.permissions import DIRECT, FORUMS, THREADS
from adapters.memory import Memory
from bot.errors import Verdict
from bot.model.channel import Channel
from bot.ports import Clock

Json = Any

NOT_THERE: Final = "the server is gone, or I am not in it"
ANOTHERS: Final = "the channel is none of the server's"

REMEMBERED: Final = timedelta(days=7)
"""Long, for each look takes a moment from a digest, and most are due at nine. A channel seldom becomes one of another
kind; where a forum's tags have changed, it is looked at again when it refuses a post.
"""

MOST_REMEMBERED: Final = 10_000
"""Servers, and channels asked for alone."""

ANNOUNCEMENTS: Final = 5
"""A channel whose messages other servers may follow, once they are published."""

REQUIRE_TAG: Final = 1 << 4
"""A forum whose posts must have a tag.

Source: https://docs.discord.com/developers/resources/channel#channel-object-channel-flags
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel: its id, its type by Discord's number, and the tag that its posts must have; empty where none is."""

    id: str
    kind: int
    tag: str = ""

    @property
    def is_forum(self) -> bool:
        """Say whether it takes posts and no messages."""
        return self.kind in FORUMS

    @property
    def is_thread(self) -> bool:
        """Say whether no thread may hang from its messages, because it is one."""
        return self.kind in THREADS


def place_of(channel: Json) -> Place:
    """Read a channel as Discord shows it."""
    wants_tag = bool(channel.get("flags", 0) & REQUIRE_TAG)
    # One that moderators alone may give would be refused.
    tags = [each["id"] for each in channel.get("available_tags") or () if not each.get("moderated")]
    return Place(
        id=str(channel["id"]), kind=int(channel.get("type") or 0), tag=str(tags[0]) if wants_tag and tags else ""
    )


class Places:
    """The channels of all servers, as far as they are known."""

    def __init__(self, api: DiscordApi, clock: Clock) -> None:
        self._api = api
        self._asked: Memory[str, Mapping[str, Place]] = Memory(clock.wall, REMEMBERED, MOST_REMEMBERED)
        self._alone: Memory[Channel, Place] = Memory(clock.wall, REMEMBERED, MOST_REMEMBERED)
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find(self, channel: Channel) -> Place:
        """Return what a channel is.

        Raises:
            DiscordError: it is gone, not to be seen or another server's, or Discord does not answer.
        """
        async with self._asking[channel.workspace]:
            of_guild = self._asked.recall(channel.workspace)
            if of_guild is None:
                of_guild = self._asked.keep(channel.workspace, await self._channels_of(channel.workspace))
        return of_guild.get(channel.id) or self._alone.recall(channel) or await self._one(channel)

    def forget(self, channel: Channel) -> None:
        """Know nothing of a channel's server any more: something there is not as it was."""
        self._asked.forget(channel.workspace)
        self._alone.forget(channel)

    async def _channels_of(self, guild_id: str) -> Mapping[str, Place]:
        try:
            found = await self._api.call("GET", "/guilds/{guild_id}/channels", guild_id=guild_id)
        except DiscordError as error:
            if error.is_unrouted:
                return {}
            if error.verdict is Verdict.PAUSE_CHANNEL:
                reason = f"{NOT_THERE} ({error.code})"
                raise DiscordError(Verdict.STOP_WORKSPACE, reason, code=error.code) from error
            raise
        return {place.id: place for place in map(place_of, found or ())}

    async def _one(self, channel: Channel) -> Place:
        found = await self._shown(channel.id)
        place = place_of({**found, "id": channel.id})
        guild_id = found.get("guild_id") or (None if place.kind in DIRECT else channel.workspace)
        if guild_id != channel.workspace:
            # The token opens every server that let us in; what one of them subscribed is posted to that one alone.
            raise DiscordError(Verdict.PAUSE_CHANNEL, f"{ANOTHERS} ({UNKNOWN_CHANNEL})", code=UNKNOWN_CHANNEL)
        return self._alone.keep(channel, place) if found else place

    async def _shown(self, channel_id: str) -> Mapping[str, Json]:
        """Return what is shown of a channel: nothing where nothing is."""
        try:
            return await self._api.call("GET", "/channels/{channel_id}", channel_id=channel_id) or {}
        except DiscordError as error:
            if error.is_unrouted:
                return {}
            raise
