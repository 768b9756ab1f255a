"""Slack in trouble: nothing is lost, and nothing doubled that could be looked up."""

from datetime import timedelta

import pytest

from adapters.slack.client import SlackApi
from adapters.slack.messenger import PAGES, SlackMessenger
from bot.model.channel import Channel, Platform
from bot.model.delivery import Kind
from tests.builders import NOW
from tests.fakes.slack import ALWAYS, Fault
from tests.slack_world import HERE, LONG, READING, World, a_world

BLIND = frozenset({"chat:write"})
PARTS = 3
"""What a long digest takes."""

IMPATIENT = timedelta(seconds=3)
MINUTE = 60
TOO_MANY = Fault(status=429, code="ratelimited", retry_after=MINUTE)
ELSEWHERE = [Channel(Platform.SLACK, "T2", f"C2{number}") for number in range(6)]

BEFORE = {
    "500": Fault(status=500),
    "502 in HTML": Fault(status=502, body=b"<html>Bad gateway</html>"),
    "disconnect": Fault(hangs_up=True),
    "hang": Fault(hangs=True),
    "fatal_error": Fault(code="fatal_error"),
    "internal_error": Fault(code="internal_error", status=500),
}
AFTER = {
    "500": Fault(status=500, body=b"", accepts=True),
    "200 in HTML": Fault(body=b"<html>Thank you</html>", accepts=True),
    "nothing": Fault(body=b"", accepts=True),
    "disconnect": Fault(hangs_up=True, accepts=True),
    "hang": Fault(hangs=True, accepts=True),
    "fatal_error": Fault(code="fatal_error", accepts=True),
}


def posts(world: World, workspace: str) -> list[timedelta]:
    """Return when a workspace was posted to, counted from the beginning."""
    return [each.at - NOW for each in world.slack.calls("chat.postMessage") if each.workspace == workspace]


def looks(world: World) -> int:
    """Count the looks for what was posted."""
    return sum(each.method.startswith("conversations.") for each in world.slack.asked)


async def test_in_a_storm_of_429_nobody_asks_before_the_time_and_other_workspaces_are_not_delayed(
    store_url: str,
) -> None:
    async with a_world(store_url, workspaces=("T1", "T2")) as world:
        world.slack.fail(*[TOO_MANY] * 5)
        await world.digest(HERE, LONG)
        assert await world.deliver() == 0
        # While the one channel's silence lasts the rest of its workspace, and another workspace, have digests due.
        neighbours = [Channel(Platform.SLACK, "T1", f"C1{number}") for number in range(6)]
        for channel in (*neighbours, *ELSEWHERE):
            await world.digest(channel)
        assert await world.deliver() == len(ELSEWHERE)
        assert max(posts(world, "T2")) < timedelta(seconds=MINUTE)
        assert len(posts(world, "T1")) == 1
        assert await world.finish() == 1 + len(neighbours)
        assert set(world.times.values()) == {1}
        assert len(world.slack.messages) == PARTS + len(neighbours) + len(ELSEWHERE)
        first, second = posts(world, "T1")[:2]
        assert second - first >= timedelta(seconds=MINUTE)


