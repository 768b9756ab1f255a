"""Asks Slack about people (name, time zone, rights) and channels (name, creator, whether we may post, who sees them).

Administrators and owners of a workspace manage every channel of it, but are listed no private one that they are not in;
whoever created a channel manages that one. While Slack does not answer, nobody is a manager, and commands that need no
manager go on working.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.memory import Allowance, Memory
from adapters.slack.client import SlackApi
from adapters.slack.interactions import Here
from adapters.slack.manifest import BOT_NAME
from adapters.slack.names import Tenant, tenant_of
from adapters.slack.tokens import installation_in
from bot.commands.request import Requester
from bot.errors import DeliveryError, RefusedError, Verdict
from bot.model.channel import Channel
from bot.model.installation import Secret
from bot.ports import Clock, Installations

log = logging.getLogger(__name__)

REMEMBERED: Final = timedelta(minutes=5)
"""How long Slack's answers are reused. A person whose rights were taken away keeps them here for so long."""

ASKED_AGAIN_AFTER: Final = timedelta(seconds=5)
"""How long no further call of a method is tried after one failed: otherwise a command would wait for each in turn."""

MOST_REMEMBERED: Final = 10_000
"""Most people, and most channels, that are remembered at a time."""

NAMES_ASKED: Final = 20
"""Most names that are asked for one workspace within `NAMES_ASKED_WITHIN`; more are shown by their ids.

An answer repeats the ids that were typed. Made-up ones would use up what Slack allows of calls in a minute, and until
it answers again nobody counts as a manager.
"""

NAMES_ASKED_WITHIN: Final = timedelta(minutes=1)

CHANNELS_LAST: Final = timedelta(minutes=1)
"""How long it is remembered in which channels somebody is. Who left a private one is told of it for so long."""

MOST_LISTS: Final = 1_000
"""Most people of whom that is remembered."""

PAGE: Final = 200
"""How many channels one call asks for: the most that Slack recommends, which takes 999."""

MOST_PAGES: Final = 10
"""Most calls for one list. What would follow counts as unknown."""

LISTED_WITHIN: Final = timedelta(seconds=10)
"""How long all calls for one list may take."""

_PRIVATE: Final = "private_channel"
_ANY: Final = f"public_channel,{_PRIVATE}"
"""Types of channels, as `users.conversations` takes them.

Source: https://docs.slack.dev/reference/methods/users.conversations
"""

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What Slack says of a person; `zone` is an IANA name, empty if unknown to this machine.

    `is_guest`: sees only the channels that they are in, as do people of another workspace, and whom we cannot see.
    """

    name: str = ""
    zone: str = ""
    is_admin: bool = False
    is_guest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What Slack says of a channel. `is_ours`: we are a member and may post. One that we cannot see is private."""

    name: str = ""
    creator: str = ""
    is_ours: bool = False
    is_private: bool = True


