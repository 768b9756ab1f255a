"""What people on Discord are told of channels that are hidden from them."""

import re
from collections.abc import AsyncIterator

import discord
import pytest

from tests.fakes.discord import BOT
from tests.fakes.discord_guilds import Kind
from tests.integration.discord.talking import HERE, IDEAS, KETTLES, OWNERS, POT, Talk, talk


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
    # What is gone hides nothing.
    assert "ideas" in listed
