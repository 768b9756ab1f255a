"""Receives events through discord.py: raw payloads of interactions, and what happens to servers and channels.

discord.py would turn an interaction into an object of its own, and drop parts of the payload that we need. So we
replace its parser of interactions, and complete some other payloads (`wanted.py`). `_connection.parsers`,
`http.request` and `http.ws_connect` are not documented by discord.py; no other module uses them.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from weakref import WeakSet

import aiohttp
import discord
from discord.gateway import KeepAliveHandler
from discord.http import Route
from yarl import URL

from adapters.discord.interactions import SeenChannel
from adapters.discord.permissions import Permission, needed_to_post, permission_of
from adapters.discord.rest import read
from adapters.discord.wanted import (
    APPLICATION,
    APPLICATION_TOO,
    GATEWAY,
    whole_answer,
    whole_channel,
    whole_guild,
    whole_member,
    whole_session,
)
from adapters.proxies import proxy_for
from bot.ports import Clock

Json = Any

SETTLED: Final = 2.0
"""After a connect, all servers count as known when no further one came for so many seconds: discord.py's default."""


class Ears(Protocol):
    """Is told what happens. Methods must return at once and raise nothing."""

    def interaction(self, payload: Json) -> None:
        """Somebody used a command, a button or a form, or is typing an option; `payload` is as Discord sent it."""

    def all_known(self) -> None:
        """After a new connection, Discord has told all servers."""

    def joined(self, guild_id: str, channel_id: str) -> None:
        """A server added us; the channel is the best for a greeting, empty if we may post in none."""

    def left(self, guild_id: str) -> None:
        """A server removed us."""

    def lost(self, guild_id: str, channel_id: str) -> None:
        """A channel or a thread was deleted."""

    def changed(self, guild_id: str) -> None:
        """Channels of a server, or our permissions in them, may have changed."""


