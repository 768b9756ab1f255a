"""discord.py over a real connection: digests in channels and to people, what is lost, and no token in a log."""

import logging

import pytest

from adapters.discord.client import DiscordApi
from adapters.discord.errors import TOKEN_WAIT, DiscordError
from adapters.discord.members import Guilds
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind
from bot.model.installation import Secret
from tests.delivering import why_paused
from tests.discord_world import ELSEWHERE, GUILD, HERE, LONG, NEWS, THREAD, World, a_world, an_api
from tests.fakes.discord import CHANNELS, DIRECT, MESSAGES
from tests.fakes.discord_calls import Fault

ME = "/users/@me"


@pytest.mark.parametrize("channel", [HERE, THREAD], ids=["channel", "thread"])
async def test_a_long_digest_is_several_messages_in_order_each_with_a_nonce_of_its_own(
    store_url: str, channel: Channel
) -> None:
    async with a_world(store_url) as world:
        document = await world.digest(channel, LONG)
        assert await world.finish() == 1
        assert len(world.parts(document)) > 1
        assert world.said(channel.id) == world.parts(document)
        bodies = [each.body for each in world.discord.calls("POST", MESSAGES)]
        assert len({each["nonce"] for each in bodies}) == len(bodies)
        assert all(each["enforce_nonce"] and len(each["nonce"]) == 25 for each in bodies)
        assert world.discord.wrong == []


async def test_a_receipt_links_to_the_message(store_url: str) -> None:
    async with a_world(store_url) as world:
        await world.digest()
        assert await world.deliver() == 1
        (message,) = world.discord.messages
        assert await world.hrefs(HERE) == {f"https://discord.com/channels/{GUILD}/{HERE.id}/{message.id}"}


