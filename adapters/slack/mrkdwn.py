r"""Spans as Slack's mrkdwn. Pure; here is the one place where text is escaped.

    spans ──clean──> one line ──escape──> no markup ──marks──> *bold*  _italic_  `code`  <address|label>  <!date^...>

mrkdwn has no escape but for `&`, `<` and `>`: a backslash is shown, and whether an invisible character keeps `*` from
making bold depends on who reads it. So the few characters that could format are written as others that look the same.
Code blocks are rich text, which takes every character as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from adapters.slack.limits import LINK, length
from bot.document import Span, Spans, Style, Text, Time
from bot.spans import ELLIPSIS, cleaned, dropped, is_of_the_web, rstripped, taken, word_end
from bot.text.clean import clean

_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # the ampersand first: the others bring more of them
_TWINS: Final = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "|": "∣", ":": "∶"}  # noqa: RUF001 - that is the point
_QUOTE_TWIN: Final = "›"  # noqa: RUF001 - looks like the > that begins a quotation

_FORMATTING = re.compile(r"[*~`]|(?<![^\W_])_|_(?![^\W_])|:(?=[\w+'-]+:)")
"""What may make bold, struck, code, italic or an emoji. An underscore inside a word makes nothing."""

_QUOTATION = re.compile(r"(?m)^(\s*)&gt;")
_MARKS: Final = {Style.STRONG: "*", Style.MATCH: "*", Style.EMPHASIS: "_", Style.CODE: "`"}
_BESIDE_MARKS: Final = frozenset(" \n.,;:!?()[]{}\"'-/…·")
"""What may touch a mark from outside; before all else comes a zero-width space, so that it is seen as a mark."""
_GAP: Final = "\u200b"
_BASIC_PLANE: Final = "\uffff"
"""Characters behind this one take two UTF-16 units."""

_CHANNEL: Final = re.compile(r"#[CG][A-Z0-9]{2,20}")
"""An id as the core writes it: between angle brackets Slack shows it by its name to whoever may see it."""

_DATES: Final = {
    "datetime": ("{date_short_pretty} at {time}", "%a %d %b, %H:%M"),
    "date": ("{date_short_pretty}", "%a %d %b"),
    "time": ("{time}", "%H:%M"),
}
"""Forms of a moment: as Slack shows it in the reader's zone, and as it is written where Slack does not.

Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
"""


def escape(text: str) -> str:
    """Return text in which no character is markup."""
    return _entities(_FORMATTING.sub(lambda found: _TWINS[found[0]], text))


def _entities(text: str) -> str:
    """Return text with the three characters that Slack reads as the beginning of something written as entities."""
    for each, entity in _ENTITIES.items():
        text = text.replace(each, entity)
    return text


def mrkdwn(spans: Spans) -> str:
    """Return spans as mrkdwn that says exactly them: nothing in a text mentions, links or formats."""
    written = ""
    is_after_mark = False
    for piece, is_marked in _pieces(spans):
        touches = bool(written) and written[-1] not in _BESIDE_MARKS if is_marked else is_after_mark
        if touches and piece[0] not in _BESIDE_MARKS:
            written += _GAP
        written += piece
        is_after_mark = is_marked
    return _QUOTATION.sub(rf"\1{_QUOTE_TWIN}", written)


def words(spans: Spans) -> str:
    """Return what spans say, without any style."""
    return "".join(_moment(span)[1] if isinstance(span, Time) else clean(span.text) for span in spans)


def most(spans: Spans) -> int:
    """Return a length that `spans` do not exceed as mrkdwn."""
    return sum(
        length(span.text)
        + sum((len(entity) - 1) * span.text.count(each) for each, entity in _ENTITIES.items())
        + _around(span) * (span.text.count("\n") + 1)
        if isinstance(span, Text)
        else _around(span)
        for span in cleaned(spans)
    )


def split(spans: Spans, limit: int) -> tuple[Spans, Spans]:
    """Return what surely fits into `limit` as mrkdwn, up to the end of a word, and the rest."""
    if most(spans) <= limit:
        return spans, ()
    spans = cleaned(spans)
    end = word_end(spans, _fitting(spans, limit))
    return taken(spans, end), dropped(spans, end)


def cut(spans: Spans, limit: int) -> Spans:
    """Return spans that fit into `limit` as mrkdwn; what was longer ends with "…"."""
    if most(spans) <= limit:
        return spans
    head, _ = split(spans, limit - length(ELLIPSIS) - length(_GAP))
    return (*rstripped(head), Text(ELLIPSIS))


# --- from spans to pieces ---------------------------------------------------------------------------------------------


def _pieces(spans: Spans) -> Iterator[tuple[str, bool]]:
    """Yield what spans become, piece by piece, and whether it stands between marks."""
    for span in spans:
        if isinstance(span, Time):
            yield _date(span), False
            continue
        for index, line in enumerate(clean(span.text).split("\n")):
            if index:
                yield "\n", False
            yield from _line_pieces(replace(span, text=line))


def _line_pieces(span: Text) -> Iterator[tuple[str, bool]]:
    # A mark counts only where a space is outside of it, so spaces at the ends of a span leave it.
    core = span.text.strip()
    if not core:
        if span.text:
            yield span.text, False
        return
    before, _, after = span.text.partition(core)
    is_channel = span.style is Style.CHANNEL and _CHANNEL.fullmatch(core)
    mark = _MARKS.get(span.style, "")
    address = _address(span.href)
    is_code = span.style is Style.CODE and not address
    shown = _entities(core.replace("`", _TWINS["`"])) if is_code else escape(core)
    if address:
        shown = f"<{address}|{shown.replace('|', _TWINS['|'])}>"
        mark = "" if span.style is Style.CODE else mark
    if is_channel and not address:
        shown = f"<{core}>"
    if before:
        yield before, False
    yield f"{mark}{shown}{mark}", bool(mark)
    if after:
        yield after, False


def _address(href: str) -> str:
    """Return an address as it may stand in a link; empty for what is none that a reader should be led to."""
    if not is_of_the_web(href):
        return ""
    address = quote(href.encode("utf-8", "ignore"), safe="!#$%&'()*+,/:;=?@[]~-._").replace("&", "&amp;")
    return address if length(address) <= LINK else ""


def _date(span: Time) -> str:
    shown, fallback = _moment(span)
    return f"<!date^{int(span.at.timestamp())}^{shown}|{escape(fallback)}>"


def _moment(span: Time) -> tuple[str, str]:
    shown, form = _DATES.get(span.form, _DATES["datetime"])
    return shown, f"{span.at.astimezone(ZoneInfo(span.zone)):{form}}"


# --- parts of spans ---------------------------------------------------------------------------------------------------


def _around(span: Span) -> int:
    """Return how much a span takes beside its text: marks, gaps, an address; a moment is nothing else."""
    if isinstance(span, Time):
        return length(_date(span)) + length(_GAP)
    address = _address(span.href)
    return 2 * (len(_MARKS.get(span.style, "")) + length(_GAP)) + (length(f"<{address}|>") if address else 0)


def _fitting(spans: Spans, room: int) -> int:
    """Return in how many places, from the first, there is room: one at least, so that a split comes to its end."""
    places = 0
    for span in spans:
        around = _around(span)
        room -= around
        for each in span.text if isinstance(span, Text) else " ":
            room -= len(_ENTITIES[each]) if each in _ENTITIES else 1 + (each > _BASIC_PLANE)
            room -= around if each == "\n" else 0
            if room < 0:
                return max(places, 1)
            places += 1
    return places
