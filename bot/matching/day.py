"""A day of papers laid out for looking up conditions: token -> positions, for phrases of any length.

All titles of the day are one array of token numbers with a barrier after each, all abstracts another, and so are
authors (a barrier after each name) and organisations. A phrase is looked up by its rarest token: at every position of
that one the neighbours are compared. No phrase can run over a barrier.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final, assert_never

import numpy as np
from numpy.typing import NDArray

from bot.model.paper import StoredPaper
from bot.query.ast import Category, Leaf, Scope, Source, Upvotes, Words

Papers = NDArray[np.intp]
"""Indices of papers of the day; one may be there several times."""

_BARRIER: Final = -1
_NONE: Final = np.empty(0, dtype=np.intp)
_UNCOUNTED: Final = -1
"""Stands for upvotes that nobody counts; below every count."""


class Day:
    """The papers of one day (or of any window), in the order given; nothing changes once it is built."""

    def __init__(self, papers: Sequence[StoredPaper]) -> None:
        self.papers = tuple(papers)

    def papers_with(self, condition: Leaf) -> Papers:
        """Return the papers for which a condition holds."""
        match condition:
            case Words(scope=Scope.TEXT, tokens=tokens):
                return np.concatenate((self._titles.papers_with(tokens), self._abstracts.papers_with(tokens)))
            case Words(scope=Scope.TITLE, tokens=tokens):
                return self._titles.papers_with(tokens)
            case Words(scope=Scope.ABSTRACT, tokens=tokens):
                return self._abstracts.papers_with(tokens)
            case Words(scope=Scope.AUTHOR, tokens=tokens):
                return self._authors.papers_with(tokens)
            case Words(scope=Scope.ORGANISATION, tokens=tokens):
                return self._organisations.papers_with(tokens)
            case Category(name=name):
                return self._categories.get(name, _NONE)
            case Source(name=name):
                return self._sources.get(name, _NONE)
            case Upvotes(least=least, most=most):
                return self._with_upvotes(least, most)
            case Words():
                raise AssertionError(condition.scope)  # every scope is named above
            case _:
                assert_never(condition)

    @cached_property
    def _titles(self) -> "_Texts":
        return _Texts((at, each.tokens.title) for at, each in enumerate(self.papers))

    @cached_property
    def _abstracts(self) -> "_Texts":
        return _Texts((at, each.tokens.abstract) for at, each in enumerate(self.papers))

    @cached_property
    def _authors(self) -> "_Texts":
        return _Texts((at, author) for at, each in enumerate(self.papers) for author in each.tokens.authors)

    @cached_property
    def _organisations(self) -> "_Texts":
        return _Texts((at, each.tokens.organisation) for at, each in enumerate(self.papers))

    @cached_property
    def _categories(self) -> dict[str, Papers]:
        # An archive stands for all its categories: cs.CL is found under cs, too.
        return _by_name(
            (name, at)
            for at, each in enumerate(self.papers)
            for category in each.paper.categories
            for name in {category, category.partition(".")[0]}
        )

    @cached_property
    def _sources(self) -> dict[str, Papers]:
        return _by_name((source, at) for at, each in enumerate(self.papers) for source in each.paper.sources)

    def _with_upvotes(self, least: int, most: int | None) -> Papers:
        inside = self._upvotes >= max(least, 0)
        if most is not None:
            inside &= self._upvotes <= most
        return np.flatnonzero(inside)

    @cached_property
    def _upvotes(self) -> NDArray[np.int64]:
        counts = (_UNCOUNTED if each.paper.upvotes is None else each.paper.upvotes for each in self.papers)
        return np.fromiter(counts, dtype=np.int64, count=len(self.papers))


def _by_name(pairs: Iterable[tuple[str, int]]) -> dict[str, Papers]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, at in pairs:
        found[name].append(at)
    return {name: np.array(papers, dtype=np.intp) for name, papers in found.items()}


class _Texts:
    """Many short texts end to end, with a barrier after each, and the places of every token."""

    def __init__(self, texts: Iterable[tuple[int, tuple[str, ...]]]) -> None:
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # a new token gets the next number
        stream: list[int] = []
        owners: list[int] = []
        lengths: list[int] = []
        for owner, tokens in texts:
            stream.extend(map(numbers.__getitem__, tokens))
            stream.append(_BARRIER)
            owners.append(owner)
            lengths.append(len(tokens) + 1)
        self._numbers = dict(numbers)
        self._stream = np.array(stream, dtype=np.int32)
        self._owner = np.repeat(np.array(owners, dtype=np.intp), lengths)
        self._places = np.argsort(self._stream, kind="stable")
        self._starts = np.searchsorted(self._stream[self._places], np.arange(len(self._numbers) + 1))

    def papers_with(self, phrase: tuple[str, ...]) -> Papers:
        """Return the owners of the texts in which the tokens of a phrase stand side by side."""
        numbers = [self._numbers.get(token, _BARRIER) for token in phrase]
        if _BARRIER in numbers:
            return _NONE
        counts = [self._starts[number + 1] - self._starts[number] for number in numbers]
        rarest = int(np.argmin(counts))
        number = numbers[rarest]
        begins = self._places[self._starts[number] : self._starts[number + 1]] - rarest
        if len(phrase) > 1:
            begins = begins[(begins >= 0) & (begins + len(phrase) <= len(self._stream))]
            for offset, number in enumerate(numbers):
                if offset != rarest:
                    begins = begins[self._stream[begins + offset] == number]
        return self._owner[begins]
