"""Presses on Discord: buttons that survive restarts, cards and pages that one person sees, direct messages."""

from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.clock import FixedClock
from bot.model.channel import Channel, Platform
from bot.model.subscription import Pause, PauseReason
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.pipeline.notices import tell_paused
from tests.builders import NOW, a_paper
from tests.fakes.discord import CHANNELS, CROSSPOST
from tests.fakes.discord_calls import Fault
from tests.fakes.discord_guilds import Kind, Message
from tests.fakes.discord_talk import Said
from tests.integration.discord.talking import (
    ANA,
    ANA_DM,
    BO_DM,
    HERE,
    IDEAS,
    KETTLES,
    MANAGERS,
    STOVES,
    TEA,
    TEA_CHANNEL,
    Talk,
    a_discord,
    listening,
    talk,
)
from tests.scenarios.library import LIGHTHOUSES, fill, id_of

NEWS = "200000000000000007"

Json = Any

TOMORROW = NOW + timedelta(days=1)
MINE = Channel(Platform.DISCORD, HERE, f"@{ANA}")


async def subscribed(discord_talk: Talk, **options: Json) -> Said:
    return await discord_talk.ana.types("subscribe", **{"query": "teapots", "tz": "Asia/Tokyo", **options})


async def a_digest(discord_talk: Talk, channel_id: str, **options: Json) -> Message:
    """Let @ana subscribe to what is trending, and the digest be posted; returns its message."""
    await fill(discord_talk.store, *(a_paper(number, upvotes=100 - number) for number in range(1, 13)))
    await discord_talk.ana.types("subscribe", query="trending", tz="UTC", max=2, **options)
    assert await enqueue_due(discord_talk.store, FixedClock(TOMORROW), default_zone="UTC") == 1
    messengers = {discord_talk.messenger.platform: discord_talk.messenger}
    assert await deliver_due(discord_talk.store, messengers, FixedClock(TOMORROW)) == 1
    (message,) = discord_talk.discord.in_channel(channel_id)
    return message


def as_said(message: Message) -> Said:
    return Said(how="posted", body=message.body, to_channel=True, message=message.id)


# --- changes ----------------------------------------------------------------------------------------------------------


async def test_undo_works_as_on_the_console(discord_talk: Talk) -> None:
    said = await subscribed(discord_talk)
    undone = await discord_talk.ana.presses(said, "Undo")
    assert (undone.how, undone.to_channel) == ("followup", True)
    assert "Undone by @ana" in undone.text
    assert await discord_talk.subscribed() == {}
    assert not (await discord_talk.ana.presses(said, "Undo")).to_channel


async def test_who_lost_the_right_to_manage_undoes_nothing_any_more(discord_talk: Talk) -> None:
    said = await subscribed(discord_talk)
    discord_talk.discord.guilds[HERE].members[ANA] = []
    refused = await discord_talk.ana.presses(said, "Undo")
    assert "Changing #tea needs Manage Channels." in refused.text
    assert not refused.to_channel
    assert await discord_talk.subscribed() == {"teapot": "active"}
    await discord_talk.bo.types("settings", who_can_manage="everyone")
    assert (await discord_talk.ana.presses(said, "Undo")).to_channel


async def test_who_manages_both_channels_presses_what_a_command_did_in_the_other(discord_talk: Talk) -> None:
    said = await subscribed(discord_talk, in_=KETTLES)
    kettles = Channel(Platform.DISCORD, HERE, KETTLES)
    form = await discord_talk.ana.presses(said, "Change")
    assert form.how == "modal"
    changed = await discord_talk.ana.sends(form, query="kettles")
    assert await discord_talk.subscribed(kettles) == {"kettle": "active"}
    undone = await discord_talk.ana.presses(changed, "Undo")
    assert "Undone by @ana" in undone.text
    # Who reads #tea may not be let in there.
    assert not undone.to_channel
    assert await discord_talk.subscribed(kettles) == {"teapot": "active"}


async def test_who_manages_this_channel_presses_nothing_of_one_they_do_not_see(discord_talk: Talk) -> None:
    said = await discord_talk.bo.types("subscribe", query="teapots", in_=KETTLES)
    hidden = str(discord.Permissions(view_channel=True).value)
    discord_talk.discord.places[KETTLES].overwrites = [{"id": MANAGERS, "type": 0, "allow": "0", "deny": hidden}]
    for label in ("Undo", "Change"):
        refused = await discord_talk.ana.presses(said, label)
        assert "Only a manager may act in another channel" in refused.text
        assert not refused.to_channel
    assert await discord_talk.subscribed(Channel(Platform.DISCORD, HERE, KETTLES)) == {"teapot": "active"}


