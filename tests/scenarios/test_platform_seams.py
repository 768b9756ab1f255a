"""What a platform tells of a person and a channel, and what it is offered to fill in."""

from dataclasses import replace

from adapters.console.render import render
from bot.commands.dispatch import dispatch, mistakes_in
from bot.commands.press import form_behind
from bot.commands.request import Requester
from bot.errors import CommandError, FileError, RefusedError
from bot.model.channel import Channel
from bot.ports import Store
from tests.builders import GENERAL
from tests.scenarios.asking import Person, button_of

TOKYO = "Asia/Tokyo"


async def in_tokyo(store: Store, text: str, channel: Channel = GENERAL) -> None:
    person = Person(store)
    requester = Requester(channel=channel, user="ana", is_manager=False, zone=TOKYO)
    assert (await dispatch(text, requester, person.services)).ok


async def zones(store: Store, channel: Channel = GENERAL) -> tuple[str | None, list[str | None]]:
    settings = await store.subscriptions.settings(channel)
    return settings.timezone, [each.cadence.timezone for each in await store.subscriptions.of_channel(channel)]


async def test_a_channel_without_a_zone_gets_that_of_who_subscribes_it_first(store: Store) -> None:
    await in_tokyo(store, "subscribe teapots --daily 09:00")
    assert await zones(store) == (TOKYO, [None])
    (made,) = await store.subscriptions.of_channel(GENERAL)
    assert made.next_due is not None
    assert made.next_due.hour == 0


async def test_a_zone_that_was_said_comes_before_the_persons_own(store: Store) -> None:
    await in_tokyo(store, "subscribe teapots --tz Europe/Berlin")
    assert await zones(store) == (None, ["Europe/Berlin"])
    await Person(store).asks("settings timezone Europe/Paris")
    await in_tokyo(store, "subscribe kettles")
    assert await zones(store) == ("Europe/Paris", ["Europe/Berlin", None])


async def test_undoing_the_first_subscription_takes_its_zone_back(store: Store) -> None:
    person = Person(store)
    requester = replace(person.requester, zone=TOKYO)
    reply = await dispatch("subscribe teapots", requester, person.services)
    assert (await person.presses(button_of(reply, "Undo"))).ok
    assert await zones(store) == (None, [])


async def test_a_channel_that_cannot_be_posted_to_is_not_subscribed(store: Store) -> None:
    asked: list[Channel] = []

    async def refuse(channel: Channel) -> None:
        asked.append(channel)
        raise RefusedError("I can't post in #general.", hint="Invite me.")

    person = Person(store)
    services = replace(person.services, channel_checks={"console": refuse})
    reply = await dispatch("subscribe teapots", person.requester, services)
    assert (reply.ok, render(reply.document)) == (False, "I can't post in #general.\n\nInvite me.")
    assert asked == [GENERAL]
    assert await store.subscriptions.of_channel(GENERAL) == ()
    assert (await dispatch("list", person.requester, services)).ok


async def test_a_file_does_not_subscribe_a_channel_that_cannot_be_posted_to(store: Store) -> None:
    async def refuse(channel: Channel) -> None:
        raise RefusedError(f"I can't post in #{channel.id}.", hint="Invite me.")

    person = Person(store)
    services = replace(person.services, channel_checks={"console": refuse})
    adds = "import --yes\nversion: 1\nsubscriptions:\n  - query: teapots\n"
    for text in (adds, adds.replace(" --yes", "")):
        reply = await dispatch(text, person.requester, services)
        assert (reply.ok, render(reply.document)) == (False, "I can't post in #general.\n\nInvite me.")
    assert await store.subscriptions.of_channel(GENERAL) == ()
    await person.asks("subscribe kettles")
    assert (await dispatch("import --yes\nversion: 1\nsubscriptions: []\n", person.requester, services)).ok
    assert await store.subscriptions.of_channel(GENERAL) == ()


async def test_an_edit_with_nothing_to_change_offers_a_form_that_changes_nothing(store: Store) -> None:
    person = Person(store)
    await person.asks('subscribe "tea pots" -kettle --weekly fri 16:00 --max 5 --min-upvotes 3 --upvoted-only')
    reply = await person.presses(button_of(await person.asks("subscribe stoves"), "Change"))
    assert reply.form is not None
    assert reply.form.values["number"] == "2"
    form = (await person.asks("edit 1")).form
    assert form is not None
    assert (form.verb, form.channel) == ("edit", "general")
    assert form.values == {
        "number": "1",
        "query": '"tea pots" -kettle',
        "weekly": "fri 16:00",
        "max": "5",
        "source": "huggingface",
        "min-upvotes": "3",
        "upvoted-only": "",
    }
    assert mistakes_in("edit", dict(form.values), person.services) == ()


