"""Suggestions while an option is typed: subscriptions, zones, sources; never what somebody may not read."""

from dataclasses import replace

import pytest

from bot.commands.catalog import COMMANDS
from bot.commands.complete import LONGEST, SUGGESTED, suggestions
from bot.commands.parameter import Autocomplete
from bot.model.channel import Channel, Platform
from bot.ports import Store
from tests.scenarios.asking import FakeSource, Person

TEA = Channel(Platform.DISCORD, "900", "12")


@pytest.fixture
async def ana(store: Store) -> Person:
    person = Person(store, channel=TEA, user="1")
    for text in (
        'subscribe "world models" --weekly fri 16:00',
        "subscribe Teapots",
        "subscribe kettles --in 13",
        "pause 2",
        "subscribe stoves --to me",
    ):
        assert (await person.asks(text)).ok, text
    return person


async def names(person: Person, typed: str = "", *, verb: str = "edit", option: str = "number") -> list[str]:
    found = await suggestions(verb, option, typed, {}, person.requester, person.services)
    return [each.name for each in found]


async def values(
    person: Person, typed: str = "", *, verb: str = "subscribe", option: str, others: dict[str, str] | None = None
) -> list[str]:
    found = await suggestions(verb, option, typed, others or {}, person.requester, person.services)
    return [each.value for each in found]


async def test_subscriptions_are_told_by_number_query_and_hours(ana: Person) -> None:
    assert await names(ana) == ['#1 "world models" · fri 16:00', "#2 Teapots · weekdays 16:00, paused"]
    assert await values(ana, verb="edit", option="number") == ["1", "2"]


@pytest.mark.parametrize(
    ("typed", "numbers"), [("2", ["2"]), ("#1", ["1"]), ("WORLD", ["1"]), ("t", ["2"]), ("d", ["1"]), ("x", [])]
)
async def test_a_subscription_is_found_by_its_number_or_by_words_of_its_query(
    ana: Person, typed: str, numbers: list[str]
) -> None:
    assert await values(ana, typed, verb="run", option="number") == numbers


async def test_what_takes_all_offers_all(ana: Person) -> None:
    assert await values(ana, verb="pause", option="number") == ["1", "2", "all"]
    assert await values(ana, "al", verb="unsubscribe", option="number") == ["all"]
    assert (await names(ana, "al", verb="pause"))[0] == "all 2 subscriptions"


async def test_the_channel_is_that_in_which_the_command_will_act(ana: Person) -> None:
    assert await values(ana, verb="edit", option="number", others={"in": "13"}) == ["1"]
    assert await values(ana, "stoves", verb="edit", option="number", others={"to": "me"}) == ["1"]
    bo = replace(ana, user="2", is_manager=False)
    assert await values(bo, verb="edit", option="number") == ["1", "2"]
    for others in ({"in": "13"}, {"in": "@1"}, {"to": "me"}, {"in": "<<"}, {"in": "13", "to": "me"}):
        assert await values(bo, verb="edit", option="number", others=others) == []


async def test_usual_zones_come_before_a_letter_is_typed_the_nearest_first(ana: Person) -> None:
    found = await values(ana, option="tz")
    assert found[:3] == ["Europe/Berlin", "UTC", "Europe/London"]
    assert len(found) == len(set(found)) <= SUGGESTED


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("berl", "Europe/Berlin"),
        ("new yo", "America/New_York"),
        ("PARIS", "Europe/Paris"),
        ("cet", "Europe/Paris"),
        ("utc", "UTC"),
        ("ruba", "America/Aruba"),
    ],
)
async def test_a_zone_is_found_by_any_part_of_its_name(ana: Person, typed: str, first: str) -> None:
    assert (await values(ana, typed, verb="settings", option="timezone"))[0] == first


async def test_no_zone_is_offered_whose_sign_is_the_other_way_round(ana: Person) -> None:
    assert await values(ana, "+2", option="tz") == []
    assert "Etc/UTC" in await values(ana, "utc", option="tz")


async def test_a_list_of_sources_goes_on_behind_its_last_comma(ana: Person) -> None:
    assert (await values(ana, option="source"))[:3] == ["hf", "arxiv", "arxiv:cs.AI"]
    assert (await values(ana, "hf,", option="source"))[:2] == ["hf,arxiv", "hf,arxiv:cs.AI"]
    assert await values(ana, "hf, ARXIV:cs.CV,cs.cl", option="source") == [
        "hf, ARXIV:cs.CV,arxiv:cs.CL",
        "hf, ARXIV:cs.CV,arxiv:physics.class-ph",
    ]
    assert await values(ana, "hf, ARXIV:cs.CV,cs.cv", option="source") == []
    assert await values(ana, "hugg", option="source") == ["huggingface"]


async def test_a_source_that_is_not_configured_is_not_offered(ana: Person) -> None:
    without = replace(ana, sources=(FakeSource("huggingface"),))
    assert await values(without, option="source") == ["hf"]


@pytest.mark.parametrize("typed", ["", "\x00", "9" * 6_000, "hf," * 2_000, "<@&1>", "🧪", "a b c"])
async def test_whatever_is_typed_suggestions_fit(ana: Person, typed: str) -> None:
    for command in COMMANDS:
        for parameter in command.everything:
            found = await suggestions(command.name, parameter.name, typed, {}, ana.requester, ana.services)
            assert len(found) <= SUGGESTED
            assert all(1 <= len(each.name) <= LONGEST and 1 <= len(each.value) <= LONGEST for each in found)
            assert not found or parameter.autocomplete is not Autocomplete.NONE


async def test_what_is_no_command_or_option_has_no_suggestions(ana: Person) -> None:
    for verb, option in (("teleport", "number"), ("edit", "nonsense"), ("subscribe", "query")):
        assert await values(ana, verb=verb, option=option) == []
