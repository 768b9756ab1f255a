"""Knows the names of people and channels, where we may post, and who manages a channel.

Most of it needs no question. An interaction names its channel, our permissions there and the person's; the gateway's
client knows every channel of its servers. We ask Discord's REST API about the rest: in processes without a gateway,
about people who have done nothing yet, and about a person's permissions in another channel.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, Protocol

from adapters.discord.client import DiscordApi
from adapters.discord.errors import UNKNOWN_CHANNEL, UNKNOWN_MEMBER, DiscordError
from adapters.discord.interactions import Here, SeenChannel, is_locked, name_of
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
from adapters.memory import Allowance, Memory
from bot.commands.request import Requester
from bot.errors import RefusedError, Verdict
from bot.model.channel import Channel
from bot.ports import Clock

log = logging.getLogger(__name__)

Json = Any

NAMES_LAST: Final = timedelta(hours=1)
"""How long a name is remembered."""

RIGHTS_LAST: Final = timedelta(minutes=1)
"""How long permissions and roles are remembered: long enough for the command that they came with."""

MOST_REMEMBERED: Final = 10_000
"""Most names, channels, members' roles and managers that are remembered, of each."""

NAMED_WITHIN: Final = timedelta(seconds=3)
"""How long an answer waits for names; after that it shows ids."""

DELETED_ROLE: Final = "deleted-role"
"""How Discord itself shows a role that was deleted."""

NAMES_ASKED: Final = 20
"""Most names that are asked for one server within `NAMES_ASKED_WITHIN`; more are shown by their ids.

Whoever types made-up ids has the answer name them. Each costs a request of those that all servers share, and that of
a channel which we may not see counts towards the 10,000 for which Discord shuts out our address.
"""

NAMES_ASKED_WITHIN: Final = timedelta(minutes=1)

_CHANNEL: Final = "/channels/{channel_id}"
_GUILD: Final = "/guilds/{guild_id}"
_MEMBER: Final = "/guilds/{guild_id}/members/{user_id}"
_ROLES: Final = "/guilds/{guild_id}/roles"

_HOW: Final = "Whoever manages the channel allows it (Edit Channel, Permissions); then run the command again."


class Hearing(Protocol):
    """The gateway's client, which knows the channels of its servers."""

    def channel(self, guild_id: str, channel_id: str) -> SeenChannel | None:
        """Return a channel or an active thread; None if the client does not know it."""

    def may(self, guild_id: str, channel_id: str, user: str, roles: Sequence[str]) -> Permission | None:
        """Return what a person with these roles may do in a channel; None if the client does not know."""


class Guilds:
    """What this process knows of servers without asking; nothing while it has no gateway (`heard_by` is None)."""

    def __init__(self) -> None:
        self.heard_by: Hearing | None = None

    def channel(self, guild_id: str, channel_id: str) -> SeenChannel | None:
        """Return a channel or an active thread; None if it is not known."""
        return self.heard_by.channel(guild_id, channel_id) if self.heard_by is not None else None

    def may(self, guild_id: str, channel_id: str, user: str, roles: Sequence[str]) -> Permission | None:
        """Return what a person with these roles may do in a channel; None if it is not known."""
        return self.heard_by.may(guild_id, channel_id, user, roles) if self.heard_by is not None else None


