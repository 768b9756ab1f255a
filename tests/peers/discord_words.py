"""What a message on Discord says, as plain lines for a page: links by their texts, buttons in brackets."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from tests.fakes.discord_bodies import BUTTON, ROW, SECTION, TEXT
from tests.peers.session import LEFT_OUT

Json = Any

READER: Final = ZoneInfo("Europe/Berlin")
"""Where whoever reads the page lives: Discord shows moments in the reader's own zone."""

_SHOWN: Final = {"f": "%-d %B %Y %H:%M", "D": "%-d %B %Y", "t": "%H:%M"}

_LINK: Final = re.compile(r"\[((?:\\.|[^\]\\])*)\]\(https?://[^\s)]+\)")
_MOMENT: Final = re.compile(r"<t:(\d+):([fDt])>")
_ESCAPED: Final = re.compile(r"\\([^\w\s]|_)")
_BEGINNING: Final = re.compile(r"(?m)^(?:-# |#{1,3} )")
_SUMMARY: Final = re.compile(r"\n(?!-# )[^\n]+(?=\n-# )")
"""What stands between a lead's title and its facts."""

_FENCE: Final = re.compile(r"(?m)^```\n?")

_ABSTRACT: Final = 400
"""Characters of a paragraph that is nothing but a paper's abstract; its authors and its BibTeX have no full stops."""


def words_of(body: Json) -> str:
    """Return what a message says; the summary of a paper is left out."""
    return "\n".join(_lines(body["components"]))


def _lines(components: Sequence[Json]) -> Iterator[str]:
    for each in components:
        match each["type"]:
            case kind if kind == TEXT:
                yield _plain(each["content"])
            case kind if kind == SECTION:
                text = "\n".join(inner["content"] for inner in each["components"])
                title, *facts = _plain(_SUMMARY.sub(f"\n{LEFT_OUT}", text, count=1)).split("\n")
                yield "\n".join([f"{title} {_pressed(each['accessory'])}", *facts])
            case kind if kind == ROW:
                yield " ".join(map(_pressed, each["components"]))
            case _:
                yield from _lines(each.get("components", ()))


def _pressed(each: Json) -> str:
    return f"[{each['label'] if each['type'] == BUTTON else each['placeholder']}]"


def _plain(text: str) -> str:
    shown = _LINK.sub(r"\1", _BEGINNING.sub("", _FENCE.sub("", text.replace("\u200b", "")))).strip("\n")
    is_abstract = len(shown) > _ABSTRACT and ". " in shown and "\n" not in shown
    return LEFT_OUT if is_abstract else _ESCAPED.sub(r"\1", _MOMENT.sub(_moment, shown))


def _moment(found: re.Match[str]) -> str:
    return datetime.fromtimestamp(int(found[1]), UTC).astimezone(READER).strftime(_SHOWN[found[2]])
