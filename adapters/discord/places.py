"""Tells what kind a channel is (text, announcement, forum, thread), because posting differs.

The process that has the gateway knows the channels of every server without asking. Others ask: one request returns all
channels of a server, and is repeated after `REMEMBERED`; threads and newer channels are asked for one by one. A forum
is always asked for, because of its tags. When the gateway hears of a change, it makes us forget. If the kind cannot be
asked, as behind a proxy that passes on messages only, the channel counts as a text channel.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.errors import UNKNOWN_CHANNEL, DiscordError
from adapters.discord.members import Guilds
from adapters.discord.permissions import DIRECT, FORUMS, THREADS
from adapters.memory import Memory
from bot.errors import Verdict
from bot.model.channel import Channel
from bot.ports import Clock

Json = Any

NOT_THERE: Final = "the server is gone, or I am not in it"
ANOTHERS: Final = "the channel is in another server"
"""The reasons of errors, as people read them in `status`."""

REMEMBERED: Final = timedelta(days=7)
"""How long channels are remembered. It is long because each question takes a turn from a digest, and most digests are
due at nine; a channel's kind rarely changes. If a forum refuses a post because of its tags, it is asked again at once.
"""

MOST_REMEMBERED: Final = 10_000
"""Most servers that are remembered, and most channels that were asked for one by one."""

ANNOUNCEMENTS: Final = 5
"""The type of announcement channels, whose messages can be published to servers that follow them."""

REQUIRE_TAG: Final = 1 << 4
"""The flag of a forum whose posts must have a tag.

Source: https://docs.discord.com/developers/resources/channel#channel-object-channel-flags
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel: its id, its type (Discord's number), and the id of a tag for posts, empty if none is needed."""

    id: str
    kind: int
    tag: str = ""

    @property
    def is_forum(self) -> bool:
        """Whether it takes posts (threads of their own) instead of messages."""
        return self.kind in FORUMS

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread itself, so that its messages cannot have threads."""
        return self.kind in THREADS


def place_of(channel: Json) -> Place:
    """Read a channel object of Discord's."""
    wants_tag = bool(channel.get("flags", 0) & REQUIRE_TAG)
    # Discord refuses a "moderated" tag, which only moderators may set.
    tags = [each["id"] for each in channel.get("available_tags") or () if not each.get("moderated")]
    return Place(
        id=str(channel["id"]), kind=int(channel.get("type") or 0), tag=str(tags[0]) if wants_tag and tags else ""
    )


class Places:
    """Looks up channels of any server, and remembers them."""

    def __init__(self, api: DiscordApi, clock: Clock, guilds: Guilds) -> None:
        self._api = api
        self._guilds = guilds
        self._asked: Memory[str, Mapping[str, Place]] = Memory(clock.wall, REMEMBERED, MOST_REMEMBERED)
        self._alone: Memory[Channel, Place] = Memory(clock.wall, REMEMBERED, MOST_REMEMBERED)
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find(self, channel: Channel) -> Place:
        """Return a channel's kind.

        Raises:
            DiscordError: it is gone, hidden from us or another server's; or Discord does not answer.
        """
        heard = self._guilds.channel(channel.workspace, channel.id)
        if heard is not None and heard.kind not in FORUMS:
            return Place(id=heard.id, kind=heard.kind)
        async with self._asking[channel.workspace]:
            of_guild = self._asked.recall(channel.workspace)
            if of_guild is None:
                of_guild = self._asked.keep(channel.workspace, await self._channels_of(channel.workspace))
        return of_guild.get(channel.id) or self._alone.recall(channel) or await self._one(channel)

    def forget(self, channel: Channel) -> None:
        """Forget a channel and all others of its server, because something there changed."""
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
            # One token opens every server that has the bot; a server must not make us post into another one.
            raise DiscordError(Verdict.PAUSE_CHANNEL, f"{ANOTHERS} ({UNKNOWN_CHANNEL})", code=UNKNOWN_CHANNEL)
        return self._alone.keep(channel, place) if found else place

    async def _shown(self, channel_id: str) -> Mapping[str, Json]:
        """Return Discord's channel object; empty if a proxy does not know the path."""
        try:
            return await self._api.call("GET", "/channels/{channel_id}", channel_id=channel_id) or {}
        except DiscordError as error:
            if error.is_unrouted:
                return {}
            raise