async def test_a_server_is_asked_once_for_its_channels_and_a_thread_alone(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        for channel in (HERE, NEWS, THREAD):
            await world.digest(channel)
            await world.digest(channel, kind=Kind.RUN)
        assert await world.finish() == 6
        assert len(world.discord.calls("GET", CHANNELS)) == 1
        assert len(world.discord.calls("GET", "/channels/{channel}")) == 1
        assert len(world.discord.calls("GET", ME)) == 1


async def test_digests_to_a_person_go_to_the_channel_that_discord_opens_once(migrated_sqlite_url: str) -> None:
    me = HERE.personal("77")
    async with a_world(migrated_sqlite_url) as world:
        document = await world.digest(me, papers=LONG)
        await world.digest(me, papers=1, kind=Kind.RUN)
        assert await world.finish() == 2
        (opened,) = world.discord.calls("POST", DIRECT)
        assert opened.body == {"recipient_id": "77"}
        (direct,) = {each.channel for each in world.discord.messages}
        assert world.said(direct)[: len(world.parts(document))] == world.parts(document)
        assert any(each.startswith(f"https://discord.com/channels/@me/{direct}/") for each in await world.hrefs(me))


async def test_a_person_who_takes_no_direct_messages_is_paused_with_the_reason(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.silent.add("77")
        await world.digest(HERE.personal("77"))
        await world.digest(HERE)
        assert await world.finish() >= 1
        said = await why_paused(world.store, HERE.personal("77"))
        assert said == "my direct messages are not taken (50007)"
        assert await why_paused(world.store, HERE) == ""


async def lost(world: World, how: str) -> None:
    match how:
        case "deleted":
            world.discord.remove_channel(HERE.id)
        case "hidden":
            world.discord.deny(HERE.id, view_channel=True)
        case "read only":
            world.discord.deny(HERE.id, send_messages=True)
        case "locked":
            world.discord.places[THREAD.id].is_locked = True


@pytest.mark.parametrize(
    ("how", "channel", "words"),
    [
        ("deleted", HERE, "the channel is gone (10003)"),
        ("hidden", HERE, "I cannot see the channel (50001)"),
        ("read only", HERE, "I lack a permission in the channel (50013)"),
        ("locked", THREAD, "the thread is locked (160005)"),
    ],
)
async def test_a_lost_channel_is_paused_with_the_reason_and_its_makers_are_told(
    store_url: str, how: str, channel: Channel, words: str
) -> None:
    async with a_world(store_url) as world:
        await lost(world, how)
        await world.digest(channel)
        await world.digest(NEWS)
        assert await world.finish() >= 1
        assert await why_paused(world.store, channel) == words
        assert await why_paused(world.store, NEWS) == ""
        told = [
            each.channel for each in world.discord.messages if world.discord.places[each.channel].recipient == "ana"
        ]
        assert len(told) == 1


async def test_what_one_server_subscribed_is_never_posted_in_another(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        crossed = Channel(Platform.DISCORD, GUILD, ELSEWHERE.id)
        await world.digest(ELSEWHERE)
        assert await world.deliver() == 1
        await world.digest(crossed)
        await world.finish()
        assert len(world.said(ELSEWHERE.id)) == 1
        assert await why_paused(world.store, crossed) == "the channel is in another server (10003)"


async def test_an_archived_thread_is_opened_again_by_a_digest(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.places[THREAD.id].is_archived = True
        await world.digest(THREAD)
        assert await world.deliver() == 1
        assert not world.discord.places[THREAD.id].is_archived


@pytest.mark.parametrize(("status", "code"), [(404, 10004), (403, 50001)])
async def test_a_server_that_is_gone_stops_and_no_other(migrated_sqlite_url: str, status: int, code: int) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(*[Fault(status=status, code=code)] * 9, method="GET", path=f"/guilds/{GUILD}/channels")
        for channel in (HERE, NEWS, ELSEWHERE):
            await world.digest(channel)
        assert await world.deliver() == 1
        gone = f"the server is gone, or I am not in it ({code})"
        assert [await why_paused(world.store, each) for each in (HERE, NEWS, ELSEWHERE)] == [gone, gone, ""]


async def test_a_refused_token_pauses_nobody_and_is_tried_once_every_two_minutes(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.token, right = "another", world.discord.token
        channels = [Channel(Platform.DISCORD, GUILD, f"9{number}") for number in range(5)]
        for channel in channels:
            world.discord.add_channel(GUILD, channel.id)
            await world.digest(channel)
        second = an_api(world.discord, world.store, world.clock)
        second._token = Secret(right)  # noqa: SLF001 - a process that was started with the same settings
        assert await world.deliver() == 0
        with pytest.raises(DiscordError, match="not our turn"):
            await second.call("GET", ME)
        assert len(world.discord.asked) == 1
        waiting = await world.store.outbox.pending(world.clock.now())
        assert {each.reason for each in waiting} <= {
            "Discord does not accept DISCORD_BOT_TOKEN",
            "it is not our turn to ask Discord",
        }
        world.clock.moment += TOKEN_WAIT
        assert await world.deliver() == 0
        assert len(world.discord.asked) == 2
        world.discord.token = right
        assert await world.finish() == len(channels)
        assert {await why_paused(world.store, each) for each in channels} == {""}


async def test_an_item_that_discord_does_not_take_is_our_bug_and_is_not_tried_again(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=400, code=50035))
        await world.digest()
        assert await world.finish() == 0
        (dead,) = await world.store.outbox.pending(world.clock.now())
        assert (dead.state, dead.reason) == (DeliveryState.DEAD, "Discord refused it (50035)")
        assert len(world.discord.calls("POST", MESSAGES)) == 1


async def test_where_nothing_listens_nothing_was_posted_and_it_is_tried_later(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        nowhere = DiscordApi(Secret("x"), world.store.rate_limits, world.clock, "http://127.0.0.1:9/api/v10")
        world.messenger = DiscordMessenger(nowhere, Places(nowhere, world.clock, Guilds()), world.clock)
        await world.digest()
        assert await world.deliver() == 0
        (waiting,) = await world.store.outbox.pending(world.clock.now())
        assert waiting.reason == "Discord cannot be reached (ClientConnectorError)"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401),
        Fault(status=403, code=123456),
        Fault(status=429, retry_after=30),
        Fault(status=429, body=b"error code: 1015", content_type="text/plain"),
        Fault(status=500),
        Fault(body=b"<html>busy</html>", status=503),
        Fault(body=b"{", content_type="application/json"),
        Fault(body=b"[1]", content_type="application/json"),
        Fault(body=b"\xff\xfe", content_type="application/json"),
        Fault(body=b"{}", content_type="application/json"),
        Fault(body=b"fine", content_type="text/plain"),
        Fault(body=b"fine", content_type="application/gzip"),
        Fault(body=b"", content_type="application/json"),
        Fault(hangs_up=True),
    ],
)
async def test_no_log_no_error_and_no_status_holds_a_token(
    migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(fault)
        await world.digest()
        assert await world.deliver() == 0
        statuses = await world.store.outbox.pending(world.clock.now())
        assert world.discord.token not in caplog.text + repr(statuses)
    assert "an unexpected error" not in caplog.text + repr(statuses)