async def test_a_channel_that_is_told_to_wait_again_and_again_never_asks_too_early(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.slack.fail(None, *[TOO_MANY] * 15, None, TOO_MANY)
        await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert world.slack.too_early == []
        assert [each.mark[1] for each in world.slack.messages] == [*range(PARTS)]
        # Fifteen refusals are more than a delivery has tries.
        assert len(world.slack.calls("chat.postMessage")) == PARTS + 16


async def test_every_process_keeps_the_silence_that_one_was_asked_for(store_url: str) -> None:
    async with a_world(store_url) as world:
        world.slack.fail(TOO_MANY)
        await world.digest(HERE)
        assert await world.deliver() == 0
        store = world.store
        another = SlackMessenger(SlackApi(world.slack.url), store.installations, store.rate_limits, world.clock)
        world.messenger = another
        await world.digest(Channel(Platform.SLACK, "T1", "C9"))
        assert await world.deliver() == 0
        assert len(world.slack.calls("chat.postMessage")) == 1
        assert await world.finish() == 2
        assert world.slack.too_early == []


@pytest.mark.parametrize("scopes", [READING, BLIND], ids=["reads", "blind"])
@pytest.mark.parametrize("at", [0, 2], ids=["first", "third"])
@pytest.mark.parametrize("fault", BEFORE.values(), ids=BEFORE.keys())
async def test_what_slack_did_not_take_is_posted_and_nothing_is_doubled(
    migrated_sqlite_url: str, fault: Fault, at: int, scopes: frozenset[str]
) -> None:
    async with a_world(migrated_sqlite_url, scopes=scopes, patience=IMPATIENT) as world:
        world.slack.fail(*[None] * at, fault)
        await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert [each.mark[1] for each in world.slack.messages] == [*range(PARTS)]


@pytest.mark.parametrize("at", [0, 2], ids=["first", "third"])
@pytest.mark.parametrize("fault", AFTER.values(), ids=AFTER.keys())
async def test_what_slack_took_without_saying_so_is_found_and_not_posted_again(
    migrated_sqlite_url: str, fault: Fault, at: int
) -> None:
    async with a_world(migrated_sqlite_url, patience=IMPATIENT) as world:
        world.slack.fail(*[None] * at, fault)
        await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert [each.mark[1] for each in world.slack.messages] == [*range(PARTS)]
        assert len(world.slack.calls("chat.postMessage")) == PARTS


@pytest.mark.parametrize("fault", AFTER.values(), ids=AFTER.keys())
async def test_where_history_may_not_be_read_each_failure_doubles_its_part_and_none_is_lost(
    migrated_sqlite_url: str, fault: Fault
) -> None:
    async with a_world(migrated_sqlite_url, scopes=BLIND, patience=IMPATIENT) as world:
        world.slack.fail(fault, None, fault)
        await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert [each.mark[1] for each in world.slack.messages] == [0, 0, 1, 1, 2]
        assert looks(world) == 0


async def test_that_history_may_not_be_read_is_learnt_by_asking_once(migrated_sqlite_url: str) -> None:
    lost = Fault(hangs_up=True, accepts=True)
    async with a_world(migrated_sqlite_url, scopes=BLIND, says_scopes=False) as world:
        world.slack.fail(lost, None, lost)
        await world.digest(HERE, LONG)
        assert await world.finish() == 1
        assert [each.mark[1] for each in world.slack.messages] == [0, 0, 1, 1, 2]
        assert looks(world) == 1


async def test_slack_that_breaks_down_for_hours_gets_every_digest_once_in_the_end(store_url: str) -> None:
    async with a_world(store_url, scopes=READING) as world:
        world.slack.fail(*[Fault(status=500, body=b"", accepts=True), Fault(status=503)] * 4)
        for channel in (HERE, Channel(Platform.SLACK, "T1", "C2")):
            await world.digest(channel, LONG)
        assert await world.finish() == 2
        assert set(world.times.values()) == {1}
        assert len(world.slack.messages) == 2 * PARTS


async def test_a_look_that_is_told_to_wait_waits_and_posts_nothing_meanwhile(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(Fault(hangs_up=True, accepts=True))
        world.slack.fail(*[TOO_MANY] * 12, method="conversations.history")
        await world.digest()
        assert await world.finish() == 1
        assert len(world.slack.messages) == 1
        assert world.slack.too_early == []


async def test_a_look_that_never_succeeds_ends_after_a_day_and_posts_nothing_twice(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(Fault(hangs_up=True, accepts=True))
        world.slack.fail(*[Fault(status=500)] * ALWAYS, method="conversations.history")
        await world.digest()
        assert await world.finish() == 0
        (dead,) = await world.store.outbox.pending(world.clock.now())
        assert dead.reason.startswith("gave up after")
        assert len(world.slack.messages) == 1


@pytest.mark.parametrize(("before", "doubled"), [(2, 0), (PAGES + 1, 1)])
async def test_a_busy_channel_is_looked_through_for_some_pages(
    migrated_sqlite_url: str, before: int, doubled: int
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.page = 1
        for _ in range(before):
            world.slack.said_by_somebody(HERE.id, at=NOW)
        world.slack.fail(Fault(hangs_up=True, accepts=True))
        await world.digest()
        assert await world.finish() == 1
        assert sum(world.times.values()) - len(world.times) == doubled


async def test_another_apps_mark_is_not_taken_for_ours(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(Fault(hangs_up=True))
        await world.digest()
        assert await world.deliver() == 0
        asked = world.slack.calls("chat.postMessage")[0]
        world.slack.said_by_somebody(HERE.id, at=NOW, metadata=asked.body["metadata"])
        assert await world.finish() == 1
        assert [each.user for each in world.slack.messages].count("U0PAPERS") == 1


async def test_a_person_gets_what_may_have_come_once_more(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(Fault(hangs_up=True, accepts=True))
        await world.digest(HERE.personal("U7"), kind=Kind.RUN)
        assert await world.finish() == 1
        assert [*world.times.values()] == [2]
