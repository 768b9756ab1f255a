"""What a match means, one query and one paper at a time: does it hold, why, where to point, how strongly.

`evaluate` is the definition that the fast matcher is held to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from bot.model.paper import PaperTokens, StoredPaper
from bot.query.ast import And, Category, Leaf, Node, Not, Or, Query, Scope, Source, Upvotes, Words
from bot.query.categories import covers
from bot.text.normalise import located_name_tokens, located_tokens, name_tokens
from bot.text.normalise import tokens as text_tokens


class Field(StrEnum):
    """What of a paper a condition is about; the value is for people."""

    TITLE = "in the title"
    ABSTRACT = "in the abstract"
    AUTHOR = "author"
    ORGANISATION = "organisation"
    CATEGORY = "category"
    SOURCE = "source"
    UPVOTES = "upvotes"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a paper matched: a word or phrase as the person wrote it, or the paper's own name, count or category."""

    text: str
    field: Field

    def __str__(self) -> str:
        match self.field:
            case Field.TITLE | Field.ABSTRACT:
                return f"“{self.text}” {self.field}"
            case Field.UPVOTES:
                return f"{self.text} upvotes"
            case _:
                return f"{self.field} {self.text}"


_FIELDS: Final = {
    Scope.TEXT: (Field.TITLE, Field.ABSTRACT),
    Scope.TITLE: (Field.TITLE,),
    Scope.ABSTRACT: (Field.ABSTRACT,),
    Scope.AUTHOR: (Field.AUTHOR,),
    Scope.ORGANISATION: (Field.ORGANISATION,),
}


def evaluate(query: Query, stored: StoredPaper) -> bool:
    """Say whether a paper matches a query."""
    return query.root is None or _holds(query.root, stored)


def _holds(node: Node, stored: StoredPaper) -> bool:
    match node:
        case And(parts):
            return all(_holds(part, stored) for part in parts)
        case Or(parts):
            return any(_holds(part, stored) for part in parts)
        case Not(part):
            return not _holds(part, stored)
        case Words(scope=scope, tokens=phrase):
            return any(_is_in(stored.tokens, field, phrase) for field in _FIELDS[scope])
        case Category(name=name):
            return any(covers(name, category) for category in stored.paper.categories)
        case Source(name=name):
            return name in stored.paper.sources
        case Upvotes():
            return node.holds(stored.paper.upvotes)
        case _:
            assert_never(node)


def _texts(tokens: PaperTokens, field: Field) -> tuple[tuple[str, ...], ...]:
    match field:
        case Field.TITLE:
            return (tokens.title,)
        case Field.ABSTRACT:
            return (tokens.abstract,)
        case Field.AUTHOR:
            return tokens.authors
        case Field.ORGANISATION:
            return (tokens.organisation,)
        case _:
            return ()


def _is_in(tokens: PaperTokens, field: Field, phrase: tuple[str, ...]) -> bool:
    return any(_count(text, phrase) for text in _texts(tokens, field))


def _count(text: tuple[str, ...], phrase: tuple[str, ...]) -> int:
    if len(phrase) == 1:
        return text.count(phrase[0])
    return sum(1 for _ in _begins(text, phrase))


def _begins(text: tuple[str, ...], phrase: tuple[str, ...]) -> Iterator[int]:
    """Yield where a phrase begins; looking for its first token is left to the tuple, which is ten times faster."""
    first, length = phrase[0], len(phrase)
    at = -1
    for _ in range(text.count(first)):
        at = text.index(first, at + 1)
        if text[at : at + length] == phrase:
            yield at


# --- why ----------------------------------------------------------------------------------------------------------


def explain(query: Query, stored: StoredPaper) -> tuple[Reason, ...]:
    """Return what made a paper match, in the query's order, each once; () when it does not, or on `trending` alone."""
    if not evaluate(query, stored):
        return ()
    return tuple(dict.fromkeys(_reason(leaf, stored) for leaf in _satisfied(query.root, stored)))


