"""What people on Discord are told of channels that are hidden from them."""

import re
from collections.abc import AsyncIterator

import discord
import pytest

from tests.fakes.discord import BOT
from tests.fakes.discord_guilds import Kind
from tests.fakes.discord_people import Person
from tests.integration.discord.talking import (
    BO,
    CY,
    HERE,
    IDEAS,
    KETTLES,
    MANAGERS,
    OWNERS,
    POT,
    STOVES,
    TEA,
    Talk,
    talk,
)


@pytest.fixture
async def discord_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url) as begun:
        yield begun


async def test_a_list_of_all_leaves_out_what_a_manager_does_not_see(discord_talk: Talk) -> None:
    bo, fake = discord_talk.bo, discord_talk.discord
    for topic, where in (("kettles", KETTLES), ("pots", POT), ("ideas", IDEAS)):
        await bo.types("subscribe", query=topic, in_=where, tz="UTC")
    assert {"kettles", "pots", "ideas"} <= set(re.findall(r"[a-z]+", (await bo.types("list", all=True)).text))
    hidden = str(discord.Permissions(view_channel=True).value)
    fake.places[KETTLES].overwrites = [{"id": OWNERS, "type": 0, "allow": "0", "deny": hidden}]
    fake.tell("CHANNEL_UPDATE", fake.places[KETTLES].json)
    parent = fake.places[POT].parent
    fake.remove_channel(POT)
    fake.add_channel(HERE, POT, Kind.PRIVATE_THREAD, "pot", parent=parent, owner=BOT)
    fake.remove_channel(IDEAS)
    listed = (await bo.types("list", all=True)).text
    assert "kettles" not in listed
    assert "pots" not in listed
    # What is gone is for who manages the server.
    assert "ideas" in listed


async def test_everybody_has_the_channels_that_they_see_and_no_others(discord_talk: Talk) -> None:
    bo, fake = discord_talk.bo, discord_talk.discord
    for topic, where in (("teapots", TEA), ("kettles", KETTLES), ("ideas", IDEAS)):
        await bo.types("subscribe", query=topic, in_=where, tz="UTC")
    await bo.types("subscribe", query="lids", to="me", tz="UTC")
    await discord_talk.person(BO, STOVES).types("subscribe", query="stoves", tz="UTC")
    view = str(discord.Permissions(view_channel=True).value)
    fake.places[KETTLES].overwrites = [
        {"id": HERE, "type": 0, "allow": "0", "deny": view},
        {"id": MANAGERS, "type": 0, "allow": view, "deny": "0"},
    ]
    fake.tell("CHANNEL_UPDATE", fake.places[KETTLES].json)
    fake.remove_channel(IDEAS)
    assert await topics(discord_talk.ana) == {"teapots", "kettles"}
    assert await topics(discord_talk.cy) == {"teapots"}
    assert await topics(discord_talk.person(CY, STOVES)) == {"stoves"}
    # Of what is gone nobody knows who saw it: it is for who manages the server.
    assert await topics(bo) == {"teapots", "ideas", "lids"}


async def test_whose_roles_are_unknown_has_only_the_channel_where_they_are(discord_talk: Talk) -> None:
    discord_talk.discord.listeners.insert(0, lambda _, payload: payload["member"].pop("roles"))
    for topic, where in (("teapots", TEA), ("kettles", KETTLES)):
        await discord_talk.person(BO, where).types("subscribe", query=topic, tz="UTC")
    assert await topics(discord_talk.cy) == {"teapots"}
    assert await topics(discord_talk.bo) == {"teapots"}


async def topics(person: Person) -> set[str]:
    """Return what a person's list of all channels has."""
    said = await person.types("list", all=True)
    return {"teapots", "kettles", "ideas", "lids", "stoves"} & set(re.findall(r"[a-z]+", said.text))
