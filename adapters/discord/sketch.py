"""What a digest's payload shows, read back for whoever has no Discord at hand. Pure.

    text ──> its words, bold ones strong, small ones quiet (emphasis)    section ──> and its button    row ──> labels

Only what digests are made of is read.
"""

import re
from collections.abc import Iterator
from typing import Any

from bot.document import Spans, Style, Text

Json = Any

_MARKS = re.compile(
    r"\\(?P<escaped>\W|_)"
    r"|\[(?P<label>[^\]]*)\]\([^)\s]*\)"
    r"|\*\*(?P<bold>(?:\\.|[^*\\])+)\*\*"
    r"|`(?P<code>[^`]+)`"
    r"|<(?P<address>https?://[^>]+)>"
    r"|\u200b"
)


def sketch(payload: Json) -> Iterator[tuple[Spans, str]]:
    """Yield each component of a message: what it says, and the button beside it, if it has one."""
    (container,) = (each for each in payload["components"] if "components" in each)
    for component in container["components"]:
        inside = component.get("components", [component])
        if "label" in inside[0]:
            yield (Text("  ".join(f"[{button['label']}]" for button in inside)),), ""
        elif "content" in inside[0]:
            yield _text(inside[0]["content"]), component.get("accessory", {}).get("label", "")


def _text(content: str) -> Spans:
    spans: Spans = ()
    for line in content.split("\n"):
        style = Style.EMPHASIS if line.startswith("-# ") else Style.PLAIN
        said = tuple(_spans(line.removeprefix("-# ").removeprefix("### "), style))
        spans = (*spans, Text("\n"), *said) if spans else said
    return spans


def _spans(line: str, style: Style) -> Iterator[Text]:
    end = 0
    for mark in _MARKS.finditer(line):
        yield Text(line[end : mark.start()], style)
        end = mark.end()
        if mark["label"] or mark["bold"]:
            yield from _spans(mark["label"] or mark["bold"], Style.STRONG if mark["bold"] else style)
        else:
            yield Text(mark["escaped"] or mark["code"] or mark["address"] or "", style)
    yield Text(line[end:], style)
