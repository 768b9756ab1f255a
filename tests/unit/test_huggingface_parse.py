"""An answer of Hugging Face becomes papers, and what cannot be read is skipped and named."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.huggingface.parse import MOST_KEYWORDS, Page, parse_found, parse_page, parse_paper
from bot.errors import SourceError
from bot.model.fetching import Skip
from bot.model.paper import HUGGINGFACE, LONGEST_NAME, LONGEST_TITLE, MOST_ITEMS, Links, PaperId, Sighting
from bot.text.normalise import clean
from tests.builders import NOW, TODAY
from tests.fakes.huggingface import an_item


def read(*items: Any) -> Page:
    return parse_page(json.dumps(items).encode(), TODAY, NOW)


def test_an_item_becomes_a_paper_with_everything_the_answer_says_of_it() -> None:
    item = an_item(
        7,
        "Worlds\nin  Motion",
        upvotes=42,
        summary="Models  of\nworlds.",
        authors=[{"name": "Ada Byron"}, {"name": ""}, "nobody"],
        githubRepo="https://github.com/example/worlds",
        githubStars=12,
        projectPage="https://worlds.example",
        ai_summary="It models worlds.",
        ai_keywords=["world model", ""],
        organization={"_id": "1", "name": "lab", "fullname": "The Lab"},
    )
    (paper,) = read(item).papers
    assert paper.id == PaperId("arxiv", "2606.00007")
    assert (paper.title, paper.abstract) == ("Worlds in Motion", "Models of worlds.")
    assert (paper.authors, paper.organisation) == (("Ada Byron",), "The Lab")
    assert (paper.upvotes, paper.stars) == (42, 12)
    assert (paper.tldr, paper.keywords) == ("It models worlds.", ("world model",))
    assert paper.published_at == datetime(2026, 6, 14, 20, tzinfo=UTC)
    assert paper.links == Links(
        abs="https://arxiv.org/abs/2606.00007",
        pdf="https://arxiv.org/pdf/2606.00007",
        hf="https://huggingface.co/papers/2606.00007",
        code="https://github.com/example/worlds",
        project="https://worlds.example",
    )


def test_the_day_of_a_paper_is_the_one_asked_for_and_never_the_outer_date() -> None:
    item = an_item(1) | {"publishedAt": "2026-06-15T16:00:00.000Z"}
    (paper,) = read(item).papers
    assert paper.sightings == (Sighting(source=HUGGINGFACE, listed_on=TODAY, first_seen_at=NOW),)


def test_keys_that_are_absent_leave_a_paper_all_the_same() -> None:
    (paper,) = read({"paper": {"id": "2606.00001v3", "title": "A Title"}}).papers
    assert (str(paper.id), paper.title, paper.upvotes, paper.stars) == ("arxiv:2606.00001", "A Title", 0, None)
    assert (paper.abstract, paper.authors, paper.published_at, paper.links.code) == ("", (), None, "")


def test_title_and_summary_are_taken_from_the_item_where_the_paper_has_none() -> None:
    item = {"paper": {"id": "2606.00001"}, "title": "Outer", "summary": "Of the item.", "organization": {"name": "lab"}}
    (paper,) = read(item).papers
    assert (paper.title, paper.abstract, paper.organisation) == ("Outer", "Of the item.", "lab")


def test_tex_and_what_reorders_text_is_gone() -> None:
    (paper,) = read(an_item(1, "An $\\alpha$-world \u202eevil\x00", summary="It costs $\\mathcal{O}(n)$.")).papers
    assert paper.title == "An \N{GREEK SMALL LETTER ALPHA}-world evil"
    assert "\\" not in paper.abstract


@pytest.mark.parametrize(
    ("item", "why"),
    [
        ("{'paper': {'id': '2412.00001'}}", "the item is a text instead of an object"),
        (None, "the item is missing instead of an object"),
        ([], "the item is a list instead of an object"),
        (3.5, "the item is a number instead of an object"),
        ({}, "its paper is missing instead of an object"),
        ({"paper": "2412.00001"}, "its paper is a text instead of an object"),
        ({"paper": {"title": "A Title"}}, "it has no arXiv id"),
        ({"paper": {"id": 2412.1, "title": "A Title"}}, "it has no arXiv id"),
        ({"paper": {"id": "../../etc", "title": "A Title"}}, "it has no arXiv id"),
        ({"paper": {"id": "2412.00001", "title": " "}}, "2412.00001 has no title"),
    ],
)
def test_an_item_that_cannot_be_read_is_skipped_with_its_place_and_why(item: object, why: str) -> None:
    page = read(an_item(1), item, an_item(3))
    assert [str(paper.id) for paper in page.papers] == ["arxiv:2606.00001", "arxiv:2606.00003"]
    assert (page.skipped, page.items) == ((Skip("item 2", why),), 3)


@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Maintenance</title>", b"[", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_an_error(body: bytes) -> None:
    with pytest.raises(SourceError, match="the answer is not JSON") as caught:
        parse_page(body, TODAY, NOW)
    assert caught.value.answered


def test_an_id_without_an_end_is_none() -> None:
    # No database would take it, and with it none of the others of its day.
    page = read(an_item(1), {"paper": {"id": "a" * 100_000 + "/0309136", "title": "x"}})
    assert (len(page.papers), page.skipped) == (1, (Skip("item 2", "it has no arXiv id"),))


def test_a_list_without_an_end_is_an_error() -> None:
    # Each of the six million items of 20 MB would be named among those that were skipped.
    body = b"[" + b"{}," * MOST_ITEMS + b"{}]"
    for read in (lambda: parse_page(body, TODAY, NOW), lambda: parse_found(body)):
        with pytest.raises(SourceError, match="the answer has 10,001 items; at most 10,000 are read"):
            read()


@pytest.mark.parametrize("answer", [{"error": "Internal"}, "no", None, 7])
def test_what_is_no_list_is_an_error(answer: object) -> None:
    with pytest.raises(SourceError, match="the answer is not a list of papers"):
        parse_page(json.dumps(answer).encode(), TODAY, NOW)


@pytest.mark.parametrize("value", [True, -1, 2**40, "42", None, 4.5, [], {}])
def test_a_count_of_the_wrong_kind_is_none(value: object) -> None:
    (paper,) = read(an_item(1, githubStars=value)).papers
    assert paper.stars is None


@pytest.mark.parametrize("value", ["javascript:alert(1)", "ftp://example.org", "https://a b", 7, None, "github.com/a"])
def test_an_address_that_is_no_web_address_is_left_out(value: object) -> None:
    (paper,) = read(an_item(1, githubRepo=value)).papers
    assert paper.links.code == ""


@pytest.mark.parametrize("value", ["soon", "0001-01-01T00:00:00+14:00", 17, "9999-12-31T23:59:59-14:00", None])
def test_a_moment_that_is_none_is_left_out(value: object) -> None:
    (paper,) = read(an_item(1, publishedAt=value)).papers
    assert paper.published_at is None


def test_texts_are_as_long_as_a_reader_bears() -> None:
    endless = "A" * 1_000_000
    keywords = ["A" * 1_000] * 1_000
    paper = {"title": r"\cite{" * 200_000, "authors": [{"name": endless}], "ai_keywords": keywords}
    item = {"paper": {"id": "2606.00001", "projectPage": f"https://{endless}", **paper}, "title": "A Title"}
    (found,) = read({**item, "organization": {"name": endless}}).papers
    assert len(found.title) <= LONGEST_TITLE
    assert {len(text) for text in (*found.authors, *found.keywords, found.organisation)} == {LONGEST_NAME}
    assert (len(found.keywords), found.links.project) == (MOST_KEYWORDS, "")


def test_an_id_has_the_digits_of_arxiv_and_no_others() -> None:
    page = read({"paper": {"id": "２４０６.００００１", "title": "A Title"}})  # noqa: RUF001 - digits that look alike
    assert (page.papers, page.skipped[0].why) == ((), "it has no arXiv id")


def test_a_single_paper_has_no_sighting() -> None:
    paper = parse_paper(json.dumps(an_item(5, upvotes=3)["paper"]).encode())
    assert (str(paper.id), paper.upvotes, paper.sightings) == ("arxiv:2606.00005", 3, ())


@pytest.mark.parametrize("answer", ["[]", '"2606.00005"', "{}", '{"id": "2606.00005"}'])
def test_a_single_paper_that_cannot_be_read_is_an_error(answer: str) -> None:
    with pytest.raises(SourceError, match="the paper cannot be read"):
        parse_paper(answer.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("title", "summary", "authors", "publishedAt", "upvotes", "githubRepo", "githubStars", "projectPage")
MORE_KEYS = ("ai_summary", "ai_keywords", "organization")


@given(st.dictionaries(st.sampled_from(KEYS + MORE_KEYS), JSON), JSON)
def test_whatever_stands_in_an_item_it_is_read_or_skipped_and_its_text_is_clean(paper: Any, stray: Any) -> None:
    page = read({"paper": {"id": "2606.00001", "title": "A Title", **paper}, "organization": stray}, stray)
    assert len(page.papers) + len(page.skipped) == page.items == 2
    for read_paper in page.papers:
        texts = (read_paper.title, read_paper.abstract, read_paper.tldr, read_paper.organisation)
        assert all(text == clean(text) for text in (*texts, *read_paper.authors, *read_paper.keywords))
