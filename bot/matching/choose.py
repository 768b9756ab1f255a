"""Papers matched with queries: one by one where the queries are few, by bits where they are many."""

from collections.abc import Sequence
from typing import Final

from bot.matching.explain import evaluate
from bot.model.paper import StoredPaper
from bot.query.ast import Query

FEW_QUERIES: Final = 4
"""Up to so many, one by one is faster: laying out a paper takes about 28 us, evaluating a query with it 5 to 8."""


def match_day(papers: Sequence[StoredPaper], queries: Sequence[Query]) -> Sequence[tuple[StoredPaper, ...]]:
    """Return for each query, in the order given, the papers that match it, in the order given."""
    if len(queries) <= FEW_QUERIES:
        return [tuple(each for each in papers if evaluate(query, each)) for query in queries]
    # A command asks one query at most, and need not wait for numpy.
    from bot.matching.bitmap import compile_queries, match  # noqa: PLC0415

    return match(papers, compile_queries(queries))
