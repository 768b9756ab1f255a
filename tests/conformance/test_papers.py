"""The library: papers read back as they were stored, each once, however many sources list it."""

import asyncio
from datetime import date, timedelta

import pytest

from adapters.sql.store import SqlStore, open_store
from bot.matching.explain import evaluate
from bot.model.fetching import ImportProgress, Ingested
from bot.model.paper import (
    LONGEST_AUTHORS,
    LONGEST_NAME,
    MOST_AUTHORS,
    Links,
    Paper,
    PaperId,
    Sighting,
    tokens_of,
)
from bot.model.subscription import SourceChoice
from bot.query.parse import parse
from tests.builders import NOW, TODAY, a_paper, a_sighting
from tests.rows import change_numbers

YESTERDAY = TODAY - timedelta(days=1)
TITLE = "Walking the village round by night and by day"


def a_titled(scheme: str, value: str, *, authors: tuple[str, ...] = ("Ada Byron",), source: str = "arxiv") -> Paper:
    return Paper(
        id=PaperId(scheme, value), title=TITLE, authors=authors, sightings=(a_sighting(source=source),), upvotes=3
    )


async def only(store: SqlStore) -> Paper:
    (stored,) = await store.papers.listed(date.min, date.max, NOW)
    return stored.paper


async def test_a_paper_reads_back_as_it_was_stored(store: SqlStore) -> None:
    paper = Paper(
        id=PaperId("arxiv", "2606.00001"),
        title="Größe, C++ and 世界 in “quotes”",
        abstract="Two\u2009sentences. Both short.",
        authors=("Björn Ek", "J. R. de la Cruz", "—", "王小明"),
        categories=("cs.CL", "cs.LG"),
        published_at=NOW - timedelta(days=1, microseconds=1),
        sightings=(a_sighting(YESTERDAY, "arxiv"), a_sighting()),
        links=Links(abs="https://a", pdf="https://p", hf="https://h", code="https://c", project="https://x"),
        upvotes=7,
        stars=0,
        tldr="One sentence.",
        keywords=("round", "paper"),
        organisation="Acme Labs",
        aliases=(PaperId("doi", "10.1000/x"),),
    )
    await store.papers.ingest([paper], NOW)
    (stored,) = await store.papers.listed(TODAY, TODAY, NOW)
    assert stored.paper == paper
    assert stored.tokens == tokens_of(paper)


async def test_a_paper_without_anything_but_a_title_reads_back(store: SqlStore) -> None:
    paper = Paper(id=PaperId("title", "abc"), title="", sightings=(a_sighting(),))
    await store.papers.ingest([paper], NOW)
    assert await only(store) == paper