class Members:
    """Looks up people and channels of any workspace, and remembers them for `REMEMBERED`."""

    def __init__(self, api: SlackApi, installations: Installations, clock: Clock) -> None:
        self._api = api
        self._installations = installations
        self._clock = clock
        self._silent_until: dict[tuple[str, str], datetime] = {}
        self._people: Memory[tuple[str, str], Person] = Memory(clock.wall, REMEMBERED, MOST_REMEMBERED)
        self._places: Memory[tuple[str, str], Place] = Memory(clock.wall, REMEMBERED, MOST_REMEMBERED)
        self._lists: Memory[tuple[str, str, str], Mapping[str, bool]] = Memory(clock.wall, CHANNELS_LAST, MOST_LISTS)
        self._teams: Memory[tuple[str, str], str] = Memory(clock.wall, CHANNELS_LAST, MOST_REMEMBERED)
        self._names: Allowance[str] = Allowance(clock.wall, NAMES_ASKED, NAMES_ASKED_WITHIN, MOST_REMEMBERED)

    async def token(self, workspace: str) -> Secret:
        """Return the token of a workspace.

        Raises:
            DeliveryError: the workspace has not installed the app, or its token cannot be read or checked now.
        """
        return (await installation_in(self._installations, workspace)).token

    async def requester(self, here: Here) -> Requester:
        """Return who typed or pressed something, with their rights there: none while Slack does not answer."""
        channel = here.channel
        self._teams.keep((here.workspace, here.user), here.team)
        found, seen = await asyncio.gather(self._person(here.workspace, here.user), self._place_of(here))
        person, place = found or Person(), seen or Place()
        return Requester(
            channel=channel,
            user=here.user,
            is_manager=person.is_admin or place.creator == here.user,
            manages_all=person.is_admin,
            zone=person.zone,
            name=person.name,
        )

    async def check(self, channel: Channel) -> None:
        """Check that we can post in a channel. A Slack that does not answer counts as yes: the first post will show.

        Raises:
            RefusedError: we cannot; its hint says how to invite or install us.
        """
        await self._check_workspace(channel.workspace)
        if channel.is_personal:
            return
        place = await self._place(channel.workspace, channel.id)
        if place is not None and not place.is_ours:
            self.forget(channel.workspace, channel.id)
            name = f"#{place.name or channel.id}"
            raise RefusedError(
                f"I can't post in {name}.", hint=f"Invite me with `/invite @{BOT_NAME}`, then run the command again."
            )

    async def _check_workspace(self, workspace: str) -> None:
        """Refuse a workspace that has not installed us; one whose token only cannot be read now passes."""
        try:
            await self.token(workspace)
        except DeliveryError as error:
            if error.verdict is Verdict.STOP_WORKSPACE:
                raise RefusedError(
                    "I can't post in this workspace: I am not installed in it.",
                    hint="Whoever runs me installs me here; then run the command again.",
                ) from error

    async def is_ours(self, channel: Channel) -> bool | None:
        """Say whether we are in a channel, by asking anew; None when Slack does not answer."""
        self.forget(channel.workspace, channel.id)
        place = await self._place(channel.workspace, channel.id)
        return None if place is None else place.is_ours

    async def names(self, here: Here, people: frozenset[str], places: frozenset[str]) -> Mapping[str, str]:
        """Return names by id, for those people and channels that Slack tells the name of.

        A private channel is named in that channel, and to whom it was just listed: an answer repeats what was typed, so
        anybody could have the name for the id.
        """
        persons = [each for each in sorted(people) if self._may_be_asked(self._people, here.workspace, each)]
        channels = [each for each in sorted(places) if self._may_be_asked(self._places, here.workspace, each)]
        listed = self._lists.recall((here.workspace, self._team_of(here.workspace, here.user), here.user)) or {}
        found = await asyncio.gather(
            *(self._person(here.workspace, each) for each in persons),
            *(self._place(here.workspace, each) for each in channels),
        )
        by_id = zip((*persons, *channels), found, strict=True)
        known = {each: one for each, one in by_id if one is not None and one.name}
        return {
            each: one.name
            for each, one in known.items()
            if isinstance(one, Person) or not one.is_private or each == here.channel_id or each in listed
        }

    def _may_be_asked(self, memory: Memory[tuple[str, str], Any], workspace: str, each: str) -> bool:
        """Say whether a name is known, or there may be one more question for it."""
        return memory.recall((workspace, each)) is not None or self._names.take(workspace)

    async def hidden_from(self, channels: frozenset[Channel], requester: Requester) -> frozenset[Channel]:
        """Return those of these channels that a person may not see.

        Public channels are seen by everybody but guests, private ones by their members: by nobody while Slack does not
        tell who those are. Whoever Slack does not tell of may be a guest. Of a channel that we are not in any more,
        Slack tells us only if it is public.

        Raises:
            RefusedError: Slack does not tell which channels are public, or which a guest is in.
        """
        workspace, user = requester.channel.workspace, requester.user
        person = await self._person(workspace, user)
        if person is None or person.is_guest:
            theirs = await self._list(workspace, user, of=user, types=_ANY)
            return frozenset(each for each in channels if each.id not in _told(theirs))
        theirs, found = await asyncio.gather(
            self._list(workspace, user, of=user, types=_PRIVATE), self._list(workspace, user, of="", types=_ANY)
        )
        ours = _told(found)
        unknown = frozenset(each for each in channels if each.id not in ours)
        public = {each for each in channels - unknown if not ours[each.id]} | await self._public_among(unknown)
        return frozenset(each for each in channels - public if each.id not in (theirs or {}))

    async def _public_among(self, channels: frozenset[Channel]) -> frozenset[Channel]:
        """Return those channels that Slack says are public, which everybody sees in a workspace of its own."""
        asked = [
            each
            for each in sorted(channels, key=str)
            if not tenant_of(each.workspace).is_enterprise_install
            and self._may_be_asked(self._places, each.workspace, each.id)
        ]
        found = await asyncio.gather(*(self._place(each.workspace, each.id) for each in asked))
        return frozenset(each for each, place in zip(asked, found, strict=True) if place and not place.is_private)

    async def _list(self, workspace: str, asker: str, *, of: str, types: str) -> Mapping[str, bool] | None:
        """Return the channels of somebody, or (`of` empty) ours, by id, and whether each is private; None if not told.

        Slack tells of private channels only if we are in them, too. Where a whole organisation installed us, it tells
        those of one workspace: the one in which `asker` typed.
        """
        team = self._team_of(workspace, asker)
        if (known := self._lists.recall((workspace, team, of))) is not None:
            return known
        query = {
            "types": types,
            "limit": str(PAGE),
            **({"user": of} if of else {}),
            **({"team_id": team} if team else {}),
        }
        found: dict[str, Place] = {}
        try:
            async with asyncio.timeout(LISTED_WITHIN.total_seconds()):
                for _ in range(MOST_PAGES):
                    answer = await self._ask(workspace, "users.conversations", query)
                    if answer is None:
                        return None
                    found |= {each["id"]: place_of(each) for each in answer.get("channels") or ()}
                    query["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
                    if not query["cursor"]:
                        break
        except TimeoutError:
            log.warning("slack:%s: the list of channels took too long, and was not used", workspace)
            return None
        return self._lists.keep((workspace, team, of), {each: place.is_private for each, place in found.items()})

    def _team_of(self, workspace: str, user: str) -> str:
        """Return the id of the workspace of an organisation where somebody typed last; empty outside of such."""
        if not tenant_of(workspace).is_enterprise_install:
            return ""
        return self._teams.recall((workspace, user)) or ""

    def forget(self, workspace: str, channel_id: str) -> None:
        """Forget a channel, so that the next question goes to Slack: it was renamed, or we joined or left."""
        self._places.forget((workspace, channel_id))

    async def _person(self, workspace: str, user: str) -> Person | None:
        """Return what is known of a person; None when Slack does not answer."""
        if known := self._people.recall((workspace, user)):
            return known
        answer = await self._ask(workspace, "users.info", {"user": user})
        if answer is None:
            return None
        return self._people.keep((workspace, user), person_of(answer.get("user") or {}, tenant_of(workspace)))

    async def _place_of(self, here: Here) -> Place | None:
        """Return the channel where somebody did something; None for a person's own channel, which nobody created."""
        return None if here.channel.is_personal else await self._place(here.workspace, here.channel_id)

    async def _place(self, workspace: str, channel_id: str) -> Place | None:
        """Return what is known of a channel; None when Slack does not answer."""
        if known := self._places.recall((workspace, channel_id)):
            return known
        answer = await self._ask(workspace, "conversations.info", {"channel": channel_id})
        if answer is None:
            return None
        channel = answer.get("channel")
        return self._places.keep((workspace, channel_id), place_of(channel) if channel else Place())

    async def _ask(self, workspace: str, method: str, query: Mapping[str, str]) -> Mapping[str, Json] | None:
        """Call a reading method; return {} for a channel or person that we cannot see, None on failure."""
        silent_until = self._silent_until.get((workspace, method))
        if silent_until and self._clock.wall() < silent_until:
            return None
        try:
            return await self._api.read(await self.token(workspace), method, query)
        except DeliveryError as error:
            if error.verdict is Verdict.PAUSE_CHANNEL:
                return {}
            self._silent_until[workspace, method] = self._clock.wall() + (error.retry_after or ASKED_AGAIN_AFTER)
            log.warning(
                "slack:%s: %s failed (%s); until it works, names show as ids, lists lack channels, nobody manages",
                workspace,
                method,
                error.reason,
            )
            return None


def person_of(user: Mapping[str, Json], tenant: Tenant) -> Person:
    """Read a `user` object of Slack's. Guests of a shared channel are administrators elsewhere, so never here."""
    profile = user.get("profile") or {}
    if tenant.is_enterprise_install:
        is_here = (user.get("enterprise_user") or {}).get("enterprise_id") == tenant.enterprise_id
    else:
        is_here = user.get("team_id") in {None, "", tenant.team_id}
    return Person(
        name=profile.get("display_name") or profile.get("real_name") or user.get("name") or "",
        zone=_known(user.get("tz") or ""),
        is_admin=is_here and not user.get("deleted") and bool(user.get("is_admin") or user.get("is_owner")),
        is_guest=not (user and is_here) or bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
    )


def _known(zone: str) -> str:
    """Return an IANA zone if this machine knows it, else an empty text."""
    try:
        # Not by `available_timezones`, which reads the whole list from the disk every time.
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return ""
    return zone


def place_of(channel: Mapping[str, Json]) -> Place:
    """Read a `channel` object of Slack's; it is ours unless Slack says that we are no member or that it is archived."""
    is_ours = bool(channel.get("is_member", True)) and not channel.get("is_archived")
    return Place(
        name=channel.get("name") or "",
        creator=channel.get("creator") or "",
        is_ours=is_ours,
        is_private=bool(channel.get("is_private")),
    )


def _told(found: Mapping[str, bool] | None) -> Mapping[str, bool]:
    """Return a list of channels.

    Raises:
        RefusedError: Slack did not give it.
    """
    if found is None:
        raise RefusedError(
            "Slack did not tell me which channels you may see.",
            hint="Try again in a minute; `/papers list` shows the subscriptions of this channel.",
        )
    return found
