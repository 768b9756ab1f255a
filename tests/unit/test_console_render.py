"""The console: documents as a terminal shows them, with and without colours, folded to its width or not."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console.layout import clean, width_of, wrap
from adapters.console.limits import PAPERS_PER_PART
from adapters.console.render import messages, parts_of, render
from bot.document import (
    Code,
    Document,
    Fields,
    PaperCard,
    PaperLine,
    Paragraph,
    Spans,
    Style,
    Text,
    text,
)
from tests.unit.digests import everything, five, many, one

GOLDEN = Path(__file__).parents[1] / "golden"


def line(number: int) -> PaperLine:
    return PaperLine(paper=f"arxiv:2406.{number:05}", number=number, spans=text(f"Paper {number} · 12▲"))


@pytest.mark.parametrize(
    ("name", "document"),
    [("1", one()), ("5", five()), ("25", many()), ("blocks", everything())],
)
def test_a_document_looks_as_agreed_on_a_terminal(name: str, document: Document) -> None:
    assert render(document, width=80) + "\n" == (GOLDEN / f"console-{name}.txt").read_text(encoding="utf-8")


def test_colours_highlight_the_matched_words_in_place() -> None:
    coloured = render(one(), width=80, colour=True)
    assert "\x1b[1;33mWorld Model\x1b[0m" in coloured
    assert "matched" not in coloured.split("of 41")[0]


def test_without_colours_a_paper_names_the_words_that_matched() -> None:
    plain = render(five())
    assert "\x1b" not in plain
    assert plain.count('matched "world model"') == 5


def test_without_a_width_every_paragraph_stays_on_one_line() -> None:
    assert any(len(each) > 120 for each in render(one()).splitlines())


def test_control_characters_never_reach_the_terminal() -> None:
    evil = "\x1b]0;owned\x07 \x1b[2Jtitle\u202egnihton\x9b31m\rover"
    document = Document(
        heading=text(evil),
        blocks=(
            Paragraph(text(evil)),
            Code(evil),
            Fields(((evil, text(evil)),)),
            PaperCard(paper="arxiv:1", title=(Text(evil, href=f"https://example.org/{evil}"),), body=text(evil)),
            PaperLine(paper="arxiv:2", number=1, spans=(Text(evil, Style.MATCH),)),
        ),
        footnote=text(evil),
    )
    shown = render(document)
    assert not set(shown) & {"\x1b", "\x07", "\x9b", "\r", "\u202e"}
    assert "title" in shown


def test_markup_characters_are_shown_as_they_are() -> None:
    title = "*A* <b>bold_ `claim`_ @everyone [x](y) <!channel> & $\\alpha$"
    assert title in render(Document(heading=text(title)))


@pytest.mark.parametrize(
    ("listed", "unlisted", "said"),
    [(1, 0, "1 more matched and was cut"), (3, 0, "3 more matched and were cut"), (90, 1110, "1,200 more matched")],
)
def test_cut_papers_are_counted_below_whether_they_are_listed_or_not(listed: int, unlisted: int, said: str) -> None:
    document = replace(five(), more=tuple(line(number) for number in range(listed)), unlisted=unlisted)
    assert render(document).splitlines()[-1].startswith(f"5 of 41 matched · #1 · /papers edit 1 · {said}")


def test_of_a_long_document_only_the_last_part_counts_the_cut_papers() -> None:
    lines = tuple(line(number) for number in range(1, PAPERS_PER_PART + 2))
    said = [part.payload["text"] for part in messages(Document(blocks=lines, more=lines[:7], footnote=text("the end")))]
    assert ["were cut" in each for each in said] == [False, True]


def test_a_long_document_becomes_parts_that_hold_every_paper_once() -> None:
    document = Document(
        heading=text("all of them"),
        blocks=tuple(line(number) for number in range(1, 2 * PAPERS_PER_PART + 2)),
        footnote=text("the end"),
    )
    parts = messages(document)
    assert [len(part.papers) for part in parts] == [100, 100, 1]
    assert tuple(paper for part in parts for paper in part.papers) == document.papers
    assert ["all of them" in part.payload["text"] for part in parts] == [True, False, False]
    assert ["the end" in part.payload["text"] for part in parts] == [False, False, True]


def test_a_document_without_papers_is_one_part() -> None:
    assert parts_of(everything()) == (everything(),)


SPANS = st.lists(st.builds(Text, st.text(max_size=60), st.sampled_from(Style)), max_size=4).map(tuple)


@settings(max_examples=100, deadline=None)
@given(spans=SPANS, width=st.integers(24, 100))
def test_folding_loses_no_character_that_can_be_seen(spans: Spans, width: int) -> None:
    document = Document(blocks=(Paragraph(spans),))
    assert render(document, width=width).split() == render(document).split()


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), max_size=30))
def test_no_folded_line_is_wider_than_the_terminal_unless_one_word_is(words: list[str]) -> None:
    spoken = [word for word in ("".join(clean(word).split()) for word in words) if word]
    for each in wrap(" ".join(spoken), 40).split("\n"):
        assert width_of(each) <= 40 or len(each.split(" ")) == 1


def test_wide_characters_count_two_columns() -> None:
    folded = wrap("世界模型 " * 10, 24).split("\n")
    assert all(width_of(each) <= 24 for each in folded)
    assert len(folded) == 5


def test_what_is_folded_hangs_under_the_text_after_its_number() -> None:
    words = " ".join("word" for _ in range(random.Random(1).randint(20, 30)))
    first, *rest = wrap(f"12. {words}", 30).split("\n")
    assert first.startswith("12. word")
    assert rest
    assert all(each.startswith("    word") for each in rest)
