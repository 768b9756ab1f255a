"""Renders a Document for Slack: payloads of chat.postMessage, without the channel. Pure.

    heading, first blocks, "15 more in the thread", buttons ──> the message
    blocks that did not fit, and papers that were cut       ──> replies in its thread

The first message always ends with the footnote and the buttons, because the channel shows only that message. The answer
to a command is rendered the same way, but the rest follows in messages below it: a message that only one person sees
has no thread.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from adapters.slack.blocks import Piece, buttons, context, lines, pieces_of, section, size_of
from adapters.slack.limits import BLOCKS, BUDGET, FALLBACK
from adapters.slack.mrkdwn import cut, mrkdwn, words
from bot.document import Document, Paragraph, Spans, Style, Text
from bot.model.delivery import Rendered
from bot.views.whole import for_chat

Json = Any

PARENT: Final = "{parent}"
"""Placeholder in a reply's `thread_ts`: the first message's `ts` is known only once that is posted."""

_IN_THREAD: Final = "in the thread"
_BELOW: Final = "below"
"""Where the rest stands: of a digest, and of an answer."""

_HEADING: Final = 900
_FOOTNOTE: Final = 1900
"""Most UTF-16 units of the heading and the footnote: with the largest lead and all buttons, `BUDGET` is kept."""

_SILENCE: Final = "…"
"""The text of a message that would otherwise be empty, which Slack refuses."""


def messages(document: Document) -> tuple[Rendered, ...]:
    """Render a document for a channel: the message, then the replies in its thread."""
    return _messages(document, _IN_THREAD)


def answer(document: Document) -> tuple[Json, ...]:
    """Render the answer to a command or press: the message, then those below it."""
    return tuple(each.payload for each in _messages(for_chat(document), _BELOW))


def at_response_url(payload: Mapping[str, Json], *, to_channel: bool) -> Json:
    """Return a message of an answer in the form that a response_url takes; it cannot post into a thread."""
    return {
        **{name: value for name, value in payload.items() if name != "thread_ts"},
        "response_type": "in_channel" if to_channel else "ephemeral",
        "replace_original": False,
    }


def _messages(document: Document, where: str) -> tuple[Rendered, ...]:
    pieces = list(pieces_of(document.blocks))
    heading, footnote = cut(document.heading, _HEADING), cut(document.footnote, _FOOTNOTE)
    top = list(section(heading))
    shown = _fitting([*top, *pieces], _closing(document, footnote, _elsewhere(document, len(document.papers), where)))
    papers = tuple(paper for piece in shown for paper in piece.papers)
    rest = [*top, *pieces][len(shown) :]
    left = len(document.papers) - len(papers)
    note = _elsewhere(document, left, where) if rest or document.more else ""
    closing = _closing(document, footnote, note)
    said = document.summary or _words(shown, words(footnote))
    parent = _payload(_with_channels(said, document), [*(piece.block for piece in shown), *closing])
    replies = (*_replies(rest), *_replies(list(lines(document.more)), are_shown=False))
    return (Rendered(payload=parent, papers=papers), *replies)


def _elsewhere(document: Document, papers: int, where: str) -> str:
    """Say what is missing from the first message: `papers` and cut ones are in the other messages, unlisted in none."""
    count = papers + len(document.more)
    said = f"{count} more {where}" if count else f"continued {where}"
    return f"{said}, {document.unlisted:,} more not listed" if document.unlisted else said


def _closing(document: Document, footnote: Spans, note: str) -> list[Json]:
    """Return the last blocks of the first message: the footnote, `note`, how many buttons did not fit; the buttons."""
    row, without_room = buttons(document.actions)
    said = [*([footnote] if words(footnote).strip() else []), *([(Text(note),)] if note else [])]
    if without_room:
        said.append((Text(f"{without_room} of {len(document.actions)} buttons do not fit here"),))
    joined: Spans = ()
    for spans in said:
        joined = (*joined, Text(" · "), *spans) if joined else spans
    return [*(piece.block for piece in context(joined)), *([row] if row else [])]


def _fitting(pieces: Sequence[Piece], closing: Sequence[Json]) -> list[Piece]:
    """Return as many of the first pieces as fit into one message above `closing`, and at least one.

    A label that would end the message is left for the next one, with what it labels.
    """
    blocks, room = BLOCKS - len(closing), BUDGET - size_of(list(closing))
    fitting: list[Piece] = []
    for piece in pieces:
        room -= piece.size
        if fitting and (len(fitting) == blocks or room < 0):
            break
        fitting.append(piece)
    if 1 < len(fitting) < len(pieces) and fitting[-1].is_label:
        fitting.pop()
    return fitting


def _replies(pieces: Sequence[Piece], *, are_shown: bool = True) -> Iterator[Rendered]:
    """Yield the replies that hold the pieces; their papers count as shown in the digest only if `are_shown`."""
    while pieces:
        reply = _fitting(pieces, ())
        pieces = pieces[len(reply) :]
        papers = tuple(paper for piece in reply for paper in piece.papers) if are_shown else ()
        payload = _payload((Text(_words(reply)),), [piece.block for piece in reply])
        yield Rendered(payload={**payload, "thread_ts": PARENT}, papers=papers)


def _words(pieces: Iterable[Piece], *after: str) -> str:
    return "\n".join(filter(None, (*(piece.words for piece in pieces), *after)))


def _with_channels(said: str, document: Document) -> Spans:
    """Return the notification's text, in which channels that the document itself marks as such become links.

    Other words that look like a channel (`#C0TEA` in a paper's title) stay plain text.
    """
    spoken = [block.spans for block in document.blocks if isinstance(block, Paragraph)]
    channels = {
        each.text for spans in spoken for each in spans if isinstance(each, Text) and each.style is Style.CHANNEL
    }
    if not channels:
        return (Text(said),)
    pieces = re.split(rf"({'|'.join(map(re.escape, sorted(channels)))})\b", said)
    return tuple(Text(each, Style.CHANNEL if each in channels else Style.PLAIN) for each in pieces if each)


def _payload(said: Spans, blocks: list[Json]) -> Json:
    text = mrkdwn(cut(said, FALLBACK)).strip() or _SILENCE
    return {
        "text": text,
        "blocks": blocks or [piece.block for piece in section((Text(_SILENCE),))],
        "unfurl_links": False,
        "unfurl_media": False,
    }
