"""When two descriptions are one paper, and when they are not; what names one of them then names the other.

What the two make is decided in adapters/sql/library/merge.py, and everything that names them is moved by unite.py.
"""

from datetime import date, timedelta

import pytest

from adapters.sql.store import SqlStore
from bot.model.paper import Paper, PaperId
from tests.builders import NOW, TODAY, a_sighting

TITLE = "Walking the village round by night and by day"
ARXIV, OTHER_ARXIV = PaperId("arxiv", "2606.00001"), PaperId("arxiv", "2606.00002")
DOI = PaperId("doi", "10.1000/x")
BY_TITLE = PaperId("title", "abc")
ADA, CY = ("Ada Byron",), ("Cy Dee",)


def a_paper(
    name: PaperId,
    *aliases: PaperId,
    title: str = TITLE,
    authors: tuple[str, ...] = ADA,
    listed_on: date = TODAY,
    source: str = "arxiv",
) -> Paper:
    return Paper(
        id=name, aliases=aliases, title=title, authors=authors, sightings=(a_sighting(listed_on, source=source),)
    )


async def library(store: SqlStore) -> list[Paper]:
    return [stored.paper for stored in await store.papers.listed(date.min, date.max, NOW)]


@pytest.mark.parametrize(
    "spelling",
    [
        PaperId("arxiv", "2606.00001v3"),
        PaperId("ARXIV", "2606.00001"),
        PaperId("doi", "10.48550/arXiv.2606.00001"),
        PaperId("DOI", "10.48550/ARXIV.2606.00001v2"),
    ],
    ids=str,
)
async def test_an_arxiv_id_is_one_id_in_every_spelling(store: SqlStore, spelling: PaperId) -> None:
    await store.papers.ingest([a_paper(ARXIV)], NOW)
    assert (await store.papers.ingest([a_paper(spelling, title="Another", authors=CY)], NOW)).new == 0
    assert [paper.id for paper in await library(store)] == [ARXIV]


async def test_a_doi_has_no_case(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(PaperId("doi", "10.1000/AbC"))], NOW)
    assert (await store.papers.ingest([a_paper(PaperId("doi", "10.1000/aBc"), title="Another")], NOW)).new == 0


async def test_a_doi_in_common_makes_one_paper_whatever_its_title(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(DOI, title="Preprint")], NOW)
    await store.papers.ingest([a_paper(ARXIV, DOI, title="As it was printed", authors=CY)], NOW)
    (paper,) = await library(store)
    assert (paper.id, paper.aliases) == (ARXIV, (DOI,))


@pytest.mark.parametrize(("known", "later"), [((), ADA), (ADA, ()), ((), ())])
async def test_a_title_is_enough_when_a_side_names_no_authors(
    store: SqlStore, known: tuple[str, ...], later: tuple[str, ...]
) -> None:
    await store.papers.ingest([a_paper(BY_TITLE, authors=known)], NOW)
    assert (await store.papers.ingest([a_paper(ARXIV, authors=later)], NOW)).new == 0


@pytest.mark.parametrize(
    "spelling",
    [
        "WALKING THE VILLAGE ROUND BY NIGHT AND BY DAY",
        "Walking the village-round: by night, and by day.",
        f"  {TITLE} ",
    ],
)
async def test_a_title_is_compared_by_its_letters_alone(store: SqlStore, spelling: str) -> None:
    await store.papers.ingest([a_paper(BY_TITLE)], NOW)
    assert (await store.papers.ingest([a_paper(DOI, title=spelling)], NOW)).new == 0


async def test_a_short_title_says_nothing_about_who_a_paper_is(store: SqlStore) -> None:
    # 19 letters and digits, and then 20.
    await store.papers.ingest([a_paper(BY_TITLE, title="Attention: a survey ab")], NOW)
    await store.papers.ingest([a_paper(PaperId("title", "long"), title="Attention: a survey abcd")], NOW)
    assert (await store.papers.ingest([a_paper(DOI, title="Attention: a survey ab")], NOW)).new == 1
    assert (await store.papers.ingest([a_paper(ARXIV, title="Attention: a survey abcd")], NOW)).new == 0


async def test_a_surname_is_found_in_either_order_and_with_its_accents_folded(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(BY_TITLE, authors=("Erdős, Pál",))], NOW)
    assert (await store.papers.ingest([a_paper(ARXIV, authors=("P. Erdos",))], NOW)).new == 0


async def test_a_first_name_in_common_is_not_enough(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(BY_TITLE, authors=("Ada Byron",))], NOW)
    assert (await store.papers.ingest([a_paper(ARXIV, authors=("Ada Lovelace",))], NOW)).new == 1


async def test_papers_of_different_arxiv_ids_stay_apart_though_a_third_has_their_title(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(ARXIV), a_paper(OTHER_ARXIV)], NOW)
    await store.papers.ingest([a_paper(BY_TITLE)], NOW)
    papers = await library(store)
    assert {paper.id for paper in papers} == {ARXIV, OTHER_ARXIV}
    assert [paper.aliases for paper in papers if paper.id == ARXIV] == [(BY_TITLE,)]


async def test_papers_of_different_arxiv_ids_stay_apart_though_they_share_a_doi(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(ARXIV, DOI), a_paper(OTHER_ARXIV, DOI, title="Another")], NOW)
    assert {paper.id for paper in await library(store)} == {ARXIV, OTHER_ARXIV}
    found = await store.papers.find([DOI], NOW)
    assert found[DOI].paper.id == ARXIV


async def test_papers_of_different_arxiv_ids_stay_apart_though_a_file_claims_that_they_are_one(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(ARXIV), a_paper(OTHER_ARXIV, title="Another")], NOW)
    await store.papers.ingest([a_paper(ARXIV, OTHER_ARXIV), a_paper(DOI, ARXIV, OTHER_ARXIV)], NOW)
    papers = {paper.id: paper.aliases for paper in await library(store)}
    assert papers == {ARXIV: (DOI,), OTHER_ARXIV: ()}


async def test_a_paper_known_by_its_title_becomes_the_arxiv_paper_and_keeps_its_key(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(BY_TITLE, source="jsonl", listed_on=TODAY - timedelta(days=3))], NOW)
    before = (await store.papers.find([BY_TITLE], NOW))[BY_TITLE].key
    await store.papers.ingest([a_paper(ARXIV)], NOW)
    found = await store.papers.find([BY_TITLE, ARXIV], NOW)
    assert {stored.key for stored in found.values()} == {before}
    (paper,) = await library(store)
    assert (paper.id, paper.sources) == (ARXIV, ("arxiv", "jsonl"))


async def test_three_stored_papers_that_prove_to_be_one_become_the_oldest(store: SqlStore) -> None:
    names = [PaperId("doi", "10.1/a"), PaperId("doi", "10.1/b"), ARXIV]
    for number, name in enumerate(names):
        listed_on = TODAY - timedelta(days=number)
        await store.papers.ingest([a_paper(name, title=f"Title {number}", listed_on=listed_on)], NOW)
    oldest = (await store.papers.find(names[:1], NOW))[names[0]].key
    await store.papers.ingest([a_paper(names[2], *names[:2], title="Title 2")], NOW)
    found = await store.papers.find(names, NOW)
    assert {stored.key for stored in found.values()} == {oldest}
    (paper,) = await library(store)
    assert len(paper.sightings) == 3
    assert (await store.papers.statistics(NOW)).papers == 1
