"""How Slack and Discord show a digest, drawn beside each other in characters, at the width of a phone.

    payload ──sketch──> components ──fold──> lines ──frame──> a phone

Without colours what is bold stands between asterisks.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Final

from rich.cells import chop_cells

from adapters.console.layout import DIM, clean, lit, styled, width_of
from adapters.console.limits import DEFAULT_WIDTH
from adapters.discord.render import messages as for_discord
from adapters.discord.sketch import sketch as of_discord
from adapters.slack.render import messages as for_slack
from adapters.slack.sketch import sketch as of_slack
from bot.document import Document, Spans, Style, Text
from bot.spans import taken

Component = tuple[Spans, str]
"""What a part of a message says, and what can be pressed beside it."""

COLUMNS: Final = 34
"""Columns of text on a phone."""

LEADS: Final = 1
LINES: Final = 2
"""Papers of each kind that are drawn; the others look alike."""

_APART: Final = "  "
_GUTTER: Final = 2
_FRAME: Final = 4


def phones(document: Document, *, width: int | None, colour: bool) -> str:
    """Return a digest as the two platforms show it; one below the other where `width` has no room for both."""
    drawn = (
        _phone("Slack", of_slack(for_slack(document)[0].payload), colour=colour),
        _phone("Discord", of_discord(for_discord(document)[0].payload), colour=colour),
    )
    if (width or DEFAULT_WIDTH) < 2 * (COLUMNS + _FRAME) + len(_APART):
        return "\n\n".join("\n".join(phone) for phone in drawn)
    blank = " " * (COLUMNS + _FRAME)
    return "\n".join(f"{left}{_APART}{right}".rstrip() for left, right in zip_longest(*drawn, fillvalue=blank))


def _phone(name: str, components: Iterable[Component], *, colour: bool) -> list[str]:
    """Return the lines of a phone, all of one width."""
    lines = [
        f"│ {line}{' ' * (COLUMNS - width_of(line))} │"
        for index, component in enumerate(_shortened(list(components)))
        for line in (*([""] if index else []), *_lines(component, colour=colour))
    ]
    return [f"{f'╭─ {name} ':─<{COLUMNS + _FRAME - 1}}╮", *lines, f"╰{'─' * (COLUMNS + 2)}╯"]


def _shortened(components: Sequence[Component]) -> Iterator[Component]:
    """Yield the components, but of leads (a control stands beside them) and of lines only the first."""
    for is_lead, group in groupby(components, lambda component: bool(component[1])):
        shown = list(group)
        if is_lead:
            yield from shown[:LEADS]
            yield from _left(len(shown) - LEADS)
            continue
        for spans, control in shown:
            rows = "".join(span.text for span in spans if isinstance(span, Text)).split("\n")
            kept = LINES if rows[-1][:1].isdigit() else len(rows)
            yield taken(spans, len("\n".join(rows[:kept]))), control
            yield from _left(len(rows) - kept)


def _left(count: int) -> Iterator[Component]:
    if count > 0:
        yield (Text(f"⋮ {count} more like this", Style.EMPHASIS),), ""


def _lines(component: Component, *, colour: bool) -> Iterator[str]:
    spans, control = component
    room = COLUMNS - (width_of(control) + _GUTTER if control else 0)
    first, *others = _folded(_words(spans, room, colour=colour), room)
    yield f"{first}{' ' * (COLUMNS - width_of(first) - width_of(control))}{control}"
    yield from others


def _words(spans: Spans, room: int, *, colour: bool) -> Iterator[str]:
    """Yield words and the ends of lines, each word styled by itself, so that a frame may stand between two."""
    glued = ""
    for span in (span for span in spans if isinstance(span, Text) and span.text):
        is_marked = span.style is Style.STRONG and not colour
        text = f"*{span.text}*" if is_marked else span.text
        for index, line in enumerate(clean(text).split("\n")):
            if index:
                yield from (glued, "\n")
                glued = ""
            for at, word in enumerate(line.split(" ")):
                if at:
                    yield glued
                    glued = ""
                *whole, end = chop_cells(word, room) or [""]
                yield from (_styled(each, span.style, colour=colour) for each in whole)
                glued += _styled(end, span.style, colour=colour)
    yield glued


def _styled(word: str, style: Style, *, colour: bool) -> str:
    if not colour:
        return word
    return lit(word, DIM) if style is Style.EMPHASIS else styled(word, style)


def _folded(words: Iterable[str], room: int) -> Iterator[str]:
    line = ""
    for word in words:
        if word == "\n":
            yield line
            line = ""
        elif not line:
            line = word
        elif width_of(line) + 1 + width_of(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}"
    yield line
