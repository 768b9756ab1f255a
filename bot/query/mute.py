"""Mutes: a word, a phrase or an author that a channel never wants to see, as the query that finds it."""

from typing import Final

from bot.query.ast import Query
from bot.query.parse import parse

MAX_LENGTH: Final = 100
"""Characters of a mute: a name with its titles fits, a sentence does not."""

_AUTHOR: Final = "author:"
_QUOTES: Final = "\"'“”„«»‘’ "  # noqa: RUF001 - phones type these


def mute_of(text: str) -> Query:
    """Read a mute: `author:NAME` is an author, everything else a word or one phrase.

    Raises:
        QueryError: it is too long, or nothing can be looked for.
    """
    bare = text.strip(_QUOTES)
    if bare.lower().startswith(_AUTHOR):
        return parse(f'{_AUTHOR}"{_phrase(bare[len(_AUTHOR) :])}"', max_length=MAX_LENGTH)
    return parse(f'"{_phrase(bare)}"', max_length=MAX_LENGTH)


def _phrase(text: str) -> str:
    return " ".join(text.replace('"', " ").strip(_QUOTES).split())
