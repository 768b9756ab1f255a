"""Why a paper matches, which words are marked, and how strong the match is."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.matching.explain import Field, Reason, evaluate, explain, highlight, strength
from bot.matching.rank import rank, trending_score
from bot.model.paper import Paper
from bot.query.parse import parse
from bot.text.normalise import clean
from tests.builders import NOW, TODAY, a_paper, a_sighting, stored
from tests.queries import papers, queries

PAPER = a_paper(
    1,
    "World-Models for Robots",
    abstract="We train agents. The agents dream of world models.",
    authors=("Ada Byron", "Kaiming He"),
    categories=("cs.LG", "math.ST"),
    upvotes=87,
)


def _reasons(typed: str, paper: Paper = PAPER) -> list[str]:
    return [str(reason) for reason in explain(parse(typed), stored(paper))]


def test_a_reason_names_the_words_as_typed_and_the_field() -> None:
    assert _reasons('"world model" agent -survey') == ["“world model” in the title", "“agent” in the abstract"]
    assert _reasons("author:he cat:math upvotes:>=10 source:hf") == [
        *("author Kaiming He", "category math.ST", "87 upvotes", "source huggingface"),
    ]
    assert _reasons("org:acme", replace(PAPER, organisation="Acme Labs")) == ["organisation Acme Labs"]


def test_of_alternatives_only_those_that_hold_are_reasons() -> None:
    assert _reasons("(robot survey) OR (agent robot) OR cats") == ["“agent” in the abstract", "“robot” in the title"]


def test_a_reason_is_given_once_and_never_for_a_paper_that_does_not_match() -> None:
    assert _reasons("(robot agent) OR robot") == ["“robot” in the title", "“agent” in the abstract"]
    assert _reasons("robot -agents") == []
    assert _reasons("trending") == []


@given(queries(), papers())
def test_a_match_of_an_ordinary_query_has_a_reason_and_no_other_has(typed: str, paper: Paper) -> None:
    query, each = parse(typed), stored(paper)
    reasons = explain(query, each)
    assert all(reason.text for reason in reasons)
    if not query.is_trending:
        assert bool(reasons) == evaluate(query, each)


def _marked(text: str, typed: str, field: Field = Field.TITLE) -> str:
    for start, end in reversed(highlight(text, parse(typed), field)):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


def test_the_words_asked_for_are_marked_where_they_stand() -> None:
    assert _marked("World-Models for Robots", '"world model" robots -for') == "[World-Models] for [Robots]"
    assert (
        _marked("Naïve Schrödinger models' GPT4", "naive schrodinger gpt-4") == "[Naïve] [Schrödinger] models' [GPT4]"
    )
    assert _marked("机器学习方法", "学习") == "机器[学习]方法"
    assert _marked("学习方法", "学习 方法") == "[学习方法]"
    assert _marked("Deep world model learning", '"world model" "deep world" "model learning"') == (
        "[Deep world model learning]"
    )


def test_a_field_marks_only_its_own_text() -> None:
    assert _marked("robots", "title:robots", Field.ABSTRACT) == "robots"
    assert _marked("robots", "robots title:x", Field.ABSTRACT) == "[robots]"
    assert _marked("Kaiming He", "author:he robots", Field.AUTHOR) == "Kaiming [He]"
    assert _marked("He", "author:he", Field.TITLE) == "He"
    assert _marked("robots", "trending", Field.TITLE) == "robots"


@given(queries(), st.text(alphabet=st.sampled_from("agents world model GPT-4C+")).map(clean))
def test_marks_are_in_order_and_apart(typed: str, text: str) -> None:
    spans = [(0, -1), *highlight(text, parse(typed), Field.TITLE)]
    assert all(end < start for (_, end), (start, _) in pairwise(spans))
    assert all(0 <= start < end <= len(text) for start, end in spans[1:])


def test_a_title_counts_more_than_an_abstract_and_a_phrase_more_than_a_word() -> None:
    def of(typed: str, title: str, abstract: str) -> float:
        return strength(parse(typed), stored(a_paper(1, title, abstract=abstract)))

    in_title = of("robots", "robots", "none")
    often = of("robots", "none", "robots " * 50)
    once = of("robots", "none", "robots")
    assert in_title > often > once > 0
    assert of('"world models"', "world models", "") > in_title
    assert of("robots OR agents", "robots agents", "") > of("robots OR agents", "robots", "")
    assert of("cat:cs.CL", "robots", "") == 0


def test_matches_stand_by_strength_then_upvotes_then_recency() -> None:
    yesterday = (a_sighting(date(2026, 6, 15)),)
    listed = [
        a_paper(1, "none", abstract="robots", upvotes=50),
        a_paper(2, "robots", upvotes=3, listed=yesterday),
        a_paper(3, "robots", upvotes=3),
        a_paper(4, "robots", upvotes=None),
        a_paper(5, "robots", upvotes=9, listed=()),
    ]
    ranked = rank(parse("robots"), [stored(paper) for paper in listed], NOW)
    assert [int(each.key) for each, _ in ranked] == [5, 3, 2, 4, 1]


def test_trending_halves_an_upvote_every_three_days() -> None:
    assert trending_score(80, 0) == 80
    assert trending_score(80, 3) == 40
    assert trending_score(80, 6) == 20
    assert trending_score(80, -1) == 80
    old = a_paper(1, upvotes=80, listed=(a_sighting(date(2026, 6, 10)),))
    new = a_paper(2, upvotes=30, listed=(a_sighting(TODAY),))
    ranked = rank(parse("trending"), [stored(old), stored(new)], NOW)
    assert [(int(each.key), score) for each, score in ranked] == [(2, 30.0), (1, 20.0)]


def test_a_reason_can_be_told_from_its_field() -> None:
    (reason,) = explain(parse("robots"), stored(PAPER))
    assert reason == Reason("robots", Field.TITLE)