async def test_the_latest_papers_are_posted_now_and_once(discord_talk: Talk) -> None:
    said = await subscribed(discord_talk, query='"world model"')
    (label,) = (label for label in said.buttons if label.startswith("Post the latest"))
    assert (await discord_talk.ana.presses(said, label)).to_channel
    assert "done already" in (await discord_talk.ana.presses(said, label)).text
    assert await discord_talk.deliver() == 1
    (posted,) = discord_talk.discord.in_channel(TEA)
    assert "World Model" in as_said(posted).text


@pytest.mark.parametrize(("kind", "published"), [(Kind.TEXT, 0), (Kind.ANNOUNCEMENT, 1)])
async def test_of_a_channel_that_the_gateway_knows_nothing_is_asked(
    migrated_sqlite_url: str, kind: Kind, published: int
) -> None:
    fake = a_discord()
    fake.add_channel(HERE, NEWS, kind, "news")
    async with talk(migrated_sqlite_url, fake=fake) as begun:
        await begun.known()
        await a_digest(begun, NEWS, in_=NEWS)
        assert len(fake.calls("POST", CROSSPOST)) == published
        assert fake.calls("GET", CHANNELS) == fake.calls("GET", "/channels/{channel}") == []


async def test_buttons_work_after_a_restart(discord_talk: Talk) -> None:
    said = await subscribed(discord_talk)
    await discord_talk.gateway.connection.end()
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as again:
        await again.connect()
        assert "Undone by @ana" in (await again.ana.presses(said, "Undo")).text
    assert await discord_talk.subscribed() == {}


async def test_a_button_that_is_made_up_is_refused(discord_talk: Talk) -> None:
    made_up = ["do:guessed", "undo:guessed", "save:", "frobnicate:x", "all:1", "again:x", "again:1:2:3:4:5", "::"]
    for value in made_up:
        said = await discord_talk.ana.presses_id({"id": "700000000000000001"}, value)
        assert "no longer good" in said.text
        assert not said.to_channel


async def test_a_press_that_another_process_has_answered_is_dropped(discord_talk: Talk) -> None:
    said = await subscribed(discord_talk)
    done = discord_talk.ana.begins_press(discord_talk.ana.shown(said), said.buttons["Undo"])
    discord_talk.discord.fail(Fault(status=400, code=40060), path=done.callback)
    await discord_talk.discord.until(lambda fake: any(each.path == done.callback for each in fake.asked))
    await discord_talk.settled()
    assert done.said == []
    assert await discord_talk.subscribed() == {"teapot": "active"}


# --- papers -----------------------------------------------------------------------------------------------------------


async def test_a_paper_opens_as_a_card_for_the_person_alone(discord_talk: Talk) -> None:
    found = await discord_talk.cy.types("search", query="lighthouses")
    card = await discord_talk.cy.presses_id(discord_talk.cy.shown(found), found.opens[0])
    assert (card.how, card.to_channel) == ("followup", False)
    assert "A lighthouse looks." in card.text
    assert {"Save", "Similar", "Discuss", "Less like this"} <= set(card.buttons)
    saved = await discord_talk.cy.presses(card, "Save")
    assert not saved.to_channel
    assert "Lighthouses" in (await discord_talk.cy.types("saved")).text


async def test_what_is_shared_is_seen_by_the_channel(discord_talk: Talk) -> None:
    found = await discord_talk.cy.types("search", query="lighthouses")
    shared = await discord_talk.cy.presses(found, "Share")
    assert shared.to_channel
    assert id_of(LIGHTHOUSES)
    assert "Lighthouses" in shared.text


async def test_a_discussion_and_a_lost_channel_are_told_by_name(discord_talk: Talk) -> None:
    found = await discord_talk.ana.types("search", query="lighthouses")
    card = await discord_talk.ana.presses_id(discord_talk.ana.shown(found), found.opens[0])
    await discord_talk.ana.presses(card, "Discuss")
    assert await discord_talk.deliver() == 1
    (asked,) = discord_talk.discord.in_channel(TEA)
    assert "@ana: worth a look?" in as_said(asked).text
    await subscribed(discord_talk)
    lost = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="I cannot see the channel (50001)")
    await tell_paused(discord_talk.store, discord_talk.services.clock, TEA_CHANNEL, lost)
    assert await discord_talk.deliver() == 1
    (told,) = discord_talk.discord.in_channel(ANA_DM)
    assert f"<#{TEA}>" in as_said(told).text


