"""Everything that a digest matched, page by page."""

from dataclasses import replace

import pytest

from bot.document import Code, Document, Note, PaperCard, PaperLine, Paragraph, Text, strong, text
from bot.views.whole import LONGEST_CODE_IN_CHAT, MOST_IN_CHAT, for_chat, whole_document


def a_digest(more: int = 17, unlisted: int = 0) -> Document:
    """Five leads, three lines, and what was cut."""
    leads = tuple(
        PaperCard(paper=f"p{number}", title=text(f"Title {number}"), body=text("TL;DR"), facts=(text("Ada B"),))
        for number in range(1, 6)
    )
    lines = tuple(
        PaperLine(paper=f"p{number}", spans=(Text(f"Title {number}", href="https://x.example"), *text(" · ", "12▲")))
        for number in range(6, 9 + more)
    )
    return Document(
        heading=(strong("agents"),),
        blocks=(*leads, *lines[:3], Note(text("Without arXiv"))),
        more=lines[3:],
        unlisted=unlisted,
    )


def targets(document: Document) -> dict[str, tuple[str, str]]:
    return {action.label: (action.verb, action.target) for action in document.actions}


@pytest.mark.parametrize(
    ("page", "papers", "footnote", "turns"),
    [
        (1, range(1, 11), "1–10 of 25", {"Next": ("all", "m7:2")}),  # noqa: RUF001 - a range
        (2, range(11, 21), "11–20 of 25", {"Previous": ("all", "m7:1"), "Next": ("all", "m7:3")}),  # noqa: RUF001
        (3, range(21, 26), "21–25 of 25", {"Previous": ("all", "m7:2")}),  # noqa: RUF001
    ],
)
def test_every_paper_is_on_one_page_and_has_a_card(
    page: int, papers: range, footnote: str, turns: dict[str, tuple[str, str]]
) -> None:
    document = whole_document(a_digest(), page, message="m7")
    cards = [block for block in document.blocks if isinstance(block, PaperCard)]
    assert [(card.paper, card.number) for card in cards] == [(f"p{number}", number) for number in papers]
    assert len(document.blocks) == len(cards)
    assert (document.footnote, document.heading) == (text(footnote), (strong("agents"),))
    assert targets(document) == turns


def test_a_card_has_the_title_and_the_facts_and_no_tldr() -> None:
    lead, *_, last = whole_document(a_digest(), 1, message="m7").blocks
    assert lead == PaperCard(paper="p1", title=text("Title 1"), facts=(text("Ada B"),), number=1)
    title = (Text("Title 10", href="https://x.example"),)
    assert last == PaperCard(paper="p10", title=title, facts=(text("12▲"),), number=10)


@pytest.mark.parametrize(("page", "same_as"), [(0, 1), (9999, 3)])
def test_a_page_that_there_is_not_is_the_nearest_one(page: int, same_as: int) -> None:
    assert whole_document(a_digest(), page, message="m7") == whole_document(a_digest(), same_as, message="m7")


def test_what_is_not_even_listed_is_counted_at_the_end() -> None:
    first, last = (whole_document(a_digest(more=4, unlisted=1_000), page, message="m7") for page in (1, 2))
    assert first.footnote == text("1–10 of 1,012")  # noqa: RUF001 - a range
    assert last.footnote == text("11–12 of 1,012", " · the other 1,000 are too many to list")  # noqa: RUF001


def test_few_papers_need_no_second_page() -> None:
    document = whole_document(a_digest(more=0), 1, message="m7")
    assert (len(document.blocks), document.actions) == (8, ())


# --- the best of an answer --------------------------------------------------------------------------------------------


def test_a_chat_is_shown_the_first_papers_of_many_and_told_of_the_others() -> None:
    whole = a_digest(more=0)
    lines = tuple(PaperLine(paper=f"p{number}", spans=text("Title")) for number in range(9, 130))
    shown = for_chat(replace(whole, blocks=(*whole.blocks[:-1], *lines, whole.blocks[-1])))
    assert shown.papers == tuple(f"p{number}" for number in range(1, MOST_IN_CHAT + 1))
    said, away = shown.blocks[MOST_IN_CHAT:]
    assert isinstance(said, Note)
    (words,) = said.spans
    assert isinstance(words, Text)
    assert "first 50 of 129; 79 more are not shown" in words.text
    assert away == whole.blocks[-1]


def test_a_file_that_is_too_long_for_a_chat_is_not_shown_in_part() -> None:
    fits, whole = (Document(blocks=(Code("x" * (LONGEST_CODE_IN_CHAT + over)),)) for over in (0, 1))
    assert for_chat(fits) == fits
    (said,) = for_chat(whole).blocks
    assert isinstance(said, Paragraph)
    assert "24,001 characters, too many for a chat" in str(said)


def test_an_answer_with_room_for_all_of_its_papers_stays_as_it_is() -> None:
    lines = tuple(PaperLine(paper=f"p{number}", spans=text("Title")) for number in range(MOST_IN_CHAT))
    assert for_chat(Document(blocks=lines)) == Document(blocks=lines)
