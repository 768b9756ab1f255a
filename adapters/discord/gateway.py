"""Receives commands, presses, forms and events of servers from Discord, and has them worked on.

Discord ──> Listener ──┬─ an interaction ── read ──> Work ──> Replies (acknowledge first, then answer)
                       └─ servers, channels ───────> Work ──> Comings
"""

import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, assert_never

from adapters.discord.client import DiscordApi
from adapters.discord.comings import Comings
from adapters.discord.connection import Connection
from adapters.discord.interactions import Filled, Given, Heard, Pressed, Typing, heard_of
from adapters.discord.listener import SETTLED, Listener
from adapters.discord.members import Members
from adapters.discord.places import Places
from adapters.discord.replies import Replies
from adapters.discord.syncing import Menu
from adapters.work import Work
from bot.commands.services import Services
from bot.model.channel import Platform
from bot.model.installation import Secret
from bot.ports import Endpoint

log = logging.getLogger(__name__)

Json = Any
Job = Coroutine[Any, Any, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordDoor:
    """How we connect to Discord: the token and the addresses; with an empty `gateway_url` Discord names the gateway's.

    `settled`: after a connect, all servers count as known when no further one came for so many seconds.
    """

    token: Secret
    base_url: str
    gateway_url: str = ""
    settled: float = SETTLED


class DiscordGateway:
    """Implements `Gateway` for every server that has the bot. Its methods from `interaction` on are its `Ears`."""

    def __init__(
        self, door: DiscordDoor, services: Services, api: DiscordApi, members: Members, places: Places
    ) -> None:
        services = replace(services, manager_check=members.manages, hidden_check=members.hidden_from)
        self.work = Work(Platform.DISCORD)
        self._replies = Replies(services, api, members, self.work.turn_of)
        self._comings = Comings(services.store, services.clock, members, places, default_zone=services.default_zone)
        self._menu = Menu(api, services.clock)
        self._changing: set[str] = set()
        self._is_behind = False
        self._is_looking_back = False

        def make() -> Listener:
            return Listener(
                self, services.clock, base_url=door.base_url, gateway_url=door.gateway_url, settled=door.settled
            )

        self.connection = Connection(make, api, door.token, services.clock, members.guilds)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return Platform.DISCORD

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """No web endpoints: everything arrives through the gateway's connection."""
        return {}

    async def serve(self) -> None:
        """Work on what arrives until cancelled; then disconnect and finish what was begun."""
        await self.work.run(self.connection.end)

    async def look_after(self) -> None:
        """See `Gateway.look_after`.

        Raises:
            NotConnectedError: there is no connection to Discord's gateway.
            MenuError: Discord refused the menu of commands.
        """
        await self.connection.look_after()
        listener = self.connection.listener
        if listener is not None and listener.application_id is not None:
            await self._menu.keep_current(str(listener.application_id))
        if self._is_behind:
            self._catch_up()

    # --- receiving: nothing is awaited here --------------------------------------------------------------------------

    def interaction(self, payload: Json) -> None:
        """See `Ears`."""
        try:
            heard = heard_of(payload)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
            log.warning(
                "discord: an interaction could not be read (%s: %s), and nothing was done for it; please report this "
                "line",
                type(error).__name__,
                error,
            )
            return
        name, job = self._job_for(heard)
        # A suggestion that fails needs no apology: the person goes on typing.
        excuse = None if isinstance(heard, Typing) else partial(self._replies.excuse, heard.here)
        self.work.begin(name, job, workspace=heard.here.guild_id, is_urgent=True, excuse=excuse)

    def _job_for(self, heard: Heard) -> tuple[str, Job]:
        match heard:
            case Given():
                return "a command", self._replies.to_command(heard)
            case Typing():
                return "suggestions", self._replies.to_typing(heard)
            case Pressed():
                return "a press", self._replies.to_press(heard)
            case Filled():
                return "a form", self._replies.to_form(heard)
            case _:
                assert_never(heard)

    def all_known(self) -> None:
        """See `Ears`."""
        self._catch_up()

    def _catch_up(self) -> None:
        """Look back at what was missed: now, or at the next `look_after` if that is not possible."""
        listener, self._is_behind = self.connection.listener, True
        if listener is not None and listener.is_ready() and not self._is_looking_back:
            # Urgent, so that it takes no turn from commands: it mostly waits for Discord.
            self._is_looking_back = self.work.begin("a look back", self._look_back(listener), is_urgent=True)
            self._is_behind = not self._is_looking_back

    async def _look_back(self, listener: Listener) -> None:
        try:
            await self._comings.look_back(listener)
        finally:
            self._is_looking_back = False

    def joined(self, guild_id: str, channel_id: str) -> None:
        """See `Ears`."""
        self._begin("a server that took us in", self._comings.joined(guild_id, channel_id), guild_id)

    def left(self, guild_id: str) -> None:
        """See `Ears`."""
        self._begin("a server that removed us", self._comings.left(guild_id), guild_id)

    def lost(self, guild_id: str, channel_id: str) -> None:
        """See `Ears`."""
        self._begin("a lost channel", self._comings.lost(guild_id, channel_id), guild_id)

    def changed(self, guild_id: str) -> None:
        """See `Ears`; while one change of a server waits to be looked at, further ones are dropped."""
        if guild_id not in self._changing and self._begin("a changed server", self._look_at(guild_id), guild_id):
            self._changing.add(guild_id)

    def _begin(self, name: str, job: Job, guild_id: str) -> bool:
        is_begun = self.work.begin(name, job, workspace=guild_id, in_line=guild_id)
        # Discord does not repeat an event; if we are too busy for it, look back later.
        self._is_behind = self._is_behind or not is_begun
        return is_begun

    async def _look_at(self, guild_id: str) -> None:
        self._changing.discard(guild_id)
        await self._comings.changed(guild_id)
