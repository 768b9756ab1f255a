"""A day of papers matched with all queries at once, by bits.

    queries ──> distinct ──> clauses ──> conditions, each once        (compile: knows no paper)
    papers  ──> Day ──> for each condition a row of bits, a bit a paper
                        a clause: AND of its required rows, without the OR of its forbidden ones
                        a query:  OR of its clauses                   (match: knows no text)

Equal queries are evaluated once. Clauses of which a required condition holds for no paper are dropped before any row
is touched: on a usual day that is most of them. Rows are combined by `reduceat`, so a clause may have any number of
conditions. `explain.evaluate` defines what is right; properties hold the two together. Long lists of papers are
matched a few thousand at a time, which bounds the memory.

Measured by benchmarks/match.py: 5,000 queries with 1,500 papers in 0.2 s, 100,000 with 500 in 0.9 s, most of it to lay
out the queries; one by one takes 40 s and 240 s. An index of a million subscriptions would keep a `CompiledQueries`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, overload

import numpy as np
from numpy.typing import NDArray

from bot.matching.clauses import clauses_of
from bot.matching.day import Day
from bot.model.paper import StoredPaper
from bot.query.ast import Leaf, Query

Rows = NDArray[np.uint64]
Indices = NDArray[np.intp]

_NOTHING: Final = 0
_EVERYTHING: Final = 1
_FIRST_CONDITION: Final = 2
"""Row 0 has no bit and row 1 every bit, so that a clause without forbidden or required conditions is like the rest."""

CLAUSES_AT_A_TIME: Final = 65_536
PAPERS_AT_A_TIME: Final = 4_096
"""They bound the memory, not the number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledQueries:
    """Queries laid out for matching with any day.

    `conditions` are numbered from `_FIRST_CONDITION`. `required` and `forbidden` hold those numbers, clause after
    clause, each at least one long; the starts say where a clause's begin. `query_of_clause` rises. `distinct` maps
    the queries as they were given to the distinct ones.
    """

    conditions: tuple[Leaf, ...]
    required: Indices
    required_starts: Indices
    forbidden: Indices
    forbidden_starts: Indices
    query_of_clause: Indices
    distinct: Indices


def compile_queries(queries: Sequence[Query]) -> CompiledQueries:
    """Lay out queries for matching; equal ones share everything."""
    distinct: dict[Query, int] = {}
    numbers: dict[Leaf, int] = {}
    required: list[int] = []
    required_starts: list[int] = []
    forbidden: list[int] = []
    forbidden_starts: list[int] = []
    query_of_clause: list[int] = []

    def number(condition: Leaf) -> int:
        return numbers.setdefault(condition, len(numbers) + _FIRST_CONDITION)

    for query in queries:
        if query in distinct:
            continue
        distinct[query] = len(distinct)
        for clause in clauses_of(query):
            query_of_clause.append(distinct[query])
            required_starts.append(len(required))
            required.extend(map(number, clause.required) if clause.required else (_EVERYTHING,))
            forbidden_starts.append(len(forbidden))
            forbidden.extend(map(number, clause.forbidden) if clause.forbidden else (_NOTHING,))
    return CompiledQueries(
        conditions=tuple(numbers),
        required=_indices(required),
        required_starts=_indices(required_starts),
        forbidden=_indices(forbidden),
        forbidden_starts=_indices(forbidden_starts),
        query_of_clause=_indices(query_of_clause),
        distinct=_indices([distinct[query] for query in queries]),
    )


def match(papers: Sequence[StoredPaper], compiled: CompiledQueries) -> "Matches":
    """Match papers with queries that are laid out."""
    days = (Day(papers[first : first + PAPERS_AT_A_TIME]) for first in range(0, len(papers), PAPERS_AT_A_TIME))
    return Matches(compiled.distinct, tuple(_match(day, compiled) for day in days))


@dataclass(frozen=True, slots=True)
class _Found:
    """The papers of a day, and the row of bits of every distinct query that matches one of them."""

    papers: tuple[StoredPaper, ...]
    row_of_query: dict[int, int]
    rows: Rows

    def papers_of(self, query: int) -> tuple[StoredPaper, ...]:
        row = self.row_of_query.get(query)
        if row is None:
            return ()
        bits = np.unpackbits(self.rows[row].view(np.uint8), count=len(self.papers))
        return tuple(self.papers[at] for at in np.flatnonzero(bits))

    def count_of(self, query: int) -> int:
        row = self.row_of_query.get(query)
        return 0 if row is None else int(np.bitwise_count(self.rows[row]).sum())


