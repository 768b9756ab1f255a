"""Shows in a terminal roughly how Slack displays a digest's payload: for `paperround demo`. Pure.

    section ──> its text (bold as strong) and its menu    context ──> text as emphasis    actions ──> buttons' labels

Other blocks are left out: digests have none.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

from bot.document import Spans, Style, Text

Json = Any

MENU: Final = "⋯"
"""How Slack shows an overflow menu before it is opened."""

_TOKEN = re.compile(r"<[^<>|]*\|([^<>]*)>")
_MARKS = re.compile(r"\*(?P<bold>[^*\n]+)\*|`(?P<code>[^`\n]+)`|\u200b")


def sketch(payload: Json) -> Iterator[tuple[Spans, str]]:
    """Yield for each block its text, and the menu beside it or an empty text."""
    for block in payload["blocks"]:
        match block["type"]:
            case "section":
                yield tuple(_spans(block["text"]["text"], Style.PLAIN)), MENU if "accessory" in block else ""
            case "context":
                yield tuple(_spans(block["elements"][0]["text"], Style.EMPHASIS)), ""
            case "actions":
                yield (Text("  ".join(f"[{button['text']['text']}]" for button in block["elements"])),), ""


def _spans(text: str, style: Style) -> Iterator[Text]:
    said = _TOKEN.sub(r"\1", text)
    end = 0
    for mark in _MARKS.finditer(said):
        yield Text(unescape(said[end : mark.start()]), style)
        yield Text(unescape(mark["bold"] or mark["code"] or ""), Style.STRONG if mark["bold"] else style)
        end = mark.end()
    yield Text(unescape(said[end:]), style)
