"""Search selects what the matcher's definition selects (adapters/sql/library/conditions.py), and ranks it."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.sql.store import SqlStore
from bot.matching.explain import evaluate
from bot.model.paper import Paper, PaperId, Sighting
from bot.ports import SearchPage, SearchRequest
from bot.query.ast import Words
from bot.query.parse import parse
from bot.text.normalise import tokens
from tests.builders import NOW, TODAY, a_paper, a_sighting, stored
from tests.queries import WORDS, queries

EVERYTHING = 1_000
LATER = NOW + timedelta(days=400)


async def search(
    store: SqlStore,
    text: str,
    *,
    as_of: datetime = NOW,
    limit: int = EVERYTHING,
    offset: int = 0,
    sort: str = "relevance",
) -> SearchPage:
    query = parse(text, allow_since=True)
    return await store.search.search(
        SearchRequest(query=query, as_of=as_of, limit=limit, offset=offset, sort=sort),
    )


def numbers(page: SearchPage) -> list[int]:
    return [int(found.paper.id.value.partition(".")[2]) for found in page.papers]


def a_library(count: int = 120, seed: int = 1) -> list[Paper]:
    """Make papers of the few words, names and categories that the generated queries ask for."""
    draw = random.Random(seed)

    def text(longest: int) -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(0, longest)))

    def some(*values: str) -> tuple[str, ...]:
        return tuple(draw.sample(values, draw.randint(0, 2)))

    return [
        replace(
            a_paper(
                number,
                abstract=text(9),
                upvotes=draw.choice((None, *range(0, 21, 4))),
                categories=some("cs.CL", "cs.LG", "hep-th", "math.ST", "csx.A"),
                authors=some("Kaiming He", "Ada Byron", "Byron Kaiming", "Paul Erdős", "He Ada"),
            ),
            title=text(6),
            organisation=draw.choice(("", "Acme", "Acme Labs", "Labs Acme")),
            sightings=tuple(a_sighting(source=source) for source in some("huggingface", "arxiv", "jsonl")),
        )
        for number in range(1, count + 1)
    ]


LIBRARY = a_library()


@pytest.fixture
async def filled(store: SqlStore) -> SqlStore:
    await store.papers.ingest(LIBRARY, NOW)
    return store


# The database is only read: one serves every example.
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=queries())
async def test_a_search_selects_what_the_definition_of_a_match_selects(filled: SqlStore, typed: str) -> None:
    query = parse(typed)
    expected = {int(each.key) for each in map(stored, LIBRARY) if evaluate(query, each)}
    page = await search(filled, typed)
    if page.is_relaxed:
        assert not expected
    else:
        assert set(numbers(page)) == expected
        assert page.total == len(page.papers) == len(expected)


async def ingested(store: SqlStore, *papers: Paper) -> None:
    await store.papers.ingest(papers, NOW)


async def test_a_word_in_the_title_comes_before_one_in_the_abstract(store: SqlStore) -> None:
    rest = "a long text of many other words that says one thing and then another"
    await ingested(
        store,
        a_paper(1, "Something else entirely", abstract=f"softmax {rest}"),
        a_paper(2, "The softmax algorithm", abstract=rest),
        a_paper(3, "Nothing of the kind", abstract=f"{rest} softmax"),
    )
    assert numbers(await search(store, "softmax"))[0] == 2


async def test_a_paper_with_all_the_words_in_its_title_comes_first(store: SqlStore) -> None:
    await ingested(
        store,
        a_paper(1, "Softmax", abstract="a pass, and another pass, two in all"),
        a_paper(2, "The Two-Pass Softmax Algorithm", abstract="of a kind"),
        a_paper(3, "Two of a kind", abstract="pass the softmax"),
    )
    assert numbers(await search(store, "two-pass softmax"))[0] == 2


async def test_papers_that_match_equally_stand_by_upvotes_then_date(store: SqlStore) -> None:
    def dated(number: int, upvotes: int, day: int) -> Paper:
        return replace(a_paper(number, "Softmax", upvotes=upvotes), published_at=datetime(2026, 6, day, tzinfo=UTC))

    await ingested(store, dated(1, 3, 1), dated(2, 9, 1), dated(3, 3, 5))
    assert numbers(await search(store, "softmax")) == [2, 3, 1]


async def test_what_is_sorted_by_date_or_upvotes_ignores_how_well_it_matches(store: SqlStore) -> None:
    def dated(number: int, title: str, upvotes: int | None, day: int) -> Paper:
        paper = a_paper(number, title, upvotes=upvotes, abstract="softmax")
        return replace(paper, published_at=datetime(2026, 6, day, tzinfo=UTC))

    await ingested(
        store, dated(1, "Softmax", None, 9), dated(2, "Other", 4, 1), dated(3, "Third", 7, 12), dated(4, "No", 0, 2)
    )
    assert numbers(await search(store, "softmax", sort="date")) == [3, 1, 4, 2]
    assert numbers(await search(store, "softmax", sort="upvotes")) == [3, 2, 4, 1]


async def test_pages_cover_every_hit_once_and_all_say_the_same_total(store: SqlStore) -> None:
    await ingested(store, *(a_paper(number) for number in range(1, 24)))
    pages = [await search(store, "world", limit=5, offset=start) for start in range(0, 30, 5)]
    assert {page.total for page in pages} == {23}
    assert [len(page.papers) for page in pages] == [5, 5, 5, 5, 3, 0]
    assert sorted(number for page in pages for number in numbers(page)) == list(range(1, 24))


async def test_a_search_that_nothing_meets_whole_finds_what_has_some_of_its_words(store: SqlStore) -> None:
    await ingested(store, a_paper(1, "Robots of the world"), a_paper(2, "Agents"), a_paper(3, "Cats"))
    page = await search(store, "agents robots")
    assert page.is_relaxed
    assert sorted(numbers(page)) == [1, 2]
    assert page.total == 2


async def test_a_relaxed_search_has_whole_phrases_first(store: SqlStore) -> None:
    await ingested(
        store,
        a_paper(1, "Models of a world: the model, the world", abstract="A model of a world."),
        a_paper(2, "Cats", abstract=f"{'Cats sleep. ' * 40}World models are mentioned once."),
        a_paper(3, "Dogs", abstract=f"{'Dogs bark. ' * 40}Vision language world models are mentioned once."),
    )
    page = await search(store, '"world models" "vision language" xyzzy')
    assert (numbers(page), page.is_relaxed) == ([3, 2, 1], True)


async def test_a_relaxed_search_keeps_what_was_excluded_and_filtered(store: SqlStore) -> None:
    await ingested(
        store,
        a_paper(1, "Robots of the world", categories=("cs.CL",)),
        a_paper(2, "Agents", categories=("cs.LG",)),
        a_paper(3, "Agents and surveys", categories=("cs.CL",)),
    )
    page = await search(store, "agents robots cat:cs.CL -survey")
    assert (numbers(page), page.is_relaxed) == ([1], True)


@pytest.mark.parametrize("text", ["zebra", "zebra giraffe", "agents upvotes:>=99"])
async def test_a_search_that_finds_nothing_at_all_says_so(store: SqlStore, text: str) -> None:
    await ingested(store, a_paper(1, "Agents"))
    page = await search(store, text)
    assert (page.papers, page.total, page.is_relaxed) == ((), 0, False)


async def test_since_counts_the_day_of_publication_or_of_listing(store: SqlStore) -> None:
    old = date(2026, 5, 1)
    await ingested(
        store,
        replace(a_paper(1, listed=(a_sighting(old),)), published_at=datetime(2026, 4, 30, tzinfo=UTC)),
        replace(a_paper(2, listed=(a_sighting(old),)), published_at=datetime(2026, 6, 9, tzinfo=UTC)),
        replace(a_paper(3, listed=(a_sighting(TODAY),)), published_at=datetime(2026, 4, 30, tzinfo=UTC)),
        replace(a_paper(4, listed=(a_sighting(old),)), published_at=datetime(2026, 6, 8, 23, 59, tzinfo=UTC)),
    )
    assert sorted(numbers(await search(store, "world since:2026-06-09"))) == [2, 3]
    assert sorted(numbers(await search(store, "world since:7d"))) == [2, 3]
    assert sorted(numbers(await search(store, "world since:8d"))) == [2, 3, 4]


async def test_what_was_seen_after_the_moment_is_not_found(store: SqlStore) -> None:
    later = Sighting(source="arxiv", listed_on=TODAY, first_seen_at=NOW + timedelta(minutes=1))
    await ingested(store, a_paper(1), a_paper(2, listed=(later,)), a_paper(3, listed=(a_sighting(), later)))
    assert sorted(numbers(await search(store, "world"))) == [1, 3]
    assert sorted(numbers(await search(store, "world source:arxiv world", as_of=LATER))) == [2, 3]
    page = await search(store, "world source:arxiv")
    assert page.total == 0


async def test_a_found_paper_has_only_the_sightings_of_the_moment(store: SqlStore) -> None:
    later = Sighting(source="arxiv", listed_on=TODAY, first_seen_at=NOW + timedelta(minutes=1))
    await ingested(store, a_paper(1, listed=(a_sighting(), later)))
    (found,) = (await search(store, "world")).papers
    assert found.paper.sources == ("huggingface",)


async def test_trending_ranks_by_upvotes_that_fade(store: SqlStore) -> None:
    def listed(number: int, upvotes: int, age: int) -> Paper:
        return a_paper(number, upvotes=upvotes, listed=(a_sighting(TODAY - timedelta(days=age)),))

    await ingested(store, listed(1, 40, 0), listed(2, 70, 6), listed(3, 60, 1), listed(4, 0, 0))
    assert numbers(await search(store, "trending")) == [3, 1, 2, 4]
    assert numbers(await search(store, "trending", limit=2, offset=1)) == [1, 2]


async def test_a_merged_paper_is_found_once_by_the_text_it_has_now(store: SqlStore) -> None:
    one = Paper(id=PaperId("doi", "10.1000/x"), title="Zebras", sightings=(a_sighting(source="jsonl"),))
    await ingested(store, one, a_paper(1, "Giraffes"))
    await ingested(store, replace(a_paper(1, "Giraffes", listed=(a_sighting(source="arxiv"),)), aliases=(one.id,)))
    assert numbers(await search(store, "giraffes")) == [1]
    assert (await search(store, "zebras")).total == 0


HOSTILE = (
    '"a\' OR 1=1 --"',
    '"{title_tokens} : x"',
    '"NEAR(a b)"',
    '"a* ^b"',
    '"a & b | !c <-> d"',
    '"robert\'); drop table paper;"',
    '"x:*"',
    '"back\\\\slash \\\\"',
    '"100%_or_less%"',
    '"NOT"',
    '"\u202eand"',
    "title:" + "ж" * 400,
    "C++ C# C",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_nothing_a_person_types_is_read_as_the_database_s_syntax(store: SqlStore, text: str) -> None:
    await ingested(store, a_paper(1, text), a_paper(2, "Plain words"))
    query = parse(text, allow_since=True)
    page = await search(store, text)
    expected = [
        number for number, title in ((1, text), (2, "Plain words")) if evaluate(query, stored(a_paper(number, title)))
    ]
    assert numbers(page) == expected


async def test_a_word_of_any_length_is_found(store: SqlStore) -> None:
    long = "x" * 505
    await ingested(store, a_paper(1, f"A {long} word"), a_paper(2, f"A {long[:-1]}y word"))
    query = replace(parse("title:x"), root=parse(f"title:{long}", max_length=9_999).root)
    page = await store.search.search(SearchRequest(query=query, as_of=NOW, limit=9))
    assert numbers(page) == [1]


async def test_a_word_or_phrase_is_counted_in_as_many_papers_as_match_it(store: SqlStore) -> None:
    papers = a_library()
    await store.papers.ingest(papers, NOW)
    pairs = [(first, second) for first in WORDS[:4] for second in WORDS[:4]]
    words = [Words(tokens=tokens(text)) for text in (*WORDS, *map(" ".join, pairs), "unheardof") if tokens(text)]
    assert await store.search.counts(words) == tuple(
        sum(evaluate(parse(str(each)), stored(paper)) for paper in papers) for each in words
    )
    assert await store.search.counts([]) == ()
