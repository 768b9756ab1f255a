"""Forms on Discord: what they begin with, what is heard of them, and a mistake that loses nothing."""

import re
from typing import Any

import pytest

from bot.model.cadence import Frequency
from bot.model.channel import Channel, Platform
from bot.model.subscription import Subscription
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_talk import Said
from tests.integration.discord.talking import ANA, BO, HERE, STOVES, TEA, TEA_CHANNEL, Talk, listening

Json = Any


async def a_form(discord_talk: Talk, **options: Json) -> Said:
    """Let @ana subscribe, and open the form of the subscription."""
    given = {"query": "teapots", "daily": "08:15", "tz": "Asia/Tokyo", **options}
    said = await discord_talk.ana.types("subscribe", **given)
    form = await discord_talk.ana.presses(said, "Change")
    assert form.how == "modal"
    return form


async def the_one(discord_talk: Talk, channel: Channel = TEA_CHANNEL) -> Subscription:
    (found,) = await discord_talk.store.subscriptions.of_channel(channel)
    return found


async def test_change_opens_a_form_with_what_the_subscription_is_and_sending_it_changes_nothing(
    discord_talk: Talk,
) -> None:
    form = await a_form(discord_talk, query='"tea pots"', days="mon,wed", max=5)
    assert form.body["title"] == "Change #1"
    assert form.values == {
        "query": '"tea pots"',
        "often": "daily",
        "when": "mon,wed 08:15",
        "source": "huggingface",
        "max": "5",
    }
    before = await the_one(discord_talk)
    said = await discord_talk.ana.sends(form)
    assert said.how == "original"
    assert await the_one(discord_talk) == before


async def test_edit_with_a_number_alone_opens_it_too(discord_talk: Talk) -> None:
    await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo", weekly="fri 16:00")
    form = await discord_talk.ana.types("edit", number="1")
    assert (form.how, form.values["often"], form.values["when"]) == ("modal", "weekly", "fri 16:00")
    refused = await discord_talk.ana.types("edit", number="9")
    assert (refused.how, refused.to_channel) == ("message", False)
    changed = await discord_talk.ana.types("edit", number="1", max=5)
    assert (changed.how, changed.to_channel) == ("original", True)


async def test_who_may_not_change_it_gets_no_form_but_the_reason(discord_talk: Talk) -> None:
    made = await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    for said in (await discord_talk.cy.types("edit", number="1"), await discord_talk.cy.presses(made, "Change")):
        assert (said.how == "modal", said.to_channel) == (False, False)
        assert "Changing #tea needs Manage Channels." in said.text
    assert (await discord_talk.ana.presses(made, "Change")).how == "modal"


@pytest.mark.parametrize(
    ("often", "when", "frequency", "at", "weekdays"),
    [
        ("daily", "mon, wed 7:30", Frequency.DAILY, "07:30", {0, 2}),
        ("daily", "9 pm weekdays", Frequency.DAILY, "21:00", {0, 1, 2, 3, 4}),
        ("daily", "tue", Frequency.DAILY, "08:15", {1}),
        ("daily", "", Frequency.DAILY, "08:15", {0, 1, 2, 3, 4}),
        ("weekly", "fri at 16:00", Frequency.WEEKLY, "16:00", {4}),
        ("weekly", "weekdays 16:00", Frequency.WEEKLY, "16:00", {0}),
        ("instant", "weekdays 08:15", Frequency.INSTANT, "", set()),
    ],
)
async def test_days_and_time_are_read_as_people_say_them(  # noqa: PLR0917 - one row a way to say it
    often: str, when: str, frequency: Frequency, at: str, weekdays: set[int], discord_talk: Talk
) -> None:
    form = await a_form(discord_talk)
    said = await discord_talk.ana.sends(form, often=often, when=when)
    assert (said.how, said.to_channel) == ("original", True)
    made = (await the_one(discord_talk)).cadence
    assert made.frequency is frequency
    if frequency is not Frequency.INSTANT:
        assert (f"{made.at:%H:%M}", set(made.weekdays)) == (at, weekdays)


async def test_what_is_emptied_stays_but_for_the_cap(discord_talk: Talk) -> None:
    form = await a_form(discord_talk, max=5, source="hf,arxiv:cs.AI")
    await discord_talk.ana.sends(form, query="kettles", max="", source="")
    made = await the_one(discord_talk)
    assert (str(made.query), made.cap) == ("kettle", None)
    assert [str(each) for each in made.sources] == ["huggingface", "arxiv:cs.AI"]


