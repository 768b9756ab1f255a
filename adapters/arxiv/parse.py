"""arXiv's answers to papers: bytes in, plain data out, pure.

feed (RSS or Atom)    today's announcement of some categories: papers with a sighting on the day they were announced
query answer (Atom)   papers by id or by date of submission, without sightings: the one who asked knows why
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from typing import Final
from xml.etree.ElementTree import Element

from adapters.arxiv.entries import (
    ARXIV_NS,
    ATOM,
    DC,
    UnreadableError,
    abstract_of,
    categories_of,
    dois_of,
    links_of,
    names_of,
    number_of,
    raw_text_of,
    root_of,
    text_of,
    title_of,
    without_markup,
    words_of,
)
from bot.errors import SourceError
from bot.model.fetching import Skip
from bot.model.paper import ARXIV, MOST_ITEMS, Paper, PaperId, Sighting

KEPT: Final = frozenset({"new", "cross"})
LEFT_OUT: Final = frozenset({"replace", "replace-cross"})
"""Announce types; a revision is not a new paper. Source: https://info.arxiv.org/help/rss_specifications.html"""

_OPENSEARCH: Final = "{http://a9.com/-/spec/opensearch/1.1/}"
_FEED_ERROR: Final = "feed error for query"
_API_ERROR: Final = "/api/errors"
_HEAD: Final = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(\S+)\s*(?:Abstract:)?\s*")
"""What stands before the abstract in a feed."""

_SUFFIXES: Final = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
"""Parts between commas that belong to the name before them."""

SEVERAL: Final = 3
"""Reasons that an error repeats when nothing could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One announcement. `day` is None when the feed does not say; `items` counts everything in it, revisions too."""

    day: date | None
    papers: tuple[Paper, ...]
    skipped: tuple[Skip, ...]
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """One page of a query's results. `total` counts all of them, None where arXiv does not; `entries` those on it."""

    papers: tuple[Paper, ...]
    skipped: tuple[Skip, ...]
    entries: int
    total: int | None


def parse_feed(body: bytes, seen_at: datetime) -> Feed:
    """Read a feed; entries that cannot be read are skipped and named, revisions are left out.

    Raises:
        SourceError: it is no feed, an error in the shape of one, or none of its entries can be read.
    """
    root = root_of(body)
    channel = root.find("channel") if root.tag == "rss" else root
    if channel is None or root.tag not in {"rss", f"{ATOM}feed"}:
        raise SourceError("the answer is neither RSS nor Atom", answered=True)
    items = _items_of(channel)
    if words := _complaint(channel, items):
        raise SourceError(words, answered=True)
    # Atom says when it was made (`updated`), RSS which announcement it is.
    day = _day_of(channel, "pubDate", f"{ATOM}published", "lastBuildDate", f"{ATOM}updated")
    papers, skipped = _read(items, lambda item: _announced(item, day, seen_at))
    return Feed(
        day=day or max((sighting.listed_on for paper in papers for sighting in paper.sightings), default=None),
        papers=papers,
        skipped=skipped,
        items=len(items),
    )


def parse_results(body: bytes) -> Results:
    """Read one page of a query's results; entries that cannot be read are skipped and named.

    Raises:
        SourceError: it is no such page, an error in the shape of one, or none of its entries can be read.
    """
    root = root_of(body)
    if root.tag != f"{ATOM}feed":
        raise SourceError("the answer is not Atom", answered=True)
    entries = _bounded(root.findall(f"{ATOM}entry"))
    if words := _complaint(root, entries):
        raise SourceError(words, answered=True)
    total = text_of(root.find(f"{_OPENSEARCH}totalResults"))
    papers, skipped = _read(entries, _submitted)
    return Results(
        papers=papers,
        skipped=skipped,
        entries=len(entries),
        total=int(total) if total.isascii() and total.isdecimal() and len(total) < 10 else None,  # noqa: PLR2004 - a count, no novel
    )


def complaint_of(body: bytes) -> str:
    """Return what arXiv says in an answer that is an error; empty when it says nothing that can be read."""
    try:
        root = root_of(body)
    except SourceError:
        return ""
    channel = root.find("channel")
    channel = root if channel is None else channel
    return _complaint(channel, _items_of(channel))


def _complaint(channel: Element, items: Iterable[Element]) -> str:
    """Find the error in what looks like papers: a feed by its title, an entry by the address of arXiv's errors."""
    errors = [item for item in items if _is_error(item)]
    title = _said(channel, "title")
    if errors:
        said = _said(errors[0], "summary", "description") or "an error without a word"
    elif _FEED_ERROR in title.lower():
        said = _said(channel, "description", "subtitle") or title
    else:
        return ""
    return f"arXiv says: {words_of(said)}"


def _is_error(item: Element) -> bool:
    name = _said(item, "id", "guid")
    return _API_ERROR in name or (_said(item, "title") == "Error" and not number_of(name))


def _said(element: Element, *names: str) -> str:
    """Return the first text under these names, in RSS or in Atom."""
    found = (text_of(element.find(f"{namespace}{name}")) for name in names for namespace in ("", ATOM))
    return next(filter(None, found), "")


