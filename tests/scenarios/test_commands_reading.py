"""Preview, search, trending, show: what is in the library, and what a digest would be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.paper import PaperId
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import NOW, TODAY, a_paper, a_sighting
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import FakeSource, Person
from tests.scenarios.library import DOORBELLS, LIGHTHOUSES, OLD, SURVEY, TEAPOTS, fill, id_of

YESTERDAY = TODAY - timedelta(days=1)


async def test_a_preview_has_the_papers_of_the_digest_that_follows_in_its_order(store: Store) -> None:
    await fill(store, *(a_paper(number, upvotes=number * 7 % 11) for number in range(1, 16)))
    person = Person(store)
    await person.asks('subscribe "world model"')
    tomorrow = replace(person, now=NOW + timedelta(days=1))
    preview = await tomorrow.asks("preview 1")
    await enqueue_due(store, FixedClock(tomorrow.now), default_zone=person.zone)
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(tomorrow.now))
    assert list(preview.papers) == platform.papers
    assert (len(preview.papers), len(preview.cut)) == (10, 5)


async def test_a_preview_after_the_digest_says_that_nothing_is_new(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe teapots")
    tomorrow = replace(person, now=NOW + timedelta(days=1))
    await enqueue_due(store, FixedClock(tomorrow.now), default_zone=person.zone)
    reply = await tomorrow.asks("preview 1")
    assert (reply.ok, reply.papers) == (True, ())
    assert "nothing to post now" in await tomorrow.reads("preview 1")


async def test_a_source_that_is_away_is_named_under_the_digest_since_when_it_gave_no_answer(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model" --source hf,arxiv')
    down = Outcome(
        stage=Stage.FETCH, name="arxiv", kind=OutcomeKind.DOWN, reason="503", at=NOW - timedelta(hours=3, minutes=50)
    )
    await store.outcomes.add([down])
    told = (await person.reads("preview 1")).splitlines()
    assert "Without arXiv (no answer since 05:10 UTC); its papers follow." in told


async def test_a_preview_of_many_days_has_every_match_of_any_source_without_a_cap(store: Store) -> None:
    many = [a_paper(number, listed=(a_sighting(YESTERDAY, "jsonl"),)) for number in range(1, 41)]
    survey = a_paper(50, "A survey of world models")
    await fill(store, *many, survey)
    reply = await Person(store).asks('preview "world models" -survey --days 3650')
    assert set(reply.papers) == {id_of(paper) for paper in many}
    assert (len(reply.papers), reply.cut) == (40, ())


async def test_a_preview_of_a_query_looks_at_the_last_week_of_hugging_face(store: Store) -> None:
    await fill(store)
    person = Person(store)
    assert set((await person.asks('preview "world model"')).papers) == {
        id_of(each) for each in (TEAPOTS, LIGHTHOUSES, SURVEY)
    }
    assert "No paper matched in the last 7 days (4 looked at)." in await person.reads("preview umbrellas")


async def test_search_shows_five_a_page_and_every_paper_once(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 13)))
    person = Person(store)
    pages = [await person.asks(f'search "world models" --page {page}') for page in (1, 2, 3)]
    assert [len(page.papers) for page in pages] == [5, 5, 2]
    assert len({paper for page in pages for paper in page.papers}) == 12
    said = await person.reads('search "world models" --page 2')
    assert '6–10 of 12 · next: /papers search "world models" --page 3' in said  # noqa: RUF001 - a range


async def test_a_page_past_the_end_names_the_last(store: Store) -> None:
    await fill(store)
    reply = await Person(store).asks('search "world model" --page 7')
    assert (reply.ok, reply.papers) == (True, ())
    assert "There is no page 7: 4 papers make 1 page." in await Person(store).reads('search "world model" --page 7')


async def test_search_says_when_nothing_has_all_the_words(store: Store) -> None:
    await fill(store)
    said = await Person(store).reads("search lighthouse kraken")
    assert said.startswith("lighthouse kraken\n\nNothing has all of lighthouse kraken; these have some of its words.")
    assert "Nothing has all" not in await Person(store).reads("search lighthouse")


async def test_search_finds_nothing_in_so_many_papers_since_a_day(store: Store) -> None:
    person = Person(store)
    assert "No papers are stored yet" in await person.reads("search xyzzy")
    await fill(store)
    assert await person.reads("search xyzzy") == "Nothing for xyzzy in 6 papers since 22 May."
    last_year = replace(person, now=NOW.replace(year=2027))
    assert await last_year.reads("search xyzzy") == "Nothing for xyzzy in 6 papers since 22 May 2026."


async def test_the_past_knows_nothing_that_was_stored_later(store: Store) -> None:
    await fill(store)
    past = Person(store, now=NOW - timedelta(days=60))
    for command in ("search teapots", "trending month", "preview teapots --days 3650"):
        assert (await past.asks(command)).papers == ()
    assert not (await past.asks("show 2606.00001")).ok


async def test_trending_is_the_newest_list_by_upvotes(store: Store) -> None:
    await fill(store)
    person = Person(store)
    assert (await person.asks("trending")).papers == (id_of(TEAPOTS), id_of(LIGHTHOUSES))
    on_sunday = replace(person, now=NOW + timedelta(days=5))
    assert (await on_sunday.asks("trending")).papers == (id_of(TEAPOTS), id_of(LIGHTHOUSES))
    assert "the list of Tue 16 Jun" in await on_sunday.reads("trending day")


async def test_trending_of_a_week_or_a_month_looks_further_back(store: Store) -> None:
    await fill(store)
    week = (await Person(store).asks("trending week")).papers
    month = (await Person(store).asks("trending month")).papers
    assert set(week) == {id_of(each) for each in (TEAPOTS, LIGHTHOUSES, SURVEY, DOORBELLS)}
    assert set(month) - set(week) == {id_of(OLD)}


async def test_trending_without_a_list_names_the_newest(store: Store) -> None:
    await fill(store)
    later = Person(store, now=NOW + timedelta(days=60))
    assert await later.reads("trending") == (
        "I have no list of Hugging Face from the last 7 days. "
        "The newest list here is of 16 Jun; /papers status says why."
    )


async def test_an_empty_library_blames_no_source(store: Store) -> None:
    person = Person(store)
    assert await person.reads("trending") == "No papers are stored yet; they come with the next fetch."
    assert await person.reads("preview teapots") == "I have nothing to look at from the last 7 days."


@pytest.mark.parametrize("name", ["2606.00001", "2606.00001v4", "https://huggingface.co/papers/2606.00001"])
async def test_show_gives_the_whole_paper_by_any_of_its_names(name: str, store: Store) -> None:
    await fill(store)
    reply = await Person(store).asks(f"show {name}")
    assert reply.papers == (id_of(TEAPOTS),)
    said = await Person(store).reads(f"show {name}")
    assert TEAPOTS.abstract in said
    assert "Listed by Hugging Face on 16 Jun, arXiv on 15 Jun." in said


async def test_show_asks_the_sources_for_a_paper_that_is_not_stored_and_stores_nothing(store: Store) -> None:
    known = PaperId("arxiv", "2606.00007")
    sources = FakeSource("huggingface"), FakeSource("arxiv", {known: a_paper(7, "Kites in Fog", abstract="They fly.")})
    reply = await Person(store, sources=sources).asks("show 2606.00007v2")
    assert reply.papers == (str(known),)
    assert [source.asked for source in sources] == [[known], [known]]
    assert "Outside my library; arXiv was asked for it." in await Person(store, sources=sources).reads(
        "show 2606.00007"
    )
    assert (await store.papers.statistics(NOW)).papers == 0


async def test_show_goes_on_where_a_source_is_away_and_says_who_did_not_answer(store: Store) -> None:
    known = PaperId("arxiv", "2606.00007")
    away = FakeSource("huggingface", is_away=True)
    person = Person(store, sources=(away, FakeSource("arxiv", {known: a_paper(7)})))
    assert (await person.asks("show 2606.00007")).ok
    assert "Hugging Face did not answer" in await person.reads("show 2606.00008")


async def test_show_refuses_what_it_cannot_find_and_names_what_can_be_typed(store: Store) -> None:
    person = Person(store)
    unknown, no_name = await person.asks("show 2606.00009"), await person.asks("show teapots")
    assert (unknown.ok, unknown.understood) == (False, True)
    assert (no_name.ok, no_name.understood) == (False, False)
    for command in ("show 2606.00009", "show https://evil.example/abs/2606.00001"):
        assert "Type an arXiv id (2310.06825)" in await person.reads(command)
