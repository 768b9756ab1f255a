"""Snapshots: a Document as the plain JSON that a delivery stores, and back."""

from datetime import datetime
from typing import Any, assert_never

from bot.document import (
    Action,
    Block,
    BulletList,
    Code,
    Divider,
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

VERSION = 1
"""The `v` of what this program writes; it reads this one and every earlier one."""

Json = Any


def to_json(document: Document) -> Json:
    """Turn a document into plain JSON with its version `v`."""
    return {
        "v": VERSION,
        "heading": _spans_to_json(document.heading),
        "blocks": [_block_to_json(block) for block in document.blocks],
        "actions": [[action.label, action.verb, action.target] for action in document.actions],
        "more": [_line_to_json(line) for line in document.more],
        "unlisted": document.unlisted,
        "footnote": _spans_to_json(document.footnote),
        "summary": document.summary,
        "title": document.title,
        "pings": list(document.pings),
    }


def document_of(stored: Json) -> Document:
    """Read a stored document.

    Raises:
        ValueError: a newer version of the program wrote it.
    """
    if stored["v"] > VERSION:
        raise ValueError(f"the document has version {stored['v']}; this program reads up to {VERSION}")
    return Document(
        heading=_spans_of(stored["heading"]),
        blocks=tuple(_block_of(block) for block in stored["blocks"]),
        actions=tuple(Action(label=label, verb=verb, target=target) for label, verb, target in stored["actions"]),
        more=tuple(_line_of(line) for line in stored["more"]),
        unlisted=stored.get("unlisted", 0),
        footnote=_spans_of(stored["footnote"]),
        summary=stored["summary"],
        title=stored.get("title", ""),
        pings=tuple(stored.get("pings", ())),
    )


def _spans_to_json(spans: Spans) -> Json:
    return [
        ["text", span.text, span.style, span.href]
        if isinstance(span, Text)
        else ["time", span.at.isoformat(), span.zone, span.form]
        for span in spans
    ]


def _spans_of(stored: Json) -> Spans:
    return tuple(
        Text(first, Style(second), third) if kind == "text" else Time(datetime.fromisoformat(first), second, third)
        for kind, first, second, third in stored
    )


def _line_to_json(line: PaperLine) -> Json:
    return [line.paper, line.number, _spans_to_json(line.spans), line.is_reminder]


def _line_of(stored: Json) -> PaperLine:
    paper, number, spans, is_reminder = stored
    return PaperLine(paper=paper, number=number, spans=_spans_of(spans), is_reminder=is_reminder)


def _block_to_json(block: Block) -> Json:
    match block:
        case Paragraph(spans):
            return ["paragraph", _spans_to_json(spans)]
        case Note(spans):
            return ["note", _spans_to_json(spans)]
        case BulletList(items):
            return ["bullets", [_spans_to_json(item) for item in items]]
        case Fields(pairs):
            return ["fields", [[name, _spans_to_json(value)] for name, value in pairs]]
        case Code(text):
            return ["code", text]
        case Divider():
            return ["divider", None]
        case PaperCard():
            facts = [_spans_to_json(fact) for fact in block.facts]
            return ["card", [block.paper, block.number, _spans_to_json(block.title), _spans_to_json(block.body), facts]]
        case PaperLine():
            return ["line", _line_to_json(block)]
        case _:
            assert_never(block)


def _block_of(stored: Json) -> Block:
    kind, value = stored
    match kind:
        case "paragraph":
            return Paragraph(_spans_of(value))
        case "note":
            return Note(_spans_of(value))
        case "bullets":
            return BulletList(tuple(_spans_of(item) for item in value))
        case "fields":
            return Fields(tuple((name, _spans_of(spans)) for name, spans in value))
        case "code":
            return Code(value)
        case "divider":
            return Divider()
        case "card":
            paper, number, title, body, facts = value
            return PaperCard(
                paper=paper,
                number=number,
                title=_spans_of(title),
                body=_spans_of(body),
                facts=tuple(_spans_of(fact) for fact in facts),
            )
        case "line":
            return _line_of(value)
        case _:
            raise ValueError(f"unknown block {kind!r} in a stored document")
