"""Who and what Slack says people and channels are: remembered, and not asked for when Slack asks for silence."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from adapters.slack.client import SlackApi
from adapters.slack.interactions import Here
from adapters.slack.members import ASKED_AGAIN_AFTER, NAMES_ASKED, NAMES_ASKED_WITHIN, REMEMBERED, Members
from adapters.slack.tokens import TokenWorkspace
from bot.errors import RefusedError
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import Fault
from tests.fakes.slack_talk import TalkingSlack, talking
from tests.integration.slack.talking import TEA, a_slack

HERE = Here(workspace="T1", channel_id="C01", user="U2BO")
SECRET = Channel(Platform.SLACK, "T1", "C03")
BUSY = Fault(code="ratelimited", status=429, retry_after=40)


@dataclass
class Asking:
    slack: TalkingSlack
    members: Members
    clock: SteppingClock


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    clock = SteppingClock(NOW)
    slack = a_slack()
    slack.clock = clock
    async with talking(slack):
        one = TokenWorkspace(Secret("xoxb-1"), slack.url, clock)
        yield Asking(slack, Members(SlackApi(slack.url), one, clock), clock)


async def test_who_asks_is_told_by_slack_and_remembered_for_some_minutes(asking: Asking) -> None:
    for _ in range(3):
        requester = await asking.members.requester(HERE)
        assert (requester.is_manager, requester.manages_all, requester.name) == (True, True, "Bo B")
    assert len(asking.slack.calls("users.info")) == 1
    asking.slack.people["U2BO"] = {**asking.slack.people["U2BO"], "is_admin": False}
    await asking.clock.sleep(REMEMBERED.total_seconds())
    assert not (await asking.members.requester(HERE)).is_manager


async def test_slack_that_asks_for_silence_is_not_asked_and_nobody_is_a_manager_meanwhile(asking: Asking) -> None:
    asking.slack.fail(BUSY, method="users.info")
    for _ in range(3):
        requester = await asking.members.requester(HERE)
        assert (requester.user, requester.is_manager, requester.name) == ("U2BO", False, "")
    assert len(asking.slack.calls("users.info")) == 1
    await asking.clock.sleep(40)
    assert (await asking.members.requester(HERE)).is_manager
    assert asking.slack.too_early == []


async def test_a_channel_is_refused_only_where_slack_says_so(asking: Asking) -> None:
    await asking.members.check(TEA)
    with pytest.raises(RefusedError, match="#secret"):
        await asking.members.check(SECRET)
    asking.slack.fail(BUSY, method="conversations.info")
    await asking.members.check(SECRET)
    assert await asking.members.is_ours(SECRET) is None


async def test_a_channel_of_which_slack_says_little_is_taken_for_ours_until_a_post_tells(asking: Asking) -> None:
    asking.slack.places["T1/C03"] = {"id": "C03", "name": "secret"}
    await asking.members.check(SECRET)
    assert await asking.members.is_ours(SECRET)
    asking.slack.fail(Fault(body=b'{"ok": true}', content_type="application/json"), method="conversations.info")
    assert await asking.members.is_ours(SECRET) is False


async def test_a_workspace_that_we_have_no_token_of_is_refused(asking: Asking) -> None:
    for channel in (Channel(Platform.SLACK, "T2", "C01"), Channel(Platform.SLACK, "E1.T1", "C01").personal("U2BO")):
        with pytest.raises(RefusedError, match="not installed"):
            await asking.members.check(channel)


async def test_a_question_that_failed_is_not_asked_again_within_the_same_command(asking: Asking) -> None:
    asking.slack.fail(Fault(status=500), method="conversations.info")
    await asking.members.requester(HERE)
    await asking.members.check(TEA)
    assert len(asking.slack.calls("conversations.info")) == 1
    await asking.clock.sleep(ASKED_AGAIN_AFTER.total_seconds())
    await asking.members.check(TEA)
    assert len(asking.slack.calls("conversations.info")) == 2


async def test_made_up_ids_are_asked_for_within_bounds(asking: Asking) -> None:
    def asked() -> int:
        return len(asking.slack.calls("users.info")) + len(asking.slack.calls("conversations.info"))

    for number in range(10):
        people = frozenset(f"U{number}X{each}" for each in range(10))
        places = frozenset(f"C{number}X{each}" for each in range(10))
        assert await asking.members.names(HERE, people, places) == {}
    assert asked() == NAMES_ASKED
    assert (await asking.members.requester(HERE)).is_manager
    await asking.clock.sleep(NAMES_ASKED_WITHIN.total_seconds())
    names = await asking.members.names(HERE, frozenset({"U2BO"}), frozenset({"C02"}))
    assert names == {"U2BO": "Bo B", "C02": "kettles"}
