# ruff: noqa: RUF001 - what phones type for quotes and dashes is what this module is about
"""A line into words: a quoted phrase belongs to one word, and `--name=value` is a flag only outside of quotes.

Forgives what phones type: curly quotes, and an em dash for two hyphens.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.commands.arguments import Word

_QUOTES: Final = str.maketrans("“”„‟«»＂", '"' * 7)
_ACCENT: Final = r'\\"(?=\{?[aeiouyAEIOUY])'
"""A quote that is a TeX accent, as in the query language."""
_WORD = re.compile(rf'(?:{_ACCENT}|"(?:{_ACCENT}|[^"])*(?:"|\Z)|[^\s"])+')
_FLAG = re.compile(r"([-–—―−‒‐‑]+)([^\s=:\"]*)([=:]?)(.*)", re.DOTALL)
_NAMED = re.compile(r"([A-Za-z][A-Za-z_-]*):(.+)", re.DOTALL)
_HYPHENS: Final = "-−‒‐‑"
_QUOTED = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Flag:
    """A word that begins like a flag: its name in small letters, and the value written to it, if any.

    `is_sure` is False where a long dash may stand for the one hyphen that leaves a word out of a query.
    """

    word: Word
    name: str
    value: Word | None
    is_sure: bool


def words_of(line: str) -> Sequence[Word]:
    """Return the words of a clean line."""
    return [Word(line[found.start() : found.end()], found.start() + 1) for found in _WORD.finditer(_plain(line))]


def flag_of(word: Word) -> Flag | None:
    """Return the flag that a word begins: `--max`, `--max=5`, `—max`; None for text."""
    found = _FLAG.fullmatch(_plain(word.text))
    if found is None or not found[2]:
        return None
    dashes = found[1]
    if len(dashes) == 1 and dashes in _HYPHENS:
        return None
    value = unquoted(word.part(found.start(4), found.end(4))) if found[4] else None
    return Flag(word.part(0, found.end(2)), _name(found[2]), value, is_sure=len(dashes) > 1)


def named_value_of(word: Word) -> Flag | None:
    """Return `name:value` as a flag; whether it is one depends on the name."""
    found = _NAMED.fullmatch(_plain(word.text))
    if found is None:
        return None
    value = unquoted(word.part(found.start(2), found.end(2)))
    return Flag(word.part(0, found.end(1)), _name(found[1]), value, is_sure=False)


def unquoted(word: Word) -> Word:
    """Return what stands between the quotes that enclose a word, else the word."""
    found = _QUOTED.fullmatch(_plain(word.text))
    return word.part(*found.span(1)) if found else word


def _name(typed: str) -> str:
    return typed.lower().replace("_", "-")


def _plain(text: str) -> str:
    return text.translate(_QUOTES)
