"""A Daily Papers page saved as text to papers: text in, plain data out, pure.

    new · Subscribe · ...                       whatever stands above
    Daily Papers                                the heading
    byAK and the research community · Aug 12    whatever stands below it; the label names no year
    title, abstract, title, abstract ...        one a line; empty lines mean nothing

Titles and abstracts are told apart by their length, so nothing depends on how many lines the page has elsewhere. The
page has no ids: a paper is known by its title until a source with ids lists it.
"""

from dataclasses import dataclass
from itertools import dropwhile
from typing import Final

from bot.model.paper import LONGEST_ABSTRACT, Paper, Sighting, title_id
from bot.text.latex import unicode_of, unicode_within
from bot.text.normalise import clean

HEADING: Final = "daily papers"

LONGEST_TITLE: Final = 180
"""A longer line is an abstract: in 9,581 items no title had more than 175 characters, no abstract less than 300."""


class NoPageError(Exception):
    """Why a text is no Daily Papers page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's papers, the lines that belong to none, and how many lines there are."""

    papers: tuple[Paper, ...]
    skipped: tuple[str, ...]
    lines: int


def parse_page(text: str, sighting: Sighting) -> Page:
    """Read the page; lines below the first paper that are no part of one are skipped and named.

    Raises:
        NoPageError: it has not the heading, or no paper below it.
    """
    if "\0" in text:
        raise NoPageError("it is binary")
    lines = text.splitlines()
    numbered = ((number, plain) for number, line in enumerate(lines, start=1) if (plain := clean(line)))
    below = list(dropwhile(lambda line: line[1].lower() != HEADING, numbered))[1:]
    if not below:
        raise NoPageError('it has no line "Daily Papers" with anything below it')
    papers: list[Paper] = []
    skipped: list[str] = []
    title: tuple[int, str] | None = None
    for number, line in below:
        if len(line) <= LONGEST_TITLE:
            if title and papers:
                skipped.append(f"line {title[0]}: a title without an abstract")
            title = number, line
        elif title is None:
            skipped.append(f"line {number}: an abstract without a title")
        else:
            papers.append(_paper(title[1], line, sighting))
            title = None
    if title and papers:
        skipped.append(f"line {title[0]}: a title without an abstract")
    if not papers:
        raise NoPageError("no title with an abstract stands below its heading")
    return Page(papers=tuple(papers), skipped=tuple(skipped), lines=len(lines))


def _paper(title: str, abstract: str, sighting: Sighting) -> Paper:
    return Paper(
        id=title_id(title),
        title=unicode_of(title),
        abstract=unicode_within(abstract, LONGEST_ABSTRACT),
        sightings=(sighting,),
    )
