"""One line of a file of papers to a paper: bytes in, plain data out, pure.

{"id": "arxiv:2406.01234", "title": "...", "abstract": "...", "authors": ["..."], "categories": ["cs.CL"],
 "published": "2026-06-16", "doi": "10.1000/x"}

Only the title is required. What a line has besides is not read: upvotes of an old file would replace newer ones.
"""

import json
import re
from datetime import UTC, date, datetime
from typing import Any, Final

from bot.model.naming import paper_named
from bot.model.paper import (
    JSONL,
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_AUTHORS,
    MOST_CATEGORIES,
    Links,
    Paper,
    PaperId,
    Sighting,
    title_id,
)
from bot.text.latex import unicode_within

_SCHEME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_VALUE = re.compile(r"[\x21-\x7e]{1,200}")
_WELL_KNOWN: Final = frozenset({"arxiv", "doi", "title"})
"""Schemes whose values have a form."""

_YEAR = re.compile(r"\d{4}")


class UnreadableError(Exception):
    """Why a line is no paper, without anything that the line says."""


def parse_line(line: bytes, now: datetime) -> Paper:
    """Read a line. A paper is listed on its own date; one without a date is listed today.

    Raises:
        UnreadableError: it is no paper.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("not JSON") from error
    if not isinstance(record, dict):
        raise UnreadableError("not an object")
    title = unicode_within(_text(record, "title"), LONGEST_TITLE)
    if not title:
        raise UnreadableError("no title")
    identity = _id_of(_text(record, "id")) if record.get("id") is not None else title_id(title)
    published = _moment(_text(record, "published"))
    return Paper(
        id=identity,
        title=title,
        abstract=unicode_within(_text(record, "abstract"), LONGEST_ABSTRACT),
        authors=_texts(record, "authors", MOST_AUTHORS),
        categories=_texts(record, "categories", MOST_CATEGORIES),
        published_at=published,
        sightings=(Sighting(source=JSONL, listed_on=(published or now).date(), first_seen_at=now),),
        links=_links_of(identity),
        aliases=_aliases_of(_text(record, "doi")),
    )


def _id_of(text: str) -> PaperId:
    """Return the id, without version: of arXiv and DOI as people write them, of others `scheme:value`."""
    if named := paper_named(text):
        return named
    scheme, _, value = text.strip().partition(":")
    scheme = scheme.lower()
    if scheme in _WELL_KNOWN:
        raise UnreadableError(f"the id is no {scheme} id")
    if not (_SCHEME.fullmatch(scheme) and _VALUE.fullmatch(value)):
        raise UnreadableError("the id is not scheme:value, as in arxiv:2406.01234")
    return PaperId(scheme, value)


def _aliases_of(doi: str) -> tuple[PaperId, ...]:
    # A file that names a DOI wrongly still names a paper.
    named = paper_named(doi)
    return (named,) if named else ()


def _links_of(paper: PaperId) -> Links:
    match paper.scheme:
        case "arxiv":
            return Links(abs=f"https://arxiv.org/abs/{paper.value}", pdf=f"https://arxiv.org/pdf/{paper.value}")
        case "acl":
            return Links(
                abs=f"https://aclanthology.org/{paper.value}/", pdf=f"https://aclanthology.org/{paper.value}.pdf"
            )
        case "doi":
            return Links(abs=f"https://doi.org/{paper.value}")
        case _:
            return Links()


def _text(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise UnreadableError(f"{name} is no text")


def _texts(record: dict[str, Any], name: str, most: int) -> tuple[str, ...]:
    values = record.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UnreadableError(f"{name} is no list of texts")
    return tuple(text for value in values[:most] if (text := unicode_within(value, LONGEST_NAME)))


def _moment(text: str) -> datetime | None:
    """Read a day, a moment, or a year alone, which means its first day."""
    text = text.strip()
    if not text:
        return None
    try:
        if _YEAR.fullmatch(text):
            return datetime(int(text), 1, 1, tzinfo=UTC)
        if "T" not in text and " " not in text:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableError("published is no date, as in 2026-06-16") from error
