"""What Discord says of what somebody did, read."""

from typing import Any

import discord
import pytest

from adapters.discord.interactions import Filled, Given, Pressed, Typing, heard_of, requester_of
from adapters.discord.permissions import Permission
from bot.clock import FixedClock
from bot.model.channel import Channel, Platform
from tests.builders import NOW
from tests.fakes.discord_gateway import TalkingDiscord
from tests.fakes.discord_guilds import Kind
from tests.fakes.discord_people import Person
from tests.fakes.discord_talk import File

Json = Any

GUILD, TEA, KETTLES, DM = ("100000000000000001", "200000000000000001", "200000000000000002", "200000000000000009")
ANA, BO = "300000000000000001", "300000000000000002"


@pytest.fixture
def told() -> list[Json]:
    return []


@pytest.fixture
def ana(told: list[Json]) -> Person:
    fake = TalkingDiscord(clock=FixedClock(NOW), names={ANA: "ana", BO: "bo"}, url="http://fake/api/v10")
    guild = fake.add_guild(GUILD)
    fake.add_channel(GUILD, TEA, name="tea")
    fake.add_channel(GUILD, KETTLES, name="kettles")
    fake.add_channel("", DM, Kind.DM, "", recipient=ANA)
    guild.add_role("5", "guests", discord.Permissions.none())
    guild.members |= {ANA: ["5"], BO: []}
    fake.listeners.append(lambda event, payload: told.append(payload) if event == "INTERACTION_CREATE" else None)
    return Person(fake=fake, user=ANA, channel=TEA)


def test_a_command_is_read_with_its_options(ana: Person, told: list[Json]) -> None:
    ana.begins("subscribe", query="teapots", daily="09:00", max=5, upvoted_only=True)
    given = heard_of(told[0])
    assert isinstance(given, Given)
    assert (given.verb, given.options) == (
        "subscribe",
        {"query": "teapots", "daily": "09:00", "max": 5, "upvoted-only": True},
    )
    assert given.here.channel == Channel(Platform.DISCORD, GUILD, TEA)
    assert (given.here.user, given.here.locale, given.here.names) == (ANA, "en-GB", {ANA: "ana", TEA: "tea"})
    assert given.here.roles == ("5",)
    assert given.here.place.ours is not None
    assert Permission.SEND_MESSAGES in given.here.place.ours


def test_no_repr_shows_what_answers(ana: Person, told: list[Json]) -> None:
    ana.begins("import", file=File(name="secret.yaml", content=b"x"))
    assert "interaction-secret" not in repr(heard_of(told[0]))
    assert "http://" not in repr(heard_of(told[0]))


def test_a_file_is_described_and_stands_in_no_option(ana: Person, told: list[Json]) -> None:
    ana.begins("import", file=File(name="papers.yaml", content=b"version: 1"), yes=True)
    given = heard_of(told[0])
    assert isinstance(given, Given)
    assert given.options == {"yes": True}
    assert given.file is not None
    assert (given.file.name, given.file.size) == ("papers.yaml", 10)


def test_what_is_typed_so_far_is_read(ana: Person, told: list[Json]) -> None:
    ana.begins_typing("subscribe", "tz", "berl", query="teapots")
    typing = heard_of(told[0])
    assert isinstance(typing, Typing)
    assert (typing.verb, typing.option) == ("subscribe", "tz")
    assert typing.options == {"tz": "berl", "query": "teapots"}


def test_a_press_is_read_with_its_message(ana: Person, told: list[Json]) -> None:
    message = {"id": "7", "flags": 64, "interaction_metadata": {"interacted_message_id": "6"}}
    ana.begins_press(message, "save:arxiv:2606.00001")
    ana.begins_choice({"id": "8"}, "zone", "Asia/Tokyo")
    pressed, chosen = map(heard_of, told)
    assert isinstance(pressed, Pressed)
    assert (pressed.action, pressed.message, pressed.pressed_before) == ("save:arxiv:2606.00001", "7", "6")
    assert pressed.is_private
    assert isinstance(chosen, Pressed)
    assert (chosen.action, chosen.chosen, chosen.is_private) == ("zone", "Asia/Tokyo", False)


