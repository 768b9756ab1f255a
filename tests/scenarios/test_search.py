"""Search and trending: pages to turn, what the sources know beside the library, and sharing it with the channel."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.console.render import render
from bot.commands.dispatch import dispatch, dispatch_options
from bot.model.paper import Paper, title_id
from bot.ports import Store
from tests.builders import NOW, a_paper, a_sighting
from tests.scenarios.asking import FakeSource, Person, button_of, labels_of
from tests.scenarios.library import LIGHTHOUSES, TEAPOTS, fill, id_of


def outside(number: int, title: str, *, on: datetime = NOW - timedelta(days=2), upvotes: int | None = None) -> Paper:
    return replace(a_paper(number, title, upvotes=upvotes, listed=()), published_at=on)


KITES = outside(701, "Kites in Fog")
ROPES = outside(702, "Ropes for Kites, a Survey")


def asked_of(*sources: FakeSource) -> list[list[tuple[str, ...]]]:
    return [source.searched for source in sources]


# --- pages -----------------------------------------------------------------------------------------------------------


async def test_pages_are_turned_by_buttons(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 13)))
    person = Person(store)
    first = await person.asks('search "world models" --sort date')
    second = await person.presses(button_of(first, "Next"))
    third = await person.presses(button_of(second, "Next"))
    assert [len(page.papers) for page in (first, second, third)] == [5, 5, 2]
    assert len({paper for page in (first, second, third) for paper in page.papers}) == 12
    assert (await person.presses(button_of(third, "Previous"))).papers == second.papers
    turns = [[each for each in labels_of(page) if each in {"Next", "Previous"}] for page in (first, second, third)]
    assert turns == [["Next"], ["Previous", "Next"], ["Previous"]]


async def test_a_page_can_be_turned_whatever_was_typed_into_an_option(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 8)))
    person = Person(store)
    for typed in ("“world models”", "world —page", "models –sort upside"):  # noqa: RUF001 - what phones type
        first = await dispatch_options("search", {"query": typed}, person.requester, person.services)
        assert len((await person.presses(button_of(first, "Next"))).papers) == 2, typed


# --- subscribe to this search ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "subscribed"),
    [
        ('"world models" -survey', '"world models" -survey'),
        ('"World Models" since:30d --sort upvotes', '"world model"'),
        ("(lighthouse OR sea) since:2026-01-01", "lighthouse OR sea"),
        ("trending", "trending"),
    ],
)
async def test_a_search_becomes_a_subscription_without_its_dates_and_order(
    typed: str, subscribed: str, store: Store
) -> None:
    await fill(store)
    person = Person(store)
    reply = await person.presses(button_of(await person.asks(f"search {typed}"), "Subscribe to this search"))
    assert (reply.verb, reply.ok) == ("subscribe", True)
    (made,) = await store.subscriptions.of_channel(person.channel)
    assert (made.query.typed, made.creator) == (subscribed, "ana")


async def test_subscribing_to_a_search_twice_changes_nothing_the_second_time(store: Store) -> None:
    await fill(store)
    person = Person(store)
    button = button_of(await person.asks("search lighthouse"), "Subscribe to this search")
    await person.presses(button)
    assert "I changed nothing" in await person.hears(button)
    assert len(await store.subscriptions.of_channel(person.channel)) == 1


# --- share -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", ['search "world models" -survey --sort upvotes', "trending week", "show 2606.00001"]
)
async def test_only_the_person_sees_an_answer_until_they_share_it(command: str, store: Store) -> None:
    await fill(store)
    ana = Person(store)
    mine = await ana.asks(command)
    shared = await ana.presses(button_of(mine, "Share"))
    assert (mine.visible_to_channel, shared.visible_to_channel) == (False, True)
    assert shared.papers == mine.papers
    assert "Shared by @ana." in render(shared.document)
    assert "Share" not in labels_of(shared)


async def test_a_second_press_of_share_shares_nothing_and_says_so(store: Store) -> None:
    await fill(store)
    ana = Person(store)
    for command in ("search teapots", "trending week", "show 2606.00001"):
        share = button_of(await ana.asks(command), "Share")
        assert (await ana.presses(share)).ok
        again = await ana.presses(share)
        assert (again.ok, again.visible_to_channel) == (False, False)
        assert render(again.document).startswith("That was shared already; I shared nothing.")
        assert (await ana.presses(button_of(await ana.asks(command), "Share"))).ok


async def test_the_second_page_is_shared_as_the_second_page(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 8)))
    person = Person(store)
    second = await person.asks('search "world models" --page 2')
    assert (await person.presses(button_of(second, "Share"))).papers == second.papers


async def test_nobody_types_what_only_a_button_stands_for(store: Store) -> None:
    for command in ("share trending", "save 2606.00001", "discuss 2606.00001", "less 2606.00001"):
        assert not (await Person(store).asks(command)).understood


# --- outside the library ---------------------------------------------------------------------------------------------


async def test_what_the_sources_find_stands_behind_the_librarys_own_and_is_marked(store: Store) -> None:
    await fill(store)
    sources = FakeSource("huggingface", finds=(KITES, TEAPOTS)), FakeSource("arxiv", finds=(KITES, ROPES))
    person = Person(store, sources=sources)
    assert await person.reads("search lighthouse") == (
        "lighthouse · 1 paper\n\n"
        "1. Lighthouses Keep a World Model of the Sea\n"
        "   A lighthouse looks.\n"
        '   Ada Byron · 6▲ · matched "lighthouses", "lighthouse"\n\n'
        "2. Kites in Fog\n"
        "   Ada Byron · outside my library\n\n"
        "3. Ropes for Kites, a Survey\n"
        "   Ada Byron · outside my library\n\n"
        "1 of 1 · 2 outside my library"
    )
    assert (await person.asks("search lighthouse")).papers == tuple(map(id_of, (LIGHTHOUSES, KITES, ROPES)))


async def test_a_search_that_finds_nothing_here_shows_what_is_elsewhere(store: Store) -> None:
    await fill(store)
    said = await Person(store, sources=(FakeSource("arxiv", finds=(KITES,)),)).reads("search xyzzy")
    assert said == ("Nothing for xyzzy in 6 papers since 22 May.\n\n1. Kites in Fog\n   Ada Byron · outside my library")


async def test_a_source_that_does_not_answer_is_named(store: Store) -> None:
    await fill(store)
    away = FakeSource("huggingface", is_away=True)
    said = await Person(store, sources=(away, FakeSource("arxiv", finds=(KITES,)))).reads("search xyzzy")
    assert "1. Kites in Fog" in said
    assert "Beside my library I asked Hugging Face, without an answer." in said
    both = Person(store, sources=(away, FakeSource("arxiv", is_away=True)))
    assert await both.reads("search xyzzy") == (
        "Nothing for xyzzy in 6 papers since 22 May.\n\n"
        "Beside my library I asked Hugging Face and arXiv, without an answer."
    )


async def test_a_full_page_asks_nobody_and_neither_does_a_later_one(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 8)))
    source = FakeSource("arxiv", finds=(KITES,))
    person = Person(store, sources=(source,))
    await person.asks('search "world models"')
    await person.asks('search "world models" --page 2')
    assert source.searched == []


async def test_some_of_the_words_are_not_enough_however_many_papers_have_them(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 8)))
    source = FakeSource("arxiv", finds=(KITES,))
    reply = await Person(store, sources=(source,)).asks("search world kraken")
    assert source.searched == [("world", "kraken")]
    assert reply.papers[-1] == id_of(KITES)


async def test_only_words_that_are_asked_for_leave_the_house(store: Store) -> None:
    source = FakeSource("arxiv")
    person = Person(store, sources=(source,))
    await person.asks('search ("fog lamps" OR kites) -secret NOT author:ana cat:cs.CL title:GPT-4 upvotes:>=3 since:9d')
    await person.asks("search cat:cs.CL upvotes:>=3")
    await person.asks("search trending")
    assert source.searched == [("fog lamps", "GPT-4")]


async def test_what_a_query_leaves_out_and_its_bounds_hold_outside_too(store: Store) -> None:
    old, liked = outside(703, "Old Kites", on=datetime(2020, 1, 1, tzinfo=UTC)), outside(704, "Liked Kites", upvotes=9)
    source = FakeSource("arxiv", finds=(KITES, ROPES, old, liked))
    person = Person(store, sources=(source,))
    found = {
        typed: set((await person.asks(f"search {typed}")).papers)
        for typed in ("kites -survey", "kites since:30d", "kites upvotes:>=5")
    }
    assert found == {
        "kites -survey": {id_of(each) for each in (KITES, old, liked)},
        "kites since:30d": {id_of(each) for each in (KITES, ROPES, liked)},
        "kites upvotes:>=5": {id_of(liked)},
    }


async def test_what_the_library_knows_under_another_name_is_not_outside(store: Store) -> None:
    named = a_paper(50, "A Paper That Came Without an Id")
    await fill(store, replace(named, id=title_id(named.title)))
    source = FakeSource("arxiv", finds=(replace(named, sightings=()), KITES))
    assert (await Person(store, sources=(source,)).asks("search umbrellas")).papers == (id_of(KITES),)


async def test_the_past_is_not_told_what_was_written_later(store: Store) -> None:
    source = FakeSource("arxiv", finds=(KITES,))
    past = Person(store, now=NOW - timedelta(days=30), sources=(source,))
    assert (await past.asks("search kites")).papers == ()


async def test_the_same_search_is_asked_outside_once_in_a_while(store: Store) -> None:
    source, away = FakeSource("huggingface", finds=(KITES,)), FakeSource("arxiv", is_away=True)
    person = Person(store, sources=(source, away))
    services = person.services
    said = []
    for minutes in (0, 0.5, 2, 9, 11):
        now = replace(person, now=NOW + timedelta(minutes=minutes)).services
        at = replace(services, clock=now.clock)
        said.append((await dispatch("search kites", person.requester, at)).papers)
    assert said == [(id_of(KITES),)] * 5
    assert list(map(len, asked_of(source, away))) == [2, 4]


# --- trending --------------------------------------------------------------------------------------------------------


async def test_trending_offers_the_other_periods(store: Store) -> None:
    await fill(store, TEAPOTS, a_paper(8, listed=(a_sighting(NOW.date() - timedelta(days=20)),)))
    person = Person(store)
    today = await person.asks("trending")
    assert labels_of(today) == ["Trending week", "Trending month", "Share"]
    month = await person.presses(button_of(today, "Trending month"))
    assert (len(today.papers), len(month.papers)) == (1, 2)
    assert labels_of(month) == ["Trending day", "Trending week", "Share"]
