"""Renders a Document for Discord: payloads of "create message", whose components stand in one container. Pure.

    heading, blocks, "See all 25", footnote, buttons ──> one message; what does not fit goes on in the next

A digest of up to ten papers is always one message: their texts are cut until they fit.
Source: https://docs.discord.com/developers/resources/message#create-message
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Final

from adapters.discord.components import (
    Buttons,
    Piece,
    Shares,
    container,
    headline,
    pieces_of,
    small,
    text_display,
)
from adapters.discord.limits import COMPONENTS, ROLES, TEXT, THREAD_NAME
from adapters.discord.markdown import plain
from adapters.discord.options import with_options
from bot.document import Action, Document, Note, PaperCard, PaperLine, Spans, Text
from bot.model.delivery import Rendered
from bot.spans import joined
from bot.views.whole import ALL, for_chat

Json = Any

COMPONENTS_V2: Final = 1 << 15
EPHEMERAL: Final = 1 << 6
"""The flags of a message made of components, and of one that only one person sees.

Source: https://docs.discord.com/developers/resources/message#message-object-message-flags
"""

TOGETHER: Final = 10
"""Most papers that are fitted into one message."""

_SHARES: Final = (
    Shares(lead=1100, line=700),
    Shares(lead=700, line=300),
    Shares(lead=560, line=220),
    Shares(lead=510, line=180),
    Shares(lead=460, line=150),
    Shares(lead=380, line=130),
    Shares(lead=300, line=110),
)
"""Tried in this order: from more than any paper needs, down to what ten leads leave for each."""

_HEADING: Final = 300
_FOOTNOTE: Final = 400
"""Most UTF-16 units of the heading and of the footnote."""

_SILENCE: Final = "…"
"""The text of a message that would otherwise be empty, which Discord refuses."""


def messages(document: Document) -> tuple[Rendered, ...]:
    """Render a document as messages; commands in it are written with Discord's options."""
    document = with_options(document)
    whole = _messages(document, _SHARES[0])
    if len(whole) == 1 or not _is_one_message(document):
        return whole
    shorter = (_messages(document, shares) for shares in _SHARES[1:])
    return next((each for each in shorter if len(each) == 1), whole)


def answer(document: Document) -> tuple[Json, ...]:
    """Render the answer to a command or press: it pings nobody, and has no "See all", since it is not stored."""
    document = replace(for_chat(document), pings=(), more=(), unlisted=0)
    return tuple(each.payload for each in messages(document))


def private(payload: Mapping[str, Json]) -> Json:
    """Return a message with the flag that makes it visible to one person alone."""
    return {**payload, "flags": payload["flags"] | EPHEMERAL}


def _is_one_message(document: Document) -> bool:
    """Say whether a document is a list of at most `TOGETHER` papers, whose texts may be cut to fit one message."""
    is_list = all(isinstance(block, PaperCard | PaperLine | Note) for block in document.blocks)
    return is_list and 0 < len(document.papers) <= TOGETHER


def _messages(document: Document, shares: Shares) -> tuple[Rendered, ...]:
    buttons = Buttons()
    opened = frozenset(action.target for action in document.actions)
    everything = buttons.rows(_see_all(document))
    top = [*headline(document.heading, _HEADING), *pieces_of(document.blocks, shares, buttons, opened)]
    rows = buttons.rows(document.actions)
    bottom = [*_closing(document, buttons.without_room), *rows]
    pings = _pings(document)
    groups = list(_groups([*top, *bottom], [*pings, *everything]))
    below = min(len(top), len(groups[0]))
    groups[0][below:below] = everything
    first, *others = map(_rendered, groups)
    return (_with_names(first, pings, document), *others)


def _see_all(document: Document) -> Iterator[Action]:
    """Yield the button that shows the cut papers, if there are any: on Discord they do not stand in a thread."""
    if beside := len(document.more) + document.unlisted:
        yield Action(label=f"See all {len(document.papers) + beside:,}", verb=ALL)


def _closing(document: Document, without_room: int) -> Iterator[Piece]:
    """Yield the small text at the end: how many buttons did not fit, and the footnote."""
    said: list[Spans] = [document.footnote]
    if without_room:
        said.insert(0, (Text(f"{without_room} of {len(document.actions)} buttons do not fit here"),))
    yield from small(joined(said, " · "), _FOOTNOTE)


def _pings(document: Document) -> list[Piece]:
    """Return the line that pings the document's roles. It stands above the container, where a ping notifies."""
    roles = _roles(document)
    return [Piece(component=text_display(" ".join(f"<@&{role}>" for role in roles)))] if roles else []


def _roles(document: Document) -> list[str]:
    return [role for role in dict.fromkeys(document.pings) if role.isascii() and role.isdigit()][:ROLES]


def _groups(pieces: Sequence[Piece], beside: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the pieces of each message, at least one message; the first leaves room for the pieces `beside`.

    A label stays in one message with the piece after it.
    """
    group: list[Piece] = []
    room, count = TEXT - sum(piece.size for piece in beside), COMPONENTS - 1 - sum(piece.count for piece in beside)
    for piece, after in zip_longest(pieces, pieces[1:]):
        together = [piece, after] if piece.is_label and after else [piece]
        if group and (sum(each.size for each in together) > room or sum(each.count for each in together) > count):
            yield group
            group, room, count = [], TEXT, COMPONENTS - 1
        group.append(piece)
        room -= piece.size
        count -= piece.count
    yield group


def _rendered(group: Sequence[Piece]) -> Rendered:
    shown = [piece.component for piece in group] or [text_display(_SILENCE)]
    payload = {"flags": COMPONENTS_V2, "components": [container(shown)], "allowed_mentions": {"parse": []}}
    return Rendered(payload=payload, papers=tuple(paper for piece in group for paper in piece.papers))


def _with_names(first: Rendered, pings: Sequence[Piece], document: Document) -> Rendered:
    """Return the first message with its pings, which may notify only these roles, and with the title of a post."""
    payload = first.payload
    if pings:
        payload = {
            **payload,
            "components": [*(piece.component for piece in pings), *payload["components"]],
            "allowed_mentions": {"parse": [], "roles": _roles(document)},
        }
    return replace(first, payload=payload, title=plain(document.title, THREAD_NAME))
