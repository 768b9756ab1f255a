"""Discord's gateway over loopback: connected, resumed, replaced; what is no use to try again is told in words."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import discord
import pytest

from adapters.discord.connection import LONGEST_WAIT, SILENT_FOR
from adapters.discord.pacing import A_DAY, AT_FIRST, SESSIONS
from adapters.discord.syncing import AGAIN, SOON, MenuError
from tests.builders import NOW
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_gateway import CALLBACK, MENU
from tests.fakes.discord_guilds import Kind
from tests.integration.discord.talking import AWAY, BO, HERE, STOVES, Ahead, Talk, a_discord, listening, talk

Json = Any


@pytest.fixture
def clock() -> Ahead:
    return Ahead(NOW)


@pytest.fixture
async def discord_talk(migrated_sqlite_url: str, clock: Ahead) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url, clock=clock) as begun:
        yield begun


# --- the menu ---------------------------------------------------------------------------------------------------------


async def test_the_menu_is_sent_once_and_by_one_process(discord_talk: Talk, clock: Ahead) -> None:
    assert len(discord_talk.discord.calls("PUT", MENU)) == 1
    await discord_talk.gateway.look_after()
    async with listening(discord_talk.store_url, discord_talk.discord, clock) as another:
        await another.connect()
        await another.gateway.look_after()
    assert len(discord_talk.discord.calls("PUT", MENU)) == 1
    assert len(discord_talk.discord.calls("GET", MENU)) == 2


async def test_a_menu_that_is_another_is_sent(discord_talk: Talk, clock: Ahead) -> None:
    discord_talk.discord.menu[0]["options"][0]["description"] = "As it was before."
    async with listening(discord_talk.store_url, discord_talk.discord, clock) as another:
        await another.connect()
    assert len(discord_talk.discord.calls("PUT", MENU)) == 2
    assert discord_talk.discord.menu[0]["options"][0]["description"].startswith("Post new papers")


async def test_a_menu_that_is_not_taken_is_told_and_sent_again_after_a_while(
    migrated_sqlite_url: str, clock: Ahead
) -> None:
    async with talk(migrated_sqlite_url, clock=clock, is_heard=False) as begun:
        begun.discord.fail(Fault(status=400, code=50035), method="PUT", path=MENU)
        for _ in range(3):
            with pytest.raises(MenuError, match=r"menu of commands.*50035"):
                await begun.gateway.look_after()
        assert len(begun.discord.calls("PUT", MENU)) == 1
        assert "/papers subscribe" in (await begun.ana.types("help")).text
        clock.ahead = AGAIN
        await begun.gateway.look_after()
        assert begun.discord.menu


async def test_a_menu_is_sent_again_soon_or_when_discord_says(migrated_sqlite_url: str, clock: Ahead) -> None:
    async with talk(migrated_sqlite_url, clock=clock, fake=a_discord(clock), is_heard=False) as begun:
        tired = Fault(status=500), Fault(status=500), Fault(status=429, retry_after=2)
        begun.discord.fail(*tired, method="PUT", path=MENU)
        for wait in (SOON, SOON * 2, timedelta(seconds=2)):
            with pytest.raises(MenuError):
                await begun.gateway.look_after()
            clock.ahead += wait
        await begun.gateway.look_after()
        assert begun.discord.menu


# --- the connection ---------------------------------------------------------------------------------------------------


async def test_a_connection_that_lives_is_left_alone(discord_talk: Talk) -> None:
    for _ in range(3):
        await discord_talk.gateway.look_after()
    assert discord_talk.discord.identified == 1


async def test_a_connection_that_is_closed_is_resumed_and_misses_nothing(discord_talk: Talk) -> None:
    await discord_talk.discord.close_sockets(4000)
    done = discord_talk.ana.begins("list")
    await discord_talk.discord.until(lambda _: bool(done.said))
    assert (discord_talk.discord.identified, discord_talk.discord.resumed) == (1, 1)


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let discord.py not wait five seconds before it identifies a second time."""

    async def at_once(_: discord.Client, shard: int | None, *, initial: bool = False) -> None:
        del shard, initial

    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)


@pytest.mark.usefixtures("in_a_hurry")
async def test_a_session_that_is_forgotten_is_begun_anew(discord_talk: Talk) -> None:
    discord_talk.discord.sessions.clear()
    await discord_talk.discord.close_sockets(4000)
    await discord_talk.discord.until(lambda fake: fake.identified == 2)
    assert "No subscriptions" in (await discord_talk.ana.types("list")).text


@pytest.mark.usefixtures("in_a_hurry")
async def test_nothing_is_heard_but_what_happens_to_servers_and_what_people_do_with_us(discord_talk: Talk) -> None:
    assert [each.intents for each in discord_talk.discord.sessions.values()] == [discord.Intents(guilds=True).value]


