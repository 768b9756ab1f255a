"""Hears Discord through discord.py: interactions as they came, and what happens to servers and channels.

discord.py gives an interaction as an object of its own, made of a message that it has to understand first. The payload
is all that is wanted, and says more; so what reads interactions stands in the place of discord.py's own reader. This,
and what `READY` names, are no documented interface of discord.py: they are used here alone.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from weakref import WeakSet

import aiohttp
import discord
from discord.gateway import KeepAliveHandler
from discord.http import Route
from yarl import URL

from adapters.discord.interactions import SeenChannel
from adapters.discord.permissions import needed_to_post, permission_of
from adapters.discord.rest import read
from adapters.discord.wanted import (
    APPLICATION,
    APPLICATION_TOO,
    GATEWAY,
    whole_answer,
    whole_channel,
    whole_guild,
    whole_session,
)
from adapters.proxies import proxy_for
from bot.ports import Clock

Json = Any

SETTLED: Final = 2.0
"""Seconds without a further server after which all are taken to be known; discord.py's own number."""


class Ears(Protocol):
    """Hears what happens; ids are texts. Nothing here waits, and nothing raises."""

    def interaction(self, payload: Json) -> None:
        """Hear what somebody did."""

    def all_known(self) -> None:
        """Hear that all servers are known, after a new connection."""

    def joined(self, guild_id: str, channel_id: str) -> None:
        """Hear that a server has taken us in; the channel is the first that may be written to, empty without one."""

    def left(self, guild_id: str) -> None:
        """Hear that a server has removed us."""

    def lost(self, guild_id: str, channel_id: str) -> None:
        """Hear that a channel or a thread was deleted."""

    def changed(self, guild_id: str) -> None:
        """Hear that channels of a server, or what we may do there, may not be as before."""