async def test_a_form_acts_where_its_subscription_is(discord_talk: Talk) -> None:
    form = await a_form(discord_talk, to="me")
    said = await discord_talk.ana.sends(form, query="kettles")
    assert not said.to_channel
    assert str((await the_one(discord_talk, Channel(Platform.DISCORD, HERE, f"@{ANA}"))).query) == "kettle"
    assert await discord_talk.subscribed() == {}


async def test_a_form_sent_from_another_server_changes_nothing_here(discord_talk: Talk) -> None:
    form = await a_form(discord_talk)
    await discord_talk.person(BO, STOVES).sends(form, query="kettles")
    assert await discord_talk.subscribed() == {"teapot": "active"}


async def test_a_form_gives_nobody_a_right(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    form = await discord_talk.ana.presses(said, "Change")
    assert "Manage Channels" in (await discord_talk.cy.sends(form, query="kettles")).text
    assert await discord_talk.subscribed() == {"teapot": "active"}


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"query": '"teapots'}, "What to look for:"),
        ({"max": "99"}, "Papers in a digest, at most:"),
        ({"source": "arxv"}, "Sources:"),
        ({"when": "someday 09:00"}, "Days and time:"),
        ({"often": "weekly", "when": "mon,tue 09:00"}, "Days and time:"),
    ],
)
async def test_a_mistake_is_told_with_its_field_and_the_form_opens_again_as_it_was(
    fields: dict[str, str], where: str, discord_talk: Talk
) -> None:
    form = await a_form(discord_talk)
    told = await discord_talk.ana.sends(form, **fields)
    assert (told.how, told.to_channel) == ("message", False)
    assert told.text.startswith(f"**{where}**")
    assert await discord_talk.subscribed() == {"teapot": "active"}
    again = await discord_talk.ana.presses(told, "Open the form again")
    assert again.how == "modal"
    assert again.values == {**form.values, **fields}
    said = await discord_talk.ana.sends(again, query="kettles", max="", source="hf", often="daily", when="mon 09:00")
    assert said.to_channel
    assert await discord_talk.subscribed() == {"kettle": "active"}


async def test_all_mistakes_are_told_at_once_in_the_order_of_the_fields_and_by_their_names(discord_talk: Talk) -> None:
    form = await a_form(discord_talk)
    told = await discord_talk.ana.sends(form, max="99", when="someday 25:00", query='"teapots', source="arxv")
    assert not told.to_channel
    fields = ("What to look for", "Days and time", "Days and time", "Sources", "Papers in a digest, at most")
    assert re.findall(r"\*\*(.*?):\*\*", told.text) == list(fields)
    assert "--" not in told.text
    assert "max:" not in told.text
    again = await discord_talk.ana.presses(told, "Open the form again")
    assert again.values["query"] == '"teapots'


async def test_after_a_restart_the_form_opens_again_as_the_subscription_is(discord_talk: Talk) -> None:
    form = await a_form(discord_talk)
    told = await discord_talk.ana.sends(form, query='"kettles')
    await discord_talk.gateway.connection.end()
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as again:
        await again.connect()
        opened = await again.ana.presses(told, "Open the form again")
        assert opened.values == form.values
        await again.ana.types("unsubscribe", number="1")
        gone = await again.ana.presses(told, "Open the form again")
        assert (gone.how, gone.to_channel) == ("message", False)


async def test_a_form_that_another_process_has_opened_is_not_opened_twice(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query="teapots", tz="Asia/Tokyo")
    done = discord_talk.ana.begins_press(discord_talk.ana.shown(said), said.buttons["Change"])
    discord_talk.discord.fail(Fault(status=400, code=40060), path=done.callback)
    await discord_talk.discord.until(lambda fake: any(each.path == done.callback for each in fake.asked))
    await discord_talk.settled()
    assert done.said == []


async def test_a_form_that_is_made_up_is_refused(discord_talk: Talk) -> None:
    form = await a_form(discord_talk)
    for made_up in ("form", "form:1", "form:1:2:3:4:5:6", "x"):
        told = await discord_talk.ana.at(TEA)._answered(  # noqa: SLF001 - what no form has is sent off
            discord_talk.ana.begins_form({**form.body, "custom_id": made_up}, {})
        )
        assert "no longer good" in told.text
