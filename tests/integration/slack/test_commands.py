"""Commands and presses over HTTP, on both databases: who asks, what is answered, who sees it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from adapters.slack.render import messages
from adapters.work import AT_ONCE
from bot.model.channel import Channel, Platform
from bot.snapshot import document_of
from tests.builders import NOW
from tests.fakes.slack import Fault
from tests.fakes.slack_talk import a_choice, a_command
from tests.integration.slack.talking import TEA, Talk, talk
from tests.scenarios.library import TEAPOTS, fill, id_of


@pytest.fixture
async def slack_talk(store_url: str) -> AsyncIterator[Talk]:
    async with talk(store_url) as begun:
        await fill(begun.store)
        yield begun


async def test_a_subscription_is_told_to_the_channel_by_the_name_of_who_made_it(slack_talk: Talk) -> None:
    said = await slack_talk.types('subscribe "world model" --daily 09:00')
    assert (said.how, said.to_channel) == ("there", True)
    assert "@ana subscribed this channel" in said.text
    assert "U1ANA" not in said.text
    assert await slack_talk.subscribed() == {'"world model"': "active"}


async def test_a_first_subscription_takes_the_zone_of_who_made_it(slack_talk: Talk) -> None:
    await slack_talk.types("subscribe teapots")
    assert (await slack_talk.store.subscriptions.settings(TEA)).timezone == "Asia/Tokyo"


async def test_a_zone_that_nobody_knows_is_none(slack_talk: Talk) -> None:
    await slack_talk.types("subscribe teapots", user_id="U2BO")
    assert (await slack_talk.store.subscriptions.settings(TEA)).timezone is None


async def test_a_list_is_for_the_person_alone(slack_talk: Talk) -> None:
    said = await slack_talk.types("list")
    assert (said.how, said.to_channel) == ("there", False)
    assert "No subscriptions in #tea yet." in said.text


async def test_a_workspace_for_which_slack_does_not_answer_holds_up_no_other(slack_talk: Talk) -> None:
    slack = slack_talk.slack
    slack.fail(*[Fault(hangs=True)] * (AT_ONCE + 1), method="users.info")
    for number in range(AT_ONCE + 1):
        body = urlencode(a_command(slack, "list", user_id=f"U9{number}"))
        assert (await slack_talk.post(body)).status_code == 200
    said = await slack_talk.types("list", team_id="T2")
    assert "No subscriptions in #stoves yet." in said.text
    slack.close()


async def test_what_slack_makes_of_a_text_is_undone(slack_talk: Talk) -> None:
    said = await slack_talk.types("search teapots upvotes:&gt;=74")
    assert "papers/2606.00001" in said.text
    said = await slack_talk.types("show <https://arxiv.org/abs/2606.00001|arxiv.org/abs/2606.00001>")
    assert "papers/2606.00001" in said.text


async def test_what_is_not_understood_is_told_to_the_person_alone(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe teapots --dayly 9")
    assert not said.to_channel
    assert "--daily" in said.text


async def test_a_channel_without_us_is_not_subscribed_and_says_how_to_let_us_in(slack_talk: Talk) -> None:
    for channel_id in ("C03", "C04"):
        said = await slack_talk.types("subscribe teapots", channel_id=channel_id)
        assert "/invite @papers" in said.text
        assert await slack_talk.subscribed(Channel(Platform.SLACK, "T1", channel_id)) == {}
    slack_talk.slack.places["T1/C03"] = {"name": "secret", "is_member": True}
    await slack_talk.types("subscribe teapots", channel_id="C03")
    assert await slack_talk.subscribed(Channel(Platform.SLACK, "T1", "C03")) == {"teapot": "active"}


async def test_a_digest_of_ones_own_needs_no_channel(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe teapots --to me", channel_id="C03")
    assert not said.to_channel
    assert await slack_talk.subscribed(Channel(Platform.SLACK, "T1", "@U1ANA")) == {"teapot": "active"}
    await slack_talk.types("subscribe kettles", channel_id="D7")
    assert await slack_talk.subscribed(Channel(Platform.SLACK, "T1", "@U1ANA")) == {
        "teapot": "active",
        "kettle": "active",
    }


# --- who may ------------------------------------------------------------------------------------------------------


async def managers_only(slack_talk: Talk, channel: str) -> None:
    said = await slack_talk.types("settings who-can-manage managers", channel_id=channel, user_id="U2BO")
    assert said.to_channel


@pytest.mark.parametrize(
    ("user", "channel", "who"),
    [
        ("U2BO", "C01", "managers"),  # an administrator
        ("U1ANA", "C02", "managers"),  # who made the channel
        ("U1ANA", "C01", "others"),  # who made another one
        ("U3CY", "C01", "others"),  # an administrator of another workspace
        ("U4", "C01", "others"),  # whom Slack does not know
    ],
)
async def test_managers_are_administrators_and_who_made_the_channel(
    user: str,
    channel: str,
    who: str,
    slack_talk: Talk,
) -> None:
    await managers_only(slack_talk, channel)
    said = await slack_talk.types("subscribe teapots", channel_id=channel, user_id=user)
    assert said.to_channel is (who == "managers")


async def test_who_made_one_channel_manages_no_other(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe teapots --in <#C01|tea>", channel_id="C02")
    assert "nly a manager" in said.text
    said = await slack_talk.types("subscribe teapots --in <#C01|tea>", channel_id="C02", user_id="U2BO")
    assert "@Bo B subscribed" in said.text
    # Those in #kettles may not be let in there.
    assert not said.to_channel
    assert await slack_talk.subscribed() == {"teapot": "active"}


async def test_slack_is_asked_once_who_somebody_is_and_nobody_manages_while_it_is_away(slack_talk: Talk) -> None:
    for _ in range(3):
        await slack_talk.types("list")
    assert len(slack_talk.slack.calls("users.info")) == 1
    assert [each.body for each in slack_talk.slack.calls("conversations.info")] == [{"channel": "C01"}]


# --- two workspaces ---------------------------------------------------------------------------------------------------


async def test_equal_channels_of_two_workspaces_are_two(slack_talk: Talk) -> None:
    other = Channel(Platform.SLACK, "T2", "C01")
    subscribed = await slack_talk.types("subscribe teapots")
    said = await slack_talk.types("list", team_id="T2")
    assert "No subscriptions in #stoves yet." in said.text
    for value in subscribed.buttons.values():
        said = await slack_talk.presses(value, team={"id": "T2"})
        assert "no longer good" in said.text
    assert (await slack_talk.subscribed(), await slack_talk.subscribed(other)) == ({"teapot": "active"}, {})


async def test_a_workspace_that_did_not_install_the_app_is_answered_all_the_same(slack_talk: Talk) -> None:
    said = await slack_talk.types("list", team_id="T3")
    assert "No subscriptions" in said.text


# --- presses ----------------------------------------------------------------------------------------------------------


async def test_undo_works_as_on_the_console(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe teapots")
    undone = await slack_talk.presses(said.buttons["Undo"])
    assert undone.to_channel
    assert "Undone by @ana" in undone.text
    assert await slack_talk.subscribed() == {}
    again = await slack_talk.presses(said.buttons["Undo"])
    assert not again.to_channel


async def test_an_answer_to_a_press_never_replaces_the_message(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe teapots")
    assert (await slack_talk.presses(said.buttons["Undo"])).body["replace_original"] is False


async def test_a_choice_of_a_papers_menu_acts_on_it(slack_talk: Talk) -> None:
    said = await slack_talk.types("show 2606.00001")
    found = await slack_talk.types("search lighthouses")
    assert list(found.menu) == ["Abstract", "Save", "Similar", "Discuss", "Less like this"]
    saved = await slack_talk.chooses(a_choice(found.menu["Save"]))
    assert not saved.to_channel
    assert said.text
    assert "Lighthouses" in (await slack_talk.types("saved")).text


async def test_a_discussion_names_who_asked_for_it_and_calls_nobody(slack_talk: Talk) -> None:
    found = await slack_talk.types("search lighthouses")
    await slack_talk.chooses(a_choice(found.menu["Discuss"]))
    (delivery,) = await slack_talk.store.outbox.claim(NOW, timedelta(minutes=1), 9, [Platform.SLACK])
    (message,) = messages(document_of(delivery.document))
    assert "@ana: worth a look?" in message.payload["text"]
    assert "U1ANA" not in str(message.payload)


async def test_the_name_of_a_private_channel_is_told_nowhere_else(slack_talk: Talk) -> None:
    # Whoever knows no more than its id could have it named by typing that.
    private = {"creator": "U9", "is_member": True, "is_private": True}
    slack_talk.slack.places["T1/C04"] = {"id": "C04", "name": "layoffs", **private}
    for text in ("search #C04 #C02", "frobnicate #C04", "show #C04", "list --in #C04"):
        for channel in ("C01", "D01"):
            said = await slack_talk.types(text, channel=channel)
            assert "layoffs" not in str(said.body)
    assert "#kettles" in (await slack_talk.types("search #C04 #C02")).text
    slack_talk.slack.places["T1/C01"] |= private
    assert "#tea" in (await slack_talk.types("search #C01")).text


async def test_a_button_that_is_made_up_is_refused(slack_talk: Talk) -> None:
    for value in ("do:guessed", "undo:guessed", "save:", "frobnicate:x", "", "::"):
        said = await slack_talk.presses(value)
        assert not said.to_channel


# --- where the answer goes --------------------------------------------------------------------------------------------


async def test_an_answer_whose_address_is_used_up_goes_by_the_web_api(slack_talk: Talk) -> None:
    slack_talk.slack.takes = 0
    said = await slack_talk.types("list")
    assert (said.how, said.body["user"], said.body["channel"]) == ("ephemeral", "U1ANA", "C01")
    said = await slack_talk.types("subscribe teapots")
    assert (said.how, said.body["channel"], said.to_channel) == ("message", "C01", True)


async def test_an_answer_that_the_channel_does_not_take_goes_to_the_person(slack_talk: Talk) -> None:
    slack_talk.slack.takes = 0
    said = await slack_talk.types("list", channel_id="C04")
    assert (said.how, said.body["channel"]) == ("message", "U1ANA")


async def test_nobody_is_mentioned_by_a_paper(slack_talk: Talk) -> None:
    said = await slack_talk.types("search teapots")
    assert id_of(TEAPOTS)
    assert "<!" not in said.text.replace("<!date", "")
    assert "<@" not in said.text
