"""Show: one paper whole, ready to be cited, with what is like it and what can be done about it."""

from dataclasses import replace

import pytest

from adapters.console.render import render
from bot.model.paper import PaperId
from bot.ports import Store
from tests.builders import a_paper
from tests.scenarios.asking import FakeSource, Person, button_of, labels_of
from tests.scenarios.library import DOORBELLS, LIGHTHOUSES, OLD, SURVEY, TEAPOTS, fill, id_of

KETTLES = (
    a_paper(20, "Kettle Physics for Patient Robots", abstract="Kettles.", upvotes=1),
    a_paper(21, "Robots That Boil Kettles", abstract="They boil.", upvotes=9),
    a_paper(22, "Ships", abstract="A kettle aboard, and robots.", upvotes=30),
    a_paper(23, "Robots at Sea", abstract="Rowing.", upvotes=50),
    a_paper(24, "Boiling Physics", abstract="Steam.", upvotes=2),
    *(a_paper(number, f"Filler number {number}", abstract="Nothing.") for number in range(30, 40)),
)


async def test_a_paper_is_shown_whole_with_bibtex_and_what_is_like_it(store: Store) -> None:
    await fill(store)
    assert await Person(store).reads("show 2606.00001") == (
        "Patient Teapots for World Models\n"
        "Ada Brill, Cyd Dorn, Eve Fahr, Gus Holm · Kettle Lab · cs.AI cs.RO · 74▲ · arxiv:2606.00001\n\n"
        "We teach a teapot to wait. It waits, and a world model of its kitchen follows.\n\n"
        "arXiv: https://arxiv.org/abs/2606.00001\n"
        "PDF: https://arxiv.org/pdf/2606.00001\n"
        "Hugging Face: https://huggingface.co/papers/2606.00001\n\n"
        "Listed by Hugging Face on 16 Jun, arXiv on 15 Jun.\n\n"
        "Similar:\n\n"
        "- Lighthouses Keep a World Model of the Sea · 6▲ · arxiv:2606.00002\n"
        "- A Survey of World Models · 3▲ · arxiv:2606.00003\n"
        "- An Old World Model · 1▲ · arxiv:2606.00005\n\n"
        "BibTeX:\n\n"
        "    @misc{brill2026patient,\n"
        "      title = {Patient Teapots for World Models},\n"
        "      author = {Brill, Ada and Dorn, Cyd and Fahr, Eve and Holm, Gus},\n"
        "      year = {2026},\n"
        "      month = jun,\n"
        "      eprint = {2606.00001},\n"
        "      archivePrefix = {arXiv},\n"
        "      primaryClass = {cs.AI},\n"
        "      url = {https://arxiv.org/abs/2606.00001}\n"
        "    }"
    )


async def test_everything_that_can_be_done_with_a_paper_is_offered(store: Store) -> None:
    await fill(store)
    reply = await Person(store).asks("show 2606.00001")
    assert labels_of(reply) == ["Save", "Similar", "Discuss", "Less like this", "Share"]
    paper = id_of(TEAPOTS)
    ids = [button_of(reply, label) for label in ("Save", "Similar", "Discuss", "Less like this")]
    assert ids == [f"save:{paper}", f"similar:{paper}", f"discuss:{paper}", f"less:{paper}"]


async def test_the_abstract_behind_a_button_is_the_paper_whole(store: Store) -> None:
    await fill(store)
    reply = await Person(store).presses(f"abstract:{id_of(TEAPOTS)}")
    assert (reply.ok, reply.visible_to_channel) == (True, False)
    assert TEAPOTS.abstract in render(reply.document)


async def test_a_paper_with_a_doi_alone_is_cited_as_an_article(store: Store) -> None:
    await fill(store, replace(TEAPOTS, id=PaperId("doi", "10.1000/tea_pots")))
    said = await Person(store).reads("show 10.1000/tea_pots")
    assert "@article{brillpatient," in said
    assert "doi = {10.1000/tea_pots}" in said


async def test_an_importers_own_id_names_a_paper_that_is_stored(store: Store) -> None:
    await fill(store, replace(TEAPOTS, id=PaperId("acl", "P19-1001")))
    person = Person(store)
    assert (await person.asks("show acl:P19-1001")).papers == ("acl:P19-1001",)
    assert (await person.presses("save:acl:P19-1001")).ok
    assert not (await person.asks("show acl:P19-1002")).understood


# --- similar ----------------------------------------------------------------------------------------------------------


async def test_similar_papers_share_rare_words_in_the_title_before_others(store: Store) -> None:
    await fill(store, *KETTLES)
    reply = await Person(store).presses("similar:arxiv:2606.00020")
    assert reply.papers == tuple(f"arxiv:2606.{number:05}" for number in (21, 24, 22, 23))
    assert not reply.visible_to_channel


async def test_a_paper_is_not_similar_to_itself_and_five_are_enough(store: Store) -> None:
    await fill(store, *(a_paper(number, f"Kettles of sort {number}") for number in range(1, 12)))
    papers = (await Person(store).presses("similar:arxiv:2606.00003")).papers
    assert len(papers) == 5
    assert "arxiv:2606.00003" not in papers


async def test_keywords_say_what_a_paper_is_like_too(store: Store) -> None:
    hidden, other = (
        replace(a_paper(number, title), keywords=("tea ceremonies",))
        for number, title in ((11, "Slow Pouring, Slowly"), (12, "Whisks"))
    )
    await fill(store, hidden, other, a_paper(13, "Tea", abstract="Ceremonies."), *KETTLES)
    assert (await Person(store).presses(f"similar:{id_of(hidden)}")).papers[0] == "arxiv:2606.00013"


async def test_nothing_is_like_a_paper_that_shares_no_word(store: Store) -> None:
    await fill(store)
    said = render((await Person(store).presses(f"similar:{id_of(DOORBELLS)}")).document)
    assert said == "Nothing in my library is like Doorbells on Demand."


async def test_a_paper_of_a_source_is_compared_with_the_library(store: Store) -> None:
    await fill(store)
    outside = a_paper(90, "World Models of Nothing", listed=())
    source = FakeSource("arxiv", {outside.id: outside})
    person = Person(store, sources=(source,))
    found = (await person.presses(f"similar:{id_of(outside)}")).papers
    assert set(found) == {id_of(each) for each in (TEAPOTS, LIGHTHOUSES, SURVEY, OLD)}
    assert "Similar:" in await person.reads("show 2606.00090")


@pytest.mark.parametrize("verb", ["abstract", "save", "unsave", "similar", "discuss", "less"])
async def test_a_paper_that_nobody_knows_any_more_is_answered_politely(verb: str, store: Store) -> None:
    reply = await Person(store).presses(f"{verb}:arxiv:2606.09999")
    assert (reply.ok, reply.papers) == (False, ())
    assert "I don't know a paper arxiv:2606.09999; no source has it." in render(reply.document)
    odd = await Person(store).presses(f"{verb}:nonsense")
    assert "I can't tell which paper nonsense is." in render(odd.document)
