"""Discord in trouble: nothing is lost, and nothing doubled that it suppresses or that could be looked up."""

from datetime import timedelta

import pytest

from adapters.discord.members import Guilds
from adapters.discord.messenger import PAGE, PAGES, SUPPRESSED_FOR, DiscordMessenger
from adapters.discord.pacing import INTERVAL
from adapters.discord.places import Places
from bot.model.channel import Channel, Platform
from bot.model.delivery import Kind
from tests.builders import NOW
from tests.delivering import TITLE
from tests.discord_world import ELSEWHERE, FORUM, GUILD, HERE, LONG, NEWS, World, a_world, an_api
from tests.fakes.discord import ACTIVE, ALWAYS, MESSAGES, THREADS
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_guilds import Kind as PlaceKind

IMPATIENT = timedelta(milliseconds=500)
MINUTE = 60
TOO_MANY = Fault(status=429, retry_after=MINUTE)
ALL_TOO_MANY = Fault(status=429, retry_after=MINUTE, scope="global")
NEIGHBOURS = [Channel(Platform.DISCORD, GUILD, f"9{number}") for number in range(12)]
LOST = Fault(hangs_up=True, accepts=True)

BEFORE = {
    "500": Fault(status=500),
    "502 in HTML": Fault(status=502, body=b"<html>Bad gateway</html>"),
    "503": Fault(status=503),
    "524 in HTML": Fault(status=524, body=b"<html>A time-out occurred</html>"),
    "disconnect": Fault(hangs_up=True),
    "hang": Fault(hangs=True),
    "ban": Fault(status=429, body=b"error code: 1015"),
}
AFTER = {
    "500": Fault(status=500, accepts=True),
    "503": Fault(status=503, accepts=True),
    "200 in HTML": Fault(body=b"<html>Thank you</html>", accepts=True),
    "no JSON": Fault(body=b"{", content_type="application/json", accepts=True),
    "nothing": Fault(body=b"", accepts=True),
    "disconnect": Fault(hangs_up=True, accepts=True),
    "hang": Fault(hangs=True, accepts=True),
}


def posts(world: World, channel: Channel) -> list[timedelta]:
    """Return when a channel was posted to, counted from the beginning."""
    calls = world.discord.calls("POST", MESSAGES)
    return [each.at - NOW for each in calls if each.ids["channel"] == channel.id]


async def test_in_a_storm_of_429_nobody_asks_before_the_time_and_other_channels_are_not_delayed(
    store_url: str,
) -> None:
    async with a_world(store_url) as world:
        world.discord.fail(*[TOO_MANY] * 5, path=f"/channels/{HERE.id}/messages")
        await world.digest(HERE)
        assert await world.deliver() == 0
        # While the one channel's silence lasts its neighbours, and another server, have digests due.
        for channel in (*NEIGHBOURS, ELSEWHERE):
            world.discord.add_channel(channel.workspace, channel.id)
            await world.digest(channel)
        begun = world.clock.moment - NOW
        assert await world.deliver() == len(NEIGHBOURS) + 1
        last = max(posts(world, each)[-1] for each in (*NEIGHBOURS, ELSEWHERE))
        # Each is posted as early as without the storm: one interval a request, with two looks at servers and a log-in.
        assert last - begun < INTERVAL * (len(NEIGHBOURS) + 1 + 3) + timedelta(seconds=1)
        assert await world.finish() == 1
        assert world.discord.too_early == []
        assert len(posts(world, HERE)) == 6
        assert set(world.times.values()) == {1}