class Listener(discord.AutoShardedClient):
    """One client, from its login to its end; `heard_at` is when a shard of it came alive last.

    `take_session` returns how long no session may be begun; one that was to be begun waits, and `held_for` is how long.
    """

    def __init__(
        self, ears: Ears, clock: Clock, *, base_url: str, gateway_url: str = "", settled: float = SETTLED
    ) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=settled,
            proxy=proxy_for(base_url),
        )
        self._ears = ears
        self._clock = clock
        self.connected = asyncio.Event()
        self.heard_at: datetime = clock.wall()
        self.held = asyncio.Event()
        self.held_for = timedelta()
        self.take_session: Callable[[], Awaitable[timedelta]] | None = None
        self._alive: set[int] = set()
        self._guild_ids: dict[int, set[str]] = {}
        self._away: set[int] = set()
        self._sockets: WeakSet[aiohttp.ClientWebSocketResponse] = WeakSet()
        self._ask(gateway_url)
        self._listen()
        self._connect_at(gateway_url)

    # --- what goes past discord.py ------------------------------------------------------------------------------------

    def _ask(self, gateway_url: str) -> None:
        """Give discord.py all that it wants of an answer, whatever stands between Discord and us leaves out."""
        request = self.http.request

        async def ask(route: Route, **arguments: Any) -> Json:
            try:
                answer = read(await request(route, **arguments))
            except discord.NotFound:
                if route.path == APPLICATION:
                    return await ask(Route("GET", APPLICATION_TOO), **arguments)
                if route.path != GATEWAY or not gateway_url:
                    raise
                answer = {"url": gateway_url}
            return whole_answer(route.path, answer)

        self.http.request = ask  # type: ignore[method-assign]  # the one way that every request takes

    def _listen(self) -> None:
        parsers = self._connection.parsers
        understood = dict(parsers)

        def ready(payload: Json) -> None:
            whole = whole_session(payload)
            # Those that we were taken out of while nobody listened stay in discord.py's memory.
            number, _ = whole["shard"]
            self._guild_ids[number] = {str(each["id"]) for each in whole["guilds"]}
            understood["READY"](whole)

        def guild(payload: Json) -> None:
            whole = dict(whole_guild(payload))
            # discord.py takes a server for one that is back, and for no new one, wherever "unavailable" is written.
            if self.is_ready() and str(whole["id"]) not in self.guild_ids and not whole.get("unavailable"):
                whole.pop("unavailable", None)
            understood["GUILD_CREATE"](whole)

        parsers["READY"] = ready
        parsers["GUILD_CREATE"] = guild
        parsers["CHANNEL_CREATE"] = lambda payload: understood["CHANNEL_CREATE"](whole_channel(payload))
        parsers["CHANNEL_UPDATE"] = lambda payload: understood["CHANNEL_UPDATE"](whole_channel(payload))
        parsers["INTERACTION_CREATE"] = self._ears.interaction

    def _connect_at(self, gateway_url: str) -> None:
        """Know every connection, and let it go to one address, if one is given, whatever Discord names."""
        connect = self.http.ws_connect

        async def connect_there(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
            there = str(URL(gateway_url).update_query(URL(url).query)) if gateway_url else url
            socket = await connect(there, compress=compress)
            self._sockets.add(socket)
            return socket

        self.http.ws_connect = connect_there  # type: ignore[method-assign]  # the one way that every connection takes

    async def leave(self, within: float) -> None:
        """End, within so many seconds, what `close` forgets: connections that were never ready, their heartbeats."""
        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler) and thread.ws._connection is self._connection:  # noqa: SLF001
                thread.stop()
        closing = [asyncio.create_task(socket.close()) for socket in self._sockets if not socket.closed]
        if closing:
            _, open_still = await asyncio.wait(closing, timeout=within)
            for each in open_still:
                each.cancel()

    # --- how it is ----------------------------------------------------------------------------------------------------

    @property
    def is_alive(self) -> bool:
        """Say whether every shard hears."""
        return self.hears_something and len(self._alive) == self.shard_count

    @property
    def hears_something(self) -> bool:
        """Say whether at least one shard hears."""
        return not self.is_closed() and bool(self._alive)

    @property
    def state(self) -> str:
        """Say how many shards hear."""
        return f"{len(self._alive)} of {self.shard_count} connections hear" if self._alive else "not connected"

    @property
    def guild_ids(self) -> frozenset[str]:
        """The servers that we are in, those that are away for a while too."""
        return frozenset().union(*self._guild_ids.values())

    def channel(self, guild_id: str, channel_id: str) -> SeenChannel | None:
        """See `Hearing.channel`."""
        if not (guild_id.isdecimal() and channel_id.isdecimal()):
            return None
        guild = self.get_guild(int(guild_id))
        channel = None if guild is None else guild.get_channel_or_thread(int(channel_id))
        return None if channel is None else _seen(channel, self._me(channel.guild))

    def is_away(self, guild_id: str) -> bool:
        """Say whether a server is away for a while, so that nothing is known of its channels."""
        guild = self.get_guild(int(guild_id))
        return guild is None or guild.unavailable

    def _me(self, guild: discord.Guild) -> discord.Member | None:
        # Where nobody has said what everybody may do, nobody knows what we may.
        is_told = guild.get_role(guild.id) is not None
        return guild.get_member(self.user.id) if self.user is not None and is_told else None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Let no session begin when there were too many: Discord may end each at once, and discord.py goes on."""
        self.held_for = await self.take_session() if self.take_session is not None else timedelta()
        if self.held_for:
            self.held.set()
            await asyncio.Event().wait()
        await super().before_identify_hook(shard_id, initial=initial)

    # --- what discord.py tells ----------------------------------------------------------------------------------------

    async def on_shard_connect(self, number: int) -> None:
        """Note that a shard hears."""
        self._hears(number)

    async def on_shard_resumed(self, number: int) -> None:
        """Note that a shard hears again."""
        self._hears(number)

    async def on_shard_disconnect(self, number: int) -> None:
        """Note that a shard does not hear."""
        self._alive.discard(number)

    def _hears(self, number: int) -> None:
        self._alive.add(number)
        self.heard_at = self._clock.wall()
        self.connected.set()

    async def on_ready(self) -> None:
        """Tell that all servers are known."""
        self._ears.all_known()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Tell that a server has taken us in."""
        self._guild_ids.setdefault(guild.shard_id, set()).add(str(guild.id))
        self._ears.joined(str(guild.id), _first_channel(guild, self._me(guild)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Tell that a server has removed us; one that is away for a while has not."""
        self._guild_ids.setdefault(guild.shard_id, set()).discard(str(guild.id))
        self._ears.left(str(guild.id))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Tell that a channel was deleted."""
        self._ears.lost(str(channel.guild.id), str(channel.id))

    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        """Tell that a thread was deleted."""
        self._ears.lost(str(thread.guild_id), str(thread.thread_id))

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Note that a server is away for a while."""
        self._away.add(guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Tell that a server is back; those that a new connection names were not away."""
        self._guild_ids.setdefault(guild.shard_id, set()).add(str(guild.id))
        if guild.id in self._away:
            self._away.discard(guild.id)
            self._ears.changed(str(guild.id))

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """Tell that there is another channel."""
        self._ears.changed(str(channel.guild.id))

    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel) -> None:
        """Tell that a channel is not as it was."""
        self._ears.changed(str(channel.guild.id))

    async def on_thread_update(self, _: discord.Thread, thread: discord.Thread) -> None:
        """Tell that a thread is not as it was."""
        self._ears.changed(str(thread.guild.id))

    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """Tell that a role is not as it was."""
        self._ears.changed(str(role.guild.id))

    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """Tell that we have other roles: of other people nothing is heard."""
        if member == member.guild.me:
            self._ears.changed(str(member.guild.id))


def _seen(channel: discord.abc.GuildChannel | discord.Thread, me: discord.Member | None) -> SeenChannel:
    is_ruled = not isinstance(channel, discord.Thread) or channel.parent is not None
    ours = permission_of(channel.permissions_for(me).value) if me is not None and is_ruled else None
    return SeenChannel(id=str(channel.id), name=channel.name, kind=int(channel.type.value), ours=ours)


def _first_channel(guild: discord.Guild, me: discord.Member | None) -> str:
    """Return where a server would look for a greeting: where it greets people, else its first channel."""
    usual = [] if guild.system_channel is None else [guild.system_channel]
    for channel in (*usual, *sorted(guild.text_channels, key=lambda each: each.position)):
        place = _seen(channel, me)
        if place.ours is not None and not needed_to_post(place.kind) & ~place.ours:
            return place.id
    return ""
