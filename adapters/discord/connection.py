"""Keeps the connection to Discord's gateway alive: one client, its shards, and a watchdog that replaces it when dead.

discord.py reconnects by itself, but sometimes tries for ever or stops silently (Rapptz/discord.py issue 10511). So the
service calls `look_after` again and again: it checks the client from outside, closes a dead one with everything that
belongs to it, and makes another. After each failure it waits longer, and longest where Discord says that a retry is
useless.

Discord allows 1,000 sessions a day, and discord.py begins them by itself. All processes count theirs in the database; a
client that wants one more than allowed is closed until there is one.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import discord

from adapters.discord.client import DiscordApi
from adapters.discord.errors import DiscordError
from adapters.discord.listener import Listener
from adapters.discord.members import Guilds
from bot.errors import PaperroundError, StoreError
from bot.model.installation import Secret
from bot.ports import Clock

log = logging.getLogger(__name__)

CONNECT_WITHIN: Final = timedelta(seconds=20)
CLOSE_WITHIN: Final = timedelta(seconds=3)
"""How long opening and closing a connection may take."""

SILENT_FOR: Final = timedelta(seconds=90)
"""A client that is not connected for so long is dead: discord.py itself replaces a silent socket after a minute."""

FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(minutes=10)
"""Waits before another client is tried: 10 s, then twice as long after each failure, at most 10 minutes."""

_TOO_OFTEN: Final = "Discord: connected too often today; connecting again when it is sure to keep the token good."

_BAD_TOKEN: Final = 4004
_NOT_ALLOWED: Final = 4014
_FATAL: Final = {
    _BAD_TOKEN: "Discord does not take DISCORD_BOT_TOKEN; make another (Bot, Reset Token on the application's page).",
    4010: "Discord does not take the number of a connection (4010); restart paperround.",
    4011: "Discord wants more connections for so many servers (4011); restart paperround.",
    4012: "Discord no longer speaks as this version does (4012); a newer version of paperround may.",
    4013: "Discord does not know what this version wants to hear (4013); a newer version of paperround may.",
    _NOT_ALLOWED: "Discord does not let the application hear of servers (4014); look at Bot on the application's page.",
}
"""What to say of close codes after which another try soon is useless.

Source: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
"""


class NotConnectedError(PaperroundError):
    """There is no connection to Discord's gateway now; the message says why."""


