"""Words and phrases in SQL, exactly as the matcher means them, and how well a paper has them.

Both databases hold the ready tokens of the one tokeniser, so a word here is a token there. SQLite's FTS5 finds phrases
by itself. PostgreSQL's vectors find the papers that have all the words of a phrase, and the token text then says
whether they stand side by side: positions in a vector end at 16,383, and at 256 a word.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, and_, cast, column, func, literal_column, or_, select, table
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from adapters.sql.tables import paper
from bot.query.ast import And, Node, Or, Scope, Words
from bot.query.ast import Not as Without

_FIELDS: Final = {
    Scope.TEXT: (paper.c.title_tokens, paper.c.abstract_tokens),
    Scope.TITLE: (paper.c.title_tokens,),
    Scope.ABSTRACT: (paper.c.abstract_tokens,),
    Scope.AUTHOR: (paper.c.author_tokens,),
    Scope.ORGANISATION: (paper.c.organisation_tokens,),
}


class FullText(Protocol):
    """What search needs of a database's full text."""

    def holds(self, lines: ColumnElement[str], piece: str) -> ColumnElement[bool]:
        """Return the condition that a text contains this piece exactly (SQLite's LIKE would ignore case)."""

    def condition(self, node: Node) -> ColumnElement[bool] | None:
        """Return the condition on `paper` that a tree of words stands for; None for a tree it cannot take whole.

        A single word or phrase is always taken.
        """

    def scores(self, wanted: Sequence[Words]) -> FromClause:
        """Return `key` and `score` (the higher the better) of the papers that have any of these words."""

    def count(self, words: Words) -> Select[Any]:
        """Count the papers that have a word or a phrase."""


# --- SQLite -------------------------------------------------------------------------------------------------------

_FTS: Final = table("paper_text", column("rowid"), column("paper_text"))
_BM25: Final = -func.bm25(literal_column("paper_text"), *map(literal_column, ("4.0", "1.0", "2.0", "1.0")))
"""Title, abstract, authors, organisation: a word in the title counts fourfold."""


class SqliteText:
    """FTS5: a tree of words is one expression, which the index answers by itself."""

    def holds(self, lines: ColumnElement[str], piece: str) -> ColumnElement[bool]:
        """See `FullText.holds`."""
        return func.instr(lines, piece) > 0

    def condition(self, node: Node) -> ColumnElement[bool] | None:
        """See `FullText.condition`."""
        expression = expression_of(node)
        return paper.c.key.in_(select(_FTS.c.rowid).where(_matches(expression))) if expression else None

    def scores(self, wanted: Sequence[Words]) -> FromClause:
        """See `FullText.scores`."""
        any_of = _matches(" OR ".join(map(expression_of, wanted)))
        found = select(_FTS.c.rowid.label("key"), _BM25.label("score")).where(any_of)
        # bm25() works only where the index is read: the planner must not move it elsewhere.
        return found.cte("scores").prefix_with("MATERIALIZED")

    def count(self, words: Words) -> Select[Any]:
        """See `FullText.count`: the index alone answers."""
        return select(func.count()).select_from(_FTS).where(_matches(expression_of(words)))


def _matches(expression: str) -> ColumnElement[bool]:
    return _FTS.c.paper_text.op("MATCH", is_comparison=True)(expression)


def expression_of(node: Node) -> str:
    """Return the FTS5 expression of a tree of words; empty when it has anything else, or nothing but exclusions.

    Tokens stand in double quotes, which no token has in it: nothing of what a person types is read as syntax.
    """
    match node:
        case Words(scope=scope, tokens=tokens):
            columns = " ".join(field.name for field in _FIELDS[scope])
            return f'{{{columns}}} : "{" ".join(tokens)}"'
        case Or(parts):
            expressions = list(map(expression_of, parts))
            return f"({' OR '.join(expressions)})" if all(expressions) else ""
        case And(parts):
            wanted = [expression_of(part) for part in parts if not isinstance(part, Without)]
            unwanted = [expression_of(part.part) for part in parts if isinstance(part, Without)]
            if not wanted or not all((*wanted, *unwanted)):
                return ""
            without = f" NOT ({' OR '.join(unwanted)})" if unwanted else ""
            return f"(({' AND '.join(wanted)}){without})"
        case _:
            return ""


# --- PostgreSQL ---------------------------------------------------------------------------------------------------

_TEXT: Final = literal_column("paper.text_vector", TSVECTOR)
_NAMES: Final = literal_column("paper.name_vector", TSVECTOR)
_VECTORS: Final = {
    Scope.TEXT: (_TEXT, ""),
    Scope.TITLE: (_TEXT, ":A"),
    Scope.ABSTRACT: (_TEXT, ":B"),
    Scope.AUTHOR: (_NAMES, ":A"),
    Scope.ORGANISATION: (_NAMES, ":B"),
}
"""Where the words of a scope are, and the weight that marks them there."""

_WEIGHTS: Final[ColumnElement[Any]] = literal_column("'{0, 0, 0.25, 1}'::float4[]")
"""Of D, C, B, A: a word in the title counts four times one in the abstract."""

LONGEST: Final = 500
"""Characters of a token that a vector keeps (see the migration): a lexeme has at most 2,046 bytes."""


class PostgresText:
    """Vectors of ready tokens, and the token text where a vector cannot tell."""

    def holds(self, lines: ColumnElement[str], piece: str) -> ColumnElement[bool]:
        """See `FullText.holds`."""
        return func.strpos(lines, piece) > 0

    def condition(self, node: Node) -> ColumnElement[bool] | None:
        """See `FullText.condition`."""
        if not isinstance(node, Words):
            return None
        vector, _ = _VECTORS[node.scope]
        has_all = vector.op("@@", is_comparison=True)(cast(_all_of(node), TSQUERY))
        if len(node.tokens) == 1 and len(node.tokens[0]) <= LONGEST:
            return has_all
        phrase = f" {' '.join(node.tokens)} "
        return and_(has_all, or_(*(self.holds(" " + field + " ", phrase) for field in _FIELDS[node.scope])))

    def count(self, words: Words) -> Select[Any]:
        """See `FullText.count`."""
        has_it = self.condition(words)
        assert has_it is not None
        return select(func.count()).select_from(paper).where(has_it)

    def scores(self, wanted: Sequence[Words]) -> FromClause:
        """See `FullText.scores`."""
        found, ranks = [], []
        for vector in (_TEXT, _NAMES):
            mine = [_all_of(words) for words in wanted if _VECTORS[words.scope][0] is vector]
            if mine:
                any_of = cast(" | ".join(f"({each})" for each in mine), TSQUERY)
                found.append(vector.op("@@", is_comparison=True)(any_of))
                ranks.append(func.ts_rank(_WEIGHTS, vector, any_of))
        score = ranks[0] if len(ranks) == 1 else ranks[0] + ranks[1]
        return select(paper.c.key.label("key"), score.label("score")).where(or_(*found)).subquery("scores")


def _all_of(words: Words) -> str:
    weight = _VECTORS[words.scope][1]
    return " & ".join(f"'{token[:LONGEST]}'{weight}" for token in words.tokens)
