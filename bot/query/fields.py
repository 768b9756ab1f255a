"""What stands behind each field of a query: a value into a leaf of the tree, or an error that says what to type."""

import re
from datetime import date
from typing import Final

from bot.errors import QueryError
from bot.query.ast import Category, Leaf, Scope, Since, Source, Upvotes, Words
from bot.query.categories import category_like, category_named
from bot.text.normalise import name_tokens, tokens
from bot.text.suggest import suggest

SOURCES: Final = ("huggingface", "arxiv", "jsonl")
"""Names that sightings carry."""
SOURCE_NAMES: Final = {**{name: name for name in SOURCES}, "hf": "huggingface", "page": "huggingface"}
"""What people may write. A Daily Papers page is a listing of Hugging Face, whose page it is."""
SOURCE_TITLES: Final = {"huggingface": "Hugging Face", "arxiv": "arXiv"}
"""How people write the names of those that have one."""
OFFERED: Final = tuple(SOURCE_TITLES)
"""What somebody in a chat is told of: the others are files of the operator."""

_COUNT = re.compile(r"(>=|<=|>|<|=|≥|≤|=>|=<)?\s*(\d{1,9})\+?")
_DAYS = re.compile(r"(\d{1,5})\s*(d|days?|w|weeks?|m|months?|y|years?)", re.IGNORECASE)
_DAYS_IN: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_SIGNS: Final = {"|": "For either of two, write OR.", "||": "For either of two, write OR."} | dict.fromkeys(
    ("&", "&&", "+", ","), "Words side by side must all be there; leave it out."
)
_NAMES: Final = frozenset({Scope.AUTHOR, Scope.ORGANISATION})


def leaf_of(field: str, value: str, *, text: str, column: int) -> Leaf:
    """Return the leaf that a field (empty: none) and its value stand for; `text` and `column` are for the error.

    Raises:
        QueryError: the field cannot have this value.
    """
    match field:
        case "cat":
            return _category(value, text, column)
        case "source":
            return _source(value, text, column)
        case "upvotes":
            return _upvotes(value, text, column)
        case _:
            return _words(Scope(field), value, text, column)


def _words(scope: Scope, value: str, text: str, column: int) -> Words:
    found = name_tokens(value) if scope in _NAMES else tokens(value)
    if not found:
        hint = _SIGNS.get(value, "Write a word or a number.")
        named = f"“{value}”" if value.strip() else "an empty phrase"
        raise QueryError(f"There is nothing to look for in {named}.", text=text, column=column, hint=hint)
    return Words(scope=scope, tokens=found, typed=value.strip(), column=column)


def _category(value: str, text: str, column: int) -> Category:
    # "cs.*" is how some write a whole archive.
    wanted = value.strip().removesuffix(".*")
    name = category_named(wanted)
    if name is None:
        near = category_like(wanted)
        hint = f"Did you mean cat:{near}?" if near else "Categories look like cs.CL; cat:cs stands for all of cs."
        raise QueryError(f"I don't know the arXiv category {value}.", text=text, column=column, hint=hint)
    return Category(name=name, column=column)


def _source(value: str, text: str, column: int) -> Source:
    wanted, _, category = value.strip().lower().partition(":")
    name = SOURCE_NAMES.get(wanted)
    if name is None:
        near = suggest(wanted, SOURCE_NAMES)
        hint = f"Did you mean source:{near}?" if near else f"Sources are {', '.join(OFFERED)}."
        raise QueryError(f"I don't know the source {value}.", text=text, column=column, hint=hint)
    if category:
        hint = f"Write source:{name} cat:{value.strip().partition(':')[2]}"
        raise QueryError("source: takes a name alone.", text=text, column=column, hint=hint)
    return Source(name=name, column=column)


def _upvotes(value: str, text: str, column: int) -> Upvotes:
    found = _COUNT.fullmatch(value.strip())
    if found is None:
        raise QueryError("upvotes: needs a number.", text=text, column=column, hint="Write it as in upvotes:>=10.")
    count = int(found[2])
    match found[1]:
        case ">":
            return Upvotes(least=count + 1, column=column)
        case "<" if count == 0:
            raise QueryError("No paper has fewer than 0 upvotes.", text=text, column=column, hint="Write upvotes:=0.")
        case "<":
            return Upvotes(most=count - 1, column=column)
        case "<=" | "≤" | "=<":
            return Upvotes(most=count, column=column)
        case "=":
            return Upvotes(least=count, most=count, column=column)
        case _:
            return Upvotes(least=count, column=column)


def since_of(value: str, *, text: str, column: int) -> Since:
    """Return the bound that `30d`, `2w`, `6m`, `1y` or `2026-05-01` stands for; a month is 30 days.

    Raises:
        QueryError: it is none of these.
    """
    wanted = value.strip()
    if found := _DAYS.fullmatch(wanted):
        return Since(days=int(found[1]) * _DAYS_IN[found[2][0].lower()])
    try:
        return Since(on=date.fromisoformat(wanted))
    except ValueError:
        hint = "Write a number of days, as in since:30d, or a date, as in since:2026-05-01."
        raise QueryError("since: needs days or a date.", text=text, column=column, hint=hint) from None
