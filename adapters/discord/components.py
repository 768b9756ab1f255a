"""Turns the blocks of a Document into Discord's components (version 2), each inside Discord's limits. Pure.

    Paragraph, Fields, BulletList, PaperLine, Code ──> text     PaperCard ──> section with a button
    Note ──> small text    Divider ──> separator                actions ──> rows of buttons

A block that is too long for one component becomes several; only the texts of a paper are cut.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, assert_never

from adapters.discord.limits import CUSTOM_ID, LABEL, ROW, length
from adapters.discord.markdown import cut, fenced, markdown, plain, split, words
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
from bot.spans import one_line, says_something
from bot.text.clean import clean

Json = Any

_ACTION_ROW: Final = 1
_BUTTON: Final = 2
_SECTION: Final = 9
_TEXT: Final = 10
_SEPARATOR: Final = 14
_CONTAINER: Final = 17
"""Types of components. Source: https://docs.discord.com/developers/components/reference#what-is-a-component"""

_GREY: Final = 2
"""The style of every button: none is more important than the others."""

OPEN: Final = ("Open", "abstract")
"""The label and verb of a paper's button: it shows the whole paper to the person who presses it."""

SMALL: Final = "-# "
HEADLINE: Final = "### "
BULLET: Final = "- "
"""Discord's markdown at the start of a line."""

_PIECE: Final = 2500
"""Longest text of one component, in UTF-16 units: an abstract, of up to 1,923 characters, stays in one."""

_GAP: Final = "\u200b"
_BETWEEN: Final = " · "
_NO_TITLE: Final = "Untitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many UTF-16 units one paper may take: as a lead, and as a line."""

    lead: int
    line: int

    @property
    def title(self) -> int:
        """The share of a lead's title, with its address."""
        return self.lead * 45 // 100

    @property
    def facts(self) -> int:
        """The share of a lead's facts; its text gets what title and facts leave."""
        return self.lead * 35 // 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One component, and the ids of the papers that it shows."""

    component: Json
    papers: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How much of a message's `TEXT` it takes."""
        return size_of(self.component)

    @property
    def count(self) -> int:
        """How many of a message's `COMPONENTS` it takes, with those inside it."""
        return count_of(self.component)

    @property
    def is_label(self) -> bool:
        """Whether it introduces the next piece, so that no message should end with it."""
        return bool(self.component.get("content", "").endswith(":"))


def size_of(component: Json) -> int:
    """Return the length of all texts and labels in a component."""
    own = length(component.get("content", "")) + length(component.get("label", ""))
    return own + sum(map(size_of, _inside(component)))


def count_of(component: Json) -> int:
    """Return the number of components in a component, itself included."""
    return 1 + sum(map(count_of, _inside(component)))


def _inside(component: Json) -> Iterator[Json]:
    yield from component.get("components", ())
    if "accessory" in component:
        yield component["accessory"]


def container(components: Sequence[Json]) -> Json:
    """Return a container: a frame around these components."""
    return {"type": _CONTAINER, "components": list(components)}


def text_display(content: str) -> Json:
    """Return a text component with this markdown."""
    return {"type": _TEXT, "content": content}


def headline(spans: Spans, limit: int) -> Iterator[Piece]:
    """Yield a document's heading, unless it is empty."""
    if said := cut(one_line(spans), limit).strip():
        # Discord drops a # at the end of a headline, as part of the markup.
        yield Piece(component=text_display(f"{HEADLINE}{said}{_GAP if said.endswith('#') else ''}"))


def small(spans: Spans, limit: int) -> Iterator[Piece]:
    """Yield a line in small print, unless it is empty."""
    if said := cut(one_line(spans), limit).strip():
        yield Piece(component=text_display(f"{SMALL}{said}"))


