"""discord.py over a real connection: digests in each kind of channel, what is lost, and no token in a log."""

import asyncio
import logging
from datetime import timedelta

import pytest

from adapters.discord.client import DiscordApi
from adapters.discord.errors import CLOUDFLARE_WAIT, TOKEN_WAIT, DiscordError
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.pacing import A_SECOND, ALLOWED, INTERVAL, INVALID, PERIOD
from adapters.discord.places import Place, Places
from bot.errors import Verdict
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind
from bot.model.installation import Secret
from bot.model.subscription import PauseReason
from tests.builders import NOW
from tests.discord_world import ELSEWHERE, FORUM, GUILD, HERE, LONG, NEWS, THREAD, TITLE, World, a_world, an_api
from tests.fakes.discord import CHANNELS, CROSSPOST, DIRECT, DISCUSSION, MESSAGES, THREADS
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_guilds import CROSSPOSTED, REQUIRE_TAG

ME = "/users/@me"


async def pause_of(world: World, channel: Channel) -> str:
    """Return why a channel's one subscription is paused; empty when it is not."""
    (subscription,) = await world.store.subscriptions.of_channel(channel)
    if subscription.pause is None:
        return ""
    assert subscription.pause.reason is PauseReason.ACCESS
    return subscription.pause.detail


async def hrefs(world: World, channel: Channel) -> set[str]:
    """Return where the papers of a channel are linked to."""
    rows = await world.store.outbox.ledger([channel], (NOW - timedelta(days=9)).date())
    return {row.href for row in rows[channel]}


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
        assert await hrefs(world, HERE) == {f"https://discord.com/channels/{GUILD}/{HERE.id}/{message.id}"}


async def test_a_server_is_asked_once_for_its_channels_and_a_thread_alone(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        for channel in (HERE, NEWS, THREAD):
            await world.digest(channel)
            await world.digest(channel, kind=Kind.RUN)
        assert await world.finish() == 6
        assert len(world.discord.calls("GET", CHANNELS)) == 1
        assert len(world.discord.calls("GET", "/channels/{channel}")) == 1
        assert len(world.discord.calls("GET", ME)) == 1


async def test_nobody_is_asked_for_channels_that_the_gateway_has_told(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        places = Places(world.api, world.clock)
        places.tell(GUILD, [Place(id=HERE.id, kind=0)])
        world.messenger = DiscordMessenger(world.api, places, world.clock)
        await world.digest()
        assert await world.deliver() == 1
        assert world.discord.calls("GET", CHANNELS) == []


async def test_a_digest_in_a_forum_is_a_post_with_its_name_and_what_follows_is_in_it(store_url: str) -> None:
    async with a_world(store_url) as world:
        document = await world.digest(FORUM, LONG)
        assert await world.finish() == 1
        (post,) = world.discord.calls("POST", THREADS)
        assert post.body["name"] == TITLE
        thread = world.discord.messages[0].id
        assert world.said(thread) == world.parts(document)
        link = f"https://discord.com/channels/{GUILD}/{thread}/"
        assert min(await hrefs(world, FORUM)) == link + thread
        assert all(each.startswith(link) for each in await hrefs(world, FORUM))
        assert world.discord.wrong == []


@pytest.mark.parametrize(("flags", "applied"), [(REQUIRE_TAG, ["7"]), (0, None)])
async def test_a_forum_that_wants_a_tag_gets_the_first_that_anybody_may_give(
    migrated_sqlite_url: str, flags: int, applied: list[str] | None
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        forum = world.discord.places[FORUM.id]
        forum.tags = [{"id": "6", "name": "rules", "moderated": True}, {"id": "7", "name": "new", "moderated": False}]
        forum.flags = flags
        await world.digest(FORUM)
        assert await world.deliver() == 1
        (post,) = world.discord.calls("POST", THREADS)
        assert post.body.get("applied_tags") == applied


async def test_a_forum_that_has_come_to_want_a_tag_is_looked_at_again(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(FORUM)
        assert await world.deliver() == 1
        forum = world.discord.places[FORUM.id]
        forum.tags, forum.flags = [{"id": "7", "name": "new", "moderated": False}], REQUIRE_TAG
        await world.digest(FORUM, kind=Kind.RUN)
        assert await world.deliver() == 1
        forum.tags[0]["moderated"] = True
        world.clock.moment += timedelta(hours=2)
        await world.digest(FORUM, kind=Kind.INSTANT)
        await world.finish()
        assert await pause_of(world, FORUM) == "the forum wants a tag, and has none that I may use (40067)"


async def test_a_post_that_somebody_deletes_ends_the_digest_and_not_the_forum(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=404, code=10003))
        await world.digest(FORUM, LONG)
        assert await world.finish() == 0
        (dead,) = await world.store.outbox.pending(world.clock.now())
        assert (dead.state, dead.reason) == (DeliveryState.DEAD, "in the digest's post: the channel is gone (10003)")
        assert await pause_of(world, FORUM) == ""


async def test_every_message_in_an_announcement_channel_is_published(store_url: str) -> None:
    async with a_world(store_url) as world:
        await world.digest(NEWS, LONG)
        assert await world.finish() == 1
        assert len(world.discord.messages) > 1
        assert all(each.flags & CROSSPOSTED for each in world.discord.messages)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=400, code=40033),
        Fault(status=403, code=50013),
        Fault(status=429, retry_after=3000),
        Fault(status=500),
        Fault(hangs_up=True),
    ],
)
async def test_what_cannot_be_published_was_posted_all_the_same(migrated_sqlite_url: str, fault: Fault) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(fault, path=CROSSPOST)
        await world.digest(NEWS)
        assert await world.deliver() == 1
        await world.digest(NEWS, kind=Kind.RUN)
        assert await world.deliver() == 1
        assert len(world.discord.messages) == 2
        assert world.discord.too_early == []


