"""Modals: a paper to read, a command to fill in, a mistake at its field."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.slack.interactions import Kept
from bot.model.cadence import Frequency
from bot.model.channel import Channel, Platform
from bot.model.subscription import Subscription
from tests.fakes.slack_talk import Said, a_button, a_choice, a_form, as_form
from tests.integration.slack.talking import TEA, Talk, talk
from tests.scenarios.library import fill

Json = Any


@pytest.fixture
async def slack_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url) as begun:
        await fill(begun.store)
        yield begun


def chosen(value: str) -> Json:
    return {"type": "static_select", "selected_option": {"value": value}}


def typed(value: str | None) -> Json:
    return {"type": "plain_text_input", "value": value}


def days(*values: str) -> Json:
    return {"type": "multi_static_select", "selected_options": [{"value": each} for each in values]}


def at(value: str | None) -> Json:
    return {"type": "timepicker", "selected_time": value}


async def sends(slack_talk: Talk, view: Json, **fields: Json) -> Json:
    """Send a form off; returns what Slack is told at once."""
    named = {name.replace("_", "-"): state for name, state in fields.items()}
    answer = await slack_talk.post(as_form(a_form(view, named)))
    assert answer.status_code == 200
    return json.loads(answer.text) if answer.text else None


async def done(slack_talk: Talk, view: Json, **fields: Json) -> Said:
    """Send a form off that is right; returns what is answered."""
    before = len(slack_talk.slack.said)
    assert await sends(slack_talk, view, **fields) is None
    await slack_talk.slack.until(lambda slack: len(slack.said) > before)
    return slack_talk.slack.said[before]


async def the_one(slack_talk: Talk, channel: Channel = TEA) -> Subscription:
    (found,) = await slack_talk.store.subscriptions.of_channel(channel)
    return found


def initial(view: Json) -> Json:
    """Return what the fields of a form begin with."""
    begun = {}
    for block in view["blocks"]:
        found = [value for key, value in block["element"].items() if key.startswith("initial_")]
        if found:
            begun[block["block_id"]] = found[0]
    return begun


# --- a paper to read --------------------------------------------------------------------------------------------------


async def test_an_abstract_opens_a_modal_at_once_and_fills_it(slack_talk: Talk) -> None:
    found = await slack_talk.types("search lighthouses")
    opened = await slack_talk.chooses(a_choice(found.menu["Abstract"]))
    assert opened.how == "views.open"
    await slack_talk.slack.until(lambda slack: slack.said[-1].how == "views.update")
    assert "A lighthouse looks." in slack_talk.slack.said[-1].text
    assert "users.info" in [each.method for each in slack_talk.slack.asked]


async def test_an_abstract_whose_modal_is_too_late_is_told_as_an_answer(slack_talk: Talk) -> None:
    slack_talk.slack.late_triggers.add("t.2")
    found = await slack_talk.types("search lighthouses")
    said = await slack_talk.chooses(a_choice(found.menu["Abstract"]))
    assert (said.how, said.to_channel) == ("there", False)
    assert "A lighthouse looks." in said.text


async def test_what_is_pressed_in_a_modal_is_answered_above_it_or_in_its_channel(slack_talk: Talk) -> None:
    found = await slack_talk.types("search lighthouses")
    await slack_talk.chooses(a_choice(found.menu["Abstract"]))
    await slack_talk.slack.until(lambda slack: slack.said[-1].how == "views.update")
    shown = slack_talk.slack.said[-1]
    in_modal = {"view": shown.body, "channel": None, "response_url": ""}
    above = await slack_talk.presses(shown.buttons["Save"], **in_modal)
    assert above.how == "views.push"
    shared = await slack_talk.presses(shown.buttons["Share"], **in_modal)
    assert (shared.how, shared.to_channel) == ("there", True)


# --- a command to fill in ---------------------------------------------------------------------------------------------


async def test_subscribe_alone_opens_a_form(slack_talk: Talk) -> None:
    form = await slack_talk.types("  Subscribe ")
    assert form.how == "views.open"
    assert [each["block_id"] for each in form.body["blocks"]] == [
        "query",
        "often",
        "at",
        "days",
        "tz",
        "max",
        "source",
        "min-upvotes",
        "upvoted-only",
    ]
    said = await done(slack_talk, form.body, query=typed("teapots"), often=chosen("daily"), at=at(None), days=days())
    assert (said.how, said.to_channel) == ("there", True)
    assert "@ana subscribed this channel" in said.text
    made = await the_one(slack_talk)
    assert (str(made.query), made.cadence.at.hour, made.cap) == ("teapot", 9, None)


async def test_every_field_of_a_form_is_heard(slack_talk: Talk) -> None:
    form = await slack_talk.types("subscribe")
    await done(
        slack_talk,
        form.body,
        query=typed("teapots OR kettles"),
        often=chosen("weekly"),
        at=at("16:30"),
        days=days("fri"),
        tz=typed("Europe/Paris"),
        max=typed("5"),
        source=typed("hf,arxiv:cs.AI"),
        min_upvotes=typed("3"),
        upvoted_only=days("upvoted-only"),
    )
    made = await the_one(slack_talk)
    assert str(made.query) == "kettle OR teapot"
    assert (made.cadence.frequency, made.cadence.at.hour, made.cadence.weekdays) == (
        Frequency.WEEKLY,
        16,
        frozenset({4}),
    )
    assert (made.cadence.timezone, made.cap, made.min_upvotes, made.upvoted_only) == ("Europe/Paris", 5, 3, True)
    assert [str(each) for each in made.sources] == ["huggingface", "arxiv:cs.AI"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"query": typed('"teapots')}, "query"),
        ({"query": typed(None)}, "query"),
        ({"query": typed("teapots"), "tz": typed("CETT")}, "tz"),
        ({"query": typed("teapots"), "max": typed("99")}, "max"),
        ({"query": typed("teapots"), "source": typed("arxv")}, "source"),
        ({"query": typed("teapots"), "often": chosen("weekly"), "days": days("mon", "tue"), "at": at("09:00")}, "days"),
    ],
)
async def test_a_mistake_stands_at_its_field_and_nothing_is_done(fields: Json, place: str, slack_talk: Talk) -> None:
    form = await slack_talk.types("subscribe")
    told = await sends(slack_talk, form.body, **fields)
    assert (told["response_action"], list(told["errors"])) == ("errors", [place])
    assert await slack_talk.subscribed() == {}


async def test_every_field_that_is_wrong_is_told_at_once(slack_talk: Talk) -> None:
    form = await slack_talk.types("subscribe")
    wrong = {"tz": typed("CETT"), "max": typed("99"), "source": typed("arxv")}
    for query in ('"teapots', None):
        told = await sends(slack_talk, form.body, query=typed(query), **wrong)
        assert set(told["errors"]) == {"query", "tz", "max", "source"}
    told = await sends(slack_talk, form.body, query=typed("teapots"), **wrong)
    assert set(told["errors"]) == {"tz", "max", "source"}
    assert await slack_talk.subscribed() == {}


async def test_a_mistake_names_a_field_as_the_form_does(slack_talk: Talk) -> None:
    form = await slack_talk.types("subscribe")
    told = await sends(slack_talk, form.body, query=typed("teapots"), max=typed("99"))
    assert told["errors"] == {"max": "“Papers in a digest, at most” takes a number from 1 to 25, not 99."}


async def test_change_opens_a_form_with_what_the_subscription_is_and_sending_it_changes_nothing(
    slack_talk: Talk,
) -> None:
    said = await slack_talk.types('subscribe "tea pots" --daily 08:15 --days mon,wed --max 5 --tz Europe/Paris')
    form = await slack_talk.presses(said.buttons["Change"])
    assert (form.how, form.body["title"]["text"]) == ("views.open", "Change #1")
    begun = initial(form.body)
    assert begun["query"] == '"tea pots"'
    assert (begun["at"], begun["max"], begun["tz"]) == ("08:15", "5", "Europe/Paris")
    assert [each["value"] for each in begun["days"]] == ["mon", "wed"]
    before = await the_one(slack_talk)
    fields = {"query": typed('"tea pots"'), "often": chosen("daily"), "at": at("08:15"), "days": days("mon", "wed")}
    await done(slack_talk, form.body, **fields, max=typed("5"), tz=typed("Europe/Paris"))
    assert await the_one(slack_talk) == before


async def test_an_emptied_field_takes_back_what_was_set(slack_talk: Talk) -> None:
    await slack_talk.types("subscribe teapots --max 5 --tz Europe/Paris --min-upvotes 3 --upvoted-only")
    form = await slack_talk.types("edit 1")
    assert form.how == "views.open"
    fields = {"tz": typed(None), "max": typed(None), "min_upvotes": typed(None), "upvoted_only": days()}
    await done(slack_talk, form.body, query=typed("teapots"), often=chosen("instant"), **fields)
    changed = await the_one(slack_talk)
    assert (changed.cap, changed.min_upvotes, changed.upvoted_only) == (None, 0, False)
    assert (changed.cadence.frequency, changed.cadence.timezone) == (Frequency.INSTANT, None)


async def test_a_form_acts_where_its_subscription_is(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe teapots --to me")
    form = await slack_talk.presses(said.buttons["Change"])
    await done(slack_talk, form.body, query=typed("kettles"), often=chosen("daily"), at=at("09:00"), days=days())
    mine = Channel(Platform.SLACK, "T1", "@U1ANA")
    assert str((await the_one(slack_talk, mine)).query) == "kettle"
    assert await slack_talk.subscribed() == {}


async def test_a_form_whose_trigger_is_too_late_is_told_as_a_command(slack_talk: Talk) -> None:
    slack_talk.slack.late_triggers.update({"t.1", "t.2"})
    said = await slack_talk.types("subscribe teapots")
    assert "/papers edit 1" in (await slack_talk.presses(said.buttons["Change"])).text
    assert "For example:" in (await slack_talk.types("subscribe")).text


async def test_a_form_sent_from_another_workspace_changes_nothing_here(slack_talk: Talk) -> None:
    await slack_talk.types("subscribe teapots")
    form = await slack_talk.types("edit 1")
    stolen = {**a_form(form.body, {"query": typed("kettles"), "often": chosen("daily")}), "team": {"id": "T2"}}
    before = len(slack_talk.slack.said)
    assert (await slack_talk.post(as_form(stolen))).status_code == 200
    await slack_talk.slack.until(lambda slack: len(slack.said) > before)
    assert await slack_talk.subscribed() == {"teapot": "active"}


# --- import -----------------------------------------------------------------------------------------------------------


async def test_import_shows_the_difference_and_apply_makes_it(slack_talk: Talk) -> None:
    form = await slack_talk.types("import")
    text = "version: 1\nsubscriptions:\n- query: teapots\n  daily: 09:00\n"
    shown = await done(slack_talk, form.body, file=typed(text))
    assert await slack_talk.subscribed() == {}
    applied = await slack_talk.presses(shown.buttons["Apply"])
    assert applied.to_channel
    assert await slack_talk.subscribed() == {"teapot": "active"}
    assert (await slack_talk.presses(applied.buttons["Undo"])).to_channel
    assert await slack_talk.subscribed() == {}


async def test_every_mistake_of_a_file_stands_at_its_field(slack_talk: Talk) -> None:
    form = await slack_talk.types("import")
    assert "What export wrote" in str(form.body)
    told = await sends(slack_talk, form.body, file=typed("version: 1\nsubscriptions: [{query: '(', max: 99}]\n"))
    assert list(told["errors"]) == ["file"]
    assert "99" in told["errors"]["file"]


def test_what_a_modal_keeps_comes_back_and_shows_no_address() -> None:
    kept = Kept(
        channel_id="C01", response_url="https://hooks/secret", verb="edit", acts_in="C01", number="3", had=("tz",)
    )
    assert Kept.read(kept.text()) == kept
    assert "secret" not in repr(kept)
    assert a_button("x")["value"] == "x"
