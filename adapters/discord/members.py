"""What people and channels are called, where we may post, who manages: from what was heard, else asked from Discord.

An interaction says what its channel is, what we may do there, and what whoever acts may; the gateway knows every
channel of its servers. Only a process that hears nothing, somebody who has not been heard of, and what somebody may do
elsewhere has to be asked for.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol

from adapters.discord.client import DiscordApi
from adapters.discord.errors import UNKNOWN_CHANNEL, UNKNOWN_MEMBER, DiscordError
from adapters.discord.interactions import Here, SeenChannel, name_of
from adapters.discord.naming import ROLE
from adapters.discord.permissions import (
    CATEGORY,
    PRIVATE_THREAD,
    THREADS,
    Permission,
    granted,
    is_manager,
    needed_to_post,
)
from adapters.memory import Memory
from bot.errors import RefusedError, Verdict
from bot.model.channel import Channel
from bot.ports import Clock

log = logging.getLogger(__name__)

Json = Any

NAMES_LAST: Final = timedelta(hours=1)
RIGHTS_LAST: Final = timedelta(minutes=1)
"""How long what an interaction said of permissions and roles is believed: for the command that it brought."""

MOST_REMEMBERED: Final = 10_000

NAMED_WITHIN: Final = timedelta(seconds=3)
"""How long an answer waits for names; what has none then is said by its id."""

DELETED_ROLE: Final = "deleted-role"
"""What a role is called that is not there any more, as Discord itself calls it."""

_CHANNEL: Final = "/channels/{channel_id}"
_GUILD: Final = "/guilds/{guild_id}"
_MEMBER: Final = "/guilds/{guild_id}/members/{user_id}"
_ROLES: Final = "/guilds/{guild_id}/roles"

_HOW: Final = "Whoever manages the channel allows it (Edit Channel, Permissions); then run the command again."


class Hearing(Protocol):
    """A client that hears Discord, and knows its servers."""

    def channel(self, guild_id: str, channel_id: str) -> SeenChannel | None:
        """Return what is known of a channel or an active thread; None: nothing."""


class Guilds:
    """The servers as they are known without asking: by whoever hears Discord in this process now, if somebody does."""

    def __init__(self) -> None:
        self.heard_by: Hearing | None = None

    def channel(self, guild_id: str, channel_id: str) -> SeenChannel | None:
        """Return what is known of a channel or an active thread; None: nothing."""
        return self.heard_by.channel(guild_id, channel_id) if self.heard_by is not None else None


class Members:
    """Knows what Discord has told, and asks for the rest."""

    def __init__(self, api: DiscordApi, clock: Clock) -> None:
        self._api = api
        self.guilds = Guilds()
        self._names: Memory[tuple[str, str], str] = Memory(clock.wall, NAMES_LAST, MOST_REMEMBERED)
        self._places: Memory[tuple[str, str], SeenChannel] = Memory(clock.wall, RIGHTS_LAST, MOST_REMEMBERED)
        self._roles: Memory[tuple[str, str], tuple[str, ...]] = Memory(clock.wall, RIGHTS_LAST, MOST_REMEMBERED)
        self._managers: Memory[tuple[Channel, str], bool] = Memory(clock.wall, RIGHTS_LAST, MOST_REMEMBERED)

    def note(self, here: Here, target: SeenChannel | None = None) -> None:
        """Remember what an interaction says of people and channels."""
        for each, name in here.names.items():
            self._names.keep((here.guild_id, each), name)
        if here.is_direct:
            return
        if here.roles is not None:
            self._roles.keep((here.guild_id, here.user), here.roles)
        for place in (here.place, target):
            if place is not None and place.ours is not None:
                self._places.keep((here.guild_id, place.id), place)
        if target is not None and target.theirs:
            there = replace(here.channel, id=target.id)
            self._managers.keep((there, here.user), is_manager(target.theirs))

    async def check(self, channel: Channel) -> None:
        """Refuse a channel that I may not post in; where Discord does not answer, the first post will tell.

        Raises:
            RefusedError: it says what is missing.
        """
        place = None if channel.is_personal else await self._place(channel)
        if place is None or place.ours is None:
            return
        name = f"#{place.name or channel.id}"
        if place.kind == CATEGORY:
            raise RefusedError(f"{name} holds channels and no messages.", hint="Choose one of its channels.")
        if missing := _missing(place):
            self._places.forget((channel.workspace, channel.id))
            words = " and ".join(each.words for each in Permission if each in missing)
            raise RefusedError(f"I need {words} in {name}.", hint=_HOW)

    async def can_post(self, channel: Channel) -> bool:
        """Say whether I may post in a channel for sure, whatever an interaction said a moment ago."""
        self._places.forget((channel.workspace, channel.id))
        place = await self._place(channel)
        return place is not None and place.ours is not None and place.kind != CATEGORY and not _missing(place)

    async def manages(self, channel: Channel, user: str) -> bool:
        """Say whether somebody manages a channel, wherever they are.

        Raises:
            RefusedError: Discord does not say.
        """
        known = self._managers.recall((channel, user))
        if known is not None:
            return known
        found = await self._asked(channel.workspace, channel.id, user)
        if found is None:
            raise RefusedError(
                "Discord did not tell me what you may do in that channel; nothing was done.",
                hint="Try again in a minute.",
            )
        place, may = found
        # Who is in a private thread is not asked: it takes what shows all of them.
        is_seen = place.kind != PRIVATE_THREAD or Permission.MANAGE_THREADS in may
        return self._managers.keep((channel, user), is_seen and is_manager(may))

    async def is_out(self, guild_id: str) -> bool:
        """Say whether I am not in a server for sure."""
        return await self._ask(_GUILD, guild_id=guild_id) == {}

    async def is_gone(self, channel: Channel) -> bool:
        """Say whether a channel is not there any more, or never was in its server, for sure."""
        try:
            found = await self._api.call("GET", _CHANNEL, channel_id=channel.id)
        except DiscordError as error:
            return error.code == UNKNOWN_CHANNEL
        return bool(found) and found.get("guild_id") not in {None, channel.workspace}

    async def names(self, guild_id: str, people: frozenset[str], places: frozenset[str]) -> Mapping[str, str]:
        """Return what people and channels are called, by id; those that nobody knows are not there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NAMED_WITHIN.total_seconds()):
                await asyncio.gather(
                    *(self._learn_person(guild_id, each) for each in people if self._name(guild_id, each) is None),
                    *(self._learn_place(guild_id, each) for each in places if self._name(guild_id, each) is None),
                )
        known = {each: self._name(guild_id, each) for each in people | places}
        return {each: name for each, name in known.items() if name}

    def _name(self, guild_id: str, thing: str) -> str | None:
        """Return what somebody or something is called; None when that has not been asked."""
        place = self.guilds.channel(guild_id, thing)
        return place.name if place is not None else self._names.recall((guild_id, thing))

    async def _learn_person(self, guild_id: str, user: str) -> None:
        if user.startswith(ROLE):
            await self._learn_roles(guild_id, user)
            return
        found = await self._ask(_MEMBER, guild_id=guild_id, user_id=user)
        if found is not None:
            self._names.keep((guild_id, user), name_of(found, found.get("user") or {}))

    async def _learn_roles(self, guild_id: str, role: str) -> None:
        if roles := await self._ask(_ROLES, guild_id=guild_id):
            self._names.keep((guild_id, role), DELETED_ROLE)
            for each in roles:
                self._names.keep((guild_id, f"{ROLE}{each['id']}"), each["name"])

    async def _learn_place(self, guild_id: str, channel_id: str) -> None:
        found = await self._ask(_CHANNEL, channel_id=channel_id)
        if found is not None:
            is_here = found.get("guild_id") == guild_id
            self._names.keep((guild_id, channel_id), (found.get("name") or "") if is_here else "")

    async def _place(self, channel: Channel) -> SeenChannel | None:
        """Return what a channel is and what we may do there; None when Discord does not answer."""
        guild_id, channel_id = channel.workspace, channel.id
        if known := self._places.recall((guild_id, channel_id)):
            return known
        if seen := self.guilds.channel(guild_id, channel_id):
            return seen
        try:
            me = await self._api.myself()
        except DiscordError as error:
            log.warning("discord: who I am: %s", error.reason)
            return None
        found = await self._asked(guild_id, channel_id, me)
        return None if found is None else replace(found[0], ours=found[1])

    async def _asked(self, guild_id: str, channel_id: str, user: str) -> tuple[SeenChannel, Permission] | None:
        """Return what a channel is and what somebody may do there; None when Discord does not answer."""
        found = await self._ask(_CHANNEL, channel_id=channel_id)
        if not found or found.get("guild_id") != guild_id:
            return None if found is None else (SeenChannel(id=channel_id), Permission.NONE)
        place = SeenChannel(id=channel_id, name=found.get("name") or "", kind=int(found["type"]))
        guild, member, ruled_by = await asyncio.gather(
            self._ask(_GUILD, guild_id=guild_id),
            self._member(guild_id, user),
            self._ask(_CHANNEL, channel_id=found["parent_id"]) if place.kind in THREADS else _just(found),
        )
        if guild is None or member is None or ruled_by is None:
            return None
        if not (guild and member and ruled_by):
            return place, Permission.NONE
        return place, granted(guild, member, ruled_by.get("permission_overwrites") or ())

    async def _member(self, guild_id: str, user: str) -> Json | None:
        """Return a member with their roles."""
        roles = self._roles.recall((guild_id, user))
        if roles is not None:
            return {"user": {"id": user}, "roles": roles}
        return await self._ask(_MEMBER, guild_id=guild_id, user_id=user)

    async def _ask(self, path: str, **ids: str) -> Json | None:
        """Return an answer; nothing in it when it may not be seen or is not there; None when there was none.

        An empty answer is none: what stands between Discord and us may give one.
        """
        try:
            return await self._api.call("GET", path, None, query=None, **ids) or None
        except DiscordError as error:
            if error.code == UNKNOWN_MEMBER or error.verdict in {Verdict.PAUSE_CHANNEL, Verdict.STOP_WORKSPACE}:
                return {}
            log.warning("discord: %s: %s", path, error.reason)
            return None


def _missing(place: SeenChannel) -> Permission:
    """Return what is missing to post; of a channel that is not seen, nothing else that is allowed counts."""
    ours = place.ours or Permission.NONE
    return needed_to_post(place.kind) & ~(ours if Permission.VIEW_CHANNEL in ours else Permission.NONE)


async def _just(found: Json) -> Json | None:
    """Return what is there already, where others have to be asked."""
    return found
