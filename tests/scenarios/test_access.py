"""Who may do what, and where: managers, everybody, and a person's own channel."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.console.render import render
from adapters.sql.store import open_store
from bot.model.change import UNDO_FOR
from bot.model.channel import Channel, ChannelSettings, Platform, WhoCanManage
from bot.ports import Store
from tests.builders import GENERAL, NOW
from tests.changing import set_settings
from tests.scenarios.asking import Person, button_of, queries
from tests.scenarios.library import fill

TEA = Channel(Platform.CONSOLE, "local", "tea")
ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")
OF_ANA = Channel(Platform.CONSOLE, "local", "@ana")
MANAGED = ChannelSettings(who_can_manage=WhoCanManage.MANAGERS)
OFFER = "I can send these to you: /papers subscribe … --to me."


def somebody(store: Store, user: str = "ana", channel: Channel = GENERAL) -> Person:
    return Person(store, user=user, is_manager=False, channel=channel)


def manager(store: Store, channel: Channel = GENERAL) -> Person:
    return Person(store, user="mo", channel=channel)


async def test_where_everyone_manages_anybody_may_change_the_channel(store: Store) -> None:
    assert (await somebody(store).asks("subscribe teapots")).ok
    assert await queries(store) == ["teapot"]


@pytest.mark.parametrize("text", ["subscribe kettles", "unsubscribe 1", "unsubscribe all --yes"])
async def test_where_managers_manage_nobody_else_changes_anything(store: Store, text: str) -> None:
    await manager(store).asks("subscribe teapots")
    await set_settings(store, GENERAL, MANAGED)
    reply = await somebody(store).asks(text)
    assert (reply.ok, reply.understood, reply.visible_to_channel) == (False, True, False)
    assert await somebody(store).reads(text) == f"Changing #general is for managers.\n\n{OFFER}"
    assert await queries(store) == ["teapot"]
    assert (await manager(store).asks(text)).ok


async def test_reading_needs_no_right_to_manage(store: Store) -> None:
    await manager(store).asks("subscribe kettles")
    await set_settings(store, GENERAL, MANAGED)
    reading = ("list", "preview teapots", "search teapots", "trending", "status", "help", "settings")
    for text in reading:
        assert (await somebody(store).asks(text)).ok, text
    for text in ("settings max 3", "edit 1", "edit 1 --max 3"):
        assert not (await somebody(store).asks(text)).ok, text


async def test_on_discord_it_is_the_managers_unless_the_channel_says_otherwise(store: Store) -> None:
    channel = Channel(Platform.DISCORD, "G1", "C1")
    said = await somebody(store, channel=channel).reads("subscribe teapots")
    assert said == f"Changing #C1 needs Manage Channels.\n\n{OFFER}"
    await set_settings(store, channel, ChannelSettings(who_can_manage=WhoCanManage.EVERYONE))
    assert (await somebody(store, channel=channel).asks("subscribe teapots")).ok


async def test_to_me_is_the_persons_own_channel_and_only_they_see_the_answer(store: Store) -> None:
    await set_settings(store, GENERAL, MANAGED)
    reply = await somebody(store).asks("subscribe teapots --to me")
    assert (reply.ok, reply.visible_to_channel) == (True, False)
    assert (await queries(store), await queries(store, OF_ANA)) == ([], ["teapot"])
    assert render(reply.document).startswith("@ana subscribed to teapots (#1)")
    assert "teapots" in await somebody(store).reads("list --to me")
    assert "/papers edit 1 ... --to me" in await somebody(store).reads("subscribe teapots --to me")
    assert "/papers unsubscribe all --yes --to me" in await somebody(store).reads("unsubscribe all --to me")
    assert "There is #1; /papers list --to me shows" in await somebody(store).reads("pause 7 --to me")
    assert "/papers resume 1 --to me ends it." in await somebody(store).reads("pause 1 --to me")
    assert "/papers resume 1 --to me ends it." in await somebody(store).reads("pause 1 --to me")
    assert "/papers resume 1 --to me lets it go on" in await somebody(store).reads("run 1 --to me")
    assert (await somebody(store).reads("unsubscribe 1 --to me")).startswith("@ana unsubscribed from teapots (#1).")
    assert await queries(store, OF_ANA) == []


async def test_a_persons_own_channel_is_closed_to_everybody_else_and_to_managers(store: Store) -> None:
    await somebody(store).asks("subscribe teapots --to me")
    for text in ("list --in @ana", "unsubscribe 1 --in @ana", "subscribe kettles --in @ana", "preview 1 --in @ana"):
        assert await manager(store).reads(text) == f"@ana is @ana's own.\n\n{OFFER}"
        assert not (await somebody(store, "bo").asks(text)).ok
        assert not (await manager(store, OF_ANA).asks(text.partition(" --")[0])).ok
    assert await queries(store, OF_ANA) == ["teapot"]
    assert "teapots" not in await manager(store).reads("list --all")
    assert "teapots" in await replace(somebody(store), is_manager=True).reads("list --all")


async def test_what_is_done_in_another_channel_is_told_to_who_did_it_alone(store: Store) -> None:
    boss = manager(store)
    there, here = await boss.asks("subscribe teapots --in tea"), await boss.asks("subscribe teapots --in general")
    assert (there.ok, there.visible_to_channel) == (True, False)
    assert (here.ok, here.visible_to_channel) == (True, True)


async def test_what_is_done_in_another_channel_names_it(store: Store) -> None:
    boss = manager(store)
    assert "#tea has no subscriptions; there is nothing to pause" in await boss.reads("pause all --in tea")
    assert (await boss.reads("subscribe teapots --in tea")).startswith("@mo subscribed #tea to teapots (#1)")
    again = await boss.reads("subscribe teapots --in tea")
    assert again.startswith("#tea already has teapots (#1")
    assert "/papers edit 1 ... --in #tea changes it" in again
    missing = await boss.reads("pause 7 --in tea")
    assert missing.startswith("#tea has no subscription #7.")
    assert "/papers list --in #tea shows" in missing
    assert (await boss.reads("settings max 5 --in tea")).startswith("@mo changed the settings of #tea:")
    removing = await boss.reads("unsubscribe all --in tea")
    assert removing.startswith("That removes the only subscription of #tea:")
    assert "/papers unsubscribe all --yes --in #tea" in removing
    assert (await boss.reads("unsubscribe 1 --in tea")).startswith("@mo unsubscribed #tea from teapots (#1).")
    assert (await boss.reads("subscribe teapots --in general")).startswith("@mo subscribed this channel to teapots")


@pytest.mark.parametrize(
    ("before", "typed", "hint"),
    [
        ("", "subscribe teapots --in #tea", "/papers edit 1 ... --in #tea changes it."),
        ("", "unsubscribe all --in #tea", "/papers unsubscribe all --yes --in #tea to do it."),
        ("subscribe kettles --max 5 --source arxiv", "edit 2 --in #tea", "--max 5 --source arxiv --in #tea"),
        ("pause 1", "edit 1 --max 3 --in #tea", "/papers resume 1 --in #tea lets it go on."),
        ("", "pause 1 --in #tea", "/papers resume 1 --in #tea ends it."),
        ("pause 1", "pause 1 --in #tea", "/papers resume 1 --in #tea ends it."),
        ("subscribe kettles, pause all", "pause all --in #tea", "/papers resume all --in #tea ends that."),
        ("pause 1", "run 1 --in #tea", "/papers preview 1 --in #tea shows what it would post."),
        ("settings mute teapots", "run 1 --in #tea", "/papers settings unmute teapot --in #tea lets such papers"),
        ("settings mute teapots", "preview 1 --in #tea", "/papers settings unmute teapot --in #tea lets such papers"),
        ("subscribe world models", "preview 2 --in #tea", " · /papers edit 2 --in #tea"),
        ("", "settings --in #tea", "/papers settings max 10 --in #tea;"),
        ("settings max 9", "settings max 9 --in #tea", "/papers settings --in #tea shows how everything is set."),
        (
            "",
            "import --in #tea\nversion: 1\nsubscriptions: [query: kettles]",
            "so does /papers import --yes --in #tea.",
        ),
        ("unsubscribe 1", "list --in #tea", '/papers subscribe "your topic" --in #tea.'),
    ],
)
async def test_what_is_typed_elsewhere_is_answered_with_commands_for_the_channel_it_acted_in(
    before: str, typed: str, hint: str, migrated_sqlite_url: str
) -> None:
    async with open_store(migrated_sqlite_url) as store:
        await fill(store)
        for text in ("subscribe teapots", *filter(None, before.split(", "))):
            assert (await manager(store, TEA).asks(text)).ok, text
        said = await manager(store).reads(typed)
        assert hint in said
        assert said.count(" --in #tea") == len(re.findall(r"/papers (?!help)", said))


async def test_what_is_late_elsewhere_is_asked_after_there(store: Store) -> None:
    boss = manager(store)
    await boss.asks("subscribe teapots --in tea")
    late = replace(boss, now=NOW + timedelta(days=2))
    assert "/papers status --in #tea says why it is late." in await late.reads("resume 1 --in tea")


async def test_a_button_pressed_too_late_points_to_the_list_of_the_channel_it_was_for(store: Store) -> None:
    boss = manager(store)
    made = await boss.asks("subscribe teapots --in tea")
    late = replace(boss, now=NOW + 2 * UNDO_FOR)
    removing = button_of(await boss.asks("unsubscribe all --in tea"), "Remove all")
    assert (await boss.presses(removing)).ok
    for presser, button in ((late, button_of(made, "Undo")), (boss, removing)):
        assert "/papers list --in #tea shows how things stand." in await presser.hears(button)


async def test_what_is_undone_from_another_channel_names_it_and_is_told_to_one_alone(store: Store) -> None:
    boss = manager(store)
    made = await boss.asks("subscribe teapots --in tea")
    undone = await boss.presses(button_of(made, "Undo"))
    assert (undone.ok, undone.visible_to_channel) == (True, False)


@pytest.mark.parametrize("name", ["#tea", "tea", "<#tea|tea-lovers>", "<#tea>"])
async def test_a_manager_may_act_in_another_channel_of_the_workspace(store: Store, name: str) -> None:
    assert (await manager(store).asks(f"subscribe teapots --in {name}")).ok
    assert (await queries(store), await queries(store, TEA)) == ([], ["teapot"])
    assert await queries(store, ELSEWHERE) == []


async def test_nobody_else_acts_in_another_channel(store: Store) -> None:
    await manager(store).asks("subscribe teapots --in tea")
    for text in ("subscribe kettles --in #tea", "list --in #tea", "unsubscribe 1 --in #tea"):
        assert await somebody(store).reads(text) == (
            "Only a manager may act in another channel; this one is #general.\n\n"
            "Type the command in that channel itself."
        )
    assert await queries(store, TEA) == ["teapot"]
    assert (await somebody(store).asks("subscribe kettles --in #general")).ok


async def test_one_command_acts_in_one_place(store: Store) -> None:
    for text in ("list --to me --in tea", "list --to bo", "list --in", "list --in a/b", "help --in tea"):
        reply = await manager(store).asks(text)
        assert (reply.ok, reply.understood) == (False, False)
