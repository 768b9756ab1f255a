"""Comings and goings on Slack: greeted once, paused with the reason, resumed, and stopped at once."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.slack.comings import ASK_EVERY, ASKED_AT_ONCE
from adapters.slack.gateway import LOOK_BACK_AGAIN, SlackGateway
from bot.clock import SystemClock
from bot.model.channel import Channel, Platform
from bot.model.delivery import Kind
from bot.model.installation import Installation, Secret
from bot.model.subscription import Pause, PauseReason
from tests.builders import NOW
from tests.conformance.deliveries import subscribe
from tests.delivering import noticed, why_paused
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import BOT, Fault
from tests.fakes.slack_talk import a_command, an_event, signed
from tests.integration.slack.talking import PATIENCE, TEA, Talk, talk

Json = Any

LATER = int((NOW + timedelta(hours=1)).timestamp())
EARLIER = int((NOW - timedelta(hours=1)).timestamp())


@pytest.fixture
async def slack_talk(store_url: str) -> AsyncIterator[Talk]:
    async with talk(store_url) as begun:
        await begun.types("subscribe teapots")
        yield begun


_numbers = itertools.count(1)


async def happens(slack_talk: Talk, kind: str, *, team: str = "T1", at: int = LATER, **details: Json) -> None:
    await slack_talk.happens(an_event(kind, next(_numbers), team=team, at=at, **details))


async def test_we_greet_a_channel_once(slack_talk: Talk) -> None:
    for _ in range(2):
        await happens(slack_talk, "member_joined_channel", channel="C02", user=BOT)
    await happens(slack_talk, "member_joined_channel", channel="C01", user="U2BO")
    assert await noticed(slack_talk.store, Kind.GREETING) == [Channel(Platform.SLACK, "T1", "C02")]


async def test_an_event_that_comes_again_is_not_heard(slack_talk: Talk) -> None:
    left = an_event("channel_left", next(_numbers), channel="C01")
    await slack_talk.happens(left, seconds_ago=5)
    await happens(slack_talk, "member_joined_channel", channel="C01", user=BOT)
    await slack_talk.happens(left)
    assert await why_paused(slack_talk.store, TEA) == ""


async def test_events_without_an_id_are_all_heard(slack_talk: Talk) -> None:
    for kind, why in (("channel_archive", "the channel was archived"), ("channel_unarchive", "")):
        event = an_event(kind, at=LATER, channel="C01")
        del event["event_id"]
        await slack_talk.happens(event)
        assert await why_paused(slack_talk.store, TEA) == why


@pytest.mark.parametrize(
    ("kind", "details", "why"),
    [
        ("member_left_channel", {"channel": "C01", "user": BOT}, "I was removed from the channel"),
        ("channel_left", {"channel": "C01"}, "I was removed from the channel"),
        ("group_left", {"channel": "C01"}, "I was removed from the channel"),
        ("channel_archive", {"channel": "C01", "user": "U2BO"}, "the channel was archived"),
        ("group_archive", {"channel": "C01"}, "the channel was archived"),
        ("channel_deleted", {"channel": "C01"}, "the channel was deleted"),
        ("group_deleted", {"channel": "C01"}, "the channel was deleted"),
        ("member_left_channel", {"channel": "C01", "user": "U2BO"}, ""),
        ("channel_rename", {"channel": {"id": "C01", "name": "coffee"}}, ""),
        ("channel_left", {"channel": "C02"}, ""),
    ],
)
async def test_a_channel_that_is_lost_is_paused_with_the_reason(
    kind: str, details: Json, why: str, slack_talk: Talk
) -> None:
    await happens(slack_talk, kind, **details)
    assert await why_paused(slack_talk.store, TEA) == why
    told = await noticed(slack_talk.store, Kind.PAUSED)
    assert told == ([Channel(Platform.SLACK, "T1", "@U1ANA")] if why else [])


async def test_the_same_channel_of_another_workspace_is_not_lost(slack_talk: Talk) -> None:
    await happens(slack_talk, "channel_archive", team="T2", channel="C01")
    assert await why_paused(slack_talk.store, TEA) == ""


async def test_who_lets_us_in_again_has_its_digests_again(slack_talk: Talk) -> None:
    await happens(slack_talk, "channel_left", channel="C01")
    await happens(slack_talk, "member_joined_channel", channel="C01", user=BOT)
    assert await slack_talk.subscribed() == {"teapot": "active"}


async def test_a_channel_that_is_unarchived_goes_on_only_with_us_in_it(slack_talk: Talk) -> None:
    await happens(slack_talk, "channel_archive", channel="C01")
    slack_talk.slack.places["T1/C01"] = {"name": "tea", "is_member": False}
    await happens(slack_talk, "channel_unarchive", channel="C01")
    assert await why_paused(slack_talk.store, TEA) == "the channel was archived"
    slack_talk.slack.places["T1/C01"] = {"name": "tea", "is_member": True}
    await happens(slack_talk, "channel_unarchive", channel="C01")
    assert await why_paused(slack_talk.store, TEA) == ""


async def test_a_channel_is_called_by_its_new_name(slack_talk: Talk) -> None:
    assert "#stoves" in (await slack_talk.types("list", team_id="T2")).text
    slack_talk.slack.places["T2/C01"] = {"name": "ovens", "is_member": True}
    assert "#stoves" in (await slack_talk.types("list", team_id="T2")).text
    await happens(slack_talk, "channel_rename", team="T2", channel={"id": "C01", "name": "ovens"})
    assert "#ovens" in (await slack_talk.types("list", team_id="T2")).text


MOVED: Json = {"old_channel_id": "C01", "new_channel_id": "C05"}
C05 = Channel(Platform.SLACK, "T1", "C05")


async def test_a_channel_that_gets_another_id_keeps_what_it_has_and_goes_on(slack_talk: Talk) -> None:
    await happens(slack_talk, "channel_deleted", channel="C01")
    slack_talk.slack.places["T1/C05"] = {"name": "tea", "is_member": True}
    for _ in range(2):
        await happens(slack_talk, "channel_id_changed", **MOVED)
    assert await slack_talk.subscribed() == {}
    assert await slack_talk.subscribed(C05) == {"teapot": "active"}


async def test_a_channel_whose_new_id_is_subscribed_by_itself_is_left_alone_and_logged(
    slack_talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    slack_talk.slack.places["T1/C05"] = {"name": "tea", "is_member": True}
    await slack_talk.types("subscribe kettles", channel_id="C05")
    await happens(slack_talk, "channel_id_changed", **MOVED)
    assert await slack_talk.subscribed() == {"teapot": "active"}
    assert await slack_talk.subscribed(C05) == {"kettle": "active"}
    assert "Slack changed the id of slack:T1/C01 to slack:T1/C05, which is in use already" in caplog.text


# --- whole workspaces ---------------------------------------------------------------------------------------------


async def token(slack_talk: Talk, team: str = "T1") -> str:
    found = await slack_talk.store.installations.find(Platform.SLACK, team)
    return found.token.value if found else ""


REVOKED: Json = {"tokens": {"bot": [BOT], "oauth": []}}


@pytest.mark.parametrize("kinds", [("app_uninstalled", "tokens_revoked"), ("tokens_revoked", "app_uninstalled")])
async def test_an_uninstalled_workspace_stops_at_once_in_whatever_order_it_is_told(
    kinds: tuple[str, str], slack_talk: Talk
) -> None:
    await slack_talk.types("subscribe teapots", team_id="T2")
    for kind in kinds:
        await happens(slack_talk, kind, **(REVOKED if kind == "tokens_revoked" else {}))
        assert await token(slack_talk) == ""
        assert await why_paused(slack_talk.store, TEA) != ""
    assert await slack_talk.subscribed() == {"teapot": "paused"}
    assert await token(slack_talk, "T2") == "xoxb-2"
    assert await slack_talk.subscribed(Channel(Platform.SLACK, "T2", "C01")) == {"teapot": "active"}


async def test_tokens_of_people_are_no_concern_of_ours(slack_talk: Talk) -> None:
    await happens(slack_talk, "tokens_revoked", tokens={"oauth": ["U1ANA"]})
    assert await token(slack_talk) == "xoxb-1"
    assert await why_paused(slack_talk.store, TEA) == ""


async def test_news_of_a_token_from_before_the_workspace_installed_again_is_too_late(slack_talk: Talk) -> None:
    again = Installation(platform=Platform.SLACK, workspace="T1", token=Secret("xoxb-1"), bot_user=BOT)
    await slack_talk.store.installations.save(again, NOW)
    await happens(slack_talk, "app_uninstalled", at=EARLIER)
    assert await token(slack_talk) == "xoxb-1"
    assert await why_paused(slack_talk.store, TEA) == ""


async def test_a_start_lets_go_on_what_came_back_while_nobody_listened(slack_talk: Talk) -> None:
    await slack_talk.types("subscribe teapots", channel_id="C02")
    await happens(slack_talk, "app_uninstalled")
    again = Installation(platform=Platform.SLACK, workspace="T1", token=Secret("xoxb-1"), bot_user=BOT)
    await slack_talk.store.installations.save(again, NOW + timedelta(hours=2))
    slack_talk.slack.places["T1/C01"] = {"name": "tea", "is_member": True}
    slack_talk.slack.places["T1/C02"] = {"name": "coffee", "is_member": False}
    for _ in range(2):
        await slack_talk.gateway.look_after()
    assert isinstance(slack_talk.gateway, SlackGateway)
    await slack_talk.gateway.work.settled(PATIENCE)
    assert await why_paused(slack_talk.store, TEA) == ""
    assert await why_paused(slack_talk.store, Channel(Platform.SLACK, "T1", "C02")) != ""


async def test_a_look_back_at_many_lost_channels_asks_slack_no_faster_than_it_likes(migrated_sqlite_url: str) -> None:
    clock = SteppingClock(NOW)
    async with talk(migrated_sqlite_url, clock=clock) as begun:
        channels = [Channel(Platform.SLACK, "T1", f"C5{each:02}") for each in range(ASKED_AT_ONCE + 4)]
        for channel in channels:
            await subscribe(begun.store, channel=channel)
            begun.slack.places[f"T1/{channel.id}"] = {"name": "tea", "is_member": True}
        lost = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="gone")
        await begun.store.subscriptions.pause_workspace(Platform.SLACK, "T1", lost)
        await begun.gateway.look_after()
        assert isinstance(begun.gateway, SlackGateway)
        await begun.gateway.work.settled(PATIENCE)
        assert clock.slept == [ASK_EVERY.total_seconds()] * 4
        assert [await why_paused(begun.store, each) for each in channels] == [""] * len(channels)


async def test_what_happens_while_there_is_too_much_to_do_is_looked_back_at(slack_talk: Talk) -> None:
    gateway = slack_talk.gateway
    assert isinstance(gateway, SlackGateway)
    slack_talk.slack.places["T1/C01"] = {"name": "tea", "is_member": True}
    await gateway.look_after()
    await happens(slack_talk, "channel_archive", channel="C01")
    let_go = asyncio.Event()
    while gateway.work.begin("a long job", wait_for(let_go), workspace="T1"):
        pass
    body = json.dumps(an_event("channel_unarchive", next(_numbers), at=LATER, channel="C01"))
    kind = "application/json"
    await slack_talk.post(body, signed(body, SystemClock().now().timestamp(), kind=kind))
    # What is typed after it is heard after it.
    assert "too much to do" in (await slack_talk.post(urlencode(a_command(slack_talk.slack, "help")))).text
    let_go.set()
    await gateway.work.settled(PATIENCE)
    assert await why_paused(slack_talk.store, TEA) == "the channel was archived"
    await gateway.look_after()
    await gateway.work.settled(PATIENCE)
    assert await why_paused(slack_talk.store, TEA) == ""


async def test_a_channel_of_which_slack_does_not_say_whether_we_are_in_it_is_asked_about_again(
    migrated_sqlite_url: str,
) -> None:
    clock = SteppingClock(NOW)
    async with talk(migrated_sqlite_url, clock=clock) as begun:
        gateway = begun.gateway
        assert isinstance(gateway, SlackGateway)
        await begun.types("subscribe teapots")
        await gateway.look_after()
        await happens(begun, "channel_archive", channel="C01")
        begun.slack.fail(Fault(status=500), method="conversations.info")
        await happens(begun, "channel_unarchive", channel="C01")
        await gateway.look_after()
        await gateway.work.settled(PATIENCE)
        assert await why_paused(begun.store, TEA) == "the channel was archived"
        await clock.sleep(LOOK_BACK_AGAIN.total_seconds())
        for _ in range(2):
            await gateway.look_after()
            await gateway.work.settled(PATIENCE)
        assert await why_paused(begun.store, TEA) == ""
        asked = len(begun.slack.calls("conversations.info"))
        await clock.sleep(LOOK_BACK_AGAIN.total_seconds())
        await gateway.look_after()
        await gateway.work.settled(PATIENCE)
        assert len(begun.slack.calls("conversations.info")) == asked


async def wait_for(event: asyncio.Event) -> None:
    await event.wait()


async def test_many_events_at_once_are_all_heard(slack_talk: Talk) -> None:
    events = [an_event("member_joined_channel", 500 + each, channel=f"C5{each:02}", user=BOT) for each in range(30)]
    await asyncio.gather(*(slack_talk.happens(each) for each in events))
    assert len(await noticed(slack_talk.store, Kind.GREETING)) == 30