async def test_the_form_behind_a_button_is_known_before_it_is_pressed(store: Store) -> None:
    person = Person(store)
    change = button_of(await person.asks("subscribe stoves --max 3"), "Change")
    form = await form_behind(change, person.requester, person.services)
    assert form is not None
    assert (form.verb, form.channel) == ("edit", "general")
    assert form == (await person.presses(change)).form


async def test_to_look_for_a_form_does_nothing_of_what_a_press_does(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe stoves")
    remove = button_of(await person.asks("unsubscribe all"), "Remove all")
    assert await form_behind(remove, person.requester, person.services) is None
    assert len(await store.subscriptions.of_channel(GENERAL)) == 1
    assert (await person.presses(remove)).ok


async def test_who_may_not_have_a_form_gets_none(store: Store) -> None:
    person = Person(store)
    change = button_of(await person.asks("subscribe stoves --to me"), "Change")
    away = replace(person.requester, channel=Channel(GENERAL.platform, "away", GENERAL.id))
    for requester in (replace(person.requester, user="bo"), away):
        assert await form_behind(change, requester, person.services) is None
    for press in ("abstract:arxiv:2606.00001", "undo:x", "do:x", "do", "all:m1", ""):
        assert await form_behind(press, person.requester, person.services) is None
    await person.asks("unsubscribe 1 --to me")
    assert await form_behind(change, person.requester, person.services) is None


async def test_a_mistake_in_a_form_names_its_field(store: Store) -> None:
    services = Person(store).services
    for options, field in (
        ({"query": '"teapots'}, "query"),
        ({"query": "teapots", "max": "99"}, "max"),
        ({"query": "teapots", "tz": "CETT"}, "tz"),
        ({"query": "teapots", "source": "arxv"}, "source"),
        ({"max": "5"}, "query"),
    ):
        mistake, *_ = mistakes_in("subscribe", options, services)
        assert isinstance(mistake, CommandError)
        assert mistake.parameter == field


async def test_all_mistakes_of_a_form_are_known_at_once(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    cases: tuple[tuple[str, dict[str, str | int | bool], list[str]], ...] = (
        ("subscribe", {"query": "teapots", "max": "5"}, []),
        ("subscribe", {"max": "99"}, ["query", "max"]),
        ("subscribe", {"query": '"teapots', "daily": "25:00", "source": "arxv"}, ["daily", "query", "source"]),
        ("edit", {"number": 1, "query": "(", "tz": "CETT"}, ["query", "tz"]),
        ("edit", {"number": "x", "max": "99"}, ["number"]),
        ("import", {"file": "{version: 9}"}, [""]),
    )
    for verb, options, wrong in cases:
        mistakes = mistakes_in(verb, options, person.services)
        assert [each.parameter if isinstance(each, CommandError) else "" for each in mistakes] == wrong


async def test_every_mistake_of_a_file_is_known_before_anything_is_done(store: Store) -> None:
    services = Person(store).services
    assert mistakes_in("import", {"file": "{version: 1, subscriptions: [{query: teapots}]}"}, services) == ()
    (mistake,) = mistakes_in("import", {"file": "{version: 1, subscriptions: [{query: '(', max: 99}]}"}, services)
    assert isinstance(mistake, FileError)
    assert len(mistake.problems) == 2


async def test_who_manages_one_channel_manages_no_other(store: Store) -> None:
    person = Person(store)
    await person.asks("settings who-can-manage managers")
    maker = replace(person.requester, user="bo", manages_all=False)
    assert (await dispatch("subscribe teapots", maker, person.services)).ok
    await person.asks("subscribe kettles --in #tea")
    assert "kettles" not in render((await dispatch("list --all", maker, person.services)).document)
    for text in ("subscribe teapots --in #tea", "list --in #tea"):
        reply = await dispatch(text, maker, person.services)
        assert (text, reply.ok) == (text, False)
        assert "nly a manager may" in render(reply.document)
