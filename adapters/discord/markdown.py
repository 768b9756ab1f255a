r"""Writes spans as Discord's markdown, cut to a length. Pure. The only place where text for Discord is escaped.

    spans ──clean──> lines ──> runs ──┬─ plain ───escape──>  \*   **bold**  *italic*  `code`  <t:moment:f>
                                      └─ linked ──twins───>  [text](address)

A backslash makes the next character plain, but not in the text of a link, where Discord shows the backslash. There,
characters that could format are replaced by others that look the same. An emoji, an address or a mention would make the
whole link plain text; so the link is split, and they stand between its parts.
Source: https://github.com/discord/discord-api-docs/issues/6185, 7673 and 7721
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Final
from urllib.parse import quote

from adapters.discord.limits import LINK, length
from bot.document import Span, Spans, Style, Text, Time
from bot.spans import ELLIPSIS, cleaned, dropped, is_of_the_web, places_of, rstripped, taken, word_end
from bot.text.clean import clean

_FORMATTING = re.compile(r"[\\*_`\[\]@]|~{2,}|\|{2,}|<(?=\S)|:(?!\s)|(?<=\])\(")
"""What Discord could read as formatting, mention, link or emoji anywhere in a line."""

_AT_THE_START = re.compile(r"^(\s*)(?:(\d+)(?=\.(?:\s|$))|(?=#{1,3}(?:\s|$)|-(?:[\s#]|$)|>))")
"""What makes a list, a heading, small print or a quotation at the start of a line, or of marked text."""

_FORMATTING_IN_LINKS = re.compile(r"[\\*_`\[\]]|~{2,}|\|{2,}")
_TWINS: Final = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "|": "∣", "[": "［", "]": "］", "\\": "∖"}  # noqa: RUF001 - that is the point

_EMOJI: Final = (
    r"(?:[0-9#*]\ufe0f?\u20e3|[\u203c\u2049\u2139\u2194-\u2199\u21a9\u21aa\u231a\u231b\u2328\u23cf\u23e9-\u23f3"
    r"\u23f8-\u23fa\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b07\u2b1b\u2b1c"
    r"\u2b50\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0f\u200d]*)+"
)
"""Characters that Discord may show as emoji. Source: https://unicode.org/Public/emoji/latest/emoji-test.txt"""

_NOT_IN_LINKS = re.compile(
    rf"({_EMOJI}|[A-Za-z]{{1,20}}://\S*|discord(?:app)?\.(?:gg|com)/\S*|<[^\s<>][^<>]*>|:[^\s:]+:|@(?:everyone|here))"
)
"""What stops Discord from making a link, if the link's text contains it."""

_MARKS: Final = {Style.STRONG: "**", Style.MATCH: "**", Style.EMPHASIS: "*", Style.CODE: "`"}
_GAP: Final = "\u200b"
"""A zero-width space, between two marks that would be read as one."""

_CHANNEL: Final = re.compile(r"#\d{5,20}")
"""A channel's id as the core writes it. As `<#123>` Discord shows the name, to those who may see the channel."""

_FORMS: Final = {"datetime": "f", "date": "D", "time": "t"}
"""Discord's style for each form of a `Time` span; it is shown in each reader's own zone and language.

Source: https://docs.discord.com/developers/reference#message-formatting-timestamp-styles
"""


def escape(text: str) -> str:
    """Return one line of text, for outside of links, with all markup escaped."""
    escaped = _FORMATTING.sub(lambda found: "".join(f"\\{each}" for each in found[0]), text)
    return _AT_THE_START.sub(r"\1\2\\", escaped)


def markdown(spans: Spans) -> str:
    """Return spans as markdown; only their styles and addresses format: their texts mention, link, format nothing."""
    return "\n".join(map(_line, _lines(spans)))


def fenced(text: str) -> str:
    """Return clean text as a code block, which no character of the text can end."""
    shown = re.sub("`{3,}", lambda found: _TWINS["`"] * len(found[0]), text)
    return f"```\n{shown}\n```"


def cut(spans: Spans, limit: int, written: Callable[[Spans], str] = markdown) -> str:
    """Return spans as text by `written`, at most `limit` long; "…" shows that they were cut.

    If an address leaves no room for a single word, it is left out.
    """
    whole = written(spans)
    if length(whole) <= limit:
        return whole
    spans = cleaned(spans)

    def ended(place: int) -> str:
        return written((*rstripped(taken(spans, place)), Text(ELLIPSIS)))

    place = _fitting(spans, limit, ended)
    if not place and any(isinstance(span, Text) and span.href for span in spans):
        return cut(tuple(Text(span.text, span.style) if isinstance(span, Text) else span for span in spans), limit)
    return ended(place)


def split(spans: Spans, limit: int) -> tuple[str, Spans]:
    """Return a first part as markdown that fits into `limit` and ends at a word, and the remaining spans."""
    whole = markdown(spans)
    if length(whole) <= limit:
        return whole, ()
    spans = cleaned(spans)
    # At least one place, so that repeated splitting ends.
    end = max(_fitting(spans, limit, lambda place: markdown(taken(spans, place))), 1)
    return markdown(taken(spans, end)), dropped(spans, end)