async def test_a_paper_with_authors_without_an_end_is_stored_with_the_others_of_its_list(store: SqlStore) -> None:
    names = tuple(f"{name}{'z' * (LONGEST_NAME - 1)}" for name in "abcde" * (MOST_AUTHORS // 5))
    papers = [a_paper(1, authors=names), a_paper(2)]
    await store.papers.ingest(papers, NOW)
    stored = await store.papers.listed(TODAY, TODAY, NOW)
    assert [each.paper for each in stored] == papers
    assert [each.tokens for each in stored] == [tokens_of(each) for each in papers]
    assert sum(map(len, (token for name in stored[0].tokens.authors for token in name))) == LONGEST_AUTHORS
    assert evaluate(parse(f"author:{names[0]}"), stored[0])


async def test_a_paper_listed_twice_is_one_paper_with_two_sightings(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(listed=(a_sighting(YESTERDAY),))], NOW)
    ingested = await store.papers.ingest([a_paper(listed=(a_sighting(TODAY),))], NOW)
    assert ingested == Ingested(seen=1, new=0, changed=1)
    assert [each.listed_on for each in (await only(store)).sightings] == [YESTERDAY, TODAY]


async def test_the_same_list_twice_changes_nothing(store: SqlStore, store_url: str) -> None:
    papers = [a_paper(number) for number in range(20)]
    await store.papers.ingest(papers, NOW)
    before = await change_numbers(store_url)
    assert await store.papers.ingest(papers, NOW) == Ingested(seen=20, new=0, changed=0)
    assert await change_numbers(store_url) == before


async def test_a_revision_is_not_a_new_paper(store: SqlStore) -> None:
    await store.papers.ingest([a_titled("arxiv", "2606.00001")], NOW)
    ingested = await store.papers.ingest([a_titled("arxiv", "2606.00001v2")], NOW)
    assert ingested == Ingested(seen=1, new=0, changed=0)
    assert (await only(store)).id == PaperId("arxiv", "2606.00001")


async def test_the_doi_of_arxiv_is_the_arxiv_id(store: SqlStore) -> None:
    await store.papers.ingest([a_titled("arxiv", "2606.00001")], NOW)
    ingested = await store.papers.ingest([a_titled("doi", "10.48550/arXiv.2606.00001")], NOW)
    assert ingested.new == 0


async def test_a_title_and_a_surname_in_common_make_one_paper(store: SqlStore) -> None:
    await store.papers.ingest([a_titled("title", "abc", authors=("Byron, Ada", "Bo Ek"))], NOW)
    ingested = await store.papers.ingest([a_titled("arxiv", "2606.00001", authors=("Ada Byron",))], NOW)
    assert ingested == Ingested(seen=1, new=0, changed=1)
    paper = await only(store)
    assert paper.id == PaperId("arxiv", "2606.00001")
    assert paper.aliases == (PaperId("title", "abc"),)


async def test_every_id_a_paper_ever_had_finds_it(store: SqlStore) -> None:
    await store.papers.ingest([a_titled("title", "abc")], NOW)
    await store.papers.ingest([a_titled("arxiv", "2606.00001v1")], NOW)
    asked = [PaperId("title", "abc"), PaperId("arxiv", "2606.00001v7"), PaperId("doi", "10.48550/ARXIV.2606.00001")]
    found = await store.papers.find([*asked, PaperId("arxiv", "2606.99999")], NOW)
    assert set(found) == set(asked)
    assert {stored.key for stored in found.values()} == {found[asked[0]].key}


async def test_different_arxiv_ids_never_merge_by_title(store: SqlStore) -> None:
    await store.papers.ingest([a_titled("arxiv", "2606.00001")], NOW)
    assert (await store.papers.ingest([a_titled("arxiv", "2606.00002")], NOW)).new == 1


async def test_a_title_alone_with_other_authors_is_another_paper(store: SqlStore) -> None:
    await store.papers.ingest([a_titled("title", "abc", authors=("Ada Byron",))], NOW)
    assert (await store.papers.ingest([a_titled("title", "def", authors=("Cy Dee",))], NOW)).new == 1


async def test_one_list_that_names_a_paper_twice_stores_it_once(store: SqlStore) -> None:
    twice = [a_titled("arxiv", "2606.00001"), a_titled("title", "abc"), a_titled("arxiv", "2606.00001v2")]
    assert await store.papers.ingest(twice, NOW) == Ingested(seen=3, new=1, changed=0)


async def test_two_stored_papers_that_prove_to_be_one_are_united(store: SqlStore) -> None:
    by_doi = Paper(id=PaperId("doi", "10.1000/x"), title="A", sightings=(a_sighting(YESTERDAY, "jsonl"),), upvotes=1)
    by_arxiv = Paper(id=PaperId("arxiv", "2606.00001"), title="B", sightings=(a_sighting(TODAY, "arxiv"),))
    await store.papers.ingest([by_doi, by_arxiv], NOW)
    older = (await store.papers.find([by_doi.id], NOW))[by_doi.id].key
    both = Paper(id=by_arxiv.id, aliases=(by_doi.id,), title="B", sightings=(a_sighting(TODAY),))
    assert await store.papers.ingest([both], NOW) == Ingested(seen=1, new=0, changed=1)
    found = await store.papers.find([by_doi.id, by_arxiv.id], NOW)
    assert {stored.key for stored in found.values()} == {older}
    paper = await only(store)
    assert paper.sources == ("arxiv", "huggingface", "jsonl")
    assert (paper.id, paper.aliases, paper.upvotes) == (by_arxiv.id, (by_doi.id,), 1)


async def test_a_later_sighting_refreshes_what_changes(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(upvotes=2)], NOW)
    later = Paper(
        id=PaperId("arxiv", "2606.00001"),
        title="",
        sightings=(a_sighting(),),
        upvotes=74,
        stars=5,
        tldr="Short.",
        keywords=("k",),
        organisation="Acme",
        links=Links(code="https://c"),
    )
    await store.papers.ingest([later], NOW)
    paper = await only(store)
    assert (paper.upvotes, paper.stars, paper.tldr, paper.keywords) == (74, 5, "Short.", ("k",))
    assert (paper.organisation, paper.links.code) == ("Acme", "https://c")


