"""Hugging Face's answers to papers: bytes in, plain data out, pure.

The day of a paper is the date that was asked for. The outer `publishedAt` of an item is a day early, and never read.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from bot.errors import SourceError
from bot.model.fetching import Skip
from bot.model.paper import (
    HUGGINGFACE,
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_AUTHORS,
    MOST_ITEMS,
    Links,
    Paper,
    PaperId,
    Sighting,
)
from bot.text.latex import unicode_within
from bot.text.normalise import clean

ARXIV_ID: Final = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]{2,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?", re.ASCII)
"""New and old arXiv ids. Source: https://info.arxiv.org/help/arxiv_identifier.html"""

LONGEST_ADDRESS, MOST_KEYWORDS = 2_000, 100
"""Far above what was ever seen: bounds against a broken answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a day's list: its papers, what could not be read, and how many items there were."""

    papers: tuple[Paper, ...]
    skipped: tuple[Skip, ...]
    items: int


def parse_page(body: bytes, day: date, seen_at: datetime) -> Page:
    """Read one page of the list of `day`; items that cannot be read are skipped and named.

    Raises:
        SourceError: it is not a list.
    """
    items = _items(body)
    sighting = Sighting(source=HUGGINGFACE, listed_on=day, first_seen_at=seen_at)
    papers: list[Paper] = []
    skipped: list[Skip] = []
    for number, item in enumerate(items, start=1):
        try:
            papers.append(_paper_of_item(item, (sighting,)))
        except _UnreadableError as error:
            skipped.append(Skip(f"item {number}", str(error)))
    return Page(papers=tuple(papers), skipped=tuple(skipped), items=len(items))


def parse_found(body: bytes) -> tuple[Paper, ...]:
    """Read the answer to a search, whose items look like those of a list; those that cannot be read are left out.

    Raises:
        SourceError: it is not a list, or nothing in it can be read.
    """
    items = _items(body)
    papers: list[Paper] = []
    why = ""
    for item in items:
        try:
            papers.append(_paper_of_item(item, ()))
        except _UnreadableError as error:
            why = str(error)
    if why and not papers:
        raise SourceError(f"none of the {len(items)} items can be read ({why})", answered=True)
    return tuple(papers)


def parse_paper(body: bytes) -> Paper:
    """Read the answer about one paper, which has no outer item; it was not sighted on a day.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        return _paper(_object(_json(body), "the answer"), {}, ())
    except _UnreadableError as error:
        raise SourceError(f"the paper cannot be read ({error})", answered=True) from error


class _UnreadableError(Exception):
    """Why one item is no paper."""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceError("the answer is not JSON", answered=True) from error


def _items(body: bytes) -> list[Any]:
    items = _json(body)
    if not isinstance(items, list):
        raise SourceError("the answer is not a list of papers", answered=True)
    if len(items) > MOST_ITEMS:
        raise SourceError(f"the answer has {len(items):,} items; at most {MOST_ITEMS:,} are read", answered=True)
    return items


def _paper_of_item(item: Any, sightings: tuple[Sighting, ...]) -> Paper:
    outer = _object(item, "the item")
    return _paper(_object(outer.get("paper"), "its paper"), outer, sightings)


def _paper(paper: dict[str, Any], outer: dict[str, Any], sightings: tuple[Sighting, ...]) -> Paper:
    found = ARXIV_ID.fullmatch(_text(paper.get("id")))
    if not found:
        raise _UnreadableError("it has no arXiv id")
    number = found[1]
    title = _said(paper.get("title"), LONGEST_TITLE) or _said(outer.get("title"), LONGEST_TITLE)
    if not title:
        raise _UnreadableError(f"{number} has no title")
    return Paper(
        id=PaperId("arxiv", number),
        title=title,
        abstract=_said(paper.get("summary"), LONGEST_ABSTRACT) or _said(outer.get("summary"), LONGEST_ABSTRACT),
        authors=_authors(paper.get("authors")),
        published_at=_moment(paper.get("publishedAt")),
        sightings=sightings,
        links=Links(
            abs=f"https://arxiv.org/abs/{number}",
            pdf=f"https://arxiv.org/pdf/{number}",
            hf=f"https://huggingface.co/papers/{number}",
            code=_address(paper.get("githubRepo")),
            project=_address(paper.get("projectPage")),
        ),
        upvotes=_count(paper.get("upvotes")) or 0,
        stars=_count(paper.get("githubStars")),
        tldr=_said(paper.get("ai_summary"), LONGEST_TITLE),
        keywords=_words(paper.get("ai_keywords")),
        organisation=_organisation(paper.get("organization")) or _organisation(outer.get("organization")),
    )


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _UnreadableError(f"{name} is {_kind(value)} instead of an object")
    return value


def _kind(value: Any) -> str:
    kinds = {
        str: "a text",
        list: "a list",
        type(None): "missing",
        bool: "a boolean",
        int: "a number",
        float: "a number",
    }
    return kinds[type(value)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _said(value: Any, longest: int) -> str:
    return unicode_within(_text(value), longest)


def _authors(value: Any) -> tuple[str, ...]:
    listed: Sequence[Any] = value if isinstance(value, list) else ()
    names = (_said(author.get("name"), LONGEST_NAME) for author in listed[:MOST_AUTHORS] if isinstance(author, dict))
    return tuple(name for name in names if name)


def _words(value: Any) -> tuple[str, ...]:
    listed: Sequence[Any] = value if isinstance(value, list) else ()
    return tuple(word for each in listed[:MOST_KEYWORDS] if (word := clean(_text(each)[:LONGEST_NAME])))


def _organisation(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    return clean((_text(value.get("fullname")) or _text(value.get("name")))[:LONGEST_NAME])


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST_COUNT else None


_LARGEST_COUNT: Final = 2**31
"""What an integer column of PostgreSQL holds."""


def _address(value: Any) -> str:
    address = _text(value)
    if len(address) > LONGEST_ADDRESS:
        return ""
    address = clean(address)
    return address if address.startswith(("https://", "http://")) and " " not in address else ""


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
