"""Discord's markdown, read as a client reads it: what is seen, and every construct that it finds.

It is written from what clients do, not from how adapters/discord writes: a backslash makes the next character plain but
in the text of a link; there it is shown. A link whose text holds an emoji, an address or a mention is none. What begins
a line begins it also after a mark, which is stricter than any client.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BEGINNINGS = re.compile(
    r" *(?:(?P<heading>#{1,3})\s+(?!#)|(?P<small>-#) +|(?P<item>[*-]|\d+\.) +|(?P<quote>>(?:>>)?) )(?P<rest>.*)"
)
_FENCE = re.compile(r"```(?:[\w+.-]*\n)?(.*?[^\n].*?)```", re.DOTALL)

_FORMAT = r"""
  \*\*(?P<bold>(?:\\.|[^\\])+?)\*\*(?!\*)
| __(?P<underline>(?:\\.|[^\\])+?)__(?!_)
| \*(?!\s)(?P<italic>(?:\\.|\*\*|[^*\\])+?)(?<!\s)\*(?!\*)
| _(?P<italic_>(?:\\.|__|[^_\\])+?)_(?![A-Za-z0-9_])
| ~~(?P<struck>.+?)~~
| \|\|(?P<spoiler>.+?)\|\|
| (?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)
| <t:(?P<moment>-?\d+(?::[tTdDfFR])?)>
| <(?P<custom>a?:\w+:\d+)>
| :(?P<emoji>[^\s:]+):
"""
_ALONE = r"""
| <(?P<mention>@[!&]?\d+|\#\d+|/[^>]+:\d+|id:\w+)>
| (?P<everybody>@everyone|@here)
| \[(?P<label>(?:\[[^\]]*\]|[^\[\]])*)\]\(<?(?P<href>[^\s<>()]+)>?\)
| <(?P<address>[^:\ >]+:/[^\ >]+)>
| (?P<bare>(?:https?|steam)://[^\s<]+)
"""
# A letter begins none of them but an address: most of a text is passed over by the look ahead.
_INLINE = re.compile(rf"(?=[\\*_~|`<:@\[hs])(?:\\(?P<escaped>[^A-Za-z0-9\s])|{_FORMAT}{_ALONE})", re.VERBOSE)
_IN_LINK = re.compile(rf"(?=[*_~|`<:])(?:{_FORMAT})", re.VERBOSE)
_ANYWHERE = re.compile(rf"(?=[*_~|`<:@\[hs])(?:{_FORMAT}{_ALONE})", re.VERBOSE)
_PICTURE = re.compile("[\u2600-\u27bf\ufe0f\u20e3\U0001f000-\U0001faff]")

_NESTED = {"bold", "underline", "italic", "italic_", "struck", "spoiler"}
_NOT_IN_LINKS = {"custom", "emoji", "mention", "everybody", "label", "address", "bare"}


@dataclass(frozen=True, slots=True)
class Found:
    """One construct: its kind, what it shows, and where it leads or which moment it is (which shows nothing here)."""

    kind: str
    shown: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a text shows, and its constructs, the outer ones after those inside of them."""

    seen: str
    found: tuple[Found, ...]

    def __getitem__(self, kind: str) -> list[Found]:
        return [each for each in self.found if each.kind == kind]


def read(content: str) -> Read:
    """Read the content of one text component."""
    found: list[Found] = []
    seen = "".join(_read(content, found))
    return Read(seen, tuple(found))


def _read(content: str, found: list[Found]) -> Iterator[str]:
    end = 0
    for fence in _FENCE.finditer(content) if "```" in content else ():
        yield from _lines(content[end : fence.start()], found)
        found.append(Found("fence", fence[1].strip("\n")))
        yield fence[1]
        end = fence.end()
    yield from _lines(content[end:], found)


def _lines(text: str, found: list[Found]) -> Iterator[str]:
    for index, line in enumerate(text.split("\n")):
        yield "\n" if index else ""
        yield _line(line, found)


def _line(line: str, found: list[Found]) -> str:
    beginning = _BEGINNINGS.match(line)
    if not beginning:
        return "".join(_inline(line, found))
    kind = next(name for name in ("heading", "small", "item", "quote") if beginning[name])
    rest = beginning["rest"].rstrip("#") if kind == "heading" else beginning["rest"]
    shown = _line(rest, found)
    found.append(Found(kind, shown, beginning[kind]))
    return shown


def _inline(text: str, found: list[Found]) -> Iterator[str]:
    end = 0
    while match := _INLINE.search(text, end):
        yield text[end : match.start()]
        end = match.end()
        yield _shown(match, found)
    yield text[end:]


def _shown(match: re.Match[str], found: list[Found]) -> str:
    kind, inside = next((name, text) for name, text in match.groupdict().items() if text is not None)
    if kind == "escaped":
        return inside
    if kind == "label":
        return _link(match, found)
    kind, inside = ("code", match["code"]) if kind == "ticks" else (kind, inside)
    shown = "" if kind == "moment" else _line(inside, found) if kind in _NESTED else inside
    kind = kind.rstrip("_")
    found.append(Found(kind, shown, inside if kind in {"moment", "address"} else ""))
    return shown


def _link(match: re.Match[str], found: list[Found]) -> str:
    label, href = match["label"], match["href"]
    refused = [each.lastgroup for each in _ANYWHERE.finditer(label) if each.lastgroup in _NOT_IN_LINKS | {"href"}]
    if refused or _PICTURE.search(label) or not label.strip() or not href.startswith(("http://", "https://")):
        found.append(Found("no link", match[0]))
        return match[0]
    shown, end = "", 0
    for inner in _IN_LINK.finditer(label):
        kind, inside = next((name, text) for name, text in inner.groupdict().items() if text is not None)
        found.append(Found(kind.rstrip("_"), inside))
        shown += label[end : inner.start()] + inside
        end = inner.end()
    shown += label[end:]
    found.append(Found("link", shown, href))
    return shown
