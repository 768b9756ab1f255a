"""Small pieces of wording that every view shares: counts, names of authors, topics. Pure."""

from collections.abc import Sequence

from bot.query.ast import Query

AUTHORS_BEFORE, AUTHORS_AFTER = 2, 1
"""Authors named of a long list: the first two and the last (PRODUCT.md, The digest)."""


def count(number: int, noun: str) -> str:
    """Say a number of things: `1 paper`, `4,120 papers`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def authors_in_words(authors: Sequence[str]) -> str:
    """Name the authors: all of a few, else `Ada B, Cy D … Zoe E (12)`."""
    if len(authors) <= AUTHORS_BEFORE + AUTHORS_AFTER:
        return ", ".join(authors)
    first, last = authors[:AUTHORS_BEFORE], authors[-AUTHORS_AFTER:]
    return f"{', '.join(first)} … {', '.join(last)} ({len(authors)})"


def topic_of(query: Query) -> str:
    """Name what a query is about, as the person wrote it; a query that is one phrase loses its quotes."""
    typed = query.typed or str(query)
    inner = typed[1:-1]
    return inner if typed[:1] == typed[-1:] == '"' and '"' not in inner and inner else typed


def titles_in_words(titles: Sequence[str], rest: int) -> str:
    """Name some titles and count the rest: `Title A; Title B; 3 more`."""
    return "; ".join([*titles, *([f"{rest:,} more"] if rest else [])])
