"""Turns the blocks of a Document into Slack's blocks, each inside Slack's limits. Pure.

    Paragraph, Fields, BulletList, PaperLine ──> section     PaperCard ──> section with an overflow menu
    Note ──> context    Code ──> rich_text                   actions ──> actions

A block that is too long for Slack becomes several; only the texts of a paper are cut.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, assert_never

from adapters.slack.limits import (
    ACTIONS,
    BUTTON_TEXT,
    BUTTON_VALUE,
    OPTION_VALUE,
    TEXT,
    length,
)
from adapters.slack.mrkdwn import cut, most, mrkdwn, split, words
from bot.commands.buttons import action_id
from bot.document import (
    Action,
    Block,
    BulletList,
    Code,
    Divider,
    Fields,
    Note,
    PaperCard,
    PaperLine,
    Paragraph,
    Spans,
    Text,
    strong,
)
from bot.spans import joined, one_line
from bot.text.clean import clean

Json = Any

ON_PAPER: Final = (
    ("Abstract", "abstract"),
    ("Save", "save"),
    ("Similar", "similar"),
    ("Discuss", "discuss"),
    ("Less like this", "less"),
)
"""The entries of a paper's menu: label and verb."""

MENU: Final = "menu"
"""How the `action_id` of a paper's menu begins; a number behind it makes it unique in the message."""

PRESS: Final = "press"
"""How the `action_id` of a button begins; what a press does is in the button's value."""

_TITLE: Final = 1100
_FACTS: Final = 900
_LINE: Final = 700
_BUTTONS: Final = 2500
"""Most UTF-16 units of a title, a line of facts and a paper's line in a section, and of all buttons in a message."""

_NO_TITLE: Final = "Untitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One of Slack's blocks, the ids of the papers that it shows, and its plain text for the notification."""

    block: Json
    papers: tuple[str, ...] = ()
    words: str = ""

    @property
    def size(self) -> int:
        """How much of a message's `BUDGET` it takes."""
        return size_of(self.block)

    @property
    def is_label(self) -> bool:
        """Whether it introduces the next piece, so that no message should end with it."""
        return self.words.endswith(":")


def size_of(value: Json) -> int:
    """Return the length of all strings in a block, keys excluded; that is at least what Slack counts."""
    if isinstance(value, str):
        return length(value)
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    return sum(map(size_of, value)) if isinstance(value, list) else 0


def pieces_of(blocks: Iterable[Block]) -> Iterator[Piece]:
    """Yield the pieces of a document's blocks, in order; neighbouring `PaperLine`s share a section."""
    cards = 0
    for is_line, group in groupby(blocks, lambda block: isinstance(block, PaperLine)):
        if is_line:
            yield from lines([each for each in group if isinstance(each, PaperLine)])
            continue
        for block in group:
            cards += isinstance(block, PaperCard)
            yield from _block(block, cards)


def lines(papers: Sequence[PaperLine]) -> Iterator[Piece]:
    """Yield sections that list papers, one a line."""
    yield from _packed((_line(paper), (paper.paper,)) for paper in papers)


def section(spans: Spans) -> Iterator[Piece]:
    """Yield a text as sections."""
    yield from _texts(spans, lambda text: {"type": "section", "text": text})


def context(spans: Spans) -> Iterator[Piece]:
    """Yield a text as context blocks, which Slack shows small and grey."""
    yield from _texts(spans, lambda text: {"type": "context", "elements": [text]})


def buttons(actions: Sequence[Action]) -> tuple[Json | None, int]:
    """Return the block with a document's buttons (None without any), and how many did not fit."""
    made: list[Json] = []
    room = _BUTTONS
    for number, action in enumerate(actions, start=1):
        value = action_id(action)
        label = _plain(action.label, BUTTON_TEXT)
        room -= length(value) + size_of(label)
        if len(made) == ACTIONS or length(value) > BUTTON_VALUE or room < 0:
            break
        made.append({"type": "button", "action_id": f"{PRESS}-{number}", "text": label, "value": value})
    return ({"type": "actions", "elements": made} if made else None), len(actions) - len(made)


def _block(block: Block, card: int) -> Iterator[Piece]:
    match block:
        case Paragraph(spans):
            yield from section(spans)
        case Note(spans):
            yield from context(spans)
        case BulletList(items):
            yield from _packed(((Text("• "), *item), ()) for item in items)
        case Fields(pairs):
            yield from _packed(((strong(name), Text(": "), *value), ()) for name, value in pairs)
        case Code(text):
            yield from _code(text)
        case Divider():
            yield Piece(block={"type": "divider"})
        case PaperCard():
            yield _card(block, card)
        case PaperLine():
            yield from lines((block,))
        case _:
            assert_never(block)