def plain(text: str, limit: int) -> str:
    """Return a text as one line for places without markup: labels, names of posts."""
    return cut((Text(" ".join(clean(text).split())),), limit, words)


def words(spans: Spans) -> str:
    """Return the plain text of spans, without `Time` spans."""
    return "".join(span.text for span in cleaned(spans) if isinstance(span, Text))


def _fitting(spans: Spans, limit: int, written: Callable[[int], str]) -> int:
    """Return the last place at the end of a word up to which spans fit into `limit`; 0 if not even one word does."""
    place = word_end(spans, min(sum(map(places_of, spans)), limit))
    while place and (size := length(written(place))) > limit:
        place = word_end(spans, min(place * limit // size, place - 1))
    return place


# --- from spans to runs -----------------------------------------------------------------------------------------------


def _lines(spans: Spans) -> list[list[Span]]:
    lines: list[list[Span]] = [[]]
    for span in cleaned(spans):
        if isinstance(span, Time):
            lines[-1].append(span)
            continue
        for index, text in enumerate(span.text.split("\n")):
            if index:
                lines.append([])
            lines[-1].append(Text(text, span.style, span.href))
    return lines


def _runs(line: Iterable[Span]) -> list[Span]:
    """Return a line's spans with usable addresses and the styles that are shown; equal neighbours are united."""
    runs: list[Span] = []
    for span in line:
        if isinstance(span, Time):
            runs.append(span)
            continue
        address = _address(span.href)
        style = span.style
        if style is Style.MATCH:
            style = Style.STRONG
        elif address and style is not Style.STRONG:
            style = Style.PLAIN  # of all styles, only bold works in a link's text for certain
        last = runs[-1] if runs else None
        if isinstance(last, Text) and (last.style, last.href) == (style, address):
            runs[-1] = Text(last.text + span.text, style, address)
        elif span.text:
            runs.append(Text(span.text, style, address))
    return runs


# --- from runs to markdown --------------------------------------------------------------------------------------------


def _line(line: Iterable[Span]) -> str:
    written = ""
    for piece in _pieces(_runs(line)):
        is_one_mark = written[-1:] in {"*", "`"} and piece.startswith(written[-1])
        written += f"{_GAP}{piece}" if is_one_mark else piece
    return written


def _pieces(runs: Iterable[Span]) -> Iterator[str]:
    for address, group in groupby(runs, lambda run: run.href if isinstance(run, Text) else ""):
        if address:
            yield from _linked([run for run in group if isinstance(run, Text)], address)
        else:
            yield from map(_plain, group)


def _plain(run: Span) -> str:
    if isinstance(run, Time):
        return f"<t:{int(run.at.timestamp())}:{_FORMS.get(run.form, _FORMS['datetime'])}>"
    if run.style is Style.CHANNEL:
        return _marked(run, _channel)
    return _marked(run, _as_code if run.style is Style.CODE else escape)


def _channel(text: str) -> str:
    """Return a channel's id as a link, which notifies nobody; a name in its place is escaped."""
    return f"<{text}>" if _CHANNEL.fullmatch(text) else escape(text)


def _as_code(text: str) -> str:
    return text.replace("`", _TWINS["`"])


def _in_a_link(text: str) -> str:
    """Return a part of a link's text, with every character that could format replaced by its twin."""
    return _FORMATTING_IN_LINKS.sub(lambda found: "".join(_TWINS[each] for each in found[0]), re.sub(r"\s", " ", text))


def _marked(run: Text, written: Callable[[str], str]) -> str:
    """Return a run between its marks. Discord ignores marks that touch a space, so spaces at the ends stay outside."""
    before, core, after = _apart(run.text)
    mark = _MARKS.get(run.style, "")
    return f"{before}{mark}{written(core)}{mark}{after}" if core else before


def _apart(text: str) -> tuple[str, str, str]:
    """Return the spaces before a text, the text, and the spaces after it."""
    core = text.strip()
    if not core:
        return text, "", ""
    before, _, after = text.partition(core)
    return before, core, after


def _linked(runs: list[Text], address: str) -> Iterator[str]:
    """Yield a link; or several, with plain text between them where the link's text has what no link may have."""
    said = "".join(run.text for run in runs)
    if said.lstrip().startswith("http") and _address(said.strip()) == address:
        yield f"<{address}>"  # Discord makes no link whose text is an address
        return
    parts: list[Text] = []
    for run in runs:
        for index, text in enumerate(_NOT_IN_LINKS.split(run.text)):
            if index % 2:  # what was split at
                yield _link(parts, address)
                yield escape(text)
                parts = []
            else:
                parts.append(Text(text, run.style))
    yield _link(parts, address)


def _link(parts: list[Text], address: str) -> str:
    label = "".join(_marked(part, _in_a_link) for part in parts)
    if _NOT_IN_LINKS.search(label):  # parts that are harmless alone can make, say, an emoji's name together
        return "".join(_marked(part, escape) for part in parts)
    before, core, after = _apart(label)
    return f"{before}[{core}]({address}){after}" if core else before


def _address(href: str) -> str:
    """Return an address as a link takes it; empty if it is no web address or longer than `LINK`."""
    if not is_of_the_web(href):
        return ""
    address = quote(href.encode("utf-8", "ignore"), safe="!#$%&+,/:;=?@-._~")
    return address if length(address) <= LINK else ""