async def test_see_all_shows_pages_to_one_person_in_one_message(discord_talk: Talk) -> None:
    posted = await a_digest(discord_talk, TEA)
    digest = as_said(posted)
    (see_all,) = (label for label in digest.buttons if label.startswith("See all"))
    first = await discord_talk.cy.presses(digest, see_all)
    assert (first.how, first.to_channel) == ("followup", False)
    assert len(first.opens) == 10
    second = await discord_talk.cy.presses(first, "Next")
    assert (second.how, second.message) == ("update", first.message)
    assert second.opens
    assert set(first.opens).isdisjoint(second.opens)
    back = await discord_talk.cy.presses(second, "Previous")
    assert back.opens == first.opens


async def test_a_preview_has_no_button_for_what_nobody_keeps(discord_talk: Talk) -> None:
    await fill(discord_talk.store, *(a_paper(number, upvotes=100 - number) for number in range(1, 13)))
    shown = await discord_talk.cy.types("preview", target="trending")
    assert "best 10" in shown.text
    assert shown.buttons == {}


async def test_the_digest_of_a_forum_shows_all_too(discord_talk: Talk) -> None:
    await fill(discord_talk.store, *(a_paper(number, upvotes=100 - number) for number in range(1, 13)))
    await discord_talk.bo.types("subscribe", query="trending", tz="UTC", max=2, in_=IDEAS)
    await enqueue_due(discord_talk.store, FixedClock(TOMORROW), default_zone="UTC")
    messengers = {discord_talk.messenger.platform: discord_talk.messenger}
    assert await deliver_due(discord_talk.store, messengers, FixedClock(TOMORROW)) == 1
    (post,) = (each for each in discord_talk.discord.places.values() if each.parent == IDEAS)
    (message,) = discord_talk.discord.in_channel(post.id)
    first = await discord_talk.cy.at(post.id).presses_id(message.json, "all")
    assert len(first.opens) == 10


async def test_see_all_of_another_servers_digest_is_no_good(discord_talk: Talk) -> None:
    posted = await a_digest(discord_talk, TEA)
    for person, message in ((discord_talk.bo.at(STOVES), posted.json), (discord_talk.bo, {"id": "7"})):
        said = await person.presses_id(message, "all")
        assert "no longer good" in said.text


# --- direct messages --------------------------------------------------------------------------------------------------


async def test_a_digest_in_person_has_buttons_that_work(discord_talk: Talk) -> None:
    posted = await a_digest(discord_talk, ANA_DM, to="me")
    ana, digest = discord_talk.ana.at(ANA_DM), as_said(posted)
    card = await ana.presses_id(posted.json, digest.opens[0])
    assert not card.to_channel
    saved = await ana.presses(card, "Save")
    assert "no longer good" not in card.text + saved.text
    all_of_it = await ana.presses_id(posted.json, "all")
    assert len(all_of_it.opens) == 10
    assert "1 paper" in (await discord_talk.ana.types("saved")).text


async def test_a_card_in_person_works_after_a_restart(discord_talk: Talk) -> None:
    posted = await a_digest(discord_talk, ANA_DM, to="me")
    ana = discord_talk.ana.at(ANA_DM)
    card = await ana.presses_id(posted.json, as_said(posted).opens[0])
    await discord_talk.gateway.connection.end()
    async with listening(discord_talk.store_url, discord_talk.discord, discord_talk.services.clock) as again:
        await again.connect()
        saved = await again.person(ANA, ANA_DM).presses_id(ana.shown(card), card.buttons["Save"])
        assert "no longer good" not in saved.text


async def test_a_message_in_person_is_no_good_to_anybody_else(discord_talk: Talk) -> None:
    posted = await a_digest(discord_talk, ANA_DM, to="me")
    for person, message in ((discord_talk.bo.at(BO_DM), posted.json), (discord_talk.ana.at(ANA_DM), {"id": "7"})):
        for action in ("all", as_said(posted).opens[0]):
            said = await person.presses_id(message, action)
            assert "no longer good" in said.text
