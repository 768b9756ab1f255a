"""Shows in a terminal roughly how Discord displays a digest's payload: for `paperround demo`. Pure.

    text ──> its text (bold as strong, small print as emphasis)    section ──> text and button    row ──> labels

Other components are left out: digests have none.
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
    """Yield for each component its text, and the label of the button beside it or an empty text."""
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
