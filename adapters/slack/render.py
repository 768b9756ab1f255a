"""How a Document looks on Slack: payloads of chat.postMessage, without the channel. Pure.

    heading, blocks, "15 more in the thread", buttons ──> the message
    what had no place there, and what was cut         ──> replies in its thread

The message ends with the footnote and the buttons wherever it is split, because in the channel only it is seen. An
answer is rendered alike, and what found no place comes in messages below it: what one person sees has no thread.
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
"""Stands in a reply's `thread_ts` for the `ts` that the first message gets when it is posted."""

_IN_THREAD: Final = "in the thread"
_BELOW: Final = "below"
"""Where the rest of a digest is, and of an answer."""

_HEADING: Final = 900
_FOOTNOTE: Final = 1900
"""Shares of the first message, in UTF-16 units: with the largest lead and all buttons they are inside the budget."""

_SILENCE: Final = "…"
"""What a message says that says nothing; Slack takes no empty one."""


def messages(document: Document) -> tuple[Rendered, ...]:
    """Render a document for its channel: the message, then the replies in its thread."""
    return _messages(document, _IN_THREAD)


def answer(document: Document) -> tuple[Json, ...]:
    """Render an answer to whoever asked: the message, and what comes below it."""
    return tuple(each.payload for each in _messages(for_chat(document), _BELOW))


def at_response_url(payload: Mapping[str, Json], *, to_channel: bool) -> Json:
    """Return a message of an answer as a response_url takes it, which posts into no thread."""
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
    """Say what other messages hold: so many papers of the document, its cut ones, and how many not even there."""
    count = papers + len(document.more)
    said = f"{count} more {where}" if count else f"continued {where}"
    return f"{said}, {document.unlisted:,} more not listed" if document.unlisted else said


def _closing(document: Document, footnote: Spans, note: str) -> list[Json]:
    """Return the blocks below everything: the footnote, where the rest is, what found no room; then the buttons."""
    row, without_room = buttons(document.actions)
    said = [*([footnote] if words(footnote).strip() else []), *([(Text(note),)] if note else [])]
    if without_room:
        said.append((Text(f"{without_room} of {len(document.actions)} buttons do not fit here"),))
    joined: Spans = ()
    for spans in said:
        joined = (*joined, Text(" · "), *spans) if joined else spans
    return [*(piece.block for piece in context(joined)), *([row] if row else [])]


def _fitting(pieces: Sequence[Piece], closing: Sequence[Json]) -> list[Piece]:
    """Return the first pieces, as many as fit into one message above its closing; at least one.

    A label goes into the message of what it is the label of.
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
    """Yield replies of the thread; the papers in them count as shown, or as cut."""
    while pieces:
        reply = _fitting(pieces, ())
        pieces = pieces[len(reply) :]
        papers = tuple(paper for piece in reply for paper in piece.papers) if are_shown else ()
        payload = _payload((Text(_words(reply)),), [piece.block for piece in reply])
        yield Rendered(payload={**payload, "thread_ts": PARENT}, papers=papers)


def _words(pieces: Iterable[Piece], *after: str) -> str:
    return "\n".join(filter(None, (*(piece.words for piece in pieces), *after)))


def _with_channels(said: str, document: Document) -> Spans:
    """Return the notification's words with the channels that the document names: nothing else that looks like one."""
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
