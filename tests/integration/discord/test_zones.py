"""The question of a channel's time zone on Discord: who is asked it, when, and what an answer does."""

from dataclasses import replace
from typing import Any

from tests.fakes.discord_people import Person
from tests.fakes.discord_talk import Said
from tests.integration.discord.talking import ANA, KETTLES, TEA, Talk, channel

Json = Any


async def asked_after(discord_talk: Talk, person: Person | None = None, **options: Json) -> Said | None:
    """Let @ana, or somebody else, subscribe, and return what is asked after the answer."""
    done = (person or discord_talk.ana).begins("subscribe", **options)
    await discord_talk.discord.until(lambda _: bool(done.said))
    await discord_talk.settled()
    assert len(done.said) <= 2
    return done.said[1] if len(done.said) == 2 else None


async def test_whoever_subscribes_a_channel_first_is_asked_where_it_is(discord_talk: Talk) -> None:
    tokyo = replace(discord_talk.ana, locale="ja")
    done = tokyo.begins("subscribe", query="teapots", daily="08:30")
    await discord_talk.discord.until(lambda _: len(done.said) == 2)
    asked = done.said[1]
    assert (asked.how, asked.to_channel) == ("followup", False)
    assert "08:30 is UTC so far. Where is this channel?" in asked.text
    options = [each["label"] for each in asked.select["options"]]
    assert options[:2] == ["Keep UTC", "Asia/Tokyo"]
    chosen = tokyo.begins_choice(tokyo.shown(asked), asked.select["custom_id"], "Asia/Tokyo")
    await discord_talk.discord.until(lambda _: len(chosen.said) == 2)
    assert chosen.first.to_channel
    assert "Asia/Tokyo" in chosen.first.text
    assert chosen.said[1].how == "deleted"
    assert (await discord_talk.store.subscriptions.settings(channel(TEA))).timezone == "Asia/Tokyo"
    assert await asked_after(discord_talk, query="kettles") is None


async def test_keeping_what_is_so_far_is_an_answer_too(discord_talk: Talk) -> None:
    asked = await asked_after(discord_talk, query="teapots")
    assert asked is not None
    await discord_talk.ana.chooses(asked, "UTC")
    assert (await discord_talk.store.subscriptions.settings(channel(TEA))).timezone == "UTC"


async def test_nobody_is_asked_who_has_said_it_or_was_asked_before(discord_talk: Talk) -> None:
    assert await asked_after(discord_talk, query="teapots", tz="Asia/Tokyo") is None
    assert await asked_after(discord_talk, query="kettles") is None
    assert await asked_after(discord_talk, query='"teapots') is None


async def test_the_zone_of_ones_own_channel_and_of_another_is_asked_for_that_one(discord_talk: Talk) -> None:
    for person, options, where in (
        (discord_talk.ana, {"to": "me"}, channel(f"@{ANA}")),
        (discord_talk.ana, {"in_": KETTLES}, channel(KETTLES)),
    ):
        asked = await asked_after(discord_talk, person, **options, query="teapots")
        assert asked is not None
        await person.chooses(asked, "Europe/Paris")
        assert (await discord_talk.store.subscriptions.settings(where)).timezone == "Europe/Paris"
    assert (await discord_talk.store.subscriptions.settings(channel(TEA))).timezone is None


async def test_who_may_not_change_the_channel_cannot_choose_for_it(discord_talk: Talk) -> None:
    asked = await asked_after(discord_talk, query="teapots")
    assert asked is not None
    said = await discord_talk.cy.chooses(asked, "Asia/Tokyo")
    assert "Manage Channels" in said.text
    assert (await discord_talk.store.subscriptions.settings(channel(TEA))).timezone is None
