"""What people on Slack are told of channels that they do not see."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from adapters.slack.client import SlackApi
from adapters.slack.members import CHANNELS_LAST, LISTED_WITHIN, MOST_PAGES, NAMES_ASKED, NAMES_ASKED_WITHIN, Members
from adapters.slack.tokens import TokenWorkspace
from bot.commands.request import Requester
from bot.model.channel import Platform
from bot.model.installation import Installation, Secret
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import BOT, Fault
from tests.fakes.slack_talk import TalkingSlack, talking
from tests.integration.slack.talking import TEA, Talk, a_slack, talk

BROKEN = Fault(code="internal_error")
METHOD = "users.conversations"

TOPICS = {"C01": "teapots", "C02": "kettles", "C03": "secrets", "C04": "gossip"}
"""What each channel is subscribed to: #tea and #kettles are public, @ana is in #secret, and only @bo in #gossip."""


def furnish(slack: TalkingSlack) -> None:
    """Make two channels private, and say who is where."""
    private = {"is_member": True, "is_private": True, "creator": "U9"}
    slack.places["T1/C03"] = {"id": "C03", "name": "secret", **private}
    slack.places["T1/C04"] = {"id": "C04", "name": "gossip", **private}
    slack.members = {
        "T1/C01": {"U1ANA", "U2BO"},
        "T1/C03": {"U1ANA"},
        "T1/C04": {"U2BO"},
        "T2/C01": {"U1ANA", "U2BO"},
    }


@pytest.fixture
async def slack_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url) as begun:
        furnish(begun.slack)
        for channel, topic in TOPICS.items():
            await begun.types(f"subscribe {topic}", channel_id=channel)
        await begun.types("subscribe stoves", team_id="T2")
        for user in ("U1ANA", "U2BO"):
            await begun.types(f"subscribe {user.lower()} --to me", user_id=user)
        yield begun


async def listed(slack_talk: Talk, user: str = "U1ANA", **fields: str) -> set[str]:
    """Return the topics of the list of all channels that somebody has, in #kettles."""
    said = await slack_talk.types("list --all", user_id=user, **{"channel_id": "C02", **fields})
    assert (said.how, said.to_channel) == ("there", False)
    return topics_of(said.text)


def topics_of(text: str) -> set[str]:
    """Return the topics of a list."""
    return set(re.findall(r"#\d+ \*?([a-z0-9]+)", text))


async def test_everybody_has_the_public_channels_and_the_private_ones_they_are_in(slack_talk: Talk) -> None:
    assert await listed(slack_talk) == {"teapots", "kettles", "secrets", "u1ana"}
    # Administrators, too.
    assert await listed(slack_talk, "U2BO") == {"teapots", "kettles", "gossip", "u2bo"}
    assert await listed(slack_talk, team_id="T2", channel_id="C01") == {"stoves"}


async def test_a_private_channel_is_listed_by_its_name(slack_talk: Talk) -> None:
    assert "#secret" in (await slack_talk.types("list --all")).text


@pytest.mark.parametrize(
    "guest",
    [{"is_restricted": True}, {"is_ultra_restricted": True}, {"team_id": "T9"}],
    ids=["guest", "one", "strange"],
)
async def test_guests_have_only_the_channels_that_they_are_in(slack_talk: Talk, guest: dict[str, str | bool]) -> None:
    slack_talk.slack.people["U4DI"] = {"id": "U4DI", "name": "di", "team_id": "T1", "is_admin": True, **guest}
    slack_talk.slack.members["T1/C03"].add("U4DI")
    assert await listed(slack_talk, "U4DI", channel_id="C01") == {"teapots", "secrets"}


async def test_whoever_slack_does_not_tell_of_is_taken_for_a_guest(slack_talk: Talk) -> None:
    slack_talk.slack.people["U4DI"] = {"id": "U4DI", "name": "di", "team_id": "T1", "is_restricted": True}
    slack_talk.slack.fail(BROKEN, BROKEN, method="users.info")
    assert await listed(slack_talk, "U4DI") == {"kettles"}


async def test_what_slack_does_not_tell_is_not_listed(slack_talk: Talk) -> None:
    assert "secrets" in await listed(slack_talk)
    slack_talk.slack.fail(BROKEN, method=METHOD)
    # Which channels are public is still remembered.
    assert await listed(slack_talk, "U2BO") == {"teapots", "kettles", "u2bo"}


async def test_without_an_answer_of_slacks_there_is_no_list(slack_talk: Talk) -> None:
    slack_talk.slack.fail(BROKEN, BROKEN, method=METHOD)
    said = await slack_talk.types("list --all")
    assert "Slack did not tell me which channels you may see." in said.text
    assert "teapots" not in said.text


