"""Refusals: an error in words a person can act on, with the place of the mistake and an example to copy."""

from collections.abc import Iterator
from typing import Final

from bot.document import Block, BulletList, Code, Document, Paragraph, Reply, Spans, Style, Text, text
from bot.errors import CommandError, FileError, NotUnderstoodError, PlacedError, UserError

HELP: Final = "help"
"""The verb of an answer to what names no verb."""


def refusal_of(error: UserError, verb: str) -> Reply:
    """Return the answer to what was not understood, or was understood and is not done; only the person sees it."""
    return Reply(
        verb=verb or HELP,
        document=Document(blocks=tuple(_blocks(error)), summary=error.message.partition("\n")[0].replace("`", "")),
        ok=False,
        understood=not isinstance(error, NotUnderstoodError),
    )


def breakage(reference: str, verb: str) -> Reply:
    """Return the answer when something failed that is no fault of the person's; the log has the reference."""
    words = f"Something broke on my side (ref {reference}). Your subscriptions are safe."
    return Reply(verb=verb or HELP, document=Document(blocks=(Paragraph(text(words)),), summary=words), ok=False)


def _blocks(error: UserError) -> Iterator[Block]:
    if isinstance(error, FileError):
        one = len(error.problems) == 1
        yield Paragraph(text(f"The file has {'a mistake' if one else 'mistakes'}; nothing was changed:"))
        yield BulletList(tuple(spans_of(problem) for problem in error.problems))
        return
    if isinstance(error, PlacedError):
        yield Paragraph(spans_of(f"{error.message} {error.hint}".strip()))
        if error.text.strip():
            yield Code(error.caret())
    else:
        yield Paragraph(spans_of(error.message))
        if error.hint:
            yield Paragraph(spans_of(error.hint))
    if isinstance(error, CommandError):
        yield Paragraph(text("For example:"))
        yield Code(error.example)


def spans_of(words: str) -> Spans:
    """Return a sentence as spans: what stands between backticks is code, something to type."""
    pieces = words.split("`")
    if len(pieces) % 2 == 0:
        return text(words)
    return tuple(Text(piece, Style.CODE if index % 2 else Style.PLAIN) for index, piece in enumerate(pieces) if piece)
