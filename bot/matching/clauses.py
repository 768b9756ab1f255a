"""A query as alternatives of plain conditions (disjunctive normal form): what a computer matches fastest.

`a (b OR c) -d` comes to two clauses: a and b without d; a and c without d. How many a query may come to is bounded
where it is read (`bot.query.parse.MAX_CLAUSES`); a clause has as many conditions as it has.
"""

from dataclasses import dataclass
from typing import assert_never

from bot.query.ast import And, Category, Leaf, Node, Not, Or, Query, Source, Upvotes, Words


@dataclass(frozen=True, slots=True)
class Clause:
    """One alternative: all of `required` hold and none of `forbidden`. Without conditions it holds for every paper."""

    required: frozenset[Leaf]
    forbidden: frozenset[Leaf]

    def __and__(self, other: "Clause") -> "Clause":
        return Clause(self.required | other.required, self.forbidden | other.forbidden)

    @property
    def is_possible(self) -> bool:
        """Say whether no condition is both required and forbidden."""
        return self.required.isdisjoint(self.forbidden)


_EVERYTHING = Clause(frozenset(), frozenset())


def clauses_of(query: Query) -> tuple[Clause, ...]:
    """Return the clauses of a query, each once; a paper matches when one of them holds, so none is matched by ()."""
    if query.root is None:
        return (_EVERYTHING,)
    return tuple(dict.fromkeys(clause for clause in _clauses(query.root) if clause.is_possible))


def _clauses(node: Node) -> list[Clause]:
    match node:
        case Or(parts):
            return [clause for part in parts for clause in _clauses(part)]
        case And(parts):
            product = [_EVERYTHING]
            for part in parts:
                product = [left & right for left in product for right in _clauses(part)]
            return product
        case Not(part):
            # A query as read has its negations at the leaves.
            assert isinstance(part, Words | Category | Source | Upvotes)
            return [Clause(frozenset(), frozenset((part,)))]
        case Words() | Category() | Source() | Upvotes():
            return [Clause(frozenset((node,)), frozenset())]
        case _:
            assert_never(node)