def _satisfied(node: Node | None, stored: StoredPaper) -> Iterator[Leaf]:
    """Yield the leaves, among those that are wanted, for which a tree that matches does so."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                if _holds(part, stored):
                    yield from _satisfied(part, stored)
        case Words() | Category() | Source() | Upvotes():
            yield node
        case Not() | None:
            return
        case _:
            assert_never(node)


def _reason(leaf: Leaf, stored: StoredPaper) -> Reason:
    match leaf:
        case Words(scope=Scope.AUTHOR, tokens=phrase):
            names = zip(stored.paper.authors, stored.tokens.authors, strict=True)
            return Reason(next(name for name, tokens in names if _count(tokens, phrase)), Field.AUTHOR)
        case Words(scope=Scope.ORGANISATION):
            return Reason(stored.paper.organisation, Field.ORGANISATION)
        case Words(scope=scope, tokens=phrase, typed=typed):
            field = next(field for field in _FIELDS[scope] if _is_in(stored.tokens, field, phrase))
            return Reason(typed or " ".join(phrase), field)
        case Category(name=name):
            return Reason(next(each for each in stored.paper.categories if covers(name, each)), Field.CATEGORY)
        case Source(name=name):
            return Reason(name, Field.SOURCE)
        case Upvotes():
            return Reason(str(stored.paper.upvotes), Field.UPVOTES)
        case _:
            assert_never(leaf)


# --- where --------------------------------------------------------------------------------------------------------


def highlight(text: str, query: Query, field: Field) -> tuple[tuple[int, int], ...]:
    """Return the parts of a shown text that a query asks for: `text[start:end]`, in order, none touching another.

    `text` is the clean text shown of that field: a title, an abstract or its TL;DR, one author's name.
    """
    phrases = {
        leaf.tokens
        for leaf, is_wanted in query.leaves()
        if is_wanted and isinstance(leaf, Words) and field in _FIELDS[leaf.scope]
    }
    if not phrases:
        return ()
    is_name = field in (Field.AUTHOR, Field.ORGANISATION)
    tokens = name_tokens(text) if is_name else text_tokens(text)
    # Most texts have none of the words: finding that out is cheaper than finding where every token stands.
    begins = [(at, len(phrase)) for phrase in phrases for at in _begins(tokens, phrase)]
    if not begins:
        return ()
    located = located_name_tokens(text) if is_name else located_tokens(text)
    return tuple(_merged(sorted((located[at].start, located[at + length - 1].end) for at, length in begins)))


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    while spans:
        start, end = spans.pop(0)
        while spans and spans[0][0] <= end:
            end = max(end, spans.pop(0)[1])
        yield start, end


# --- how strongly -------------------------------------------------------------------------------------------------

TITLE_WEIGHT: Final = 4.0
"""A word in the title says what a paper is about. Full-text search ranks best with about this weight, too."""

PHRASE_BONUS: Final = 0.5
"""Per further token of a phrase: "diffusion policy" says more than either word."""

LONGEST_BONUS: Final = 4
"""Tokens from which a longer phrase gets no further bonus."""


def strength(query: Query, stored: StoredPaper) -> float:
    """Return how strongly a paper matches: comparable between papers of one query, not between queries.

    The sum over the wanted words and phrases that the paper has, of the length's bonus times (`TITLE_WEIGHT` if in the
    title, + n / (n + 1) for n times in the abstract). A name of a person or an organisation counts as a title does;
    categories, sources and upvotes select and add nothing. It is 0.0 where nothing but those was asked for.
    """
    return strengths(query, (stored,))[0]


def strengths(query: Query, papers: Iterable[StoredPaper]) -> list[float]:
    """Return the strength of many papers, in their order."""
    wanted = [leaf for leaf, is_wanted in query.leaves() if is_wanted and isinstance(leaf, Words)]
    return [round(sum([_weight(leaf, stored.tokens) for leaf in wanted]), 6) for stored in papers]


def _weight(leaf: Words, tokens: PaperTokens) -> float:
    phrase, scope = leaf.tokens, leaf.scope
    weight = 0.0
    if scope is Scope.TEXT or scope is Scope.ABSTRACT:
        count = _count(tokens.abstract, phrase)
        weight += count / (count + 1)
    if scope is Scope.TEXT or scope is Scope.TITLE:
        weight += TITLE_WEIGHT if _count(tokens.title, phrase) else 0.0
    elif scope is not Scope.ABSTRACT:
        weight += TITLE_WEIGHT if _is_in(tokens, _FIELDS[scope][0], phrase) else 0.0
    return weight * (1 + PHRASE_BONUS * (min(len(phrase), LONGEST_BONUS) - 1))
