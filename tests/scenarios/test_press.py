"""Buttons: what is behind them, for whom, for how long; nothing that is pressed ends in an error."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.console.render import render
from bot.commands.services import Limits
from bot.document import Reply
from bot.model.channel import Channel, Platform
from bot.model.interaction import KEPT_FOR, KeptRequest, RequestId
from bot.ports import Store
from tests.builders import GENERAL, NOW
from tests.scenarios.asking import Person, button_of, labels_of, queries
from tests.scenarios.library import LIGHTHOUSES, fill, id_of

ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")
NO_LONGER_GOOD = "This button is no longer good; nothing was done.\n\n/papers help lists what to type in its place."


def said(reply: Reply) -> str:
    return render(reply.document)


async def kept(store: Store, text: str, *, single_use: bool = False, channel: Channel = GENERAL) -> str:
    request = KeptRequest(
        id=RequestId("r1"), channel=channel, text=text, expires_at=NOW + KEPT_FOR, is_single_use=single_use
    )
    await store.requests.keep([request])
    return f"do:{request.id}"


async def asked_to_remove_all(store: Store) -> str:
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kettles")
    reply = await person.asks("unsubscribe all")
    assert (reply.ok, reply.understood) == (False, True)
    assert await queries(store) == ["teapot", "kettle"]
    return button_of(reply, "Remove all")


async def test_removing_all_can_be_confirmed_by_a_button(store: Store) -> None:
    reply = await Person(store).presses(await asked_to_remove_all(store))
    assert (reply.verb, reply.ok, reply.visible_to_channel) == ("unsubscribe", True, True)
    assert await queries(store) == []


async def test_only_who_asked_may_confirm(store: Store) -> None:
    confirm = await asked_to_remove_all(store)
    reply = await Person(store, user="bo").presses(confirm)
    assert not reply.ok
    assert said(reply).startswith("This button is for @ana.")
    assert await queries(store) == ["teapot", "kettle"]
    assert (await Person(store).presses(confirm)).ok


async def test_pressing_twice_has_one_effect(store: Store) -> None:
    confirm = await asked_to_remove_all(store)
    assert (await Person(store).presses(confirm)).ok
    await Person(store).asks("subscribe stoves")
    again = await Person(store).presses(confirm)
    assert not again.ok
    assert said(again).startswith("That was done already.")
    assert await queries(store) == ["stove"]


async def test_pressing_at_the_same_time_has_one_effect(store: Store) -> None:
    press = await kept(store, "subscribe teapots", single_use=True)
    replies = await asyncio.gather(*(Person(store, user=user).presses(press) for user in ("ana", "bo", "cy")))
    assert sorted(reply.ok for reply in replies) == [False, False, True]
    assert await queries(store) == ["teapot"]


async def test_what_came_to_nothing_may_be_pressed_again(store: Store) -> None:
    press = await kept(store, "unsubscribe 1", single_use=True)
    assert not (await Person(store).presses(press)).ok
    await Person(store).asks("subscribe teapots")
    assert (await Person(store).presses(press)).ok
    assert await queries(store) == []


async def test_a_button_works_for_seven_days(store: Store) -> None:
    press = await kept(store, "subscribe teapots")
    assert said(await Person(store, now=NOW + KEPT_FOR).presses(press)) == NO_LONGER_GOOD
    assert await queries(store) == []
    assert (await Person(store, now=NOW + KEPT_FOR - timedelta(seconds=1)).presses(press)).ok


async def test_a_foreign_button_is_not_found_even_where_the_channels_have_the_same_name(store: Store) -> None:
    press = await kept(store, "subscribe teapots")
    assert said(await Person(store, channel=ELSEWHERE).presses(press)) == NO_LONGER_GOOD
    assert (await queries(store), await queries(store, ELSEWHERE)) == ([], [])


@pytest.mark.parametrize(
    "press",
    ["", ":", "do", "do:", "do:r2", "undo:", "undo:r1", "save", "save:", "drop:everything", "help:list", "subscribe:x"],
)
async def test_what_names_nothing_is_answered_politely(store: Store, press: str) -> None:
    reply = await Person(store).presses(press)
    assert (reply.ok, reply.visible_to_channel) == (False, False)
    assert said(reply) == NO_LONGER_GOOD


async def test_a_command_of_another_version_is_answered_politely(store: Store) -> None:
    press = await kept(store, "teleport 3")
    assert said(await Person(store).presses(press)) == NO_LONGER_GOOD


async def test_a_request_acts_in_its_own_channel_for_those_who_may(store: Store) -> None:
    tea = replace(GENERAL, id="tea")
    press = await kept(store, "subscribe teapots", channel=tea)
    refused = await Person(store, is_manager=False).presses(press)
    assert said(refused).startswith("Only a manager may act in another channel")
    assert (await Person(store).presses(press)).ok
    assert (await queries(store), await queries(store, tea)) == ([], ["teapot"])


async def test_a_button_on_a_paper_names_the_paper_and_nothing_else(store: Store) -> None:
    await fill(store)
    reply = await Person(store).presses(f"abstract:{id_of(LIGHTHOUSES)}")
    assert (reply.verb, reply.ok, reply.papers[0]) == ("show", True, id_of(LIGHTHOUSES))


async def test_nobody_types_what_only_buttons_stand_for(store: Store) -> None:
    for text in ("undo r1", "post 1 --days 7 --max 5"):
        reply = await Person(store).asks(text)
        assert (reply.ok, reply.understood) == (False, False)
        assert said(reply).startswith(f"I don't know the command {text.split()[0]}.")


async def test_a_subscribe_offers_its_evidence_a_change_and_undo(store: Store) -> None:
    await fill(store)
    reply = await Person(store).asks('subscribe "world models"')
    assert labels_of(reply) == ["Post the latest 3 now", "Change", "Undo"]
    posted = await Person(store).presses(button_of(reply, "Post the latest 3 now"))
    assert posted.ok
    again = await Person(store).presses(button_of(reply, "Post the latest 3 now"))
    assert said(again).startswith("That was done already.")


async def test_a_subscribe_that_matches_nothing_offers_arxiv(store: Store) -> None:
    await fill(store)
    reply = await Person(store).asks("subscribe umbrellas")
    assert labels_of(reply) == ["Add arXiv (1 in 7 days)", "Change", "Undo"]
    assert (await Person(store).presses(button_of(reply, "Add arXiv (1 in 7 days)"))).ok
    (mine,) = await store.subscriptions.of_channel(GENERAL)
    assert [str(each) for each in mine.sources] == ["huggingface", "arxiv"]


async def test_a_workspace_has_no_more_subscriptions_than_the_operator_allows(store: Store) -> None:
    limits = Limits(subscriptions=2)
    ana = Person(store, limits=limits)
    for text in ("subscribe teapots", "subscribe kettles --in tea"):
        assert (await ana.asks(text)).ok
    assert await ana.reads("subscribe stoves") == (
        "This workspace has 2 subscriptions, and 2 is the limit; I changed nothing.\n\n"
        "Remove some with /papers unsubscribe; the operator sets the limit with PAPERROUND_LIMITS__SUBSCRIPTIONS."
    )
    assert (await Person(store, channel=ELSEWHERE, limits=limits).asks("subscribe stoves")).ok
    await ana.asks("unsubscribe 1")
    assert (await ana.asks("subscribe stoves")).ok


async def test_a_workspace_searches_no_faster_than_the_operator_allows(store: Store) -> None:
    limits = Limits(searches_per_minute=2)
    ana = Person(store, limits=limits)
    assert [(await ana.asks("search teapots")).ok for _ in range(3)] == [True, True, False]
    assert "This workspace searched 2 times within a minute, and that is the limit." in await ana.reads("search a")
    assert (await Person(store, channel=ELSEWHERE, limits=limits).asks("search teapots")).ok