class Listener(discord.AutoShardedClient):
    """One client of discord.py, from its login to its end.

    `heard_at` is when a shard last connected. `take_session` takes one of the sessions of a day, or returns how long
    there is none; then the client does not begin one, `held` is set, and `held_for` is the wait.
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
        self._complete_answers(gateway_url)
        self._replace_parsers()
        self._watch_sockets(gateway_url)

    # --- what we change in discord.py ---------------------------------------------------------------------------------

    def _complete_answers(self, gateway_url: str) -> None:
        """Complete answers of the REST API for discord.py, and replace those that a proxy does not give."""
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

    def _replace_parsers(self) -> None:
        """Take interactions as raw payloads, and complete payloads that discord.py itself parses."""
        parsers = self._connection.parsers
        understood = dict(parsers)

        def ready(payload: Json) -> None:
            whole = whole_session(payload)
            # discord.py keeps servers in memory that removed us while we were not connected, so we keep our own list.
            number, _ = whole["shard"]
            self._guild_ids[number] = {str(each["id"]) for each in whole["guilds"]}
            understood["READY"](whole)

        def guild(payload: Json) -> None:
            whole = dict(whole_guild(payload))
            # discord.py takes any server with the key "unavailable" for one that is back after an outage, not for new.
            if self.is_ready() and str(whole["id"]) not in self.guild_ids and not whole.get("unavailable"):
                whole.pop("unavailable", None)
            understood["GUILD_CREATE"](whole)

        parsers["READY"] = ready
        parsers["GUILD_CREATE"] = guild
        parsers["CHANNEL_CREATE"] = lambda payload: understood["CHANNEL_CREATE"](whole_channel(payload))
        parsers["CHANNEL_UPDATE"] = lambda payload: understood["CHANNEL_UPDATE"](whole_channel(payload))
        parsers["INTERACTION_CREATE"] = self._ears.interaction

    def _watch_sockets(self, gateway_url: str) -> None:
        """Remember every socket, to close it later; connect to `gateway_url`, if given, whatever Discord names."""
        connect = self.http.ws_connect

        async def connect_there(url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
            there = str(URL(gateway_url).update_query(URL(url).query)) if gateway_url else url
            socket = await connect(there, compress=compress)
            self._sockets.add(socket)
            return socket

        self.http.ws_connect = connect_there  # type: ignore[method-assign]  # the one way that every connection takes

    async def leave(self, within: float) -> None:
        """End, within so many seconds, what `close` leaves behind: sockets that were never ready, their heartbeats."""
        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler) and thread.ws._connection is self._connection:  # noqa: SLF001
                thread.stop()
        closing = [asyncio.create_task(socket.close()) for socket in self._sockets if not socket.closed]
        if closing:
            _, open_still = await asyncio.wait(closing, timeout=within)
            for each in open_still:
                each.cancel()

    # --- its state ----------------------------------------------------------------------------------------------------

    @property
    def is_alive(self) -> bool:
        """Whether every shard is connected."""
        return self.hears_something and len(self._alive) == self.shard_count

    @property
    def hears_something(self) -> bool:
        """Whether at least one shard is connected."""
        return not self.is_closed() and bool(self._alive)

    @property
    def state(self) -> str:
        """How many shards are connected, in words."""
        return f"{len(self._alive)} of {self.shard_count} connections hear" if self._alive else "not connected"

    @property
    def guild_ids(self) -> frozenset[str]:
        """The ids of the servers that we are in, including those with an outage."""
        return frozenset().union(*self._guild_ids.values())

    def channel(self, guild_id: str, channel_id: str) -> SeenChannel | None:
        """See `Hearing.channel`."""
        channel = self._known(guild_id, channel_id)
        return None if channel is None else _seen(channel, self._me(channel.guild))

    def may(self, guild_id: str, channel_id: str, user: str, roles: Sequence[str]) -> Permission | None:
        """See `Hearing.may`."""
        channel = self._known(guild_id, channel_id)
        if channel is None or channel.guild.get_role(channel.guild.id) is None:
            return None
        told: Any = whole_member(user, roles)
        return _seen(channel, discord.Member(data=told, guild=channel.guild, state=self._connection)).ours

    def _known(self, guild_id: str, channel_id: str) -> discord.abc.GuildChannel | discord.Thread | None:
        if not (guild_id.isdecimal() and channel_id.isdecimal()):
            return None
        guild = self.get_guild(int(guild_id))
        return None if guild is None else guild.get_channel_or_thread(int(channel_id))

    def is_away(self, guild_id: str) -> bool:
        """Say whether a server has an outage, so that its channels are unknown now."""
        guild = self.get_guild(int(guild_id))
        return guild is None or guild.unavailable

    def _me(self, guild: discord.Guild) -> discord.Member | None:
        # Without the role of everybody our permissions cannot be computed.
        is_told = guild.get_role(guild.id) is not None
        return guild.get_member(self.user.id) if self.user is not None and is_told else None

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait here, for ever, if no session is left: the watchdog then closes this client.

        Without this, discord.py would begin sessions without end when Discord ends each at once.
        """
        self.held_for = await self.take_session() if self.take_session is not None else timedelta()
        if self.held_for:
            self.held.set()
            await asyncio.Event().wait()
        await super().before_identify_hook(shard_id, initial=initial)

    # --- events of discord.py -----------------------------------------------------------------------------------------

    async def on_shard_connect(self, number: int) -> None:
        """Note that a shard is connected."""
        self._hears(number)

    async def on_shard_resumed(self, number: int) -> None:
        """Note that a shard is connected again."""
        self._hears(number)

    async def on_shard_disconnect(self, number: int) -> None:
        """Note that a shard is not connected."""
        self._alive.discard(number)

    def _hears(self, number: int) -> None:
        self._alive.add(number)
        self.heard_at = self._clock.wall()
        self.connected.set()

    async def on_ready(self) -> None:
        """Tell that all servers are known."""
        self._ears.all_known()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Tell that a server added us."""
        self._guild_ids.setdefault(guild.shard_id, set()).add(str(guild.id))
        self._ears.joined(str(guild.id), _first_channel(guild, self._me(guild)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Tell that a server removed us; discord.py does not call this for an outage."""
        self._guild_ids.setdefault(guild.shard_id, set()).discard(str(guild.id))
        self._ears.left(str(guild.id))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Tell that a channel was deleted."""
        self._ears.lost(str(channel.guild.id), str(channel.id))

    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        """Tell that a thread was deleted."""
        self._ears.lost(str(thread.guild_id), str(thread.thread_id))

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Note that a server has an outage."""
        self._away.add(guild.id)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Tell that a server is back after an outage; this is also called for each server of a new connection."""
        self._guild_ids.setdefault(guild.shard_id, set()).add(str(guild.id))
        if guild.id in self._away:
            self._away.discard(guild.id)
            self._ears.changed(str(guild.id))

    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        """Tell that a channel was made."""
        self._ears.changed(str(channel.guild.id))

    async def on_guild_channel_update(self, _: discord.abc.GuildChannel, channel: discord.abc.GuildChannel) -> None:
        """Tell that a channel changed."""
        self._ears.changed(str(channel.guild.id))

    async def on_raw_thread_update(self, thread: discord.RawThreadUpdateEvent) -> None:
        """Tell that a thread changed; for one that was archived, discord.py calls only this."""
        self._ears.changed(str(thread.guild_id))

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """Tell that somebody let us into a private thread; others we enter by posting, which changes nothing."""
        if thread.is_private():
            self._ears.changed(str(thread.guild.id))

    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """Tell that a role changed."""
        self._ears.changed(str(role.guild.id))

    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """Tell that our own roles changed; other members do not matter."""
        if member == member.guild.me:
            self._ears.changed(str(member.guild.id))


def _seen(channel: discord.abc.GuildChannel | discord.Thread, me: discord.Member | None) -> SeenChannel:
    is_ruled = not isinstance(channel, discord.Thread) or channel.parent is not None
    ours = permission_of(channel.permissions_for(me).value) if me is not None and is_ruled else None
    is_locked = isinstance(channel, discord.Thread) and channel.locked
    kind = int(channel.type.value)
    return SeenChannel(id=str(channel.id), name=channel.name, kind=kind, ours=ours, is_locked=is_locked)


def _first_channel(guild: discord.Guild, me: discord.Member | None) -> str:
    """Return the channel for a greeting: where the server greets its members, else the first that we may post in."""
    usual = [] if guild.system_channel is None else [guild.system_channel]
    for channel in (*usual, *sorted(guild.text_channels, key=lambda each: each.position)):
        place = _seen(channel, me)
        if place.ours is not None and not needed_to_post(place.kind) & ~place.ours:
            return place.id
    return ""
