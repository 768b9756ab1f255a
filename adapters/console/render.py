"""How a Document looks on a console: pure.

    Document ──> parts (at most 100 papers each) ──> text

Without colours a highlighted word would look like any other, so a paper then names the words that matched.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import assert_never
from zoneinfo import ZoneInfo

from adapters.console.layout import DIM, clean, lit, styled, wrap
from adapters.console.limits import PAPERS_PER_PART
from bot.document import (
    Block,
    BulletList,
    Code,
    Divider,
    Document,
    Fields,
    Note,
    PaperCard,
    PaperLine,
    Paragraph,
    Span,
    Spans,
    Style,
    Text,
    Time,
)
from bot.model.delivery import Rendered
from bot.snapshot import to_json

_FORMS = {"datetime": "%a %d %b, %H:%M", "date": "%a %d %b", "time": "%H:%M"}

CODE_INDENT = "    "


def messages(document: Document) -> tuple[Rendered, ...]:
    """Render a document for the outbox.

    Each part's payload holds its plain text, one line a paragraph, and the part itself for a terminal that can do more.
    """
    return tuple(
        Rendered(payload={"text": render(part), "document": to_json(part)}, papers=part.papers)
        for part in parts_of(document)
    )


def parts_of(document: Document) -> tuple[Document, ...]:
    """Cut a long document into several: the first has the heading, the last the footnote and the actions."""
    groups: list[list[Block]] = [[]]
    papers = 0
    for block in document.blocks:
        if isinstance(block, PaperCard | PaperLine):
            if papers == PAPERS_PER_PART:
                groups.append([])
                papers = 0
            papers += 1
        groups[-1].append(block)
    last = len(groups) - 1
    return tuple(
        replace(
            document,
            heading=document.heading if index == 0 else (),
            blocks=tuple(group),
            more=document.more if index == last else (),
            unlisted=document.unlisted if index == last else 0,
            footnote=document.footnote if index == last else (),
            actions=document.actions if index == last else (),
        )
        for index, group in enumerate(groups)
    )


def render(document: Document, *, width: int | None = None, colour: bool = False) -> str:
    """Return the whole text of a document, folded to `width` columns; None leaves each paragraph on one line."""
    return _Renderer(width=width, colour=colour).text_of(document)


class _Renderer:
    """One way to show documents: with or without colours, folded or not."""

    def __init__(self, *, width: int | None, colour: bool) -> None:
        self._width = width
        self._colour = colour

    def text_of(self, document: Document) -> str:
        pieces: list[tuple[Block | None, str]] = []
        if document.heading:
            pieces.append((None, self._fold(self._line(_strong(document.heading)))))
        pieces += ((block, self._block(block)) for block in document.blocks)
        footnote = _footnote(document)
        if footnote:
            pieces.append((None, self._dim(self._line(footnote))))
        return "".join(_spaced(pieces))

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(spans):
                return self._fold(self._paragraph(spans))
            case Note(spans):
                return self._dim(self._paragraph(spans))
            case BulletList(items):
                return "\n".join(self._fold(f"- {self._line(item)}") for item in items)
            case Fields(pairs):
                return "\n".join(self._fold(f"{clean(name)}: {self._line(value)}") for name, value in pairs)
            case Code(text):
                return "\n".join(CODE_INDENT + line for line in clean(text).split("\n"))
            case Divider():
                return "---"
            case PaperCard():
                return self._card(block)
            case PaperLine():
                return self._paper_line(block)
            case _:
                assert_never(block)

    def _card(self, card: PaperCard) -> str:
        number = f"{card.number}. " if card.number else ""
        indent = " " * len(number)
        title, address = _unlinked(card.title)
        facts = " · ".join(filter(None, (self._line(fact) for fact in card.facts)))
        below = (self._line(card.body), self._with_why(facts, (*card.title, *card.body)), address)
        lines = (number + self._line(_strong(title)), *(indent + text for text in below if text))
        return "\n".join(self._fold(line) for line in lines)

    def _paper_line(self, line: PaperLine) -> str:
        number = f"{line.number}. " if line.number else "- "
        spans, address = _unlinked(line.spans)
        text = self._with_why(self._line(spans), spans)
        return self._fold(number + (f"{text} · {address}" if address else text))

    def _with_why(self, line: str, spans: Spans) -> str:
        """Name the words that matched, where a highlight in place cannot be seen."""
        words = dict.fromkeys(
            clean(span.text).casefold() for span in spans if isinstance(span, Text) and span.style is Style.MATCH
        )
        if self._colour or not words:
            return line
        why = "matched " + ", ".join(f'"{word}"' for word in words)
        return f"{line} · {why}" if line else why

    def _paragraph(self, spans: Spans) -> str:
        return "".join(self._span(span) for span in spans)

    def _line(self, spans: Iterable[Span]) -> str:
        return " ".join("".join(self._span(span) for span in spans).split("\n")).strip()

    def _span(self, span: Span) -> str:
        if isinstance(span, Time):
            at = f"{span.at.astimezone(ZoneInfo(span.zone)):{_FORMS.get(span.form, _FORMS['datetime'])}}"
            return f"{at} {span.zone}" if span.form == "zoned" else at
        text = clean(span.text)
        shown = styled(text, span.style) if self._colour else text
        return shown + _address_after(text, clean(span.href))

    def _dim(self, text: str) -> str:
        folded = self._fold(text)
        return "\n".join(lit(line, DIM) for line in folded.split("\n")) if self._colour else folded

    def _fold(self, text: str) -> str:
        return text if self._width is None else wrap(text, self._width)


def _footnote(document: Document) -> Spans:
    """Return the footnote, and how many papers were cut: there is no place beside a terminal to show them."""
    cut = len(document.more) + document.unlisted
    if not cut:
        return document.footnote
    said = f"{cut:,} more matched and {'was' if cut == 1 else 'were'} cut"
    return (*document.footnote, Text(f" · {said}" if document.footnote else said))


def _strong(spans: Spans) -> Spans:
    """Make plain text strong, and leave what is styled already."""
    return tuple(
        replace(span, style=Style.STRONG) if isinstance(span, Text) and span.style is Style.PLAIN else span
        for span in spans
    )


def _unlinked(spans: Spans) -> tuple[Spans, str]:
    """Take the first address out of a title, to be shown after it."""
    address = next((span.href for span in spans if isinstance(span, Text) and span.href), "")
    without = (replace(span, href="") if isinstance(span, Text) and span.href == address else span for span in spans)
    return tuple(without), clean(address)


def _address_after(text: str, href: str) -> str:
    """Return what follows a linked text: its address, unless the text is the address already."""
    if not href or text == href:
        return ""
    short = href.removeprefix("https://").removesuffix("/")
    return f" {short}" if short != text.removesuffix("/") else ""


def _spaced(pieces: Iterable[tuple[Block | None, str]]) -> Iterator[str]:
    """Put a blank line between pieces, none between the lines of a list of papers."""
    before: Block | None = None
    for index, (block, text) in enumerate(pieces):
        if index:
            yield "\n" if isinstance(before, PaperLine) and isinstance(block, PaperLine) else "\n\n"
        yield text
        before = block