async def test_an_organisation_has_the_channels_of_the_workspace_where_the_command_was_typed(slack_talk: Talk) -> None:
    slack = slack_talk.slack
    slack.tokens["xoxb-e"] = "E1"
    installation = Installation(platform=Platform.SLACK, workspace="E1", token=Secret("xoxb-e"), bot_user=BOT)
    await slack_talk.store.installations.save(installation, NOW)
    slack.people["U4DI"] = {"id": "U4DI", "name": "di", "enterprise_user": {"enterprise_id": "E1"}}
    there = {"user_id": "U4DI", "enterprise_id": "E1", "is_enterprise_install": "true"}
    for each, team in (("C01", "T1"), ("C02", "T1"), ("C03", "T1"), ("C04", "T2")):
        place = {"id": each, "is_member": True, "is_private": each in {"C02", "C03"}, "context_team_id": team}
        slack.places[f"E1/{each}"] = place
        await slack_talk.types(f"subscribe {TOPICS[each]}", team_id=team, channel_id=each, **there)
    slack.members["E1/C02"] = {"U4DI"}
    # What is public in another of its workspaces may be closed to who is not there.
    said = await slack_talk.types("list --all", team_id="T1", channel_id="C02", **there)
    assert topics_of(said.text) == {"teapots", "kettles"}


# --- what Slack is asked ----------------------------------------------------------------------------------------------


@dataclass
class Asking:
    slack: TalkingSlack
    clock: SteppingClock
    members: Members

    async def seen(self, user: str, *ids: str) -> set[str]:
        """Return those of some channels that somebody sees."""
        asked = frozenset(replace(TEA, id=each) for each in ids)
        requester = Requester(channel=replace(TEA, id="C99"), user=user, is_manager=False)
        hidden = await self.members.hidden_from(asked, requester)
        return {each.id for each in asked - hidden}


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    clock, slack = SteppingClock(NOW), a_slack()
    slack.clock = clock
    furnish(slack)
    async with talking(slack):
        one = TokenWorkspace(Secret("xoxb-1"), slack.url, clock)
        yield Asking(slack, clock, Members(SlackApi(slack.url), one, clock))


async def test_slack_is_asked_once_a_minute(asking: Asking) -> None:
    for _ in range(3):
        assert await asking.seen("U1ANA", *TOPICS) == {"C01", "C02", "C03"}
    assert sorted(each.body.get("user", "") for each in asking.slack.calls(METHOD)) == ["", "U1ANA"]
    asking.slack.members["T1/C03"].clear()
    await asking.clock.sleep(CHANNELS_LAST.total_seconds())
    assert await asking.seen("U1ANA", *TOPICS) == {"C01", "C02"}


async def test_long_lists_are_read_page_by_page_and_within_bounds(asking: Asking) -> None:
    asking.slack.page = 1
    assert await asking.seen("U1ANA", *TOPICS) == {"C01", "C02", "C03"}
    many = [f"C1{number:02}" for number in range(2 * MOST_PAGES)]
    for each in many:
        asking.slack.places[f"T1/{each}"] = {"id": each, "name": each, "is_member": True, "is_private": True}
        asking.slack.members[f"T1/{each}"] = {"U2BO"}
    before = len(asking.slack.calls(METHOD))
    # The first is #gossip.
    assert await asking.seen("U2BO", *many) == set(many[: MOST_PAGES - 1])
    assert len(asking.slack.calls(METHOD)) == before + MOST_PAGES


async def test_a_slack_that_hangs_leaves_private_channels_out(
    asking: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await asking.seen("U1ANA", *TOPICS)
    monkeypatch.setattr("adapters.slack.members.LISTED_WITHIN", LISTED_WITHIN / 1000)
    asking.slack.fail(Fault(hangs=True), method=METHOD)
    assert await asking.seen("U2BO", *TOPICS) == {"C01", "C02"}
    assert "the list of channels took too long" in caplog.text


async def test_a_channel_that_we_are_not_in_any_more_is_seen_if_it_is_public(asking: Asking) -> None:
    asking.slack.places["T1/C01"] = {**asking.slack.places["T1/C01"], "is_member": False}
    del asking.slack.places["T1/C03"]
    assert await asking.seen("U1ANA", *TOPICS) == {"C01", "C02"}


async def test_many_channels_that_we_are_not_in_are_asked_for_within_bounds(asking: Asking) -> None:
    many = [f"C1{number:02}" for number in range(2 * NAMES_ASKED)]
    asking.slack.places |= {f"T1/{each}": {"id": each, "name": each, "is_member": False} for each in many}
    assert await asking.seen("U1ANA", *many) == set(many[:NAMES_ASKED])
    await asking.clock.sleep(NAMES_ASKED_WITHIN.total_seconds())
    assert await asking.seen("U1ANA", *many) == set(many)