async def test_a_channel_that_is_told_to_wait_again_and_again_never_asks_too_early(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.fail(None, *[TOO_MANY] * 15, None, TOO_MANY)
        document = await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert world.discord.too_early == []
        assert world.said() == world.parts(document)
        # Fifteen refusals are more than a delivery has tries.
        assert len(world.discord.limited) == 16


@pytest.mark.parametrize(("fault", "there"), [(TOO_MANY, HERE), (ALL_TOO_MANY, ELSEWHERE)], ids=["channel", "global"])
async def test_every_process_keeps_the_silence_that_one_was_asked_for(
    store_url: str, fault: Fault, there: Channel
) -> None:
    async with a_world(store_url) as world:
        world.discord.fail(fault)
        await world.digest(HERE)
        assert await world.deliver() == 0
        another = an_api(world.discord, world.store, world.clock)
        world.messenger = DiscordMessenger(another, Places(another, world.clock, Guilds()), world.clock)
        await world.digest(there, kind=Kind.RUN)
        assert await world.deliver() == 0
        assert len(world.discord.calls("POST", MESSAGES)) == 1
        assert await world.finish() == 2
        assert world.discord.too_early == []
        assert len(world.discord.limited) == 1
        await another.close()


@pytest.mark.parametrize("channel", [HERE, FORUM], ids=["channel", "forum"])
@pytest.mark.parametrize("fault", BEFORE.values(), ids=BEFORE.keys())
async def test_what_discord_did_not_take_is_posted_and_nothing_is_doubled(
    migrated_sqlite_url: str, fault: Fault, channel: Channel
) -> None:
    async with a_world(migrated_sqlite_url, patience=IMPATIENT) as world:
        world.discord.fail(None, fault)
        world.discord.fail(fault, path=THREADS)
        document = await world.digest(channel, LONG)
        assert await world.finish() == 1
        assert list(world.times.values()) == [1] * len(world.parts(document))


@pytest.mark.parametrize("fault", AFTER.values(), ids=AFTER.keys())
async def test_what_discord_took_without_saying_so_is_suppressed_by_the_same_nonce(
    migrated_sqlite_url: str, fault: Fault
) -> None:
    async with a_world(migrated_sqlite_url, patience=IMPATIENT) as world:
        # Nothing can be looked up here, and nothing is.
        world.discord.deny(HERE.id, read_message_history=True)
        world.discord.fail(fault, None, fault)
        document = await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert world.said() == world.parts(document)
        sent = [each.body["nonce"] for each in world.discord.calls("POST", MESSAGES)]
        assert len(sent) == len(set(sent)) + 2
        assert world.discord.calls("GET", MESSAGES) == []


@pytest.mark.parametrize("fault", AFTER.values(), ids=AFTER.keys())
async def test_a_post_in_a_forum_that_may_be_there_is_looked_for_and_not_made_again(
    migrated_sqlite_url: str, fault: Fault
) -> None:
    async with a_world(migrated_sqlite_url, patience=IMPATIENT) as world:
        # Somebody else's post has the same name.
        world.discord.add_channel(GUILD, "105", PlaceKind.PUBLIC_THREAD, TITLE, parent=FORUM.id, owner="1")
        world.discord.fail(fault, path=THREADS)
        document = await world.digest(FORUM, LONG)
        assert await world.finish() == 1
        assert len(world.discord.calls("POST", THREADS)) == 1
        assert len(world.discord.calls("GET", ACTIVE)) == 1
        thread = world.discord.messages[0].id
        assert world.said(thread) == world.parts(document)


@pytest.mark.parametrize(("reads", "doubled"), [(True, 0), (False, 1)], ids=["reads", "blind"])
async def test_what_is_tried_again_after_discord_has_forgotten_it_is_looked_up(
    store_url: str,
    reads: bool,  # noqa: FBT001 - a table
    doubled: int,
) -> None:
    async with a_world(store_url) as world:
        if not reads:
            world.discord.deny(NEWS.id, read_message_history=True)
        world.discord.fail(LOST)
        await world.digest(NEWS)
        assert await world.deliver() == 0
        world.clock.moment += timedelta(hours=1)
        assert await world.finish() == 1
        assert list(world.times.values()) == [1 + doubled]


async def test_a_person_s_digest_is_looked_up_in_their_own_channel(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(LOST)
        await world.digest(HERE.personal("77"), kind=Kind.RUN)
        assert await world.deliver() == 0
        world.clock.moment += timedelta(hours=1)
        assert await world.finish() == 1
        assert list(world.times.values()) == [1]


async def test_what_was_posted_and_deleted_since_counts_as_posted(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(LOST)
        await world.digest()
        assert await world.deliver() == 0
        world.discord.messages.clear()
        assert await world.finish() == 1
        assert world.discord.messages == []


async def test_discord_that_breaks_down_for_a_while_gets_every_digest_once_in_the_end(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.discord.fail(*[Fault(status=500, accepts=True), Fault(status=503)] * 4)
        for channel in (HERE, ELSEWHERE):
            await world.digest(channel, LONG)
        assert await world.finish() == 2
        assert set(world.times.values()) == {1}


async def test_a_look_that_is_told_to_wait_waits_and_posts_nothing_meanwhile(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(LOST)
        world.discord.fail(*[TOO_MANY] * 12, method="GET")
        await world.digest()
        assert await world.deliver() == 0
        world.clock.moment += SUPPRESSED_FOR
        assert await world.finish() == 1
        assert len(world.discord.messages) == 1
        assert world.discord.too_early == []


async def test_a_look_that_never_succeeds_ends_after_a_day_and_posts_nothing_twice(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(LOST)
        world.discord.fail(*[Fault(status=500)] * ALWAYS, method="GET")
        await world.digest()
        assert await world.deliver() == 0
        world.clock.moment += SUPPRESSED_FOR
        assert await world.finish() == 0
        (dead,) = await world.store.outbox.pending(world.clock.now())
        assert dead.reason.startswith("gave up after")
        assert len(world.discord.messages) == 1


@pytest.mark.parametrize(("before", "doubled"), [(PAGE, 0), (PAGE * PAGES, 1)])
async def test_a_busy_channel_is_looked_through_for_some_pages(
    migrated_sqlite_url: str, before: int, doubled: int
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        for _ in range(before):
            world.discord.say(HERE.id, {"content": "hello"})
        world.discord.fail(LOST)
        await world.digest()
        assert await world.deliver() == 0
        world.clock.moment += timedelta(hours=1)
        assert await world.finish() == 1
        assert list(world.times.values()) == [1 + doubled]


async def test_what_another_bot_copied_is_not_taken_for_ours(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(Fault(hangs_up=True))
        await world.digest()
        assert await world.deliver() == 0
        world.discord.say(HERE.id, world.discord.calls("POST", MESSAGES)[0].body)
        world.clock.moment += timedelta(hours=1)
        assert await world.finish() == 1
        assert list(world.times.values()) == [1]
