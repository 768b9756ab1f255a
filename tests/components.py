"""Discord's payloads, judged: by our own counting, by simcord, and by a reader of markdown that is not ours.

The reader knows nothing of the document; `says_what_was_asked` then holds what it found against the document: nothing
formats, links or mentions that was not asked for, and nothing that was said is missing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote

from simcord.components import validate_components

from adapters.discord.render import messages
from bot.document import (
    Block,
    BulletList,
    Code,
    Document,
    Fields,
    Note,
    PaperCard,
    PaperLine,
    Paragraph,
    Spans,
    Style,
    Text,
    Time,
)
from bot.text.clean import clean
from tests.discord_markdown import Found, Read, read

Json = Any

V2: Final = 1 << 15
EPHEMERAL: Final = 1 << 6
ROW, BUTTON, SECTION, TEXT, SEPARATOR, CONTAINER = 1, 2, 9, 10, 14, 17
KEYS: Final = {
    ROW: {"type", "components"},
    BUTTON: {"type", "style", "label", "custom_id"},
    SECTION: {"type", "components", "accessory"},
    TEXT: {"type", "content"},
    SEPARATOR: {"type"},
    CONTAINER: {"type", "components"},
}
PING = re.compile(r"<@&(\d+)>(?: <@&\d+>)*")
CONSTRUCTS: Final = {"heading", "small", "item", "bold", "italic", "code", "link", "address", "moment", "fence"}
"""What a document can ask for."""

AS_TYPED = str.maketrans("∗ˍ∼ˋ∣［］∖", "*_~`|[]\\")  # noqa: RUF001 - the characters that only look like markup
OURS = re.compile(r"^\d+ of \d+ buttons do not fit here")
_TWINS = frozenset(map(chr, AS_TYPED))


def judged(document: Document) -> list[Json]:
    """Render a document, and hold its payloads against everything here."""
    rendered = messages(document)
    payloads = [message.payload for message in rendered]
    for payload in payloads:
        within_limits(payload)
        taken_by_simcord(payload)
    calls_nobody_else(payloads, list(dict.fromkeys(document.pings)))
    says_what_was_asked(document, payloads)
    assert tuple(paper for message in rendered for paper in message.papers) == document.papers
    return payloads


# --- limits -----------------------------------------------------------------------------------------------------------


def within_limits(payload: Json) -> None:
    """Everything fits, counted here: 4,000 characters, 40 components, and every part of them."""
    assert payload.keys() == {"flags", "components", "allowed_mentions"}
    assert payload["flags"] in {V2, V2 | EPHEMERAL}
    components = list(walk(payload["components"]))
    assert len(components) <= 40
    for each in components:
        assert each.keys() == KEYS[each["type"]]
    contents = [each["content"] for each in components if each["type"] == TEXT]
    labels = [each["label"] for each in components if each["type"] == BUTTON]
    ids = [each["custom_id"] for each in components if each["type"] == BUTTON]
    assert len(components) > 1
    assert sum(units(each) for each in (*contents, *labels)) <= 4000
    assert all(each == each.strip() for each in (*contents, *labels))
    assert all(1 <= units(each) <= 80 for each in labels)
    assert all(1 <= units(each) <= 100 for each in ids)
    assert len(ids) == len(set(ids))


def taken_by_simcord(payload: Json) -> None:
    """simcord, which stands in for Discord's servers, takes the components."""
    validate_components(payload["components"], flags=payload["flags"])


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, nested ones too, in the order in which they are read."""
    for each in components:
        yield each
        yield from walk(each.get("components", ()))
        if "accessory" in each:
            yield each["accessory"]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def contents(payload: Json) -> list[str]:
    """What the texts of a container say, as it is written."""
    return [each["content"] for each in walk(payload["components"][-1:]) if each["type"] == TEXT]


def buttons(payload: Json) -> list[Json]:
    return [each for each in walk(payload["components"]) if each["type"] == BUTTON]


# --- mentions ---------------------------------------------------------------------------------------------------------


def calls_nobody_else(payloads: Sequence[Json], roles: Sequence[str]) -> None:
    """The first message calls the document's roles, in a line of its own; nothing else calls anybody."""
    for index, payload in enumerate(payloads):
        *above, box = payload["components"]
        assert box["type"] == CONTAINER
        if index or not roles:
            assert (above, payload["allowed_mentions"]) == ([], {"parse": []})
            continue
        (line,) = above
        assert payload["allowed_mentions"] == {"parse": [], "roles": list(roles)}
        assert re.findall(r"\d+", line["content"]) == list(roles)
        assert PING.fullmatch(line["content"])


# --- what was asked ---------------------------------------------------------------------------------------------------


def says_what_was_asked(document: Document, payloads: Sequence[Json]) -> None:
    """The reader finds no construct that the document does not ask for, and all that it says, in order."""
    texts = [read(each) for payload in payloads for each in contents(payload)]
    _constructs_are_asked_for(document, [each for text in texts for each in text.found])
    _beginnings_are_asked_for(document, texts)
    _nothing_is_missing(document, texts)


