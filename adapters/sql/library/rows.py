"""A paper as a row of `paper`, and back. Tokens are kept as text, joined by spaces, as full text wants them."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from adapters.sql.library.identity import title_key
from bot.model.paper import Links, Paper, PaperId, PaperKey, PaperTokens, Sighting, StoredPaper, tokens_of

BARRIER: Final = "+"
"""Stands between two authors' tokens, so that no phrase runs from one into the next; no token is a lone plus."""

_BETWEEN_AUTHORS: Final = f" {BARRIER} "


def values_of(paper: Paper, first_seen_at: datetime) -> dict[str, Any]:
    """Return a paper's values by column name; tokenises it."""
    tokens = tokens_of(paper)
    return {
        "id": str(paper.id),
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": paper.authors,
        "categories": paper.categories,
        "published_at": paper.published_at,
        "link_abs": paper.links.abs,
        "link_pdf": paper.links.pdf,
        "link_hf": paper.links.hf,
        "link_code": paper.links.code,
        "link_project": paper.links.project,
        "upvotes": paper.upvotes,
        "stars": paper.stars,
        "tldr": paper.tldr,
        "keywords": paper.keywords,
        "organisation": paper.organisation,
        "first_seen_at": first_seen_at,
        "title_key": title_key(paper.title),
        "title_tokens": " ".join(tokens.title),
        "abstract_tokens": " ".join(tokens.abstract),
        "author_tokens": _BETWEEN_AUTHORS.join(" ".join(author) for author in tokens.authors),
        "organisation_tokens": " ".join(tokens.organisation),
    }


def paper_of(row: Row[Any], sightings: Sequence[Sighting], aliases: Sequence[PaperId]) -> Paper:
    """Return the paper of a row of `paper`."""
    return Paper(
        id=PaperId.parse(row.id),
        title=row.title,
        abstract=row.abstract,
        authors=row.authors,
        categories=row.categories,
        published_at=row.published_at,
        sightings=tuple(sightings),
        links=Links(abs=row.link_abs, pdf=row.link_pdf, hf=row.link_hf, code=row.link_code, project=row.link_project),
        upvotes=row.upvotes,
        stars=row.stars,
        tldr=row.tldr,
        keywords=row.keywords,
        organisation=row.organisation,
        aliases=tuple(aliases),
    )


def stored_of(
    row: Row[Any], sightings: Mapping[int, Sequence[Sighting]], aliases: Mapping[int, Sequence[PaperId]]
) -> StoredPaper:
    """Return the stored paper of a row of `paper`."""
    authors = row.author_tokens.split(_BETWEEN_AUTHORS) if row.authors else ()
    return StoredPaper(
        key=PaperKey(row.key),
        paper=paper_of(row, sightings.get(row.key, ()), aliases.get(row.key, ())),
        tokens=PaperTokens(
            title=_tokens(row.title_tokens),
            abstract=_tokens(row.abstract_tokens),
            authors=tuple(map(_tokens, authors)),
            organisation=_tokens(row.organisation_tokens),
        ),
    )


def _tokens(text: str) -> tuple[str, ...]:
    # Thousands of papers share some ten thousand words: interned, a month of arXiv takes a tenth of the memory.
    return tuple(map(sys.intern, text.split()))