class Connection:
    """The connection of one bot to Discord's gateway, kept alive by `look_after`; `make` returns a new client."""

    def __init__(
        self, make: Callable[[], Listener], api: DiscordApi, token: Secret, clock: Clock, guilds: Guilds
    ) -> None:
        self._make = make
        self._api = api
        self._token = token
        self._clock = clock
        self._guilds = guilds
        self.listener: Listener | None = None
        self.running: asyncio.Task[None] | None = None
        self._has_ended = False
        self._failures = 0
        self._why = ""
        self._again_at = datetime.min.replace(tzinfo=clock.wall().tzinfo)

    async def look_after(self) -> None:
        """Connect, or replace a dead client; the service calls this again and again.

        Raises:
            NotConnectedError: there is no connection now, or not every shard has one.
        """
        if self._has_ended:
            return
        now = self._clock.wall()
        if self.running is not None and self.running.done():
            await self._fail(self.running)
        if self.listener is None:
            if now < self._again_at:
                raise NotConnectedError(self._why)
            await self._connect()
            return
        if self.listener.is_alive:
            self._failures = 0
            return
        await self._leave_if_held(self.listener)
        silent = now - self.listener.heard_at
        if silent < SILENT_FOR:
            raise NotConnectedError(f"Discord: {self.listener.state}; connecting.")
        log.warning("discord: nothing heard for %.0f s; connecting anew", silent.total_seconds())
        await self._drop()
        self._wait(self._backoff(), "Discord: not connected; connecting anew.")
        await self._connect()

    async def _connect(self) -> None:
        try:
            await self._api.myself()
        except DiscordError as error:
            self._wait(error.retry_after or self._backoff(), f"{error.reason}.")
            raise NotConnectedError(self._why) from error
        if self._has_ended:
            return
        listener = self._make()
        listener.take_session = self._take_session
        running = asyncio.create_task(_run(listener, self._token))
        self.listener, self.running, self._guilds.heard_by = listener, running, listener
        events = {asyncio.create_task(each.wait()) for each in (listener.connected, listener.held)}
        within = CONNECT_WITHIN.total_seconds()
        try:
            await asyncio.wait({running, *events}, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in events:
                each.cancel()
        if running.done() and not self._has_ended:
            await self._fail(running)
        await self._leave_if_held(listener)
        if not listener.connected.is_set():
            raise NotConnectedError(f"Discord: {listener.state}; connecting.")
        log.info("discord: connected, in %d servers", len(listener.guild_ids))

    async def _leave_if_held(self, listener: Listener) -> None:
        """Close a client that wants a session when none is left, unless some of its shards are connected.

        Raises:
            NotConnectedError: no session is left.
        """
        if not listener.held_for:
            return
        if not listener.hears_something:
            await self._drop()
            self._wait(listener.held_for, _TOO_OFTEN)
        raise NotConnectedError(_TOO_OFTEN)

    async def _take_session(self) -> timedelta:
        try:
            return await self._api.take_session()
        except StoreError:
            return FIRST_WAIT

    async def _fail(self, ended: asyncio.Task[None]) -> None:
        """Clean up after a client that has ended.

        Raises:
            NotConnectedError: always, with the reason why it ended.
        """
        error = None if ended.cancelled() else ended.exception()
        await self._drop()
        code = _code_of(error)
        if code in _FATAL:
            self._wait(LONGEST_WAIT, _FATAL[code])
        elif isinstance(error, discord.DiscordException | aiohttp.ClientError | OSError):
            named = f"{type(error).__name__} {code}" if code else type(error).__name__
            self._wait(self._backoff(), f"Discord cannot be reached ({named}); trying again. Check network and proxy.")
        else:
            log.error("discord: the connection broke for an unknown reason; connecting anew", exc_info=error)
            self._wait(self._backoff(), "Discord: the connection broke; connecting anew.")
        raise NotConnectedError(self._why) from error

    def _backoff(self) -> timedelta:
        self._failures += 1
        return min(FIRST_WAIT * (1 << min(self._failures - 1, 10)), LONGEST_WAIT)

    def _wait(self, how_long: timedelta, why: str) -> None:
        self._again_at, self._why = self._clock.wall() + how_long, why

    async def end(self) -> None:
        """Disconnect for good."""
        self._has_ended = True
        await self._drop()

    async def _drop(self) -> None:
        """Close the client, if there is one, with everything that belongs to it."""
        (listener, self.listener), (running, self.running) = (self.listener, None), (self.running, None)
        self._guilds.heard_by = None
        if listener is None or running is None:
            return
        closing = asyncio.create_task(listener.close())
        await asyncio.wait({closing}, timeout=CLOSE_WITHIN.total_seconds())
        if not closing.done():
            log.info("discord: the old connection did not close in time; it is left behind")
            await listener.http.close()
        # discord.py swallows a cancellation while it reconnects; since it is closed as well, it ends all the same.
        running.cancel()
        await asyncio.wait({running, closing}, timeout=CLOSE_WITHIN.total_seconds())
        await listener.leave(CLOSE_WITHIN.total_seconds())


async def _run(listener: Listener, token: Secret) -> None:
    async with listener:
        await listener.start(token.value)


def _code_of(error: BaseException | None) -> int:
    """Return the gateway's close code, or the one with the same meaning as the error; 0 if there is none."""
    match error:
        case discord.ConnectionClosed():
            return error.code
        case discord.LoginFailure():
            return _BAD_TOKEN
        case discord.PrivilegedIntentsRequired():
            return _NOT_ALLOWED
        case _:
            return 0
