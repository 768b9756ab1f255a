"""Asks Discord about the token, the bot, its gateway sessions and its permissions: for `paperround doctor`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.errors import UNKNOWN_CHANNEL, DiscordError
from adapters.discord.interactions import is_locked
from adapters.discord.permissions import THREADS, Permission, granted, needed_in
from bot.errors import Verdict

Json = Any

PRIVILEGED: Final = {
    "Presence": 1 << 12 | 1 << 13,
    "Server Members": 1 << 14 | 1 << 15,
    "Message Content": 1 << 18 | 1 << 19,
}
"""Privileged intents, which let a bot read more than we need, and the application's flags that show each.

Source: https://docs.discord.com/developers/resources/application#application-object-application-flags
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A bot and its application.

    `guilds` is about how many servers have it; `intents` are privileged ones that are switched on; `answered_at` is an
    address that gets all interactions, so that the gateway gets none; `needs_code` says that a plain link cannot
    invite it.
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
    """The gateway's limits: recommended shards, sessions left today of a total, and in how long all are back.

    `left` is None if a proxy does not pass it on.
    """

    shards: int = 1
    left: int | None = None
    total: int = 0
    again: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the bot lacks in a channel, that it is a thread locked for us, or gone; `name` is for people."""

    name: str
    missing: Permission = Permission.NONE
    is_shut: bool = False
    is_gone: bool = False


async def who(api: DiscordApi) -> Bot:
    """Return the bot that the token belongs to.

    Raises:
        DiscordError: Discord refuses the token, or cannot be reached.
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
    """Return the gateway's limits, without connecting to it.

    Raises:
        DiscordError: Discord refuses to tell, or cannot be reached.
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
    """Return what the bot lacks in these channels of a server; None if it is not in the server.

    Raises:
        DiscordError: Discord refuses to tell for another reason, or cannot be reached.
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
    return Standing(
        name=f"#{found['name']} of {guild['name']}",
        missing=needed_in(found["type"]) & ~may,
        is_shut=is_locked(found) and Permission.MANAGE_THREADS not in may,
    )
