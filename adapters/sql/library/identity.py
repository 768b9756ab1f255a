"""Which papers are one: pure, over the ids, titles and authors of papers stored and papers coming in.

By arXiv id without version, then DOI and other ids, then normalised title with an author's surname in common (or no
authors on one side). Weaker evidence never joins what stronger evidence keeps apart: different arXiv ids stay apart.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from bot.model.paper import Paper, PaperId, PaperKey
from bot.text.normalise import name_tokens

ARXIV: Final = "arxiv"
DOI: Final = "doi"
SHORTEST_TITLE: Final = 20
"""Characters a normalised title needs before it says who a paper is."""

_NO_KEY = re.compile(r"[^a-z0-9]+")
_VERSION = re.compile(r"v\d+$")
_ARXIV_DOI: Final = "10.48550/arxiv."
"""The prefix of the DOIs that arXiv gives. Source: https://info.arxiv.org/help/doi.html"""

_PREFERENCE: Final = {ARXIV: 0, DOI: 1}
_LAST: Final = 2


def canonical_id(paper: PaperId) -> PaperId:
    """Return the one spelling of an outer id: arXiv without version, DOI in lower case, an arXiv DOI as arXiv id."""
    scheme, value = paper.scheme.lower(), paper.value
    if scheme == DOI:
        value = value.lower()
        if value.startswith(_ARXIV_DOI):
            scheme, value = ARXIV, value.removeprefix(_ARXIV_DOI)
    if scheme == ARXIV:
        # Old ids have an archive before the number, in lower case: hep-th/9901001.
        value = _VERSION.sub("", value.lower())
    return PaperId(scheme, value)


def ids_of(paper: Paper) -> tuple[PaperId, ...]:
    """Return a paper's ids in their one spelling, each once, the one to show first.

    Of several arXiv ids only the first counts: with two, a paper would make one of two that arXiv keeps apart.
    """
    found = dict.fromkeys(canonical_id(each) for each in (paper.id, *paper.aliases))
    own = next((each for each in found if each.scheme == ARXIV), None)
    kept = (each for each in found if each.scheme != ARXIV or each == own)
    return tuple(sorted(kept, key=lambda each: _PREFERENCE.get(each.scheme, _LAST)))


def title_key(title: str) -> str:
    """Return what titles are compared by: letters a to z and digits; empty when too short to tell papers apart."""
    folded = title if title.isascii() else unicodedata.normalize("NFKD", title)
    key = _NO_KEY.sub("", folded.lower())
    return key if len(key) >= SHORTEST_TITLE else ""


def surnames_of(authors: Iterable[str]) -> frozenset[str]:
    """Return the authors' surnames as they are compared: "Björn Q. Ek" and "Ek, Björn" are both `ek`."""
    parts = (name_tokens(author.partition(",")[0]) for author in authors)
    return frozenset(tokens[-1] for tokens in parts if tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """All that identity looks at in one paper; `key` is None while it is not stored."""

    key: PaperKey | None
    ids: tuple[PaperId, ...]
    title: str
    surnames: frozenset[str]


def traits_of(paper: Paper, key: PaperKey | None = None) -> Traits:
    """Return a paper's traits."""
    return Traits(key=key, ids=ids_of(paper), title=title_key(paper.title), surnames=surnames_of(paper.authors))


def same_papers(papers: Sequence[Traits]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of papers that are one, as indices in order; every index is in one group."""
    groups = _Groups(papers)
    by_id: dict[PaperId, int] = {}
    # arXiv ids join first, so that what they keep apart is known before weaker evidence is heard.
    for is_arxiv in (True, False):
        for index, paper in enumerate(papers):
            for each in paper.ids:
                if (each.scheme == ARXIV) is is_arxiv:
                    groups.join(by_id.setdefault(each, index), index)
    for other, index in _same_titles(papers):
        if _may_share_authors(papers[index], papers[other]):
            groups.join(other, index)
    return groups.found()


def _same_titles(papers: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    by_title: dict[str, list[int]] = defaultdict(list)
    for index, paper in enumerate(papers):
        if paper.title:
            by_title[paper.title].append(index)
    for indices in by_title.values():
        yield from combinations(indices, 2)


def _may_share_authors(one: Traits, other: Traits) -> bool:
    return not one.surnames or not other.surnames or not one.surnames.isdisjoint(other.surnames)


class _Groups:
    """Disjoint sets of indices; each knows its arXiv ids."""

    def __init__(self, papers: Sequence[Traits]) -> None:
        self._root = list(range(len(papers)))
        self._arxiv = [frozenset(each for each in paper.ids if each.scheme == ARXIV) for paper in papers]

    def join(self, one: int, other: int) -> None:
        """Make two groups one, unless their arXiv ids differ."""
        first, second = sorted((self._find(one), self._find(other)))
        arxiv, others = self._arxiv[first], self._arxiv[second]
        if first == second or (arxiv and others and arxiv.isdisjoint(others)):
            return
        self._root[second] = first
        self._arxiv[first] = arxiv | others

    def found(self) -> tuple[tuple[int, ...], ...]:
        """Return the groups."""
        groups: dict[int, list[int]] = defaultdict(list)
        for index in range(len(self._root)):
            groups[self._find(index)].append(index)
        return tuple(map(tuple, groups.values()))

    def _find(self, index: int) -> int:
        while self._root[index] != index:
            self._root[index] = index = self._root[self._root[index]]
        return index