class Buttons:
    """Makes the buttons of one document, whose ids must be unique and short; `without_room` counts those left out."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self.without_room = 0

    def button(self, action: Action) -> Json | None:
        """Return a button; None if there is one for the same action already, or its id is too long."""
        custom_id = action_id(action)
        # A DOI may be too long. It must not be cut: a cut id could be another paper's.
        if custom_id in self._known or length(custom_id) > CUSTOM_ID:
            return None
        self._known.add(custom_id)
        label = plain(action.label, LABEL) or "…"
        return {"type": _BUTTON, "style": _GREY, "label": label, "custom_id": custom_id}

    def rows(self, actions: Iterable[Action]) -> list[Piece]:
        """Return rows of buttons for these actions, `ROW` to a row."""
        made: list[Json] = []
        for action in actions:
            self.without_room += length(action_id(action)) > CUSTOM_ID
            if button := self.button(action):
                made.append(button)
        return [
            Piece(component={"type": _ACTION_ROW, "components": made[start : start + ROW]})
            for start in range(0, len(made), ROW)
        ]


def pieces_of(blocks: Iterable[Block], shares: Shares, buttons: Buttons, opened: frozenset[str]) -> Iterator[Piece]:
    """Yield the pieces of a document's blocks, in order; neighbouring `PaperLine`s share a text.

    `opened` are papers without a button: the document already shows what the button would.
    """
    for is_line, group in groupby(blocks, lambda block: isinstance(block, PaperLine)):
        if is_line:
            yield from _packed((_line(each, shares.line), each.paper) for each in group if isinstance(each, PaperLine))
            continue
        for block in group:
            if isinstance(block, PaperCard):
                yield _card(block, shares, None if block.paper in opened else _opening(block, buttons))
            else:
                yield from _block(block)


def _block(block: Block) -> Iterator[Piece]:
    match block:
        case Paragraph(spans):
            yield from _texts(spans)
        case Note(spans):
            yield from _packed((row, "") for row in _rows(SMALL, spans, SMALL))
        case BulletList(items):
            yield from _packed((row, "") for item in items for row in _rows(BULLET, item))
        case Fields(pairs):
            yield from _packed(
                (row, "") for name, value in pairs for row in _rows("", (strong(name), Text(": "), *value))
            )
        case Code(text):
            yield from _code(text)
        case Divider():
            yield Piece(component={"type": _SEPARATOR})
        case PaperCard() | PaperLine():
            raise AssertionError(block)
        case _:
            assert_never(block)


def _opening(card: PaperCard, buttons: Buttons) -> Json | None:
    label, verb = OPEN
    return buttons.button(Action(label=label, verb=verb, target=card.paper)) if card.paper else None


def _card(card: PaperCard, shares: Shares, button: Json | None) -> Piece:
    number = f"{card.number}\\. " if card.number else ""
    title = number + _title(card.title, shares.title)
    facts = _facts(card.facts, shares.facts)
    small_facts = f"{SMALL}{facts}" if facts else ""
    body = cut(one_line(card.body), shares.lead - length(title) - length(small_facts) - 2).strip()
    shown = text_display("\n".join(filter(None, (title, body, small_facts))))
    section = {"type": _SECTION, "components": [shown], "accessory": button}
    return Piece(component=section if button else shown, papers=(card.paper,))


def _title(spans: Spans, limit: int) -> str:
    """Return a paper's title, "Untitled" if empty; if too long with its styles, as plain text with its first link."""
    title = one_line(spans)
    if not says_something(title):
        return _NO_TITLE
    shown = markdown(title).strip()
    if length(shown) <= limit:
        return shown
    href = next((span.href for span in title if isinstance(span, Text) and span.href), "")
    return cut((Text(words(title).strip() or _NO_TITLE, href=href),), limit)


def _facts(facts: Sequence[Spans], limit: int) -> str:
    """Return the facts that fit into one line. Facts with links are left out first: *Open* shows them as well."""
    shown = [cut(one_line(fact), limit).strip() for fact in facts]
    kept, room = set(), limit + length(_BETWEEN)
    for index in sorted(range(len(facts)), key=lambda index: _is_linked(facts[index])):
        size = length(shown[index]) + length(_BETWEEN)
        if shown[index] and size <= room:
            kept.add(index)
            room -= size
    return _BETWEEN.join(shown[index] for index in sorted(kept))


def _is_linked(spans: Spans) -> bool:
    return any(isinstance(span, Text) and span.href for span in spans)


def _line(paper: PaperLine, limit: int) -> str:
    before = f"{paper.number}\\. " if paper.number else BULLET
    return before + (cut(one_line(paper.spans), limit).strip() or _NO_TITLE)


def _rows(before: str, spans: Spans, before_more: str = "") -> Iterator[str]:
    """Yield spans as one row that begins with `before`, or more, which begin with `before_more`, if it is too long."""
    rest = one_line(spans)
    while rest:
        said, rest = split(rest, _PIECE - length(before))
        if said := said.strip():
            yield f"{before}{said}"
            before = before_more


def _packed(rows: Iterable[tuple[str, str]]) -> Iterator[Piece]:
    """Yield texts with as many rows as fit into each, together with the papers of those rows."""
    said: list[str] = []
    papers: list[str] = []
    room = _PIECE
    for row, paper in rows:
        if said and length(row) > room:
            yield Piece(component=text_display("\n".join(said)), papers=tuple(papers))
            said, papers, room = [], [], _PIECE
        said.append(row)
        papers += [paper] if paper else []
        room -= length(row) + 1
    if said:
        yield Piece(component=text_display("\n".join(said)), papers=tuple(papers))


def _texts(spans: Spans) -> Iterator[Piece]:
    while spans:
        said, spans = split(spans, _PIECE)
        if said := said.strip():
            yield Piece(component=text_display(said))


def _code(text: str) -> Iterator[Piece]:
    """Yield code, as several blocks if it is too long for one, split at line ends where possible."""
    most = _PIECE - length(fenced(""))
    parts = [""]
    for line in _short_lines(clean(text), most // 2):
        if length(parts[-1]) + length(line) > most:
            parts.append("")
        parts[-1] += line
    for part in parts:
        if part.strip():
            yield Piece(component=text_display(fenced(part.strip("\n"))))


def _short_lines(text: str, most: int) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), most):
            yield line[start : start + most]
