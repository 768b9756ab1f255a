"""How Slack and Discord show a digest, drawn in characters from the payloads that they would get."""

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from adapters.console.layout import width_of
from bot.cli.phones import phones
from bot.document import Document, Note, PaperCard, Style, Text, code, strong, text
from tests.documents import HOSTILE
from tests.unit.digests import five, many, one

GOLDEN = Path(__file__).parents[1] / "golden" / "phones-25.txt"
FRAME = 38


def frames(drawn: str) -> set[int]:
    """The widths of the lines that a frame closes."""
    return {cell_len(line) for line in drawn.split("\n") if line.endswith(("│", "╮", "╯")) and line.startswith("│ ")}


def test_both_phones_stand_beside_each_other_as_agreed() -> None:
    assert phones(many(), width=80, colour=False) == GOLDEN.read_text(encoding="utf-8").rstrip("\n")


def test_without_room_for_two_one_stands_below_the_other() -> None:
    drawn = phones(five(), width=70, colour=False)
    assert drawn.index("╭─ Slack") < drawn.index("╰") < drawn.index("╭─ Discord")
    assert {cell_len(line) for line in drawn.split("\n") if line} == {FRAME}


def test_leads_and_lines_after_the_first_are_counted() -> None:
    assert phones(five(), width=80, colour=False).count("⋮ 4 more like this") == 2
    assert phones(many(), width=80, colour=False).count("⋮ 3 more like this") == 2
    assert "more like this" not in phones(one(), width=80, colour=False)


def test_what_is_bold_is_lit_on_a_terminal_with_colours_and_frames_stay_straight() -> None:
    drawn = phones(one(), width=80, colour=True)
    assert drawn.count("\x1b[1mWorld\x1b[0m") == 2
    assert "*" not in drawn
    assert {width_of(line) for line in drawn.split("\n")} <= {2 * FRAME + 2}


@pytest.mark.parametrize("hostile", [*HOSTILE, "世界模型与扩散模型" * 9, "x" * 200])
def test_whatever_a_title_says_is_shown_and_no_frame_breaks(hostile: str) -> None:
    (card,) = (block for block in one().blocks if isinstance(block, PaperCard))
    document = replace(one(), blocks=(replace(card, title=(Text(hostile, href="https://example.org"),)),))
    assert frames(phones(document, width=80, colour=False)) <= {2 * FRAME + 2, FRAME}


def test_markup_is_read_back_as_what_it_says() -> None:
    said = (strong("bold"), Text(" a*b_c `d` <e> & [f] "), code("/papers"), Text(" g", Style.EMPHASIS))
    document = Document(heading=said, blocks=(Note(text("quiet")),))
    drawn = phones(document, width=80, colour=False)
    assert drawn.count("*bold* a") == 2
    assert "a*b_c `d` <e> & [f]" in drawn.replace("∗", "*").replace("ˍ", "_").replace("ˋ", "`")  # noqa: RUF001
