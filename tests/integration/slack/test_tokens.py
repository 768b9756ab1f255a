"""The token of a workspace: good, refused, out of reach, unreadable; what waits for it is kept and posted later."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet

from adapters.slack.client import SlackApi
from adapters.slack.gateway import SlackGateway
from adapters.slack.messenger import SlackMessenger
from adapters.slack.tokens import AWAY_FOR, GOOD_FOR, REFUSED_FOR, TokenWorkspace
from adapters.sql.store import open_store
from bot.errors import RefusedError, TokenError
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState
from bot.model.installation import Secret
from bot.pipeline.deliver import deliver_due
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import ALWAYS, Fault, Slack, serving
from tests.fakes.slack_talk import an_event
from tests.integration.slack.talking import PATIENCE, talk
from tests.slack_world import HERE, a_world, an_installation, token_of

TOKEN = "xoxb-1-teapot"  # an invented one
REVOKED = Fault(code="token_revoked")


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with serving(Slack(clock=SteppingClock(NOW), tokens={TOKEN: "T1"}, scopes={"chat:write"})) as served:
        yield served


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOW)


@pytest.fixture
def one(slack: Slack, clock: SteppingClock) -> TokenWorkspace:
    return TokenWorkspace(Secret(TOKEN), slack.url, clock)


def refuse(slack: Slack, fault: Fault, times: int = ALWAYS) -> None:
    slack.fail(*[fault] * times, method="auth.test")


async def test_the_workspace_of_a_token_is_found_and_no_other(one: TokenWorkspace, slack: Slack) -> None:
    found = await one.find("slack", "T1")
    assert found is not None
    assert (found.workspace, found.token.value, found.scopes) == ("T1", TOKEN, frozenset({"chat:write"}))
    assert [await one.find("slack", "T2"), await one.find("discord", "T1")] == [None, None]
    assert [await one.workspaces("slack"), await one.workspaces("discord")] == [("T1",), ()]
    assert len(slack.calls("auth.test")) == 1
    assert TOKEN not in repr(found) + str(one)


async def test_a_token_that_is_refused_is_told_with_the_way_out_and_not_tried_at_every_turn(
    one: TokenWorkspace, slack: Slack, clock: SteppingClock
) -> None:
    refuse(slack, REVOKED, times=2)
    for _ in range(5):
        with pytest.raises(TokenError, match=r"SLACK_BOT_TOKEN.+token_revoked.+Copy the Bot User OAuth Token") as told:
            await one.find("slack", "T1")
        with pytest.raises(TokenError):
            await one.workspaces("slack")
    assert (len(slack.calls("auth.test")), told.value.retry_after) == (1, REFUSED_FOR)
    await clock.sleep(REFUSED_FOR.total_seconds())
    with pytest.raises(TokenError):
        await one.find("slack", "T1")
    await clock.sleep(REFUSED_FOR.total_seconds())
    assert await one.find("slack", "T1")
    assert len(slack.calls("auth.test")) == 3


async def test_a_token_that_is_withdrawn_meanwhile_is_noticed(
    one: TokenWorkspace, slack: Slack, clock: SteppingClock
) -> None:
    assert await one.workspaces("slack") == ("T1",)
    refuse(slack, REVOKED)
    assert await one.workspaces("slack") == ("T1",)
    await clock.sleep(GOOD_FOR.total_seconds())
    with pytest.raises(TokenError, match="token_revoked"):
        await one.workspaces("slack")
    with pytest.raises(TokenError, match="token_revoked"):
        await one.find("slack", "T1")


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code="ratelimited", status=429),
        Fault(code="internal_error"),
        Fault(code="org_login_required"),
        Fault(status=500, body=b"<html>busy</html>"),
        Fault(hangs_up=True),
    ],
)
async def test_a_slack_that_does_not_say_it_now_takes_nothing_away_and_is_asked_again_soon(
    one: TokenWorkspace, slack: Slack, clock: SteppingClock, fault: Fault
) -> None:
    slack.fail(fault, None, fault, None, method="auth.test")
    with pytest.raises(TokenError, match="Slack") as told:
        await one.find("slack", "T1")
    assert "does not take it" not in str(told.value)
    for seconds in (AWAY_FOR.total_seconds(), GOOD_FOR.total_seconds(), AWAY_FOR.total_seconds()):
        await clock.sleep(seconds)
        assert await one.workspaces("slack") == ("T1",)
    assert len(slack.calls("auth.test")) == 4


async def test_an_uninstall_that_is_heard_late_leaves_a_good_token_alone(one: TokenWorkspace, slack: Slack) -> None:
    assert not await one.purge("slack", "T1", NOW)
    assert await one.find("slack", "T1")
    assert not await one.purge("slack", "T2", NOW + GOOD_FOR)
    assert len(slack.calls("auth.test")) == 1
    assert not await one.purge("slack", "T1", NOW + GOOD_FOR)
    assert len(slack.calls("auth.test")) == 2
    assert await one.find("slack", "T1")


async def test_a_token_that_slack_does_not_take_any_more_is_gone_at_once(one: TokenWorkspace, slack: Slack) -> None:
    assert await one.find("slack", "T1")
    refuse(slack, Fault(code="account_inactive"))
    assert await one.purge("slack", "T1", NOW)
    assert not await one.purge("slack", "T1", NOW)
    with pytest.raises(TokenError, match="account_inactive"):
        await one.find("slack", "T1")


async def test_nobody_installs_over_the_workspace_of_a_token(one: TokenWorkspace, slack: Slack) -> None:
    with pytest.raises(RefusedError, match="SLACK_CLIENT_ID"):
        await one.save(an_installation("T2"), NOW)
    assert slack.asked == []


async def test_digests_wait_for_a_token_that_is_refused_and_go_out_once_it_is_taken(store_url: str) -> None:
    async with a_world(store_url) as world:
        refuse(world.slack, REVOKED, times=3)
        one = TokenWorkspace(Secret(token_of("T1")), world.slack.url, world.clock)
        world.messenger = SlackMessenger(SlackApi(world.slack.url), one, world.store.rate_limits, world.clock)
        await world.digest()
        assert await world.deliver() == 0
        (waiting,) = await world.store.outbox.pending(world.clock.now())
        assert (waiting.state, waiting.due_at) == (DeliveryState.PENDING, NOW + REFUSED_FOR)
        assert "SLACK_BOT_TOKEN: Slack does not take it (token_revoked)" in waiting.reason
        assert world.slack.calls("chat.postMessage") == []
        assert await world.finish() == 1
        assert set(world.times.values()) == {1}


async def test_a_token_that_no_key_reads_holds_up_its_own_workspace_alone(store_url: str) -> None:
    elsewhere = Channel(Platform.SLACK, "T2", "C3")
    async with a_world(store_url, workspaces=("T1", "T2")) as world:
        async with open_store(store_url, secret_keys=[Fernet.generate_key().decode()]) as other:
            await other.installations.save(an_installation("T1"), NOW)
        for channel in (HERE, elsewhere):
            await world.digest(channel)
        messengers = {world.messenger.platform: world.messenger}
        assert await deliver_due(world.store, messengers, world.clock) == 1
        assert [each.workspace for each in world.slack.messages] == ["T2"]
        (waiting,) = await world.store.outbox.pending(world.clock.now())
        assert (waiting.channel, waiting.state) == (HERE, DeliveryState.PENDING)
        assert "Put that key back" in waiting.reason


async def test_a_gateway_with_a_refused_token_hears_answers_and_says_what_is_wrong(
    migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with talk(migrated_sqlite_url, is_over_http=False, bot_token="xoxb-wrong") as begun:
        with pytest.raises(TokenError, match="SLACK_BOT_TOKEN"):
            await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 1)
    async with talk(migrated_sqlite_url, bot_token="xoxb-wrong") as begun:
        assert "No subscriptions in" in (await begun.types("list")).text
    assert "xoxb-wrong" not in caplog.text


async def test_once_its_token_is_taken_again_a_gateway_lets_go_on_what_was_lost_meanwhile(
    migrated_sqlite_url: str,
) -> None:
    clock = SteppingClock(NOW)
    async with talk(migrated_sqlite_url, clock=clock, bot_token="xoxb-1") as begun:
        assert isinstance(begun.gateway, SlackGateway)
        await begun.types("subscribe teapots")
        await begun.gateway.look_after()
        begun.slack.fail(REVOKED, method="auth.test")
        await begun.happens(an_event("tokens_revoked", 1, at=int(NOW.timestamp()), tokens={"bot": ["U"]}))
        assert await begun.subscribed() == {"teapot": "paused"}
        with pytest.raises(TokenError, match="token_revoked"):
            await begun.gateway.look_after()
        await clock.sleep(REFUSED_FOR.total_seconds())
        await begun.gateway.look_after()
        await begun.gateway.work.settled(PATIENCE)
        assert await begun.subscribed() == {"teapot": "active"}


async def test_news_of_an_earlier_token_pauses_nothing(migrated_sqlite_url: str) -> None:
    async with talk(migrated_sqlite_url, bot_token="xoxb-1") as begun:
        await begun.types("subscribe teapots")
        for number, kind in enumerate(("app_uninstalled", "tokens_revoked"), start=1):
            at = int((NOW + timedelta(hours=1)).timestamp())
            await begun.happens(an_event(kind, number, at=at, tokens={"bot": ["U"]}))
        assert await begun.subscribed() == {"teapot": "active"}