def _card(card: PaperCard, number: int) -> Piece:
    title = _title(card.title)
    facts = cut(joined(card.facts, " · "), _FACTS)
    number_before = f"{card.number}. " if card.number else ""
    room = TEXT - length(number_before + mrkdwn(title) + mrkdwn(facts)) - 2
    rows = ((Text(number_before), *title), cut(card.body, room), facts)
    text = "\n".join(filter(None, (mrkdwn(row).strip() for row in rows)))
    block: Json = {"type": "section", "text": _mrkdwn(text)}
    if menu := _menu(card.paper, number):
        block["accessory"] = menu
    said = "\n".join(filter(None, (words(row).strip() for row in rows)))
    return Piece(block=block, papers=(card.paper,), words=said)


def _title(spans: Spans) -> Spans:
    """Return a paper's title, "Untitled" if empty; if too long with its styles, as plain text with its first link."""
    if not words(spans).strip():
        return (Text(_NO_TITLE),)
    if most(spans) <= _TITLE:
        return spans
    href = next((span.href for span in spans if isinstance(span, Text) and span.href), "")
    return cut((Text(words(spans), href=href),), _TITLE)


def _menu(paper: str, number: int) -> Json | None:
    values = [action_id(Action(label=label, verb=verb, target=paper)) for label, verb in ON_PAPER]
    # A DOI may be too long for an option. Then the paper has no menu: a cut id could be another paper's.
    if not paper or max(map(length, values)) > OPTION_VALUE:
        return None
    options = [
        {"text": _plain(label, BUTTON_TEXT), "value": value} for (label, _), value in zip(ON_PAPER, values, strict=True)
    ]
    return {"type": "overflow", "action_id": f"{MENU}-{number}", "options": options}


def _line(paper: PaperLine) -> Spans:
    before = f"{paper.number}. " if paper.number else "• "
    spans = paper.spans if words(paper.spans).strip() else (Text(_NO_TITLE),)
    return (Text(before), *cut(spans, _LINE))


def _packed(rows: Iterable[tuple[Spans, tuple[str, ...]]]) -> Iterator[Piece]:
    """Yield sections that hold as many rows as fit, each with the papers of its rows."""
    said: list[Spans] = []
    papers: tuple[str, ...] = ()
    room = TEXT
    for spans, of_row in rows:
        whole = one_line(spans)
        while whole:
            row, whole = split(whole, TEXT)
            size = length(mrkdwn(row)) + 1
            if said and size > room:
                yield _section_of(said, papers)
                said, papers, room = [], (), TEXT
            said.append(row)
            room -= size
        papers += of_row
    if said:
        yield _section_of(said, papers)


def _section_of(rows: Sequence[Spans], papers: tuple[str, ...]) -> Piece:
    text = "\n".join(mrkdwn(row).strip() for row in rows)
    block = {"type": "section", "text": _mrkdwn(text)}
    return Piece(block=block, papers=papers, words="\n".join(words(row).strip() for row in rows))


def _texts(spans: Spans, made: Callable[[Json], Json]) -> Iterator[Piece]:
    while spans:
        part, spans = split(spans, TEXT)
        if text := mrkdwn(part).strip():
            yield Piece(block=made(_mrkdwn(text)), words=words(part).strip())


def _code(text: str) -> Iterator[Piece]:
    """Yield preformatted text, as several blocks if it is too long for one, split at line ends where possible."""
    parts = [""]
    for line in _short_lines(clean(text)):
        if length(parts[-1]) + length(line) > TEXT:
            parts.append("")
        parts[-1] += line
    for part in parts:
        if shown := part.strip("\n"):
            element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": shown}]}
            yield Piece(block={"type": "rich_text", "elements": [element]}, words=shown)


def _short_lines(text: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), TEXT // 2):
            yield line[start : start + TEXT // 2]


def _mrkdwn(text: str) -> Json:
    # Verbatim, so that Slack does not turn bare addresses and names into links.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str, limit: int) -> Json:
    shown = " ".join(clean(text).split()) or "…"
    return {"type": "plain_text", "text": words(cut((Text(shown),), limit)), "emoji": False}