class Members:
    """Remembers what Discord has told of people and channels, and asks for what is missing."""

    def __init__(self, api: DiscordApi, clock: Clock) -> None:
        self._api = api
        self.guilds = Guilds()
        self._names: Memory[tuple[str, str], str] = Memory(clock.wall, NAMES_LAST, MOST_REMEMBERED)
        self._places: Memory[tuple[str, str], SeenChannel] = Memory(clock.wall, RIGHTS_LAST, MOST_REMEMBERED)
        self._roles: Memory[tuple[str, str], tuple[str, ...]] = Memory(clock.wall, RIGHTS_LAST, MOST_REMEMBERED)
        self._managers: Memory[tuple[Channel, str], bool] = Memory(clock.wall, RIGHTS_LAST, MOST_REMEMBERED)
        self._asking: Allowance[str] = Allowance(clock.wall, NAMES_ASKED, NAMES_ASKED_WITHIN, MOST_REMEMBERED)

    def note(self, here: Here, target: SeenChannel | None = None) -> None:
        """Remember what an interaction says of people, its channel, and the channel that an option names (`target`)."""
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

    # --- rights ------------------------------------------------------------------------------------------------------

    async def check(self, channel: Channel) -> None:
        """Check that we may post in a channel. A Discord that does not answer counts as yes: the first post will show.

        Raises:
            RefusedError: we may not; it names the missing permissions and who can grant them.
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
        if _is_shut(place):
            self._places.forget((channel.workspace, channel.id))
            raise RefusedError(
                f"{name} is locked.", hint="Whoever manages threads unlocks it; then run the command again."
            )

    async def can_post(self, channel: Channel) -> bool:
        """Say whether we may certainly post in a channel, by asking anew; False if Discord does not answer."""
        self._places.forget((channel.workspace, channel.id))
        place = await self._place(channel)
        if place is None or place.ours is None or place.kind == CATEGORY:
            return False
        return not (_missing(place) or _is_shut(place))

    async def _place(self, channel: Channel) -> SeenChannel | None:
        """Return a channel with our permissions in it; None when Discord does not answer."""
        guild_id, channel_id = channel.workspace, channel.id
        if known := self._places.recall((guild_id, channel_id)):
            return known
        if seen := self.guilds.channel(guild_id, channel_id):
            return seen
        try:
            me = await self._api.myself()
        except DiscordError as error:
            log.warning("discord: the bot's own id is unknown (%s), so permissions are not checked", error.reason)
            return None
        found = await self._asked(guild_id, channel_id, me)
        return None if found is None else replace(found[0], ours=found[1])

    async def manages(self, channel: Channel, user: str) -> bool:
        """Say whether a person manages a channel, also one where they have not typed anything.

        Raises:
            RefusedError: Discord does not answer.
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
        return self._managers.keep((channel, user), _is_seen(place, may) and is_manager(may))

    async def hidden_from(self, channels: frozenset[Channel], requester: Requester) -> frozenset[Channel]:
        """Return those channels that a person may not see, by what the gateway's client knows; asks nothing.

        A channel of which it knows nothing, such as a deleted one, is seen by those who manage the whole server.
        """
        return frozenset(each for each in channels if not self._sees(each, requester))

    def _sees(self, channel: Channel, requester: Requester) -> bool:
        roles = self._roles.recall((channel.workspace, requester.user))
        place = self.guilds.channel(channel.workspace, channel.id)
        if place is None:
            return requester.is_manager and requester.manages_all
        if roles is None:
            return False
        may = self.guilds.may(channel.workspace, channel.id, requester.user, roles)
        return may is not None and _is_seen(place, may)

    async def _asked(self, guild_id: str, channel_id: str, user: str) -> tuple[SeenChannel, Permission] | None:
        """Ask for a channel and a member's permissions in it; None when Discord does not answer."""
        found = await self._ask(_CHANNEL, channel_id=channel_id)
        if not found or found.get("guild_id") != guild_id:
            return None if found is None else (SeenChannel(id=channel_id), Permission.NONE)
        name, kind = found.get("name") or "", int(found["type"])
        place = SeenChannel(id=channel_id, name=name, kind=kind, is_locked=is_locked(found))
        guild, member, ruled_by = await asyncio.gather(
            self._ask(_GUILD, guild_id=guild_id),
            self._member(guild_id, user),
            self._ruled_by(found),
        )
        if guild is None or member is None or ruled_by is None:
            return None
        if not (guild and member and ruled_by):
            return place, Permission.NONE
        return place, granted(guild, member, ruled_by.get("permission_overwrites") or ())

    async def _ruled_by(self, channel: Json) -> Json | None:
        """Return the channel whose permissions count: a thread's parent, otherwise the channel itself."""
        if int(channel["type"]) in THREADS:
            return await self._ask(_CHANNEL, channel_id=channel["parent_id"])
        return channel

    async def _member(self, guild_id: str, user: str) -> Json | None:
        """Return a member with their roles; None when Discord does not answer."""
        roles = self._roles.recall((guild_id, user))
        if roles is not None:
            return {"user": {"id": user}, "roles": roles}
        return await self._ask(_MEMBER, guild_id=guild_id, user_id=user)

    # --- what is gone ------------------------------------------------------------------------------------------------

    async def is_out(self, guild_id: str) -> bool:
        """Say whether we have certainly left a server; False if Discord does not answer."""
        return await self._ask(_GUILD, guild_id=guild_id) == {}

    async def is_gone(self, channel: Channel) -> bool:
        """Say whether a channel was certainly deleted, or is another server's; False if Discord does not answer."""
        try:
            found = await self._api.call("GET", _CHANNEL, channel_id=channel.id)
        except DiscordError as error:
            return error.code == UNKNOWN_CHANNEL
        return bool(found) and found.get("guild_id") not in {None, channel.workspace}

    # --- names -------------------------------------------------------------------------------------------------------

    async def names(self, guild_id: str, people: frozenset[str], places: frozenset[str]) -> Mapping[str, str]:
        """Return names by id, for those that are known or that Discord tells within `NAMED_WITHIN`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(NAMED_WITHIN.total_seconds()):
                await asyncio.gather(
                    *(self._learn_person(guild_id, each) for each in people if self._is_to_be_asked(guild_id, each)),
                    *(self._learn_place(guild_id, each) for each in places if self._is_to_be_asked(guild_id, each)),
                )
        known = {each: self._name(guild_id, each) for each in people | places}
        return {each: name for each, name in known.items() if name}

    def _is_to_be_asked(self, guild_id: str, thing: str) -> bool:
        return self._name(guild_id, thing) is None and self._asking.take(guild_id)

    def _name(self, guild_id: str, thing: str) -> str | None:
        """Return the name of a person, role or channel; empty if Discord told none, None if we have not asked yet."""
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

    # --- asking ------------------------------------------------------------------------------------------------------

    async def _ask(self, path: str, **ids: str) -> Json | None:
        """Return Discord's answer; {} if the thing does not exist or we may not see it; None without an answer.

        An empty answer counts as none, since a proxy may give one.
        """
        try:
            return await self._api.call("GET", path, None, query=None, **ids) or None
        except DiscordError as error:
            if error.code == UNKNOWN_MEMBER or error.verdict in {Verdict.PAUSE_CHANNEL, Verdict.STOP_WORKSPACE}:
                return {}
            log.warning(
                "discord: GET %s failed (%s); until it works, names may show as ids and some rights stay unknown",
                path,
                error.reason,
            )
            return None


def _missing(place: SeenChannel) -> Permission:
    """Return the permissions that we lack to post; without View Channel, all others count as lacking, too."""
    ours = place.ours or Permission.NONE
    return needed_to_post(place.kind) & ~(ours if Permission.VIEW_CHANNEL in ours else Permission.NONE)


def _is_shut(place: SeenChannel) -> bool:
    """Say whether a thread is locked for us; whoever manages threads may write there all the same."""
    return place.is_locked and Permission.MANAGE_THREADS not in (place.ours or Permission.NONE)


def _is_seen(place: SeenChannel, may: Permission) -> bool:
    """Say whether these permissions show a channel; a private thread, whose members are unknown, to who sees all."""
    return Permission.VIEW_CHANNEL in may and (place.kind != PRIVATE_THREAD or Permission.MANAGE_THREADS in may)
