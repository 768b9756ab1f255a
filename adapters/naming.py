"""Puts names in place of the ids of people and channels: the core knows only ids, and writes `@U123`, `#C123`. Pure.

The names become plain text, so an answer that names a person does not notify them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Final, TypeVar

from bot.document import Document, Text

MOST_NAMED: Final = 20
"""Most ids of one document that are looked up: a list of a whole workspace has more than anybody would wait for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The ids of people and of channels (`places`) that a document contains."""

    people: frozenset[str]
    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class Naming:
    """How ids are written on one platform: a pattern with two groups, which together are the mark and the id.

    Group 1 is the mark, `@` for a person or `#` for a channel, and may go on with the id's first letter; group 2 is the
    rest of the id.
    """

    pattern: re.Pattern[str]

    def named_in(self, document: Document) -> Named:
        """Return the ids in a document, the first `MOST_NAMED` of them."""
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
        """Return the document with each id replaced that `names` has a name for."""

        def name(text: str) -> str:
            return self.pattern.sub(lambda each: each[1][0] + names.get(_id(each), _id(each)), text)

        return _mapped(document, name) if names else document


def _id(found: re.Match[str]) -> str:
    return found[1][1:] + found[2]


def _mapped(value: T, change: Callable[[str], str]) -> T:
    """Return a document, or a part of one, with `change` applied to every span's text and to the summary."""
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
