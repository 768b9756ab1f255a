"""Spans, cleaned, joined and cut, for renderers that have only so much room. Pure.

A *place* is where spans may be cut: one behind each character of a text, and one behind a moment, which is whole.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from bot.document import Span, Spans, Text, Time
from bot.text.clean import JOINERS, clean

ELLIPSIS: Final = "…"
"""What ends a text that was longer."""

_LONGEST_WORD: Final = 80
"""Characters that a cut gives up to end at a word."""


def cleaned(spans: Iterable[Span]) -> Spans:
    """Return spans whose texts are clean, without those that are empty."""
    return tuple(
        span if isinstance(span, Time) else Text(text, span.style, span.href)
        for span in spans
        if isinstance(span, Time) or (text := clean(span.text))
    )


def one_line(spans: Iterable[Span]) -> Spans:
    """Return clean spans without line ends."""
    return tuple(
        Text(span.text.replace("\n", " "), span.style, span.href) if isinstance(span, Text) else span
        for span in cleaned(spans)
    )


def says_something(spans: Iterable[Span]) -> bool:
    """Say whether anything of spans is to be seen."""
    return any(isinstance(span, Time) or span.text.strip() for span in cleaned(spans))


def is_of_the_web(href: str) -> bool:
    """Say whether it is an address that a reader may be led to: one of the web, with a host."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def joined(parts: Iterable[Spans], between: str) -> Spans:
    """Return the parts that say something as one line, with a text between them."""
    line: Spans = ()
    for part in parts:
        if says_something(part):
            line = (*line, Text(between), *part) if line else part
    return one_line(line)


def places_of(span: Span) -> int:
    """Return how many places a span has."""
    return len(span.text) if isinstance(span, Text) else 1


def taken(spans: Iterable[Span], places: int) -> Spans:
    """Return spans up to a place."""
    kept: list[Span] = []
    for span in spans:
        if places <= 0:
            break
        kept.append(replace(span, text=span.text[:places]) if isinstance(span, Text) else span)
        places -= places_of(span)
    return tuple(kept)


def dropped(spans: Iterable[Span], places: int) -> Spans:
    """Return spans from a place on."""
    left: list[Span] = []
    for span in spans:
        if places_of(span) > places:
            left.append(replace(span, text=span.text[max(places, 0) :]) if isinstance(span, Text) else span)
        places -= places_of(span)
    return tuple(left)


def word_end(spans: Spans, place: int) -> int:
    """Return the last place up to `place` at which a word ends.

    In a very long word that is `place` itself, or the nearest one before it that cuts no letter from its accents.
    """
    characters = "".join(span.text if isinstance(span, Text) else "#" for span in spans)
    if place == len(characters):
        return place
    for end in range(place, max(place - _LONGEST_WORD, 0), -1):
        if characters[end].isspace():
            return end
    for end in range(place, max(place - _LONGEST_WORD, 0), -1):
        if characters[end] not in JOINERS and not unicodedata.category(characters[end]).startswith("M"):
            return end
    return place


def rstripped(spans: Spans) -> Spans:
    """Return spans without spaces at the end."""
    if not spans or not isinstance(last := spans[-1], Text):
        return spans
    text = last.text.rstrip()
    return (*spans[:-1], replace(last, text=text)) if text else rstripped(spans[:-1])
