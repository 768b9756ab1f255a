"""A Daily Papers page saved as text: which of its lines are papers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.page.parse import LONGEST_TITLE, NoPageError, parse_page
from tests.builders import a_sighting

HEADING = "new\n\nSubscribe\n\nDaily Papers\n\nbyAK and the research community\n\nAug 12\n\n"


def abstract(about: str) -> str:
    return f"We write about {about} at length. " * 12


def page(*lines: str, heading: str = HEADING) -> str:
    return heading + "\n\n".join(lines)


def titles(text: str) -> list[str]:
    return [paper.title for paper in parse_page(text, a_sighting()).papers]


TWO = page("Patient Teapots", abstract("teapots"), "On Kettles", abstract("kettles"))


def test_title_and_abstract_stand_in_turn_below_the_heading() -> None:
    read = parse_page(TWO, a_sighting())
    assert [(paper.title, paper.abstract) for paper in read.papers] == [
        ("Patient Teapots", abstract("teapots").strip()),
        ("On Kettles", abstract("kettles").strip()),
    ]
    assert read.skipped == ()


def test_a_paper_is_known_by_its_title_whatever_its_case_and_punctuation() -> None:
    (one,) = parse_page(page("Patient Tea-Pots", abstract("a")), a_sighting()).papers
    (other,) = parse_page(page("PATIENT tea pots.", abstract("b")), a_sighting()).papers
    (plural,) = parse_page(page("Patient tea pot", abstract("b")), a_sighting()).papers
    assert one.id == other.id != plural.id
    assert one.id.scheme == "title"
    assert one.sightings == (a_sighting(),)


@pytest.mark.parametrize(
    "heading",
    [
        "Daily Papers\n",
        "Daily Papers\nAug 12\n",
        "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\ndaily papers\nby AK\nDaily\nWeekly\nMonthly\nWednesday, 12 August 2026\n",
        "\ufeffDaily Papers\r\n",
    ],
)
def test_the_heading_may_have_any_length(heading: str) -> None:
    assert titles(page("Patient Teapots", abstract("teapots"), heading=heading)) == ["Patient Teapots"]


@pytest.mark.parametrize(
    "text", [TWO.replace("\n", "\r\n"), TWO.replace("\n\n", "\n"), TWO.replace("\n\n", "\n \n\t\n")]
)
def test_line_ends_and_empty_lines_mean_nothing(text: str) -> None:
    assert titles(text) == ["Patient Teapots", "On Kettles"]


def test_lines_without_their_other_half_are_named_and_harm_no_neighbour() -> None:
    text = page(
        "One", abstract("one"), "Two", "Three", abstract("three"), abstract("four"), "Five", heading="Daily Papers\n"
    )
    read = parse_page(text, a_sighting())
    assert [paper.title for paper in read.papers] == ["One", "Three"]
    assert read.skipped == (
        "line 6: a title without an abstract",
        "line 12: an abstract without a title",
        "line 14: a title without an abstract",
    )


def test_tex_becomes_unicode() -> None:
    (paper,) = parse_page(page("On $\\alpha$-Teapots", abstract("$x^2$")), a_sighting()).papers
    assert paper.title == "On \N{GREEK SMALL LETTER ALPHA}-Teapots"
    assert "x²" in paper.abstract


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Daily Papers"),
        ("Daily Papers", "Daily Papers"),
        (page("Patient Teapots", abstract("teapots"), heading=""), "Daily Papers"),
        (page("Patient Teapots", "On Kettles"), "no title with an abstract"),
        (page(abstract("teapots"), heading="Daily Papers\n"), "no title with an abstract"),
        (page("Patient Teapots", abstract("\0")), "binary"),
    ],
)
def test_what_is_no_such_page_is_said(text: str, why: str) -> None:
    with pytest.raises(NoPageError, match=why):
        parse_page(text, a_sighting())


@given(st.lists(st.text(max_size=400), max_size=30))
def test_whatever_lines_come_every_paper_has_a_short_title_and_a_long_abstract(lines: list[str]) -> None:
    try:
        read = parse_page(page(*lines, "Patient Teapots", abstract("teapots")), a_sighting())
    except NoPageError:
        assert any("\0" in line for line in lines)
        return
    assert read.papers[-1].title == "Patient Teapots"
    assert all(0 < len(paper.title) <= LONGEST_TITLE for paper in read.papers)
    assert all(paper.abstract for paper in read.papers)
