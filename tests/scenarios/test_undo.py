"""Undo: what it puts back, for whom, and for how long."""

from datetime import timedelta

from adapters.console.render import render
from bot.model.change import UNDO_FOR
from bot.model.channel import Channel, Platform
from bot.ports import Store
from tests.builders import GENERAL, NOW
from tests.scenarios.asking import Person, button_of

OF_ANA = Channel(Platform.CONSOLE, "local", "@ana")
ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")


def somebody(store: Store, user: str = "ana", *, minutes: float = 0) -> Person:
    return Person(store, user=user, is_manager=False, now=NOW + timedelta(minutes=minutes))


async def undo_of(store: Store, text: str, user: str = "ana") -> str:
    return button_of(await somebody(store, user).asks(text), "Undo")


async def queries(store: Store, channel: Channel = GENERAL) -> list[tuple[int, str]]:
    return [(each.number, str(each.query)) for each in await store.subscriptions.of_channel(channel)]


async def test_undoing_a_subscribe_takes_it_away_and_the_channel_hears_of_it(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    reply = await somebody(store, minutes=9).presses(undo)
    assert (reply.verb, reply.ok, reply.visible_to_channel) == ("undo", True, True)
    assert render(reply.document) == "Undone by @ana: teapots (#1) is gone again. What was posted stays."
    assert await queries(store) == []


async def test_undoing_an_unsubscribe_puts_back_what_was_there_under_its_numbers(store: Store) -> None:
    for query in ("teapots", "kettles"):
        await somebody(store).asks(f"subscribe {query}")
    before = await store.subscriptions.of_channel(GENERAL)
    undo = await undo_of(store, "unsubscribe all --yes")
    assert await queries(store) == []
    said = await somebody(store).hears(undo)
    assert "teapots (#1) is back, weekdays at 09:00 Europe/Berlin" in said
    assert "kettles (#2) is back" in said
    after = await store.subscriptions.of_channel(GENERAL)
    assert [(each.number, each.query, each.cadence) for each in after] == [
        (each.number, each.query, each.cadence) for each in before
    ]


async def test_what_is_over_in_a_channel_of_ones_own_points_to_its_own_list(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots --to me")
    assert "/papers list --to me" in await somebody(store, minutes=11).hears(undo)
    assert "gone again" in await somebody(store).hears(undo)
    assert "/papers list --to me" in await somebody(store).hears(undo)
    await somebody(store).asks("subscribe teapots --to me")
    remove = button_of(await somebody(store).asks("unsubscribe all --to me"), "Remove all")
    assert "unsubscribed" in await somebody(store).hears(remove)
    assert "/papers list --to me" in await somebody(store).hears(remove)


async def test_undo_is_for_who_did_it_and_for_managers(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    said = await somebody(store, "bo").hears(undo)
    assert said == "Undo is for @ana, who did it, and for managers; nothing was undone."
    assert await queries(store) == [(1, "teapot")]
    assert (await Person(store, user="mo").presses(undo)).ok
    assert await queries(store) == []


async def test_who_may_not_change_the_channel_any_more_undoes_nothing_there(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    await Person(store, user="mo").asks("settings who-can-manage managers")
    assert (await somebody(store).hears(undo)).startswith("Changing #general is for managers.")
    assert await queries(store) == [(1, "teapot")]
    await Person(store, user="mo").asks("settings who-can-manage everyone")
    assert (await somebody(store).presses(undo)).ok


async def test_undo_works_for_ten_minutes(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    late = Person(store, now=NOW + UNDO_FOR + timedelta(seconds=1))
    assert (await late.hears(undo)).startswith("Undo works for 10 minutes; nothing was undone.")
    assert await queries(store) == [(1, "teapot")]
    assert (await Person(store, now=NOW + UNDO_FOR).presses(undo)).ok


async def test_what_somebody_changed_since_is_not_undone(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    assert (await somebody(store, "bo").asks("edit 1 --max 3")).ok
    reply = await somebody(store).presses(undo)
    assert not reply.ok
    assert render(reply.document).startswith("Changed since by @bo; nothing undone.")
    assert await queries(store) == [(1, "teapot")]


async def test_pressing_undo_twice_undoes_once(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    await somebody(store).presses(undo)
    await somebody(store, "bo").asks("subscribe teapots")
    assert (await somebody(store).hears(undo)).startswith("@ana undid that already.")
    assert await queries(store) == [(2, "teapot")]


async def test_another_workspace_does_not_find_the_change(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots")
    reply = await Person(store, channel=ELSEWHERE).presses(undo)
    assert not reply.ok
    assert render(reply.document).startswith("This button is no longer good; nothing was done.")
    assert await queries(store) == [(1, "teapot")]


async def test_what_a_person_did_for_themselves_only_they_undo_and_only_they_hear_of_it(store: Store) -> None:
    undo = await undo_of(store, "subscribe teapots --to me")
    assert not (await Person(store, user="mo").presses(undo)).ok
    assert await queries(store, OF_ANA) == [(1, "teapot")]
    reply = await somebody(store).presses(undo)
    assert (reply.ok, reply.visible_to_channel) == (True, False)
    assert await queries(store, OF_ANA) == []


async def test_list_tells_who_changed_what(store: Store) -> None:
    await somebody(store).asks("subscribe teapots")
    assert "by @" not in await somebody(store).reads("list")
    edit = button_of(await somebody(store, "cy").asks("edit 1 --max 3"), "Undo")
    assert "edited by @cy 16 Jun" in await somebody(store).reads("list")
    await somebody(store, "cy").presses(edit)
    assert "edited by" not in await somebody(store).reads("list")
    await somebody(store, "bo").asks("pause 1")
    assert "paused by @bo since 16 Jun" in await somebody(store).reads("list")