async def test_shards_are_as_many_as_discord_recommends(migrated_sqlite_url: str, clock: Ahead) -> None:
    fake = a_discord()
    fake.shards = 2
    async with talk(migrated_sqlite_url, clock=clock, fake=fake) as begun:
        await fake.until(lambda _: fake.identified == 2)
        assert [each.shard for each in fake.sessions.values()] == [(0, 2), (1, 2)]
        assert "No subscriptions" in (await begun.ana.types("list")).text
        await begun.person(BO, STOVES).types("list")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (4004, "Discord does not take DISCORD_BOT_TOKEN"),
        (4010, "4010"),
        (4011, "4011"),
        (4012, "newer version"),
        (4013, "newer version"),
        (4014, "4014"),
    ],
)
async def test_a_close_that_is_no_use_to_try_again_says_why_and_waits_long(
    code: int, words: str, migrated_sqlite_url: str, clock: Ahead
) -> None:
    async with talk(migrated_sqlite_url, clock=clock, is_heard=False) as begun:
        begun.discord.closes = [code]
        await begun.refused(words)
        for seconds in (10, 20, 60, 300):
            clock.ahead = timedelta(seconds=seconds)
            await begun.refused(words)
        assert (begun.discord.tried, begun.discord.identified) == (1, 0)
        clock.ahead = LONGEST_WAIT
        await begun.connect()
        assert begun.discord.identified == 1


async def test_a_token_that_discord_does_not_take_is_told_and_not_tried_in_a_hurry(
    migrated_sqlite_url: str, clock: Ahead
) -> None:
    async with talk(migrated_sqlite_url, clock=clock, is_heard=False) as begun:
        begun.discord.token = "another"
        for _ in range(5):
            error = await begun.refused("DISCORD_BOT_TOKEN")
            assert "discord-secret" not in str(error)
        assert len(begun.discord.invalid) == 1


async def test_a_discord_that_cannot_be_reached_is_told_and_tried_again_more_and_more_slowly(
    migrated_sqlite_url: str, clock: Ahead
) -> None:
    async with talk(migrated_sqlite_url, clock=clock, is_heard=False) as begun:
        tried = []
        begun.discord.fail(*[Fault(status=401)] * 9, method="GET", path="/gateway/bot")
        for _ in range(9):
            await begun.refused("cannot be reached")
            tried.append(len(begun.discord.calls("GET", "/gateway/bot")))
            clock.ahead += timedelta(seconds=15)
        assert tried == [1, 2, 2, 3, 3, 3, 4, 4, 4]


async def test_a_client_that_reconnects_without_an_end_is_replaced(discord_talk: Talk, clock: Ahead) -> None:
    discord_talk.discord.refused_sockets = [503] * 2
    await discord_talk.discord.close_sockets(4000)
    await discord_talk.discord.until(lambda fake: len(fake.refused_sockets) < 2)
    await discord_talk.refused("not connected; connecting")
    discord_talk.discord.refused_sockets = []
    clock.ahead = SILENT_FOR + timedelta(seconds=1)
    await discord_talk.connect()
    assert discord_talk.discord.identified == 2
    assert "No subscriptions" in (await discord_talk.ana.types("list")).text


@pytest.mark.usefixtures("in_a_hurry")
async def test_sessions_that_end_at_once_are_not_begun_until_discord_takes_the_token_away(
    migrated_sqlite_url: str, clock: Ahead
) -> None:
    between = timedelta(days=1) / A_DAY
    async with talk(migrated_sqlite_url, clock=clock, is_heard=False) as begun:
        # All but three of those that there may be have been begun.
        await begun.store.rate_limits.hold(SESSIONS, clock.wall() + between * (AT_FIRST - 3))
        begun.discord.ends_sessions = True
        await begun.refused("connected too often today")
        assert begun.discord.tried == 3
        clock.ahead = between / 2
        await begun.refused("connected too often today")
        begun.discord.ends_sessions = False
        clock.ahead = between
        await begun.connect()
        assert (begun.discord.tried, begun.discord.identified) == (4, 1)


async def test_channels_of_every_kind_break_no_connection(migrated_sqlite_url: str, clock: Ahead) -> None:
    kinds = (Kind.VOICE, Kind.STAGE, Kind.CATEGORY, Kind.MEDIA, Kind.DIRECTORY, Kind.FORUM, Kind.ANNOUNCEMENT)
    fake = a_discord(clock)
    for number, kind in enumerate(kinds, start=500):
        fake.add_channel(HERE, str(number), kind)
    async with talk(migrated_sqlite_url, clock=clock, fake=fake) as begun:
        for number, kind in enumerate(kinds, start=600):
            fake.add_channel(AWAY, str(number), kind)
            fake.remove_channel(str(number))
        assert "No subscriptions" in (await begun.ana.types("list")).text
        running = begun.gateway.connection.running
        assert running is not None
        assert not running.done()


async def test_a_client_that_trips_over_what_discord_says_is_replaced(discord_talk: Talk, clock: Ahead) -> None:
    discord_talk.discord.tell("CHANNEL_CREATE", {"guild_id": AWAY, "type": 0})
    running = discord_talk.gateway.connection.running
    assert running is not None
    await asyncio.wait([running])
    await discord_talk.refused("broke")
    clock.ahead = timedelta(seconds=11)
    await discord_talk.connect()
    assert "No subscriptions" in (await discord_talk.ana.types("list")).text


async def test_when_it_stops_nothing_more_is_heard_and_what_was_begun_is_finished(
    migrated_sqlite_url: str, clock: Ahead
) -> None:
    async with talk(migrated_sqlite_url, clock=clock) as begun:
        done = begun.ana.begins("subscribe", query="teapots", tz="Asia/Tokyo")
        await begun.discord.until(lambda fake: bool(fake.calls("POST", CALLBACK)))
        fake = begun.discord
        begun.serving.cancel()
        await asyncio.wait([begun.serving])
        assert [each.to_channel for each in done.said] == [True]
        assert not fake.is_heard
        assert await begun.subscribed() == {"teapot": "active"}
        late = begun.ana.begins("list")
        await begun.gateway.look_after()
        assert late.ack is None
