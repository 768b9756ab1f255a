"""Queries as trees, and their canonical text: what "the same query" means.

    Query ── root ──> And | Or | Not | leaf          leaf: Words, Category, Source, Upvotes
          ── is_trending, since                      what ranks or bounds the whole query

A tree as parsed has its negations at the leaves. Leaves remember what the person typed and where it stood; neither
takes part in comparison. Two queries are equal when their canonical texts are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import reduce
from typing import assert_never

_TRENDING = "trending"


class Scope(StrEnum):
    """Where words are looked for; the value is the field's name in a query."""

    TEXT = ""
    TITLE = "title"
    ABSTRACT = "abstract"
    AUTHOR = "author"
    ORGANISATION = "org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A word, or a phrase of any length, in title or abstract, or in one field; `tokens` is never empty."""

    scope: Scope = Scope.TEXT
    tokens: tuple[str, ...]
    typed: str = field(default="", compare=False)
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        text = " ".join(self.tokens)
        # The one word that the language keeps for itself is only a word in quotes.
        value = f'"{text}"' if len(self.tokens) > 1 or text == _TRENDING else text
        return f"{self.scope}:{value}" if self.scope else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """An arXiv category, or an archive with all its categories."""

    name: str
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"cat:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that listed the paper."""

    name: str
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        return f"source:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upvotes:
    """Bounds on the upvotes, inclusive; a paper whose upvotes nobody counts is inside none."""

    least: int = 0
    most: int | None = None
    column: int = field(default=1, compare=False)

    def __str__(self) -> str:
        if self.most is None:
            return f"upvotes:>={self.least}"
        if self.least == self.most:
            return f"upvotes:={self.least}"
        return f"upvotes:<={self.most}"

    def holds(self, upvotes: int | None) -> bool:
        """Say whether a count is inside the bounds."""
        return upvotes is not None and self.least <= upvotes and (self.most is None or upvotes <= self.most)


Leaf = Words | Category | Source | Upvotes


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Node"

    def __str__(self) -> str:
        return f"-({self.part})" if isinstance(self.part, And | Or) else f"-{self.part}"


@dataclass(frozen=True, slots=True)
class And:
    """What must all hold; two parts or more."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Or) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """Of which one must hold; two parts or more."""

    parts: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(str(part) for part in self.parts)


Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """How far back a search looks: some days, or a date."""

    days: int | None = None
    on: date | None = None

    def __str__(self) -> str:
        return f"since:{self.on.isoformat()}" if self.on else f"since:{self.days}d"

    def first_day(self, today: date) -> date:
        """Return the first day that counts (inclusive)."""
        return self.on or date.fromordinal(max(1, today.toordinal() - (self.days or 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query as parsed. `root` is None only for a bare `trending`.

    `typed` is what the person wrote, cleaned, for showing it again. `hints` say what they may not have meant.
    """

    canonical: str
    root: "Node | None" = field(compare=False)
    is_trending: bool = field(default=False, compare=False)
    since: Since | None = field(default=None, compare=False)
    typed: str = field(default="", compare=False)
    hints: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return self.canonical

    def leaves(self) -> Iterator[tuple[Leaf, bool]]:
        """Yield every leaf in order, and whether it is wanted (False: it must not hold)."""
        if self.root is not None:
            yield from leaves_of(self.root)


def positive_categories(query: Query) -> frozenset[str]:
    """Return the arXiv categories and archives that a query asks for: what has to be fetched for it."""
    return frozenset(leaf.name for leaf, is_wanted in query.leaves() if is_wanted and isinstance(leaf, Category))


def leaves_of(node: Node, *, is_wanted: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Yield every leaf of a tree in order, and whether it is wanted (False: it must not hold)."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves_of(part, is_wanted=is_wanted)
        case Not(part):
            yield from leaves_of(part, is_wanted=not is_wanted)
        case Words() | Category() | Source() | Upvotes():
            yield node, is_wanted
        case _:
            assert_never(node)


def with_negations_at_leaves(node: Node, *, is_negated: bool = False) -> Node:
    """Return a tree of the same meaning in which `Not` holds leaves only, and no part is of its parent's kind."""
    match node:
        case Not(part):
            return with_negations_at_leaves(part, is_negated=not is_negated)
        case And(parts) | Or(parts):
            kind = And if isinstance(node, And) != is_negated else Or
            flat: list[Node] = []
            for part in (with_negations_at_leaves(part, is_negated=is_negated) for part in parts):
                flat.extend(part.parts if isinstance(part, kind) else (part,))
            return kind(tuple(flat)) if len(flat) > 1 else flat[0]
        case Words() | Category() | Source() | Upvotes():
            return Not(node) if is_negated else node
        case _:
            assert_never(node)


def canonical_text(root: Node | None, *, is_trending: bool, since: Since | None) -> str:
    """Return the one text that stands for all queries of this meaning; parsing it gives the same query again."""
    parts = [_TRENDING] if is_trending else []
    if root is not None:
        node = _sorted(root)
        is_alone = not is_trending and since is None
        parts.append(str(node) if is_alone or not isinstance(node, Or) else f"({node})")
    if since is not None:
        parts.append(str(since))
    return " ".join(parts)


def _sorted(node: Node) -> Node:
    """Order the parts of `And` and `Or` by their text, each once: what is asked for, choices, what is left out."""
    if not isinstance(node, And | Or):
        return node
    parts: list[Node] = []
    for part in map(_sorted, node.parts):
        # A part that lost its doubles may have become of this node's kind.
        parts.extend(part.parts if isinstance(part, type(node)) else (part,))
    by_text = {str(part): part for part in parts}
    ordered = tuple(by_text[text] for text in sorted(by_text, key=lambda text: (_rank(by_text[text]), text)))
    return type(node)(ordered) if len(ordered) > 1 else ordered[0]


def _rank(part: Node) -> int:
    return 2 if isinstance(part, Not) else int(isinstance(part, Or))


def clause_count(node: Node) -> int:
    """Return how many alternatives of plain conditions a tree with negations at its leaves comes to."""
    match node:
        case And(parts):
            return reduce(lambda count, part: count * clause_count(part), parts, 1)
        case Or(parts):
            return sum(map(clause_count, parts))
        case _:
            return 1


def is_anchored(node: Node) -> bool:
    """Say whether every paper that matches has something that was asked for, not only lacks what was excluded."""
    match node:
        case And(parts):
            return any(map(is_anchored, parts))
        case Or(parts):
            return all(map(is_anchored, parts))
        case Not():
            return False
        case _:
            return True
