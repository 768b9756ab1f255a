r"""Writes spans as Slack's mrkdwn, and cuts them to a length. Pure. The only place where text for Slack is escaped.

    spans ──clean──> plain lines ──escape──> no markup ──marks──> *bold* _italic_ `code` <address|label> <!date^...>

mrkdwn can escape only `&`, `<` and `>`: a backslash is shown, and whether an invisible character stops `*` from making
bold depends on the client. So characters that could format are replaced by others that look the same. Code blocks need
none of this: they are rich text, which shows every character as it is.
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
"""Characters that Slack could read as bold, strike, code, italic or an emoji; `_` inside a word is harmless."""

_QUOTATION = re.compile(r"(?m)^(\s*)&gt;")
_MARKS: Final = {Style.STRONG: "*", Style.MATCH: "*", Style.EMPHASIS: "_", Style.CODE: "`"}
_BESIDE_MARKS: Final = frozenset(" \n.,;:!?()[]{}\"'-/…·")
"""Characters beside which Slack recognises a mark. Beside any other, `_GAP` is put between."""
_GAP: Final = "\u200b"
"""A zero-width space."""

_BASIC_PLANE: Final = "\uffff"
"""The last character that takes one UTF-16 unit; those after it take two."""

_CHANNEL: Final = re.compile(r"#[CG][A-Z0-9]{2,20}")
"""A channel's id as the core writes it. As `<#C123>` Slack shows the name, to those who may see the channel."""

_DATES: Final = {
    "datetime": ("{date_short_pretty} at {time}", "%a %d %b, %H:%M"),
    "date": ("{date_short_pretty}", "%a %d %b"),
    "time": ("{time}", "%H:%M"),
}
"""For each form of a `Time` span: Slack's pattern, shown in the reader's zone, and ours (strftime) as a fallback.

Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
"""


def escape(text: str) -> str:
    """Return the text with every character that Slack could read as markup replaced."""
    return _entities(_FORMATTING.sub(lambda found: _TWINS[found[0]], text))


def _entities(text: str) -> str:
    """Return the text with `&`, `<` and `>` as entities."""
    for each, entity in _ENTITIES.items():
        text = text.replace(each, entity)
    return text


def mrkdwn(spans: Spans) -> str:
    """Return spans as mrkdwn; only their styles and addresses format: their texts mention, link and format nothing."""
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
    """Return the plain text of spans."""
    return "".join(_moment(span)[1] if isinstance(span, Time) else clean(span.text) for span in spans)


def most(spans: Spans) -> int:
    """Return an upper bound of the length that spans have as mrkdwn, in UTF-16 units."""
    return sum(
        length(span.text)
        + sum((len(entity) - 1) * span.text.count(each) for each, entity in _ENTITIES.items())
        + _around(span) * (span.text.count("\n") + 1)
        if isinstance(span, Text)
        else _around(span)
        for span in cleaned(spans)
    )


def split(spans: Spans, limit: int) -> tuple[Spans, Spans]:
    """Return a first part that fits into `limit` as mrkdwn and ends at a word, and the rest."""
    if most(spans) <= limit:
        return spans, ()
    spans = cleaned(spans)
    end = word_end(spans, _fitting(spans, limit))
    return taken(spans, end), dropped(spans, end)


def cut(spans: Spans, limit: int) -> Spans:
    """Return spans that fit into `limit` as mrkdwn; "…" shows that they were cut."""
    if most(spans) <= limit:
        return spans
    head, _ = split(spans, limit - length(ELLIPSIS) - length(_GAP))
    return (*rstripped(head), Text(ELLIPSIS))


# --- from spans to pieces ---------------------------------------------------------------------------------------------


def _pieces(spans: Spans) -> Iterator[tuple[str, bool]]:
    """Yield spans as pieces of mrkdwn, each with whether it begins and ends with a mark."""
    for span in spans:
        if isinstance(span, Time):
            yield _date(span), False
            continue
        for index, line in enumerate(clean(span.text).split("\n")):
            if index:
                yield "\n", False
            yield from _line_pieces(replace(span, text=line))


def _line_pieces(span: Text) -> Iterator[tuple[str, bool]]:
    # Slack ignores a mark that has a space inside of it ("* bold*"), so spaces at the ends move outside.
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
    """Return an address as a link takes it; empty if it is no web address or longer than `LINK`."""
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
    """Return the most that a span takes beyond its text (marks, gaps, address), or a `Time` span in all."""
    if isinstance(span, Time):
        return length(_date(span)) + length(_GAP)
    address = _address(span.href)
    return 2 * (len(_MARKS.get(span.style, "")) + length(_GAP)) + (length(f"<{address}|>") if address else 0)


def _fitting(spans: Spans, room: int) -> int:
    """Return how many characters of spans fit into `room`; at least one, so that repeated splitting ends."""
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