@pytest.mark.parametrize("channel", [HERE, NEWS], ids=["text", "announcement"])
async def test_a_discussion_opens_a_thread_named_after_its_paper(migrated_sqlite_url: str, channel: Channel) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(channel, papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        (message,) = world.discord.messages
        assert (world.discord.places[message.id].name, world.discord.places[message.id].parent) == (TITLE, channel.id)


@pytest.mark.parametrize("channel", [FORUM, THREAD], ids=["forum", "thread"])
async def test_a_discussion_that_is_in_a_thread_already_opens_none(migrated_sqlite_url: str, channel: Channel) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(channel, papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        assert world.discord.calls("POST", DISCUSSION) == []


async def test_a_discussion_whose_thread_may_not_be_opened_was_posted(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.deny(HERE.id, create_public_threads=True)
        await world.digest(papers=1, kind=Kind.DISCUSSION)
        assert await world.deliver() == 1
        assert len(world.discord.calls("POST", DISCUSSION)) == 1


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
        assert any(each.startswith(f"https://discord.com/channels/@me/{direct}/") for each in await hrefs(world, me))


async def test_a_person_who_takes_no_direct_messages_is_paused_with_the_reason(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.silent.add("77")
        await world.digest(HERE.personal("77"))
        await world.digest(HERE)
        assert await world.finish() >= 1
        said = await pause_of(world, HERE.personal("77"))
        assert said == "the person takes no direct messages of mine (50007)"
        assert await pause_of(world, HERE) == ""


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
        assert await pause_of(world, channel) == words
        assert await pause_of(world, NEWS) == ""
        told = [
            each.channel for each in world.discord.messages if world.discord.places[each.channel].recipient == "ana"
        ]
        assert len(told) == 1


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
        assert [await pause_of(world, each) for each in (HERE, NEWS, ELSEWHERE)] == [gone, gone, ""]


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
        assert {await pause_of(world, each) for each in channels} == {""}


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
        world.messenger = DiscordMessenger(nowhere, Places(nowhere, world.clock), world.clock)
        await world.digest()
        assert await world.deliver() == 0
        (waiting,) = await world.store.outbox.pending(world.clock.now())
        assert waiting.reason == "Discord cannot be reached (ClientConnectorError)"


async def test_all_servers_together_get_no_more_a_second_than_discord_takes(store_url: str) -> None:
    channels = [Channel(Platform.DISCORD, GUILD, f"9{number}") for number in range(20)]
    async with a_world(store_url) as world:
        for channel in channels:
            world.discord.add_channel(GUILD, channel.id)
            await world.digest(channel, papers=1)
        assert await world.finish() == len(channels)
        last = max(each.at for each in world.discord.asked)
        assert last - NOW >= INTERVAL * (len(channels) - 1)


async def test_a_channel_takes_five_messages_and_the_sixth_is_not_even_sent(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        body = {"content": "hello", "allowed_mentions": {"parse": []}}
        for _ in range(5):
            await world.api.call("POST", "/channels/{channel_id}/messages", body, channel_id=HERE.id)
        with pytest.raises(DiscordError) as raised:
            await world.api.call("POST", "/channels/{channel_id}/messages", body, channel_id=HERE.id)
        assert raised.value.verdict is Verdict.RETRY_LATER
        assert raised.value.retry_after is not None
        assert len(world.discord.calls("POST", MESSAGES)) == 5
        # No answer was held back until the channel takes more.
        assert max(world.clock.slept) < 1
        world.clock.moment += raised.value.retry_after
        await world.api.call("POST", "/channels/{channel_id}/messages", body, channel_id=HERE.id)
        assert world.discord.limited == []


async def test_a_silence_of_less_than_a_second_is_waited_out(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=429, retry_after=0.4))
        await world.digest()
        assert await world.deliver() == 1
        assert len(world.discord.limited) == 1
        assert world.discord.too_early == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_request_is_sent_once_whatever_the_answer(migrated_sqlite_url: str, status: int) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(status=status))
        with pytest.raises(DiscordError):
            await world.api.call("POST", "/channels/{channel_id}/messages", {}, channel_id=HERE.id)
        assert len(world.discord.calls("POST", MESSAGES)) == 1


async def test_a_ban_of_our_address_silences_every_process(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.fail(Fault(status=429, body=b"<html>1015</html>"))
        await world.digest()
        await world.digest(ELSEWHERE)
        second = an_api(world.discord, world.store, world.clock)
        assert await world.deliver() <= 1
        asked = len(world.discord.asked)
        with pytest.raises(DiscordError, match="not our turn") as raised:
            await second.call("GET", ME)
        assert raised.value.retry_after is not None
        assert raised.value.retry_after > CLOUDFLARE_WAIT / 2
        assert len(world.discord.asked) == asked
        assert await world.finish() >= 1


async def test_invalid_requests_end_all_requests_long_before_discord_shuts_us_out(store_url: str) -> None:
    async with a_world(store_url) as world:
        # All but two of those that are allowed have been made.
        await world.store.rate_limits.hold(INVALID, NOW + PERIOD / ALLOWED * (ALLOWED - 1))
        world.discord.deny(HERE.id, send_messages=True)

        async def ask() -> None:
            path = "/channels/{channel_id}/messages"
            await world.api.call("POST", path, {}, channel_id=HERE.id)

        refused = 0
        while world.clock.wall() < NOW + timedelta(seconds=30):
            with pytest.raises(DiscordError) as raised:
                await ask()
            refused += raised.value.code == 50013
            world.clock.moment += raised.value.retry_after or timedelta()
        assert refused <= 30 * ALLOWED / PERIOD.total_seconds() + 3
        assert refused < 30 * A_SECOND / 10


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


async def test_a_file_is_had_up_to_a_size(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.files["papers.yaml"] = b"x" * 1000
        url = world.discord.attachment("papers.yaml")
        assert await world.api.download(url, 1000) == b"x" * 1000
        with pytest.raises(DiscordError, match="more than 999 bytes"):
            await world.api.download(url, 999)
        with pytest.raises(DiscordError, match="cannot be had"):
            await world.api.download(f"{url}.gone", 1000)


async def test_many_that_come_first_log_in_once(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        ids = await asyncio.gather(*(world.api.myself() for _ in range(9)))
        assert len(set(ids)) == 1
        assert len(world.discord.calls("GET", ME)) == 1
