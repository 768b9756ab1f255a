"""Which papers are like another: those that share its rare words. Pure.

paper ──> the words of its title and keywords ──> the rarest of them ──> candidates ──> scored by what they share
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import Final

from bot.model.paper import StoredPaper
from bot.query.ast import Or, Query, Words, canonical_text
from bot.text.dull import DULL
from bot.text.normalise import tokens

RAREST: Final = 8
"""Words that candidates are looked for by: more of them bring the common ones in."""

_SHORTEST: Final = 2
_FEWEST_SHARED: Final = 2
"""One word in common is a coincidence, unless it is a rare one in the titles of both."""


def telling_words(stored: StoredPaper) -> tuple[Words, ...]:
    """Return the words of a paper's title and keywords that may say what it is about, each once."""
    keywords = (token for keyword in stored.paper.keywords for token in tokens(keyword))
    found = dict.fromkeys((*stored.tokens.title, *keywords))
    return tuple(Words(tokens=(each,)) for each in found if len(each) >= _SHORTEST and each not in DULL)


def rarest(words: Sequence[Words], counts: Sequence[int], most: int = RAREST) -> Mapping[str, int]:
    """Return the rarest of these words that more than one paper has, each with its count, the rarest first."""
    shared = [(count, each.tokens[0]) for each, count in zip(words, counts, strict=True) if count > 1]
    return {word: count for count, word in sorted(shared)[:most]}


def query_for(words: Iterable[str]) -> Query | None:
    """Return the query that finds papers with any of these words; None for no words."""
    leaves = tuple(Words(tokens=(each,)) for each in words)
    if not leaves:
        return None
    root = Or(leaves) if len(leaves) > 1 else leaves[0]
    return Query(canonical=canonical_text(root, is_trending=False, since=None), root=root)


def similar(
    stored: StoredPaper, candidates: Iterable[StoredPaper], counts: Mapping[str, int], papers: int, most: int
) -> tuple[StoredPaper, ...]:
    """Return the candidates most like a paper, best first, without itself.

    `counts` says in how many of the `papers` of the library each word is. A word counts the more, the rarer it is,
    and double in the title. Equals stand by upvotes, then key.
    """
    weights = {word: log(max(papers, count) / count) + 0.1 for word, count in counts.items()}
    scored = []
    for each in candidates:
        if each.key == stored.key or each.paper.id == stored.paper.id:
            continue
        in_title = weights.keys() & set(each.tokens.title)
        anywhere = weights.keys() & {*each.tokens.abstract, *(t for word in each.paper.keywords for t in tokens(word))}
        if len(in_title | anywhere) < _FEWEST_SHARED and not in_title:
            continue
        score = 2 * sum(weights[word] for word in in_title) + sum(weights[word] for word in anywhere - in_title)
        scored.append((-score, -(each.paper.upvotes or 0), int(each.key), each))
    scored.sort(key=lambda each: each[:3])
    return tuple(each for *_, each in scored[:most])
