# ruff: noqa: RUF001 - what phones type for quotes is among its subjects
"""Which papers are like another: those that share its rare words. Pure.

paper ──> the words of its title and keywords ──> the rarest of them ──> candidates ──> scored by what they share
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from typing import Final

from bot.model.paper import StoredPaper
from bot.query.ast import Or, Query, Words, canonical_text
from bot.text.dull import DULL
from bot.text.normalise import located_tokens, tokens

RAREST: Final = 8
"""How many words candidates are looked for by. With more of them common words would be among them."""

MOST: Final = 3_000
"""How many papers may have any of those words, else the commonest are left out.

A word that everybody uses says nothing about a paper, and to look for it takes a second in a large library.
"""

_SHORTEST: Final = 2
_FEWEST_SHARED: Final = 2
"""One word in common is a coincidence, unless it is a rare one in the titles of both."""

_SYNTAX: Final = frozenset('"“”„‟«»＂`')
"""Characters that would end a quoted phrase, as commands read it, or the code that shows it."""


def telling_words(stored: StoredPaper) -> tuple[Words, ...]:
    """Return the words of a paper's title and keywords that may say what it is about, each once."""
    keywords = (token for keyword in stored.paper.keywords for token in tokens(keyword))
    found = dict.fromkeys((*stored.tokens.title, *keywords))
    return tuple(Words(tokens=(each,)) for each in found if len(each) >= _SHORTEST and each not in DULL)


def rarest(words: Sequence[Words], counts: Sequence[int], *, own: Collection[str]) -> Mapping[str, int]:
    """Return the rarest of these words that another paper has, each with its count, the rarest first.

    `own` are the words with which the paper itself is counted; a word that only it has brings nothing else.
    """
    found = [(count, each.tokens[0]) for each, count in zip(words, counts, strict=True)]
    shared = sorted((count, word) for count, word in found if count > (word in own))[:RAREST]
    upto = accumulate(count for count, _ in shared)
    return {
        word: count
        for at, ((count, word), many) in enumerate(zip(shared, upto, strict=True))
        if at < _FEWEST_SHARED or many <= MOST
    }


def query_for(words: Iterable[str]) -> Query | None:
    """Return the query that finds papers with any of these words; None for no words."""
    leaves = tuple(Words(tokens=(each,)) for each in words)
    if not leaves:
        return None
    root = Or(leaves) if len(leaves) > 1 else leaves[0]
    return Query(canonical=canonical_text(root, is_trending=False, since=None), root=root)


def similar(
    stored: StoredPaper, candidates: Iterable[StoredPaper], counts: Mapping[str, int], most: int
) -> tuple[StoredPaper, ...]:
    """Return the candidates most like a paper, best first, without itself.

    `counts` says in how many papers each word is. A word counts the more, the rarer it is, and double in the title.
    Equals stand by upvotes, then key.
    """
    weights = {word: 1 / log(2 + count) for word, count in counts.items()}
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


# --- what a paper is about, in words to be muted -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A word, or two side by side, as a title has them."""

    text: str
    words: Words


def phrases_to_mute(title: str) -> tuple[Phrase, ...]:
    """Return the words of a title that may say what it is about, and the pairs of them, each once."""
    located = located_tokens(title)
    telling = [each.token not in DULL and len(each.token) >= _SHORTEST for each in located]
    found: dict[tuple[str, ...], Phrase] = {}
    for at, each in enumerate(located):
        for last in (at + 1, at):
            if last < len(located) and all(telling[at : last + 1]):
                text = title[each.start : located[last].end]
                words = tuple(token.token for token in located[at : last + 1])
                if not _SYNTAX & set(text):
                    found.setdefault(words, Phrase(text=text, words=Words(tokens=words)))
    return tuple(found.values())


def rarest_phrases(phrases: Sequence[Phrase], counts: Sequence[int], most: int) -> tuple[Phrase, ...]:
    """Return the phrases that single a paper out, without one that is part of another.

    What more than one paper has comes first, pairs before words: muting what only this one has would mute nothing.
    """
    ordered = sorted(
        zip(phrases, counts, strict=True),
        key=lambda each: (each[1] < 2, -len(each[0].words.tokens), each[1]),  # noqa: PLR2004 - this one and another
    )
    chosen: list[Phrase] = []
    for phrase, _ in ordered:
        taken = {token for each in chosen for token in each.words.tokens}
        if len(chosen) < most and not taken & set(phrase.words.tokens):
            chosen.append(phrase)
    return tuple(chosen)


def names_to_mute(authors: Sequence[str]) -> tuple[str, ...]:
    """Return the first author and the last."""
    names = dict.fromkeys(name for name in (*authors[:1], *authors[-1:]) if not _SYNTAX & set(name))
    return tuple(names)
