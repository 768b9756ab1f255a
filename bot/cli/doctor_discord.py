"""What `doctor` asks of Discord: the token, the application, the gateway, the commands, the channels."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from adapters.discord.client import DiscordApi
from adapters.discord.invite import LEAST, invite_link
from adapters.discord.permissions import Permission
from adapters.discord.probe import Bot, Standing, sessions, standings, who
from adapters.discord.syncing import is_in_sync
from adapters.sql.store import open_store
from bot.cli.checking import Check, Unpaced
from bot.errors import DeliveryError, StoreError
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from bot.ports import Clock
from bot.settings import Settings

ASKED_ABOUT: Final = 100
"""Channels that are looked at: enough to see what is wrong with all of them, and done in seconds."""

SETTING: Final = "DISCORD_BOT_TOKEN"

_REACH: Final = "Let this machine reach it (a proxy is named by HTTPS_PROXY), or correct PAPERROUND_DISCORD__API_URL."
_FIX_BOT: Final = (
    "Make a new token (Bot, Reset Token on the page of the application), and set DISCORD_BOT_TOKEN to what it shows."
)
_FIX_ENDPOINT: Final = (
    "Empty Interactions Endpoint URL (General Information on the page of the application): while it is set, commands "
    "go there and never here."
)
_FIX_CODE: Final = "Turn Requires OAuth2 Code Grant off (Bot on the page of the application), or no link lets it in."
_FIX_SESSIONS: Final = "Find out from the log what connects so often: Discord withdraws a token that is used up."


async def discord_checks(
    settings: Settings, clock: Clock, token: Secret, *, at_most: int = ASKED_ABOUT
) -> AsyncIterator[Check]:
    """Yield every check of a Discord that is configured; `at_most` so many channels are looked at."""
    api = DiscordApi(token, Unpaced(), clock, settings.discord.api_url)
    try:
        bot = await who(api)
        for check in _application(bot):
            yield check
        yield await _gateway(api, settings.discord.gateway_url)
        yield await _commands(api, bot)
        async for check in _channels(api, bot, settings, at_most):
            yield check
    except DeliveryError as error:
        fix = _FIX_BOT if SETTING in error.reason else _REACH
        yield Check(name="discord", found=error.reason, fix=fix)
    finally:
        await api.close()


def _application(bot: Bot) -> Iterator[Check]:
    yield Check(name="discord token", found=f"belongs to the bot {bot.name} ({bot.user})")
    spare = f"; on all the same: {', '.join(bot.intents)}" if bot.intents else ""
    yield Check(name="discord intents", found=f"no privileged one is needed{spare}")
    if bot.answered_at:
        yield Check(name="discord interactions", found="are sent to an address over HTTP", fix=_FIX_ENDPOINT)
    known = f"it is in {bot.guilds:,} {'server' if bot.guilds == 1 else 'servers'}"
    fix = _FIX_CODE if bot.needs_code else ""
    yield Check(name="discord invite", found=f"{known}; this link lets it in: {invite_link(bot.application)}", fix=fix)


async def _gateway(api: DiscordApi, named: str) -> Check:
    """Ask what a connection would take, and open none."""
    able = await sessions(api)
    place = f" at {named}" if named else ""
    count = f"{able.shards} {'connection' if able.shards == 1 else 'connections'}"
    if able.left is None:
        return Check(name="discord gateway", found=f"{count}{place}; how many are left today is not said")
    found = f"Discord recommends {count}{place}; {able.left:,} of {able.total:,} are left today"
    fix = "" if able.left >= able.shards else f"Wait {_hours(able.again)}. {_FIX_SESSIONS}"
    return Check(name="discord gateway", found=found, fix=fix)


def _hours(time: timedelta) -> str:
    hours, minutes = divmod(round(time.total_seconds() / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


async def _commands(api: DiscordApi, bot: Bot) -> Check:
    if await is_in_sync(api, bot.application):
        return Check(name="discord commands", found="are those of this version")
    return Check(
        name="discord commands", found="are not those of this version; `paperround run` puts them right at its start"
    )


async def _channels(api: DiscordApi, bot: Bot, settings: Settings, at_most: int) -> AsyncIterator[Check]:
    """Look at the subscribed channels, server by server."""
    try:
        async with open_store(settings.database_url.get_secret_value()) as store:
            schedules = await store.subscriptions.schedules()
    except StoreError:
        return  # what is wrong with the database is said where it is looked at
    channels = [each.channel for each in schedules if each.channel.platform is Platform.DISCORD]
    channels = [each for each in channels if not each.is_personal]
    well = away = gone = 0
    for guild, there in _by_guild(channels[:at_most]).items():
        found = await standings(api, bot, guild, there)
        if found is None:
            away += len(there)
            continue
        for standing in found:
            if standing.missing:
                yield _lacking(standing)
            elif standing.is_shut:
                fix = "Whoever manages threads unlocks it, or lets the bot manage threads."
                yield Check(name=f"discord {standing.name}", found="the thread is locked", fix=fix)
            else:
                gone += standing.is_gone
                well += not standing.is_gone
    said = [f"{well:,} of {min(len(channels), at_most):,} subscribed channels have all they need"]
    said += [f"{away:,} are in servers that the bot is not in"] if away else []
    said += [f"{gone:,} are gone"] if gone else []
    said += [f"{len(channels) - at_most:,} more were not looked at"] if len(channels) > at_most else []
    yield Check(name="discord channels", found="; ".join(said))


def _by_guild(channels: Sequence[Channel]) -> Mapping[str, list[str]]:
    guilds = defaultdict(list)
    for channel in channels:
        guilds[channel.workspace].append(channel.id)
    return guilds


def _lacking(standing: Standing) -> Check:
    missing = [each for each in Permission if each in standing.missing]
    found = ", ".join(f"{each.words} ({LEAST[each]})" for each in missing)
    allow = ", ".join(each.words for each in missing)
    fix = f"Edit Channel, Permissions: add the bot or its role, and allow {allow}."
    return Check(name=f"discord {standing.name}", found=f"the bot lacks {found}", fix=fix)
