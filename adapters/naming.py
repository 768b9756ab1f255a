"""People and channels by name: the core says `@U123` and `#C123`, for it knows nothing else of them. Pure.

The names are plain text like any other: nobody is mentioned, and so nobody is called by an answer.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Final, TypeVar

from bot.document import Document, Text

MOST_NAMED: Final = 20
"""Ids of one document that are looked up; a list of a whole workspace names more channels than anybody waits for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The ids that a document says."""

    people: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Naming:
    """How the ids of people and channels are written on one platform, as a pattern of two groups.

    The first is the mark, `@` of a person or `#` of a channel, with the letter that the id begins with, if there is
    one; the second is the rest of the id.
    """

    pattern: re.Pattern[str]

    def named_in(self, document: Document) -> Named:
        """Return whom and what a document names."""
        found: dict[str, str] = {}

        def note(text: str) -> str:
            for each in self.pattern.finditer(text):
                found[_id(each)] = each[1][0]
            return text

        _mapped(document, note)
        some = list(found.items())[:MOST_NAMED]
        return Named(
            people=frozenset(each for each, mark in some if mark == "@"),
            places=frozenset(each for each, mark in some if mark == "#"),
        )

    def with_names(self, document: Document, names: Mapping[str, str]) -> Document:
        """Return a document that says names for the ids that have one."""

        def name(text: str) -> str:
            return self.pattern.sub(lambda each: each[1][0] + names.get(_id(each), _id(each)), text)

        return _mapped(document, name) if names else document


def _id(found: re.Match[str]) -> str:
    return found[1][1:] + found[2]


def _mapped(value: T, change: Callable[[str], str]) -> T:
    """Return a part of a document with every text of a span, and the summary, changed."""
    if isinstance(value, tuple):
        return type(value)(_mapped(each, change) for each in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if isinstance(value, Text):
        return replace(value, text=change(value.text))
    changed = {each.name: _mapped(getattr(value, each.name), change) for each in fields(value)}
    if isinstance(value, Document):
        changed["summary"] = change(value.summary)
    return replace(value, **changed)
