"""What one paper is after another description of it came in: pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from adapters.sql.library.identity import ids_of
from bot.model.paper import HUGGINGFACE, Links, Paper, PaperId, Sighting

_TRUST: Final = {"arxiv": 2, HUGGINGFACE: 1}
"""Whose title, abstract and authors are right; any other source's come last."""


def merged(known: Paper, later: Paper) -> Paper:
    """Return the paper that two descriptions make.

    What may change (upvotes, stars, TL;DR, keywords, organisation, links) is the later one's, unless that is empty.
    Title, abstract and authors are those of the source that knows best; among equals the longer ones, so that
    no text goes back and forth between two lists.
    """
    trust, trust_later = _trust_of(known), _trust_of(later)

    def better_text(mine: str, theirs: str) -> str:
        return theirs if _is_better(len(mine), len(theirs), trust, trust_later) else mine

    ids = _united_ids(known, later)
    return Paper(
        id=ids[0],
        aliases=ids[1:],
        title=better_text(known.title, later.title),
        abstract=better_text(known.abstract, later.abstract),
        authors=later.authors
        if _is_better(len(known.authors), len(later.authors), trust, trust_later)
        else known.authors,
        categories=tuple(dict.fromkeys((*known.categories, *later.categories))),
        published_at=known.published_at or later.published_at,
        sightings=united_sightings((*known.sightings, *later.sightings)),
        links=Links(
            abs=later.links.abs or known.links.abs,
            pdf=later.links.pdf or known.links.pdf,
            hf=later.links.hf or known.links.hf,
            code=later.links.code or known.links.code,
            project=later.links.project or known.links.project,
        ),
        upvotes=known.upvotes if later.upvotes is None else later.upvotes,
        stars=known.stars if later.stars is None else later.stars,
        tldr=later.tldr or known.tldr,
        keywords=later.keywords or known.keywords,
        organisation=later.organisation or known.organisation,
    )


def normalised(paper: Paper) -> Paper:
    """Return a paper with its ids in their one spelling and each sighting once."""
    ids = ids_of(paper)
    return replace(paper, id=ids[0], aliases=ids[1:], sightings=united_sightings(paper.sightings))


def united_sightings(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Return each (source, date) once, with the earliest moment it was seen, in order of dates."""
    first: dict[tuple[date, str], datetime] = {}
    for each in sightings:
        name = (each.listed_on, each.source)
        first[name] = min(first.get(name, each.first_seen_at), each.first_seen_at)
    return tuple(
        Sighting(source=source, listed_on=listed_on, first_seen_at=seen)
        for (listed_on, source), seen in sorted(first.items())
    )


def _united_ids(known: Paper, later: Paper) -> tuple[PaperId, ...]:
    return ids_of(replace(known, aliases=(*known.aliases, later.id, *later.aliases)))


def _trust_of(paper: Paper) -> int:
    return max((_TRUST.get(source, 0) for source in paper.sources), default=0)


def _is_better(length: int, length_later: int, trust: int, trust_later: int) -> bool:
    if not length or not length_later:
        return bool(length_later)
    return trust_later > trust or (trust_later == trust and length_later > length)