async def test_an_empty_value_erases_nothing(store: SqlStore) -> None:
    full = Paper(
        id=PaperId("arxiv", "2606.00001"),
        title=TITLE,
        abstract="Text.",
        authors=("Ada Byron",),
        categories=("cs.CL",),
        published_at=NOW,
        sightings=(a_sighting(),),
        links=Links(code="https://c", abs="https://a"),
        upvotes=7,
        stars=5,
        tldr="Short.",
        keywords=("k",),
        organisation="Acme",
    )
    await store.papers.ingest([full], NOW)
    bare = Paper(id=full.id, title="", sightings=(a_sighting(source="arxiv"),))
    await store.papers.ingest([bare], NOW)
    paper = await only(store)
    assert paper.sources == ("arxiv", "huggingface")
    assert (paper.title, paper.abstract, paper.authors, paper.upvotes) == (TITLE, "Text.", ("Ada Byron",), 7)
    assert (paper.links, paper.tldr, paper.keywords, paper.stars) == (full.links, "Short.", ("k",), 5)


async def test_a_corrected_text_gets_new_tokens(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(title="Wrold models")], NOW)
    await store.papers.ingest([a_paper(title="World models", listed=(a_sighting(source="arxiv"),))], NOW)
    (stored,) = await store.papers.listed(TODAY, TODAY, NOW)
    assert stored.tokens == tokens_of(stored.paper)
    assert stored.tokens.title == ("world", "model")


async def test_only_a_source_that_brings_something_gets_a_higher_change_number(store: SqlStore, store_url: str) -> None:
    await store.papers.ingest([a_paper(1)], NOW)
    await store.papers.ingest([a_paper(2, listed=(a_sighting(source="arxiv"),))], NOW)
    first = await change_numbers(store_url)
    assert first["arxiv"] > first["huggingface"]
    await store.papers.ingest([a_paper(2, listed=(a_sighting(source="arxiv"),))], NOW)
    assert await change_numbers(store_url) == first
    await store.papers.ingest([a_paper(1, upvotes=9)], NOW)
    later = await change_numbers(store_url)
    assert later["huggingface"] > first["arxiv"]
    assert later["arxiv"] == first["arxiv"]


async def test_a_list_holds_the_papers_of_its_dates_newest_first(store: SqlStore) -> None:
    days = [TODAY - timedelta(days=age) for age in (3, 2, 1, 0)]
    await store.papers.ingest([a_paper(n, listed=(a_sighting(day),)) for n, day in enumerate(days)], NOW)
    listed = await store.papers.listed(days[1], days[2], NOW)
    assert [stored.paper.id.value for stored in listed] == ["2606.00002", "2606.00001"]


async def test_what_was_seen_after_the_moment_is_invisible(store: SqlStore) -> None:
    seen_today = Sighting(source="arxiv", listed_on=YESTERDAY, first_seen_at=NOW)
    await store.papers.ingest([a_paper(1, listed=(a_sighting(YESTERDAY), seen_today))], NOW)
    await store.papers.ingest([a_paper(2, listed=(seen_today,))], NOW)
    before = NOW - timedelta(hours=1)
    (stored,) = await store.papers.listed(YESTERDAY, TODAY, before)
    assert stored.paper.sources == ("huggingface",)
    assert not await store.papers.find([PaperId("arxiv", "2606.00002")], before)
    assert (await store.papers.statistics(before)).papers == 1
    assert (await store.papers.statistics(NOW)).papers == 2


async def test_the_first_moment_of_a_sighting_stays(store: SqlStore) -> None:
    def seen(hours: int) -> Paper:
        return a_paper(listed=(Sighting(source="arxiv", listed_on=TODAY, first_seen_at=NOW + timedelta(hours=hours)),))

    for hours in (0, 3, -2):
        await store.papers.ingest([seen(hours)], NOW)
    (sighting,) = (await only(store)).sightings
    assert sighting.first_seen_at == NOW - timedelta(hours=2)


async def test_statistics_of_an_empty_library_are_empty(store: SqlStore) -> None:
    found = await store.papers.statistics(NOW)
    assert (found.papers, found.first_listed, found.last_listed) == (0, None, None)


async def test_a_batch_and_its_place_in_the_file_are_stored_together(store: SqlStore) -> None:
    assert await store.papers.progress("f1") is None
    await store.papers.ingest([a_paper()], NOW, ImportProgress(digest="f1", position=1))
    await store.papers.ingest([], NOW, ImportProgress(digest="f1", position=2, is_done=True))
    assert await store.papers.progress("f1") == ImportProgress(digest="f1", position=2, is_done=True)


