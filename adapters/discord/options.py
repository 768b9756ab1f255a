"""Rewrites commands in a document as people type them on Discord: with options instead of flags. Pure.

/papers edit 3 --weekly fri 16:00  ──>  /papers edit number:3 weekly:fri 16:00
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, assert_never

from bot.commands.arguments import ROOT
from bot.commands.catalog import command_named
from bot.commands.command import Command
from bot.commands.parameter import Kind
from bot.document import (
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
)

_WORD: Final = re.compile(r'(?:"[^"]*"|[^\s"])+|"')
"""A word; text between quotes belongs to one word."""

_FLAG: Final = re.compile(r"--(?=[a-z])")
_REST: Final = {"[flags]": "[options]", "[NAME": "[options]", "VALUE]": ""}
"""Ends of usage lines, and what Discord's say instead."""

_ATTACHED: Final = "channel.yaml"
"""Shown in place of a file's text: on Discord a file is attached, not typed."""

_CARET: Final = "^"
"""Stands alone in the line below a mistake, and points at it."""


def with_options(document: Document) -> Document:
    """Return the document with its commands as people type them on Discord."""
    usages = _usages(document.heading)
    return replace(
        document,
        heading=_spans(document.heading),
        blocks=tuple(_block(block, usages) for block in document.blocks),
        footnote=_spans(document.footnote),
    )


def written(text: str) -> str:
    """Return a command, or flags alone, rewritten with options; any other text unchanged."""
    if _FLAG.match(text):
        return " ".join(_apart(_WORD.findall(text), None)[1])
    root, _, rest = text.partition(" ")
    verb, *words = _WORD.findall(rest) or [""]
    command = command_named(verb) if root == ROOT else None
    if command is None or not words:
        return text
    bare, options = _apart(words, command)
    return " ".join([root, verb, *_without_flags(bare, command), *options])


def _usages(heading: Spans) -> Mapping[str, str]:
    """Return the usages of a command's parameters as options (`max:N`), by usage (`--max N`), if this is its help."""
    root, _, verb = "".join(span.text for span in heading if isinstance(span, Text)).partition(" ")
    command = command_named(verb) if root == ROOT else None
    parameters = command.parameters if command is not None else ()
    return {each.usage: f"{each.name}:{each.shown}" if each.shown else each.name for each in parameters}


def _apart(words: Sequence[str], command: Command | None) -> tuple[list[str], list[str]]:
    """Return the words that belong to no flag, and the flags with their values as options."""
    flags = command.flags if command is not None else {}
    bare: list[str] = []
    given: list[tuple[str, list[str]]] = []
    values = bare
    for word in words:
        if not _FLAG.match(word):
            values.append(word)
            continue
        name, _, value = word.removeprefix("--").partition("=")
        if name in flags and flags[name].kind is Kind.SWITCH:
            given.append((name, ["True"]))
            values = bare
        else:
            values = [value] if value else []
            given.append((name, values))
    return bare, [f"{name}:{' '.join(values)}" if values else name for name, values in given]


def _without_flags(words: Sequence[str], command: Command) -> Iterator[str]:
    """Yield the words that belong to no flag as options of the parameters that they are for."""
    end = [rest for word in words if (rest := _REST.get(word))]
    values = [word for word in words if word not in _REST]
    if values and command.is_by_name and values[0] in command.flags:
        yield f"{values[0]}:{' '.join(values[1:])}"
        values = []
    if values and command.first is not None:
        yield f"{command.first.name}:{values.pop(0)}"
    if values and command.free is not None:
        given = " ".join(values)
        if command.free.kind is Kind.FILE and given != command.free.shown:
            given = _ATTACHED
        yield f"{command.free.name}:{given}"
    yield from end


def _block(block: Block, usages: Mapping[str, str]) -> Block:
    match block:
        case Paragraph(spans):
            return Paragraph(_spans(spans))
        case Note(spans):
            return Note(_spans(spans))
        case BulletList(items):
            return BulletList(tuple(map(_spans, items)))
        case Fields(pairs):
            return Fields(tuple((usages.get(name) or written(name), _spans(spans)) for name, spans in pairs))
        case Code(text):
            return Code(_code(text))
        case Divider() | PaperCard() | PaperLine():
            return block
        case _:
            assert_never(block)


def _code(text: str) -> str:
    """Return code with our commands in it rewritten; but what a person typed, with a caret below it, unchanged."""
    lines = text.split("\n")
    if lines[-1].strip() == _CARET:
        return text
    return "\n".join(written(line) if line.startswith(f"{ROOT} ") else line for line in lines)


def _spans(spans: Spans) -> Spans:
    return tuple(
        Text(written(span.text), span.style, span.href) if isinstance(span, Text) and span.style is Style.CODE else span
        for span in spans
    )
