"""Papers: their ids, where they were listed, and the tokens that stand for their text."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NewType, Self

from bot.text.normalise import name_tokens, tokens

PaperKey = NewType("PaperKey", int)
"""The permanent key of a stored paper, inside one database only; never shown to a person."""

HUGGINGFACE = "huggingface"
"""The source whose upvotes rank papers, and whose days *rising* looks at."""

ARXIV = "arxiv"
"""The source that has categories."""

JSONL = "jsonl"
"""The source of papers that a file brings; nobody fetches it."""

LONGEST_TITLE, LONGEST_ABSTRACT, LONGEST_NAME = 1_000, 20_000, 500
MOST_AUTHORS, MOST_CATEGORIES = 5_000, 100
"""What is taken of one paper, in characters and in number: bounds against a broken answer or file.

They are far above what was ever seen: a title of 175 characters, 664 authors, 12 categories.
"""

LONGEST_AUTHORS = 100_000
"""Characters of all authors' tokens: twice the longest list of authors there is. PostgreSQL indexes 1 MB of a text, and
refuses a whole list of papers for the sake of one that has more.
"""

MOST_ITEMS = 10_000
"""Items of one answer that are looked at: five times the largest feed. A body of 20 MB has room for millions."""


@dataclass(frozen=True, slots=True)
class PaperId:
    """An outer id, `scheme:value`, without version: `arxiv:2406.01234`, `doi:10.1000/x`, `title:<digest>`."""

    scheme: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `scheme:value`.

        Raises:
            ValueError: without a scheme or a value.
        """
        scheme, colon, value = text.partition(":")
        if not (scheme and colon and value):
            raise ValueError(f"{text!r} is not scheme:value")
        return cls(scheme, value)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


def title_id(title: str) -> PaperId:
    """Return the id of a paper whose source gives none: spelling counts, but not case, accents, TeX or punctuation."""
    normalised = " ".join(name_tokens(title)) or title
    return PaperId("title", hashlib.sha256(normalised.encode()).hexdigest()[:_TITLE_DIGITS])


_TITLE_DIGITS = 32
"""128 bits: no two titles of any library meet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That a source listed a paper on a date.

    `listed_on` is the source's own day (a UTC date); `first_seen_at` is when we first saw it there, in UTC.
    """

    source: str
    listed_on: date
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a paper can be read and tried; empty when not known."""

    abs: str = ""
    pdf: str = ""
    hf: str = ""
    code: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One paper as its sources describe it: plain Unicode text, without TeX and control characters.

    `published_at` is in UTC, at midnight where only a day is known. `upvotes` and `stars` are None where no
    source counts them. `aliases` are further ids of the same paper. `sightings` are in order of `listed_on`.
    """

    id: PaperId
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published_at: datetime | None = None
    sightings: tuple[Sighting, ...] = ()
    links: Links = field(default_factory=Links)
    upvotes: int | None = None
    stars: int | None = None
    tldr: str = ""
    keywords: tuple[str, ...] = ()
    organisation: str = ""
    aliases: tuple[PaperId, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that listed it, by name."""
        return tuple(sorted({sighting.source for sighting in self.sightings}))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTokens:
    """A paper's text as the one tokeniser reads it: what queries are compared with, made once at ingest.

    Authors are not stemmed, and each keeps its own tuple, so that no phrase runs from one into the next.
    """

    title: tuple[str, ...]
    abstract: tuple[str, ...]
    authors: tuple[tuple[str, ...], ...]
    organisation: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPaper:
    """A paper of the library: its key, its text, its tokens."""

    key: PaperKey
    paper: Paper
    tokens: PaperTokens


def tokens_of(paper: Paper) -> PaperTokens:
    """Tokenise a paper once."""
    return PaperTokens(
        title=tokens(paper.title),
        abstract=tokens(paper.abstract),
        authors=tuple(_tokens_of_names(paper.authors)),
        organisation=name_tokens(paper.organisation),
    )


def _tokens_of_names(authors: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield the tokens of each author; once they are longer than any list of authors is, those left have none."""
    left = LONGEST_AUTHORS
    for author in authors:
        found = name_tokens(author) if left > 0 else ()
        left -= sum(map(len, found))
        yield found
