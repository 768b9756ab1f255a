# ruff: noqa: RUF001 - what phones type for quotes and dashes is what this module is about
"""The first half of reading a query: text into lexemes, each with its column.

Forgives what phones type: curly and full-width quotes, brackets and colons, an em dash for a leading minus. A TeX
formula is one word, brackets and all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NoReturn

from bot.errors import QueryError
from bot.text.suggest import suggest

FIELDS: Final = ("title", "abstract", "author", "cat", "org", "source", "upvotes", "since")
_OTHER_NAMES: Final = dict.fromkeys(("organisation", "organization", "affiliation", "from"), "org") | {
    "ti": "title",
    "abs": "abstract",
    "au": "author",
    "by": "author",
    "category": "cat",
    "votes": "upvotes",
    "date": "since",
}
"""What other search engines call our fields."""

_ADDRESSES: Final = frozenset({"arxiv", "doi", "ftp", "http", "https"})
_TYPOGRAPHY: Final = str.maketrans("“”„‟«»＂—–−‒―‐‑（）：　", '"""""""-------():' + " ")

_WORD = re.compile(
    r"""(?:
        \$[^$"]*[\\^_{][^$"]*\$ | \$[^$\s"]+\$       # a TeX formula
      | \\"(?=\{?[aeiouyAEIOUY])                     # a TeX accent
      | [^\s()"]
    )+""",
    re.VERBOSE,
)
_PHRASE = re.compile(r'\\?"((?:\\"(?=\{?[aeiouyAEIOUY])|[^"])*?)\\?"')
_NAMED = re.compile(r"([A-Za-z]+):(.*)", re.DOTALL)


class LexemeKind(Enum):
    """What a lexeme is."""

    WORD = auto()
    PHRASE = auto()
    FIELD = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()
    NOT = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query: what it is, its text, and the column where it stands, from 1."""

    kind: LexemeKind
    text: str
    column: int


_OPERATORS: Final = {"OR": LexemeKind.OR, "AND": LexemeKind.AND, "NOT": LexemeKind.NOT}


def scan(text: str) -> Iterator[Lexeme]:
    """Yield the lexemes of a clean query; the last is the end.

    Raises:
        QueryError: an unclosed quote, a dash that stands alone, an unknown field, a field without its value.
    """
    plain = text.translate(_TYPOGRAPHY)
    at = 0
    while at < len(plain):
        column = at + 1
        match plain[at]:
            case " ":
                at += 1
            case "(" | ")" as bracket:
                yield Lexeme(LexemeKind.OPEN if bracket == "(" else LexemeKind.CLOSE, bracket, column)
                at += 1
            case "-":
                _check_dash(plain, text, at)
                yield Lexeme(LexemeKind.NOT, "-", column)
                at += 1
            case _ if phrase := _PHRASE.match(plain, at):
                yield Lexeme(LexemeKind.PHRASE, text[phrase.start(1) : phrase.end(1)], column)
                at = phrase.end()
            case '"':
                raise QueryError("The quote is not closed.", text=text, column=column, hint='Add the closing ".')
            case _:
                word = _WORD.match(plain, at)
                assert word is not None  # every other character begins a word
                at = word.end()
                yield from _word(text, plain, column, at)
    yield Lexeme(LexemeKind.END, "", len(text) + 1)


def _check_dash(plain: str, text: str, at: int) -> None:
    def refuse(message: str, hint: str) -> NoReturn:
        raise QueryError(message, text=text, column=at + 1, hint=hint)

    following = plain[at + 1 : at + 2]
    if following in ("", " ", ")"):
        refuse("The dash stands alone.", "To leave a word out, write -word, without a space between.")
    if following == "-":
        refuse("Two dashes begin an option, not a query.", "To leave a word out, write one dash: -word.")
    if at and plain[at - 1] not in " (":
        refuse("I can't tell what the dash belongs to.", "Put a space before it to leave the word out, or drop it.")


def _word(text: str, plain: str, column: int, end: int) -> Iterator[Lexeme]:
    """Yield a word, or the field and the value that it consists of."""
    word = plain[column - 1 : end]
    named = _NAMED.fullmatch(word)
    if named is None:
        yield Lexeme(_OPERATORS.get(word, LexemeKind.WORD), text[column - 1 : end], column)
        return
    name, value = named.groups()
    field = name.lower()
    is_followed = plain[end : end + 1] in ('"', "(") and not value
    if field not in FIELDS:
        if not value and not is_followed:
            yield Lexeme(LexemeKind.WORD, name, column)  # "Attention: ..." as in a pasted title
            return
        raise _unknown_field(text, name, value, column)
    if not value and not is_followed:
        raise QueryError(
            f"{field}: needs a value.",
            text=text,
            column=end + 1,
            hint=f"Write it without a space, as in {EXAMPLES[field]}.",
        )
    yield Lexeme(LexemeKind.FIELD, field, column)
    if value:
        start = end - len(value)
        yield Lexeme(LexemeKind.WORD, text[start:end], start + 1)


EXAMPLES: Final = {
    "title": 'title:"world models"',
    "abstract": "abstract:robot",
    "author": 'author:"Kaiming He"',
    "cat": "cat:cs.CL",
    "org": "org:nvidia",
    "source": "source:arxiv",
    "upvotes": "upvotes:>=10",
    "since": "since:30d",
}
"""One use of every field, for hints and help."""


def _unknown_field(text: str, name: str, value: str, column: int) -> QueryError:
    if name.lower() in _ADDRESSES:
        return QueryError(
            "This is an address, not a query.",
            text=text,
            column=column,
            hint="To see one paper, use: show " + name + ":" + value,
        )
    near = _OTHER_NAMES.get(name.lower()) or suggest(name, FIELDS)
    if near:
        return QueryError(f"I don't know the field {name}:", text=text, column=column, hint=f"Did you mean {near}:?")
    fields = " ".join(f"{field}:" for field in FIELDS)
    return QueryError(
        f"I don't know the field {name}:",
        text=text,
        column=column,
        hint=f'Fields are {fields}. To look for the words, write "{name} {value}".',
    )