def _constructs_are_asked_for(document: Document, found: Sequence[Found]) -> None:
    """What is marked is meant to be, and what is linked leads where it is meant to."""
    assert not [each for each in found if each.kind not in CONSTRUCTS]
    spans = list(_spans(document))
    said = [span for span in spans if isinstance(span, Text)]
    asked = {
        "bold": _squeezed(span.text for span in said if span.style in {Style.STRONG, Style.MATCH}),
        "italic": _squeezed(span.text for span in said if span.style is Style.EMPHASIS),
        "code": _squeezed(span.text for span in said if span.style is Style.CODE),
        "link": _squeezed(span.text for span in said if span.href) + "".join(_long_titles(document)),
        "fence": _squeezed(clean(block.text) for block in document.blocks if isinstance(block, Code)),
    }
    moments = {str(int(span.at.timestamp())) for span in spans if isinstance(span, Time)}
    addresses = {_bare(span.href) for span in said}
    for each in found:
        assert _squeezed([each.shown]) in asked.get(each.kind, each.shown) or each.kind not in asked, each
        assert each.kind not in {"link", "address"} or _bare(each.target) in addresses, each
        assert each.kind != "moment" or each.target.partition(":")[0] in moments, each


def _long_titles(document: Document) -> Iterator[str]:
    """Yield the titles of leads: one that is cut is linked as a whole."""
    for block in document.blocks:
        if isinstance(block, PaperCard):
            yield "".join(_words(block.title))


def _beginnings_are_asked_for(document: Document, texts: Sequence[Read]) -> None:
    """Headlines, small texts and lists begin where a heading, a note, facts or a list do, and nowhere else."""
    blocks = document.blocks
    headings = [(at, each.target) for at, text in enumerate(texts) for each in text["heading"]]
    assert headings in ([], [(0, "###")])
    items = [each.target for text in texts for each in text["item"]]
    bullets = sum(len(each.items) for each in blocks if isinstance(each, BulletList))
    bullets += sum(isinstance(each, PaperLine) and not each.number for each in blocks)
    assert items == ["-"] * len(items)
    assert len(items) <= bullets
    notes = [each.spans for each in blocks if isinstance(each, Note)]
    facts = [fact for each in blocks if isinstance(each, PaperCard) for fact in each.facts]
    asked = "".join(word for spans in (*notes, *facts, document.footnote) for word in _words(spans))
    for each in (each for text in texts for each in text["small"]):
        assert OURS.search(each.shown) or _squeezed([each.shown]).strip("·").partition("·")[0].rstrip("…") in asked, (
            each
        )


def _nothing_is_missing(document: Document, texts: Sequence[Read]) -> None:
    """What the blocks say is seen in their order; of a paper, whose texts may be cut, its title begins."""
    seen = _squeezed(text.seen for text in texts)
    at = 0
    for block in document.blocks:
        for words in _words_of(block):
            place = seen.find(words, at)
            assert place >= 0, (block, words)
            at = place + len(words)


def _words_of(block: Block) -> Iterator[str]:
    """What a block says, span by span, as it is compared; of a paper the first character of its title."""
    match block:
        case PaperCard(title=title) | PaperLine(spans=title):
            words = "".join(_words(title))
            yield words[:1] or ("" if any(isinstance(span, Time) for span in title) else "Untitled")
        case Code(text):
            yield _squeezed([clean(text)])
        case Paragraph(spans) | Note(spans):
            yield from _words(spans)
        case BulletList(items):
            for item in items:
                yield from _words(item)
        case Fields(pairs):
            for name, value in pairs:
                yield _squeezed([clean(name)])
                yield from _words(value)


def _words(spans: Spans) -> Iterator[str]:
    return (_squeezed([clean(span.text)]) for span in spans if isinstance(span, Text))


def _spans(document: Document) -> Iterator[Text | Time]:
    """Every span of a document, its text clean."""
    for span in (
        *document.heading,
        *document.footnote,
        *(each for block in document.blocks for each in _inside(block)),
    ):
        yield Text(clean(span.text), span.style, span.href) if isinstance(span, Text) else span


def _inside(block: Block) -> Iterator[Text | Time]:
    match block:
        case PaperCard(title=title, body=body, facts=facts):
            yield from (*title, *body, *(span for fact in facts for span in fact))
        case PaperLine(spans=spans) | Paragraph(spans) | Note(spans):
            yield from spans
        case BulletList(items):
            yield from (span for item in items for span in item)
        case Fields(pairs):
            for name, value in pairs:
                yield Text(name, Style.STRONG)
                yield from value


def _squeezed(texts: Iterable[str]) -> str:
    """Clean texts without spaces, as they were typed: what is compared."""
    text = "".join("".join(texts).split()).replace("\u200b", "")
    return text if _TWINS.isdisjoint(text) else text.translate(AS_TYPED)


def _bare(address: str) -> str:
    """An address without what may be written in more than one way."""
    return re.sub(r"[\W_]", "", unquote(address.encode("utf-8", "ignore").decode()))
