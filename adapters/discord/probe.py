"""Asks Discord whose a token is, what the bot may do, and in which channels: for `doctor`. It changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.errors import UNKNOWN_CHANNEL, DiscordError
from adapters.discord.permissions import THREADS, Permission, granted, needed_in
from bot.errors import Verdict

Json = Any

PRIVILEGED: Final = {
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}
"""Intents that a server's people would have to trust us with, by the flags of an application that has them.

Source: https://docs.discord.com/developers/resources/application#application-object-application-flags
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot and its application: what it is called, where it is, and what its owner has set.

    `answered_at` is an address that gets all interactions in place of the gateway; `needs_code` says that no plain
    link lets it in.
    """

    user: str
    name: str
    application: str
    guilds: int
    intents: tuple[str, ...]
    answered_at: str
    needs_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """How many connections Discord recommends, how many may be begun, and when all may be again.

    `left` is None where whoever stands between Discord and us does not say.
    """

    shards: int = 1
    left: int | None = None
    total: int = 0
    again: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the bot stands in a channel: what is missing there, or that it is gone."""

    name: str
    missing: Permission = Permission.NONE
    is_gone: bool = False


async def who(api: DiscordApi) -> Bot:
    """Return whose the token is.

    Raises:
        DiscordError: Discord refuses it, or cannot be reached.
    """
    user = await api.call("GET", "/users/@me")
    application = await _application(api)
    flags = int(application.get("flags") or 0)
    return Bot(
        user=user["id"],
        name=user["username"],
        application=application["id"],
        guilds=int(application.get("approximate_guild_count") or 0),
        intents=tuple(name for name, bits in PRIVILEGED.items() if flags & bits),
        answered_at=application.get("interactions_endpoint_url") or "",
        needs_code=bool(application.get("bot_require_code_grant")),
    )


async def _application(api: DiscordApi) -> Json:
    try:
        return await api.call("GET", "/applications/@me")
    except DiscordError as error:
        if error.is_unrouted:  # a proxy may let through only the older name, which libraries use
            return await api.call("GET", "/oauth2/applications/@me")
        raise


async def sessions(api: DiscordApi) -> Sessions:
    """Return how many connections to the gateway may be begun; none is.

    Raises:
        DiscordError: Discord refuses to say, or cannot be reached.
    """
    try:
        answer = await api.call("GET", "/gateway/bot")
    except DiscordError as error:
        if error.is_unrouted:
            return Sessions()
        raise
    limit = answer.get("session_start_limit") or {}
    return Sessions(
        shards=answer.get("shards") or 1,
        left=limit.get("remaining"),
        total=limit.get("total") or 0,
        again=timedelta(milliseconds=limit.get("reset_after") or 0),
    )


async def standings(api: DiscordApi, bot: Bot, guild_id: str, channels: Iterable[str]) -> list[Standing] | None:
    """Return what is missing in channels of a server; None when the bot is not in it.

    Raises:
        DiscordError: Discord refuses to say for another reason, or cannot be reached.
    """
    try:
        guild = await api.call("GET", "/guilds/{guild_id}", guild_id=guild_id)
        there = await api.call("GET", "/guilds/{guild_id}/channels", guild_id=guild_id)
        member = await api.call("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=bot.user)
    except DiscordError as error:
        if error.verdict in {Verdict.PAUSE_CHANNEL, Verdict.STOP_WORKSPACE}:
            return None
        raise
    known = {each["id"]: each for each in there}
    return [await _standing(api, guild, known, member, channel) for channel in channels]


async def _standing(api: DiscordApi, guild: Json, known: Mapping[str, Json], member: Json, channel: str) -> Standing:
    found = known.get(channel)
    if found is None:  # a thread is not listed with the channels
        try:
            found = await api.call("GET", "/channels/{channel_id}", channel_id=channel)
        except DiscordError as error:
            if error.verdict is not Verdict.PAUSE_CHANNEL:
                raise
            is_gone = error.code == UNKNOWN_CHANNEL
            missing = Permission.NONE if is_gone else Permission.VIEW_CHANNEL
            return Standing(name=f"channel {channel} of {guild['name']}", missing=missing, is_gone=is_gone)
    ruled_by = known.get(found.get("parent_id") or "", {}) if found["type"] in THREADS else found
    may = granted(guild, member, ruled_by.get("permission_overwrites", ()))
    return Standing(name=f"#{found['name']} of {guild['name']}", missing=needed_in(found["type"]) & ~may)