def _match(day: Day, compiled: CompiledQueries) -> _Found:
    rows, row_of = _rows(day, compiled.conditions)
    if not len(compiled.query_of_clause):
        return _Found(day.papers, {}, rows[:0])
    is_alive = np.logical_and.reduceat(row_of[compiled.required] != _NOTHING, compiled.required_starts)
    alive = np.flatnonzero(is_alive)
    required = _Segments.of(row_of[compiled.required], compiled.required_starts, alive)
    forbidden = _Segments.of(row_of[compiled.forbidden], compiled.forbidden_starts, alive)
    found = np.empty((len(alive), rows.shape[1]), dtype=np.uint64)
    for first in range(0, len(alive), CLAUSES_AT_A_TIME):
        last = min(first + CLAUSES_AT_A_TIME, len(alive))
        wanted = np.bitwise_and.reduceat(rows[required.part(first, last)], required.starts_of(first, last), axis=0)
        unwanted = np.bitwise_or.reduceat(rows[forbidden.part(first, last)], forbidden.starts_of(first, last), axis=0)
        found[first:last] = wanted & ~unwanted
    matched, first_clause = np.unique(compiled.query_of_clause[alive], return_index=True)
    by_query = np.bitwise_or.reduceat(found, first_clause, axis=0) if len(matched) else found
    return _Found(day.papers, {int(query): row for row, query in enumerate(matched)}, by_query)


def _rows(day: Day, conditions: Sequence[Leaf]) -> tuple[Rows, Indices]:
    """Return a row of bits for every condition that holds somewhere, and the row of each condition number."""
    count = len(day.papers)
    width = max(1, -(-count // 64)) * 8
    row_of = np.zeros(len(conditions) + _FIRST_CONDITION, dtype=np.intp)
    row_of[_EVERYTHING] = _EVERYTHING
    packed = [np.zeros(width, dtype=np.uint8), _packed(np.arange(count), count, width)]
    for number, condition in enumerate(conditions, start=_FIRST_CONDITION):
        papers = day.papers_with(condition)
        if len(papers):
            row_of[number] = len(packed)
            packed.append(_packed(papers, count, width))
    return np.stack(packed).view(np.uint64), row_of


def _packed(papers: Indices, count: int, width: int) -> NDArray[np.uint8]:
    holds = np.zeros(count, dtype=np.bool_)
    holds[papers] = True
    bits = np.zeros(width, dtype=np.uint8)
    bits[: -(-count // 8)] = np.packbits(holds)
    return bits


def _indices(numbers: Sequence[int]) -> Indices:
    return np.array(numbers, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class _Segments:
    """Some of the runs of an array, end to end: run i is `values[starts[i]:starts[i + 1]]`."""

    values: Indices
    starts: Indices

    @classmethod
    def of(cls, values: Indices, starts: Indices, chosen: Indices) -> "_Segments":
        """Keep the chosen runs; `starts` says where each run of `values` begins."""
        lengths = np.diff(starts, append=len(values))
        is_kept = np.zeros(len(starts), dtype=np.bool_)
        is_kept[chosen] = True
        ends = np.cumsum(lengths[chosen])
        return cls(values[np.repeat(is_kept, lengths)], np.concatenate((np.zeros(1, dtype=np.intp), ends)))

    def part(self, first: int, last: int) -> Indices:
        """Return the values of some runs."""
        return self.values[self.starts[first] : self.starts[last]]

    def starts_of(self, first: int, last: int) -> Indices:
        """Return where those runs begin in their part."""
        starts: Indices = self.starts[first:last] - self.starts[first]
        return starts


class Matches(Sequence[tuple[StoredPaper, ...]]):
    """For each query, in the order given, the papers that match it: written out only when asked for.

    Millions of pairs are cheap as bits and dear as tuples.
    """

    def __init__(self, distinct: Indices, found: tuple[_Found, ...]) -> None:
        self._distinct = distinct
        self._found = found

    def __len__(self) -> int:
        return len(self._distinct)

    @overload
    def __getitem__(self, index: int) -> tuple[StoredPaper, ...]: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[tuple[StoredPaper, ...]]: ...

    def __getitem__(self, index: int | slice) -> tuple[StoredPaper, ...] | Sequence[tuple[StoredPaper, ...]]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        query = int(self._distinct[index])
        return tuple(chain.from_iterable(found.papers_of(query) for found in self._found))

    def counts(self) -> Iterator[int]:
        """Yield for each query how many papers match it, without writing them out."""
        for query in map(int, self._distinct):
            yield sum(found.count_of(query) for found in self._found)