def _items_of(channel: Element) -> list[Element]:
    return _bounded([*channel.iterfind("item"), *channel.iterfind(f"{ATOM}entry")])


def _bounded(items: list[Element]) -> list[Element]:
    if len(items) > MOST_ITEMS:
        raise SourceError(f"the answer has {len(items):,} items; at most {MOST_ITEMS:,} are read", answered=True)
    return items


def _read(
    entries: list[Element], paper_of: Callable[[Element], Paper | None]
) -> tuple[tuple[Paper, ...], tuple[Skip, ...]]:
    papers: dict[PaperId, Paper] = {}
    skipped: list[Skip] = []
    for number, entry in enumerate(entries, start=1):
        try:
            paper = paper_of(entry)
        except UnreadableError as error:
            skipped.append(Skip(f"item {number}", str(error)))
        else:
            if paper is not None:
                papers.setdefault(paper.id, paper)
    if entries and len(skipped) == len(entries):
        why = "; ".join(dict.fromkeys(skip.why for skip in skipped[:SEVERAL]))
        raise SourceError(f"none of the {len(entries)} items can be read ({why})", answered=True)
    return tuple(papers.values()), tuple(skipped)


def _announced(item: Element, day: date | None, seen_at: datetime) -> Paper | None:
    """Read one item of a feed; None for a revision."""
    is_rss = item.tag == "item"
    names = ("guid", "link") if is_rss else (f"{ATOM}id",)
    number = next((found for name in names if (found := number_of(raw_text_of(item.find(name))))), None)
    if number is None:
        raise UnreadableError("it has no arXiv id")
    description = without_markup(raw_text_of(item.find("description" if is_rss else f"{ATOM}summary")))
    head = _HEAD.match(description)
    kind = (text_of(item.find(f"{ARXIV_NS}announce_type")) or (head[1] if head else "")).lower()
    if kind in LEFT_OUT:
        return None
    if kind not in KEPT:
        raise UnreadableError(f"{number} has {'an unknown' if kind else 'no'} announce type")
    days = [each for each in (_day_of(item, "pubDate", f"{ATOM}published"), day) if each]
    if not days:
        raise UnreadableError(f"{number} has no date")
    listed_on = min(days)
    # A feed of tomorrow, seen under --as-of, is not seen before its day.
    first_seen_at = max(seen_at, datetime.combine(listed_on, time(), UTC))
    terms = item.iterfind("category" if is_rss else f"{ATOM}category")
    return Paper(
        id=PaperId(ARXIV, number),
        title=title_of(item.find("title" if is_rss else f"{ATOM}title"), number),
        abstract=abstract_of(description[head.end() :] if head else description),
        authors=names_of(_split(without_markup(raw_text_of(each)) for each in item.iterfind(f"{DC}creator"))),
        categories=categories_of(raw_text_of(term) or term.get("term", "") for term in terms),
        sightings=(Sighting(source=ARXIV, listed_on=listed_on, first_seen_at=first_seen_at),),
        links=links_of(number),
        aliases=dois_of(map(raw_text_of, item.iterfind(f"{ARXIV_NS}DOI"))),
    )


def _submitted(entry: Element) -> Paper:
    """Read one entry of a query's results."""
    number = number_of(raw_text_of(entry.find(f"{ATOM}id")))
    if number is None:
        raise UnreadableError("it has no arXiv id")
    primary = entry.find(f"{ARXIV_NS}primary_category")
    terms = [*([primary] if primary is not None else []), *entry.iterfind(f"{ATOM}category")]
    return Paper(
        id=PaperId(ARXIV, number),
        title=title_of(entry.find(f"{ATOM}title"), number),
        abstract=abstract_of(raw_text_of(entry.find(f"{ATOM}summary"))),
        authors=names_of(raw_text_of(author.find(f"{ATOM}name")) for author in entry.iterfind(f"{ATOM}author")),
        categories=categories_of(term.get("term", "") for term in terms),
        published_at=_moment(raw_text_of(entry.find(f"{ATOM}published"))),
        links=links_of(number),
        aliases=dois_of(map(raw_text_of, entry.iterfind(f"{ARXIV_NS}doi"))),
    )


def _split(creators: Iterable[str]) -> Iterator[str]:
    """Take one comma-joined string of names apart; a name without a given name has an empty part before it."""
    for creator in creators:
        name = ""
        for part in map(str.strip, creator.split(",")):
            if part.lower() in _SUFFIXES and name:
                name = f"{name} {part}"
                continue
            yield name
            name = part
        yield name


def _day_of(element: Element, *names: str) -> date | None:
    """Return the UTC date in the first of these that holds one; midnight US/Eastern is on the same date in UTC."""
    moments = (_moment(raw_text_of(element.find(name))) for name in names)
    return next((moment.date() for moment in moments if moment), None)


def _moment(text: str) -> datetime | None:
    """Read a date as RSS (RFC 822) or Atom (ISO 8601) has it."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text.strip())
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None