def test_direct_messages_are_the_persons_own_and_name_no_server(ana: Person, told: list[Json]) -> None:
    ana.at(DM).begins_press({"id": "7"}, "save:arxiv:2606.00001")
    pressed = heard_of(told[0])
    assert (pressed.here.is_direct, pressed.here.guild_id) == (True, "")
    assert pressed.here.channel.id == f"@{ANA}"
    assert not requester_of(pressed.here).is_manager


def test_the_channel_and_what_is_known_of_another_may_be_left_out(ana: Person, told: list[Json]) -> None:
    ana.begins("list", **{"in": KETTLES})
    ana.at(DM).begins_press({"id": "7"}, "save:arxiv:2606.00001")
    data = {name: value for name, value in told[0]["data"].items() if name != "resolved"}
    given = heard_of({**told[0], "channel": None, "guild_id": None, "guild": {"id": GUILD}, "data": data})
    assert isinstance(given, Given)
    assert given.here.channel == Channel(Platform.DISCORD, GUILD, TEA)
    assert given.target is not None
    assert (given.target.id, given.target.theirs) == (KETTLES, Permission.NONE)
    assert heard_of({**told[1], "channel": None}).here.is_direct


def test_a_form_is_read_whatever_stands_around_its_fields(told: list[Json], ana: Person) -> None:
    ana.begins_press({"id": "7"}, "x")
    components = [
        {"type": 18, "component": {"type": 4, "custom_id": "query", "value": "teapots"}},
        {"type": 18, "component": {"type": 3, "custom_id": "often", "values": ["weekly"]}},
        {"type": 1, "components": [{"type": 4, "custom_id": "max", "value": ""}]},
        {"type": 10, "id": 1},
    ]
    filled = heard_of({**told[0], "type": 5, "data": {"custom_id": "form:1", "components": components}})
    assert isinstance(filled, Filled)
    assert (filled.form, filled.fields) == ("form:1", {"query": "teapots", "often": "weekly", "max": ""})


@pytest.mark.parametrize(
    "change",
    [
        {"type": 1},
        {"data": None},
        {"data": {"name": "papers"}},
        {"data": {"options": []}},
        {"guild_id": None, "guild": None},
        {"channel": None, "channel_id": None, "guild_id": None},
        {"member": {"permissions": "many", "user": {"id": "1"}}},
        {"guild_id": [GUILD]},
        {"token": 7},
        {"channel": {"id": GUILD, "type": 1e400}},
        {"type": 5, "data": {"custom_id": {}, "components": []}},
    ],
)
def test_what_makes_no_sense_is_refused(change: Json, ana: Person, told: list[Json]) -> None:
    ana.begins("list")
    with pytest.raises((LookupError, TypeError, ValueError, AttributeError, ArithmeticError)):
        heard_of({**told[0], **change})


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("may", "is_manager", "manages_all"),
    [
        ({}, False, False),
        ({"manage_messages": True}, False, False),
        ({"manage_channels": True}, True, False),
        ({"manage_guild": True}, True, True),
        ({"administrator": True}, True, True),
    ],
)
def test_managers_are_who_may_manage_the_channel_or_the_server(
    may: dict[str, bool], *, is_manager: bool, manages_all: bool, ana: Person, told: list[Json]
) -> None:
    ana.fake.guilds[GUILD].add_role("5", "role", discord.Permissions(**may))
    ana.fake.guilds[GUILD].members[ANA] = ["5"]
    ana.begins("list")
    asked = requester_of(heard_of(told[0]).here)
    assert (asked.is_manager, asked.manages_all) == (is_manager, manages_all)
