"""The second half of reading a query: lexemes into a tree, by recursive descent.

    query   = either                                      `trending` and `since:` stand beside it, see below
    either  = all ("OR" all)*                             looser than adjacency
    all     = factor ("AND"? factor)*
    factor  = ("-" | "NOT") factor | "(" either ")" | field (word | phrase | "(" either ")") | word | phrase

A bare `trending` ranks the whole query and `since:` bounds it, so both may stand only at its top, beside the rest.
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.errors import QueryError
from bot.query.ast import (
    And,
    Node,
    Not,
    Or,
    Query,
    Since,
    canonical_text,
    clause_count,
    is_anchored,
    leaves_of,
    with_negations_at_leaves,
)
from bot.query.fields import leaf_of, since_of
from bot.query.scan import Lexeme, LexemeKind, scan
from bot.text.normalise import clean

MAX_LENGTH: Final = 512
MAX_TERMS: Final = 32
MAX_DEPTH: Final = 8
"""Limits on what a person may ask."""
MAX_CLAUSES: Final = 256
"""Alternatives a query may come to when its brackets are multiplied out: `(a OR b) (c OR d)` comes to 4."""

_EXAMPLE: Final = 'Write what to look for, as in "world models" -survey.'
_SINGLE_QUOTED = re.compile(r"(?<!\w)['‘][^'\"‘’]+ [^'\"‘’]+['’](?!\w)")  # noqa: RUF001 - phones type these
_LIKE_OPERATORS: Final = {
    "or": "“or” is looked for as a word. For either of two, write OR in capitals.",
    "and": "“and” is looked for as a word. Words side by side must all be there anyway.",
    "not": "“not” is looked for as a word. To leave a word out, write -word.",
}


def parse(text: str, *, allow_since: bool = False, max_length: int = MAX_LENGTH) -> Query:
    """Read a query; `allow_since` is for search, which looks back as far as it says.

    A canonical text may be longer than what the person typed: who keeps one and reads it again sets `max_length`.

    Raises:
        QueryError: it cannot be read, is over a limit, or asks for nothing; it says where, and what to type.
    """
    typed = clean(text)
    if len(typed) > max_length:
        message = f"The query has {len(typed)} characters; at most {max_length} are read."
        raise QueryError(message, text=typed, column=max_length + 1, hint="Make two subscriptions of it.")
    lexemes = tuple(scan(typed))
    whole = _Whole(typed, allow_since=allow_since)
    rest = whole.take_from(lexemes)
    root = None
    if len(rest) > 1:
        parser = _Parser(typed, rest)
        root = with_negations_at_leaves(parser.query())
    _check_meaning(typed, root, is_trending=whole.is_trending)
    return Query(
        canonical=canonical_text(root, is_trending=whole.is_trending, since=whole.since),
        root=root,
        is_trending=whole.is_trending,
        since=whole.since,
        typed=typed,
        hints=_hints(typed, lexemes),
    )


def _check_meaning(typed: str, root: Node | None, *, is_trending: bool) -> None:
    if root is None:
        if not is_trending:
            raise QueryError("The query asks for nothing.", text=typed, column=1, hint=_EXAMPLE)
        return
    if (count := clause_count(root)) > MAX_CLAUSES:
        message = f"The brackets multiply to {count} alternatives; at most {MAX_CLAUSES} are followed."
        raise QueryError(message, text=typed, column=1, hint="Make several subscriptions of it.")
    if is_trending or is_anchored(root):
        return
    if not isinstance(root, Or):
        hint = "Add a word to look for, as in agents -survey."
        raise QueryError("The query only leaves things out.", text=typed, column=_column(root), hint=hint)
    branch = next(part for part in root.parts if not is_anchored(part))
    hint = "Each side of OR needs something to look for. To leave it out of all, use brackets: (a OR b) -c."
    raise QueryError("This side of OR only leaves things out.", text=typed, column=_column(branch), hint=hint)


def _column(node: Node) -> int:
    return min(leaf.column for leaf, _ in leaves_of(node))


def _hints(typed: str, lexemes: Sequence[Lexeme]) -> tuple[str, ...]:
    words = [lexeme.text for lexeme in lexemes if lexeme.kind is LexemeKind.WORD]
    hints = [_LIKE_OPERATORS[word] for word in dict.fromkeys(words) if word in _LIKE_OPERATORS]
    if any(len(word) > 1 and word.endswith("*") and not word.endswith(".*") for word in words):
        hints.append("A * is not read; simple plurals match by themselves.")
    if _SINGLE_QUOTED.search(typed):
        hints.append('Single quotes make no phrase; write "double quotes".')
    return tuple(hints)


class _Whole:
    """What holds for the whole query: `trending`, `since:`."""

    def __init__(self, text: str, *, allow_since: bool) -> None:
        self._text = text
        self._allow_since = allow_since
        self.is_trending = False
        self.since: Since | None = None

    def take_from(self, lexemes: Sequence[Lexeme]) -> list[Lexeme]:
        """Return the lexemes without those that hold for the whole query, which are noted."""
        rest: list[Lexeme] = []
        depth = 0
        has_or = _has_or_at_top(lexemes)
        position = 0
        while position < len(lexemes):
            lexeme = lexemes[position]
            before = rest[-1].kind if rest else LexemeKind.AND
            is_on_top = depth == 0 and not has_or and before is not LexemeKind.NOT
            depth += (lexeme.kind is LexemeKind.OPEN) - (lexeme.kind is LexemeKind.CLOSE)
            position += 1
            if lexeme.kind is LexemeKind.WORD and lexeme.text.lower() == "trending" and before is not LexemeKind.FIELD:
                self._take_trending(lexeme, is_on_top=is_on_top)
            elif lexeme.kind is LexemeKind.FIELD and lexeme.text == "since":
                self._take_since(lexeme, lexemes[position], is_on_top=is_on_top)
                position += 1
            else:
                rest.append(lexeme)
                continue
            # "trending AND agents": the AND goes with what it joined.
            if rest and rest[-1].kind is LexemeKind.AND:
                rest.pop()
            elif lexemes[position].kind is LexemeKind.AND and not rest:
                position += 1
        return rest

    def _take_trending(self, lexeme: Lexeme, *, is_on_top: bool) -> None:
        if not is_on_top:
            message = "trending ranks the whole query; it cannot be a part of OR, of brackets, or left out."
            hint = 'To look for the word, write "trending" in quotes.'
            raise QueryError(message, text=self._text, column=lexeme.column, hint=hint)
        self.is_trending = True

    def _take_since(self, lexeme: Lexeme, value: Lexeme, *, is_on_top: bool) -> None:
        def refuse(message: str, hint: str) -> QueryError:
            return QueryError(message, text=self._text, column=lexeme.column, hint=hint)

        if not self._allow_since:
            raise refuse("since: works in search only.", "A subscription looks at new papers; leave it out.")
        if not is_on_top:
            raise refuse("since: bounds the whole search.", "Put the rest in brackets: (a OR b) since:30d.")
        if self.since is not None:
            raise refuse("since: is there twice.", "Leave one of them out.")
        self.since = since_of(value.text, text=self._text, column=value.column)


def _has_or_at_top(lexemes: Sequence[Lexeme]) -> bool:
    depth = 0
    for lexeme in lexemes:
        depth += (lexeme.kind is LexemeKind.OPEN) - (lexeme.kind is LexemeKind.CLOSE)
        if lexeme.kind is LexemeKind.OR and depth == 0:
            return True
    return False


class _Parser:
    """Recursive descent over the lexemes; the last one is the end."""

    def __init__(self, text: str, lexemes: Sequence[Lexeme]) -> None:
        self._text = text
        self._lexemes = lexemes
        self._position = 0
        self._terms = 0

    def query(self) -> Node:
        node = self._either("", depth=0)
        if self._next.kind is LexemeKind.CLOSE:
            raise self._error("There is no opening bracket for this one.", "Drop it, or add a ( before.")
        return node

    @property
    def _next(self) -> Lexeme:
        return self._lexemes[self._position]

    def _take(self) -> Lexeme:
        lexeme = self._next
        self._position += 1
        return lexeme

    def _error(self, message: str, hint: str) -> QueryError:
        return QueryError(message, text=self._text, column=self._next.column, hint=hint)

    def _either(self, field: str, *, depth: int) -> Node:
        parts = [self._all(field, depth=depth)]
        while self._next.kind is LexemeKind.OR:
            self._take()
            parts.append(self._all(field, depth=depth))
        return Or(tuple(parts)) if len(parts) > 1 else parts[0]

    def _all(self, field: str, *, depth: int) -> Node:
        parts = [self._factor(field, depth=depth)]
        while self._next.kind not in (LexemeKind.OR, LexemeKind.CLOSE, LexemeKind.END):
            if self._next.kind is LexemeKind.AND:
                self._take()
            parts.append(self._factor(field, depth=depth))
        return And(tuple(parts)) if len(parts) > 1 else parts[0]

    def _factor(self, field: str, *, depth: int) -> Node:
        match self._next.kind:
            case LexemeKind.NOT:
                self._take()
                return Not(self._factor(field, depth=depth))
            case LexemeKind.OPEN:
                return self._brackets(field, depth=self._deeper(depth))
            case LexemeKind.FIELD:
                return self._field(field, depth=depth)
            case LexemeKind.WORD | LexemeKind.PHRASE:
                return self._leaf(field)
            case LexemeKind.END:
                raise self._error("Something is missing at the end.", _EXAMPLE)
            case LexemeKind.CLOSE:
                raise self._error("Something is missing before the bracket.", "Write a word before it, or drop it.")
            case LexemeKind.OR | LexemeKind.AND:
                name = self._next.text
                raise self._error(f"{name} needs something on both sides.", f'For the word, write "{name.lower()}".')

    def _brackets(self, field: str, *, depth: int) -> Node:
        opening = self._take()
        node = self._either(field, depth=depth)
        if self._next.kind is not LexemeKind.CLOSE:
            raise QueryError(
                "The bracket is not closed.", text=self._text, column=opening.column, hint="Add the closing )."
            )
        self._take()
        return node

    def _field(self, outer: str, *, depth: int) -> Node:
        if outer:
            raise self._error(f"{self._next.text}: cannot stand inside {outer}:(...).", "Put it outside the brackets.")
        name = self._take().text
        if self._next.kind is LexemeKind.OPEN:
            return self._brackets(name, depth=self._deeper(depth))
        return self._leaf(name)

    def _leaf(self, field: str) -> Node:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._error(f"At most {MAX_TERMS} terms are read.", "Make two subscriptions of it.")
        lexeme = self._take()
        return leaf_of(field, lexeme.text, text=self._text, column=lexeme.column)

    def _deeper(self, depth: int) -> int:
        if depth == MAX_DEPTH:
            raise self._error(f"Brackets go at most {MAX_DEPTH} deep.", "Write it with fewer brackets.")
        return depth + 1
