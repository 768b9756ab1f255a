"""What arXiv's feeds and query answers have in common: hostile XML kept out, and the parts of a paper read."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from html.entities import name2codepoint
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from bot.errors import SourceError
from bot.model.paper import (
    LONGEST_ABSTRACT,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_AUTHORS,
    MOST_CATEGORIES,
    Links,
    PaperId,
)
from bot.text.latex import unicode_within
from bot.text.normalise import clean

ATOM: Final = "{http://www.w3.org/2005/Atom}"
ARXIV_NS: Final = "{http://arxiv.org/schemas/atom}"
DC: Final = "{http://purl.org/dc/elements/1.1/}"

LONGEST_WORDS: Final = 200
"""Characters of arXiv's own words that an error repeats."""

_ID: Final = re.compile(
    r"(?:(\d{4}\.\d{4,5})|([a-z]+(?:-[a-z]+)*)(?:\.[a-z-]{2,10})?/(\d{7}))(?:v\d{1,3})?", re.ASCII | re.IGNORECASE
)
"""New and old ids; the subject class of an old one says nothing: math.GT/0309136 is math/0309136.

Source: https://info.arxiv.org/help/arxiv_identifier.html
"""
_BEFORE_ID: Final = re.compile(r"(?:https?://(?:[a-z]+\.)?arxiv\.org/abs/|oai:arxiv\.org:|arxiv:)", re.IGNORECASE)
_CATEGORY: Final = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]{2,10})?", re.ASCII)
"""Categories; the MSC and ACM classes that stand beside them in query answers (68T05, I.2.6) are none."""

_DOI: Final = re.compile(r"10\.\d{4,9}/\S{1,200}", re.ASCII)
_ARXIV_DOI: Final = "10.48550/"
"""The prefix of the DOIs that arXiv gives: they say no more than the id."""


_NO_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ENTITY: Final = re.compile(rb"&([A-Za-z][A-Za-z0-9]*);|&(?!#)")
_OF_XML: Final = frozenset({"amp", "lt", "gt", "quot", "apos"})
"""What XML forbids and feeds have all the same: control characters, HTML's names of characters, a bare ampersand."""

_HTML_END: Final = re.compile(r"</(?:p|a|b|i|em|strong|span|div|sub|sup|ul|li)\s*>", re.IGNORECASE)
_HTML_TAG: Final = re.compile(
    r"""</?(?:(p|div|ul|li|br)|a|b|i|em|strong|span|sub|sup)(?:\s+[a-z-]+=(?:"[^"]*"|'[^']*'))*\s*/?>""", re.IGNORECASE
)
"""Only text that has an end of HTML's is HTML: in formulas `<p>` alone is something else."""


class UnreadableError(Exception):
    """Why one entry is no paper."""


def root_of(body: bytes) -> Element:
    """Read XML without a document type, so that no entity can hide anything in it.

    One that is not well-formed is mended and read once more: a single character would cost a whole day.

    Raises:
        SourceError: it is no such XML.
    """
    try:
        try:
            root: Element = fromstring(body, forbid_dtd=True)
        except ParseError:
            root = fromstring(_mended(body), forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        # LookupError: an unknown encoding; ValueError: a forbidden document type, or an encoding expat cannot read.
        raise SourceError("the answer is not XML that can be read", answered=True) from error
    return root


def _mended(body: bytes) -> bytes:
    return _ENTITY.sub(_mended_entity, _NO_XML.sub(b" ", body))


def _mended_entity(found: re.Match[bytes]) -> bytes:
    name = (found[1] or b"").decode()
    if name in _OF_XML:
        return found[0]
    code = name2codepoint.get(name)
    return b"&#%d;" % code if code else b"&amp;" + found[0][1:]


def text_of(element: Element | None) -> str:
    """Return all the text in an element, cleaned; empty when there is none."""
    return clean(raw_text_of(element))


def raw_text_of(element: Element | None) -> str:
    """Return all the text in an element as it stands."""
    return "" if element is None else "".join(element.itertext())


def without_markup(text: str) -> str:
    """Return text that may be HTML as plain text; feeds have been either."""
    if not _HTML_END.search(text):
        return text
    return unescape(_HTML_TAG.sub(lambda tag: " " if tag[1] else "", text))


def words_of(text: str) -> str:
    """Return arXiv's words short enough to be repeated in an error."""
    return text if len(text) <= LONGEST_WORDS else f"{text[:LONGEST_WORDS]}…"


def number_of(text: str) -> str | None:
    """Return the arXiv id in an entry's id, link or OAI id, without version; None when there is none."""
    text = text.strip()[:LONGEST_WORDS]
    before = _BEFORE_ID.match(text)
    found = _ID.fullmatch(text[before.end() :] if before else text)
    if not found:
        return None
    new, archive, old = found.groups()
    return new or f"{archive.lower()}/{old}"


def title_of(element: Element | None, number: str) -> str:
    """Return an entry's title.

    Raises:
        UnreadableError: it has none.
    """
    title = unicode_within(raw_text_of(element), LONGEST_TITLE)
    if not title:
        raise UnreadableError(f"{number} has no title")
    return title


def abstract_of(text: str) -> str:
    """Return an abstract as it is kept."""
    return unicode_within(text, LONGEST_ABSTRACT)


def names_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return authors' names as they are kept, those that are empty left out."""
    read = (unicode_within(name, LONGEST_NAME) for name in islice(names, MOST_AUTHORS))
    return tuple(name for name in read if name)


def categories_of(named: Iterable[str]) -> tuple[str, ...]:
    """Return the categories among what an entry is filed under, each once, in order: the primary one is first."""
    found = dict.fromkeys(name for name in map(str.strip, named) if _CATEGORY.fullmatch(name))
    return tuple(found)[:MOST_CATEGORIES]


def dois_of(texts: Iterable[str]) -> tuple[PaperId, ...]:
    """Return the DOIs that publishers gave; one field may name several."""
    return tuple(dict.fromkeys(PaperId("doi", doi) for doi in _dois(texts)))[:MOST_CATEGORIES]


def _dois(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for word in text.lower().split():
            doi = clean(word)
            if _DOI.fullmatch(doi) and not doi.startswith(_ARXIV_DOI):
                yield doi


def links_of(number: str) -> Links:
    """Return where the paper is read: its page; PDFs may be linked and not served again (info.arxiv.org/help/api)."""
    return Links(abs=f"https://arxiv.org/abs/{number}", pdf=f"https://arxiv.org/pdf/{number}")
