"""Comings and goings on Discord: greeted once, paused with the reason, resumed, looked back at after a while away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from bot.model.channel import Channel, Platform
from bot.model.delivery import Kind
from bot.model.subscription import Pause, PauseReason
from tests.builders import NOW
from tests.delivering import noticed, why_paused
from tests.fakes import discord_guilds
from tests.fakes.discord import BOT
from tests.fakes.discord_gateway import TalkingDiscord
from tests.integration.discord.talking import (
    ANA,
    AWAY,
    BO,
    HERE,
    KETTLES,
    MANAGERS,
    POT,
    SECRET,
    STOVES,
    TEA,
    TEA_CHANNEL,
    Talk,
    listening,
    talk,
)

Json = Any

NEW, FIRST, SECOND = "100000000000000003", "200000000000000031", "200000000000000032"


@pytest.fixture
async def discord_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url) as begun:
        await begun.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
        yield begun


async def heard(discord_talk: Talk) -> None:
    """Wait until the gateway has done with all that happened."""
    await discord_talk.person(BO, STOVES).types("help")
    await discord_talk.settled()


def channel(channel_id: str, server: str = HERE) -> Channel:
    return Channel(Platform.DISCORD, server, channel_id)


async def lose(discord_talk: Talk, where: Channel = TEA_CHANNEL) -> None:
    """Let a channel be lost, as a post that is refused loses it."""
    pause = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="I cannot see the channel (50001)")
    assert await discord_talk.store.subscriptions.pause(where, pause)


# --- into a server ----------------------------------------------------------------------------------------------------


def let_in(discord: TalkingDiscord, *, system: str = "", **told: bool) -> None:
    """Let a third server take us in, with two channels; `told` is what is said of it beside that."""
    guild = discord_guilds.Guild(id=NEW, name="New", owner="1", members={BOT: []})
    guild.add_role(NEW, "@everyone", discord_guilds.USUAL)
    discord.guilds[NEW] = guild
    for each in (FIRST, SECOND):
        discord.places[each] = discord_guilds.Place(id=each, guild=NEW, kind=discord_guilds.Kind.TEXT, name="a")
    discord.system_channels[NEW] = system
    discord.tell("GUILD_CREATE", {"id": NEW, **told})


@pytest.mark.parametrize("told", [{}, {"unavailable": False}])
async def test_a_server_is_greeted_once_where_it_greets_people(discord_talk: Talk, told: dict[str, bool]) -> None:
    await discord_talk.known()
    for _ in range(2):
        let_in(discord_talk.discord, system=SECOND, **told)
        await heard(discord_talk)
    assert await noticed(discord_talk.store, Kind.GREETING) == [channel(SECOND, NEW)]


async def test_a_server_that_greets_nobody_is_greeted_in_its_first_channel_that_may_be_written_to(
    discord_talk: Talk,
) -> None:
    let_in(discord_talk.discord)
    discord_talk.discord.deny(FIRST, send_messages=True)
    let_in(discord_talk.discord)
    await heard(discord_talk)
    assert channel(SECOND, NEW) in await noticed(discord_talk.store, Kind.GREETING)


async def test_a_server_that_was_there_before_the_connection_is_not_greeted(discord_talk: Talk) -> None:
    await heard(discord_talk)
    assert await noticed(discord_talk.store, Kind.GREETING) == []


# --- lost -------------------------------------------------------------------------------------------------------------


async def test_a_channel_that_is_deleted_is_paused_and_told_to_who_subscribed_it(discord_talk: Talk) -> None:
    discord_talk.discord.remove_channel(TEA)
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == "the channel was deleted"
    assert await noticed(discord_talk.store, Kind.PAUSED) == [channel(f"@{ANA}")]


async def test_a_thread_that_is_deleted_is_lost_alone(discord_talk: Talk) -> None:
    await discord_talk.ana.types("subscribe", query="kettles", in_=POT, tz="UTC")
    discord_talk.discord.remove_channel(POT)
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, channel(POT)) == "the channel was deleted"
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == ""


async def test_two_processes_that_hear_it_tell_it_once(discord_talk: Talk) -> None:
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as another:
        await another.connect()
        discord_talk.discord.remove_channel(TEA)
        await heard(discord_talk)
        await another.settled()
    assert await noticed(discord_talk.store, Kind.PAUSED) == [channel(f"@{ANA}")]


@pytest.mark.parametrize("told", [{}, {"unavailable": False}])
async def test_a_server_that_removes_us_is_paused_and_goes_on_when_it_lets_us_in_again(
    discord_talk: Talk, told: dict[str, bool]
) -> None:
    await discord_talk.known()
    await discord_talk.bo.at(STOVES).types("subscribe", query="stoves", tz="UTC")
    guild = discord_talk.discord.guilds[HERE]
    discord_talk.discord.remove_guild(HERE)
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == "I was removed from the server"
    assert await discord_talk.subscribed(channel(STOVES, AWAY)) == {"stove": "active"}
    discord_talk.discord.guilds[HERE] = guild
    discord_talk.discord.tell("GUILD_CREATE", {"id": HERE, **told})
    await heard(discord_talk)
    assert await discord_talk.subscribed() == {"teapot": "active"}


async def test_a_server_that_is_away_for_a_while_has_removed_nobody(discord_talk: Talk) -> None:
    discord_talk.discord.tell("GUILD_DELETE", {"id": HERE, "unavailable": True})
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == ""
    await lose(discord_talk)
    discord_talk.discord.tell("GUILD_CREATE", {"id": HERE, "unavailable": False})
    await heard(discord_talk)
    assert await discord_talk.subscribed() == {"teapot": "active"}


# --- back -------------------------------------------------------------------------------------------------------------


async def test_who_lets_us_write_again_has_its_digests_again(discord_talk: Talk) -> None:
    discord_talk.discord.deny(TEA, send_messages=True)
    await heard(discord_talk)
    await lose(discord_talk)
    discord_talk.discord.deny(TEA, attach_files=True)
    await heard(discord_talk)
    assert await discord_talk.subscribed() == {"teapot": "active"}


async def test_a_change_that_leaves_us_outside_resumes_nothing(discord_talk: Talk) -> None:
    discord_talk.discord.deny(TEA, view_channel=True)
    await lose(discord_talk)
    discord_talk.discord.deny(TEA, view_channel=True, attach_files=True)
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, TEA_CHANNEL) != ""


async def test_a_role_that_we_get_or_that_is_changed_resumes_too(discord_talk: Talk) -> None:
    guild = discord_talk.discord.guilds[HERE]
    discord_talk.discord.places[TEA].overwrites = [{"id": HERE, "type": 0, "allow": "0", "deny": "1024"}]
    discord_talk.discord.tell("CHANNEL_UPDATE", discord_talk.discord.places[TEA].json)
    await lose(discord_talk)
    guild.members[BOT] = [MANAGERS]
    discord_talk.discord.tell("GUILD_MEMBER_UPDATE", {"guild_id": HERE, **discord_talk.discord.member(HERE, BOT)})
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, TEA_CHANNEL) != ""
    administrator = guild.add_role(MANAGERS, "managers", discord.Permissions(administrator=True))
    discord_talk.discord.tell("GUILD_ROLE_UPDATE", {"guild_id": HERE, "role": administrator})
    await heard(discord_talk)
    assert await discord_talk.subscribed() == {"teapot": "active"}


@pytest.mark.parametrize("is_archived", [False, True])
async def test_a_thread_goes_on_when_it_is_unlocked_and_no_sooner(discord_talk: Talk, *, is_archived: bool) -> None:
    pot = discord_talk.discord.places[POT]
    await discord_talk.ana.types("subscribe", query="pots", in_=POT, tz="UTC")
    await lose(discord_talk, channel(POT))
    pot.is_locked, pot.is_archived = True, is_archived
    discord_talk.discord.tell("THREAD_UPDATE", pot.json)
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, channel(POT)) != ""
    pot.is_locked = pot.is_archived = False
    discord_talk.discord.tell("THREAD_UPDATE", pot.json)
    await heard(discord_talk)
    assert await discord_talk.subscribed(channel(POT)) == {"pot": "active"}


async def test_a_private_thread_goes_on_when_we_are_let_in_again(discord_talk: Talk) -> None:
    pot = discord_talk.discord.places[POT]
    await discord_talk.ana.types("subscribe", query="pots", in_=POT, tz="UTC")
    discord_talk.discord.remove_channel(POT)
    await heard(discord_talk)
    assert await why_paused(discord_talk.store, channel(POT)) != ""
    discord_talk.discord.add_channel(HERE, POT, discord_guilds.Kind.PRIVATE_THREAD, "pot", parent=pot.parent, owner="1")
    await heard(discord_talk)
    assert await discord_talk.subscribed(channel(POT)) == {"pot": "active"}


async def test_a_pause_that_somebody_made_stays(discord_talk: Talk) -> None:
    await discord_talk.ana.types("pause", number="1")
    discord_talk.discord.deny(TEA)
    await heard(discord_talk)
    assert await discord_talk.subscribed() == {"teapot": "paused"}


# --- what happened meanwhile ------------------------------------------------------------------------------------------


async def look_back(discord_talk: Talk) -> None:
    """Let another process begin, which has heard nothing of what happened."""
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as again:
        await again.connect()
        await again.known()


async def test_a_start_pauses_what_was_lost_and_lets_go_on_what_came_back(discord_talk: Talk) -> None:
    ana, bo = discord_talk.ana, discord_talk.bo
    await ana.types("subscribe", query="kettles", in_=KETTLES, tz="UTC")
    await ana.types("subscribe", query="pots", in_=POT, tz="UTC")
    await ana.types("subscribe", query="mine", to="me", tz="UTC")
    await bo.at(STOVES).types("subscribe", query="stoves", tz="UTC")
    await lose(discord_talk, channel(KETTLES))
    await lose(discord_talk, channel(f"@{ANA}"))
    await discord_talk.gateway.connection.end()
    discord_talk.discord.remove_channel(TEA)
    discord_talk.discord.remove_guild(AWAY)
    for _ in range(2):
        await look_back(discord_talk)
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == "the channel was deleted"
    assert await why_paused(discord_talk.store, channel(POT)) == "the channel was deleted"
    assert await why_paused(discord_talk.store, channel(STOVES, AWAY)) == "I was removed from the server"
    assert await discord_talk.subscribed(channel(KETTLES)) == {"kettle": "active"}
    assert await discord_talk.subscribed(channel(f"@{ANA}")) == {"mine": "active"}


async def test_what_happens_while_there_is_too_much_to_do_is_looked_back_at(discord_talk: Talk) -> None:
    await discord_talk.connect()
    gateway, let_go = discord_talk.gateway, asyncio.Event()
    while gateway.work.begin("a long job", wait_for(let_go), workspace=HERE):
        pass
    discord_talk.discord.remove_channel(TEA)
    await discord_talk.person(BO, STOVES).types("help")
    let_go.set()
    await discord_talk.settled()
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == ""
    await discord_talk.connect()
    await discord_talk.settled()
    assert await why_paused(discord_talk.store, TEA_CHANNEL) == "the channel was deleted"


async def wait_for(event: asyncio.Event) -> None:
    await event.wait()


async def test_a_start_loses_no_archived_thread_no_hidden_channel_and_no_server_that_is_away(
    discord_talk: Talk,
) -> None:
    await discord_talk.ana.types("subscribe", query="pots", in_=POT, tz="UTC")
    await discord_talk.bo.at(STOVES).types("subscribe", query="stoves", tz="UTC")
    discord_talk.discord.deny(SECRET)
    await discord_talk.bo.types("subscribe", query="secrets", in_=SECRET, tz="UTC")
    await discord_talk.gateway.connection.end()
    discord_talk.discord.places[POT].is_archived = True
    discord_talk.discord.deny(SECRET, view_channel=True)
    discord_talk.discord.away = {AWAY}
    await look_back(discord_talk)
    for where in (channel(POT), channel(SECRET), channel(STOVES, AWAY)):
        assert await why_paused(discord_talk.store, where) == ""


async def test_a_server_that_a_connection_does_not_name_is_asked_for_before_it_is_silenced(discord_talk: Talk) -> None:
    await discord_talk.gateway.connection.end()
    discord_talk.discord.unnamed = {HERE}
    await look_back(discord_talk)
    assert await discord_talk.subscribed() == {"teapot": "active"}
