"""Commands and presses on Discord, on both databases: who asks, what is answered, who sees it."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.discord_talking import ANA, TEA_CHANNEL, Talk, talk
from tests.scenarios.library import fill


@pytest.fixture
async def discord_talk(store_url: str) -> AsyncIterator[Talk]:
    async with talk(store_url) as begun:
        await fill(begun.store)
        yield begun


async def test_a_subscription_is_told_to_the_channel_by_the_name_of_who_made_it(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("subscribe", query='"world model"', daily="09:00")
    assert (said.how, said.to_channel) == ("original", True)
    assert "@ana subscribed this channel" in said.text
    assert ANA not in said.text
    assert await discord_talk.subscribed(TEA_CHANNEL) == {'"world model"': "active"}


async def test_a_list_is_for_the_person_alone(discord_talk: Talk) -> None:
    said = await discord_talk.ana.types("list")
    assert (said.how, said.to_channel) == ("original", False)
    assert "No subscriptions in #tea yet." in said.text