async def test_a_long_list_is_stored_whole(store: SqlStore) -> None:
    papers = [a_paper(number) for number in range(1, 1501)]
    assert (await store.papers.ingest([*papers, *papers], NOW)).new == 1500
    listed = await store.papers.listed(TODAY, TODAY, NOW)
    assert [stored.paper.id for stored in listed] == [paper.id for paper in papers]


async def test_two_processes_that_bring_the_same_papers_store_each_once(store: SqlStore, store_url: str) -> None:
    from_hf = [a_paper(number) for number in range(200)]
    from_arxiv = [a_paper(number, listed=(a_sighting(source="arxiv"),)) for number in range(200)]
    async with open_store(store_url) as other:
        one, two = await asyncio.gather(store.papers.ingest(from_hf, NOW), other.papers.ingest(from_arxiv, NOW))
    assert one.new + two.new == 200
    listed = await store.papers.listed(TODAY, TODAY, NOW)
    assert {stored.paper.sources for stored in listed} == {("arxiv", "huggingface")}


@pytest.mark.parametrize("word", ["x" * 3000, "ж" * 2500, "a'b\\c\"d:*&|!()"])
async def test_no_word_of_a_paper_can_break_the_full_text(store: SqlStore, word: str) -> None:
    await store.papers.ingest([a_paper(title=f"A {word} word", abstract=word, authors=(word,))], NOW)
    assert word in (await only(store)).title


async def test_the_papers_about_a_query_are_those_that_the_matcher_finds(store: SqlStore) -> None:
    await store.papers.ingest(
        [
            a_paper(1, "World Models", upvotes=3, categories=("cs.AI",)),
            a_paper(2, "A World without Models", listed=(a_sighting(source="arxiv"),), categories=("cs.CL",)),
            a_paper(3, "World-Model Survey", listed=(a_sighting(TODAY, "arxiv"), a_sighting(YESTERDAY))),
            a_paper(4, "Teapots"),
        ],
        NOW,
    )
    everything = await store.papers.listed(YESTERDAY, TODAY, NOW)
    for typed in ('"world models"', "world models -survey", "cat:cs.CL OR upvotes:>=3", "trending", "-teapots cat:cs"):
        query = parse(typed)
        about = await store.papers.listed(YESTERDAY, TODAY, NOW, (), query)
        assert about == tuple(each for each in everything if evaluate(query, each)), typed
    (seen,) = await store.papers.listed(YESTERDAY, TODAY, NOW, ["huggingface"], parse("survey"))
    assert len(seen.paper.sightings) == 2
    assert await store.papers.listed(TODAY, TODAY, NOW, ["huggingface"], parse("survey")) == ()


async def test_what_choices_of_sources_cover_is_counted_once(store: SqlStore) -> None:
    both = (a_sighting(), a_sighting(source="arxiv"), a_sighting(YESTERDAY, "arxiv"))
    papers = [
        a_paper(1, listed=both, categories=("cs.CL", "cs.AI")),
        a_paper(2, listed=(a_sighting(source="arxiv"),), categories=("cs.CLX",)),
        a_paper(3, listed=(a_sighting(YESTERDAY),)),
    ]
    await store.papers.ingest(papers, NOW)
    hugging_face, arxiv, cl = SourceChoice("huggingface"), SourceChoice("arxiv"), SourceChoice("arxiv", "cs.CL")
    counted = [
        await store.papers.count_listed(since, TODAY, NOW, choices)
        for since, choices in (
            (YESTERDAY, (hugging_face, arxiv)),
            (TODAY, (hugging_face, arxiv)),
            (YESTERDAY, (arxiv,)),
            (YESTERDAY, (cl,)),
            (YESTERDAY, ()),
        )
    ]
    assert counted == [3, 2, 2, 1, 0]
    assert await store.papers.count_listed(YESTERDAY, TODAY, NOW - timedelta(days=9), (arxiv,)) == 0


async def test_papers_about_a_query_are_counted_as_the_matcher_would(store: SqlStore) -> None:
    titles = ("World models of kettles", "Kettles", "A survey of world models", "Teapots")
    await store.papers.ingest([a_paper(number, title) for number, title in enumerate(titles, start=1)], NOW)
    hugging_face = (SourceChoice("huggingface"),)
    for typed, expected in (
        ('"world model"', 2),
        ('"world model" -survey', 1),
        ("kettle OR teapot", 3),
        ("trending", 4),
    ):
        assert await store.papers.count_listed(YESTERDAY, TODAY, NOW, hugging_face, parse(typed)) == expected
