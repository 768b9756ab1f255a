# ruff: noqa: RUF001 - typographic and full-width punctuation ends sentences, too
"""The sentence or two of an abstract that say what is new, for papers whose source gives no TL;DR.

Abstracts announce their contribution in set phrases ("we propose", "in this paper"), seldom in the first sentence,
which sets the scene, and close with results. So each sentence is scored by the phrases it holds and a little by its
place; the best one is taken, and the second best joins it when both fit.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

TLDR_LENGTH: Final = 220
"""Characters that a TL;DR may have: three lines on a phone."""

ELLIPSIS: Final = "…"
_SHORTEST_SENTENCE: Final = 25
"""Characters below which a sentence says too little to stand alone ("Code is available.")."""

_AUTHORS = r"\b(?:we|this (?:paper|work|article|report|study|survey))\b(?: \w+)?"
_CUES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), weight)
    for pattern, weight in (
        (rf"{_AUTHORS} (introduces?|proposes?|presents?)\b", 6.0),
        (rf"{_AUTHORS} (develops?|designs?|describes?|releases?)\b", 5.0),
        (rf"{_AUTHORS} (shows?|demonstrates?|proves?|finds?|study|studies)\b", 3.5),
        (rf"{_AUTHORS} (investigates?|explores?|address|addresses|reviews?|argues?)\b", 3.5),
        (r"\b(is|are) (introduced|proposed|presented)\b", 3.0),
        (r"\bthis (paper|work|article|report|study)\b|\bhere,? we\b", 1.5),
        (r"\bour (\w+ ){0,2}(algorithm|approach|framework|method|model|results?|system)\b", 1.5),
        (r"\b(achiev|outperform|surpass|improv)(e|es|ed|ing)?\b|\bstate-of-the-art\b", 0.5),
        (r"^(however|yet|despite|although|while|recent(ly)?|existing|previous)\b", -2.0),
        (r"\b(code|data|datasets?|models?) (is|are|will be) (made )?(publicly )?(available|released)\b", -4.0),
    )
)
_OPENING_PENALTY: Final = 1.0
"""Taken from the first sentence of several: it sets the scene."""
_LATER_PENALTY: Final = 0.15
"""Taken per sentence: of two equal ones, the earlier says it more plainly."""
_SECOND_SENTENCE: Final = 1.5
"""The score that a second sentence needs to join the first."""

_END_OF_SENTENCE = re.compile(r"""[.!?]["')\]”’]*\s+(?=["'(\[“‘$]*[^\W_a-z])|[。！？]\s*""")
_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:[a-z](?:\.[a-z])*|cf|vs|al|etc|approx|resp|figs?|eqs?|secs?|tab|refs?|nos?|vol|dr|prof|st|mrs?|ms)\.$",
    re.IGNORECASE,
)
"""What ends in a full stop that ends no sentence; e.g., i.e., U.S. and the J. of J. Doe are letters with stops."""
_LONGEST_ABBREVIATION: Final = 8

_PREAMBLE = re.compile(
    r"^in this (?:paper|work|article|study|report),?\s+(?=\S)|^here,\s+|^to (?:this|that) end,\s+"
    r"|^(?:therefore|thus|hence|specifically|finally|moreover|furthermore),\s+",
    re.IGNORECASE,
)


_REMEMBERED: Final = 2_048
"""Abstracts whose TL;DR is kept: a day of papers is shown to a thousand channels."""


@lru_cache(maxsize=_REMEMBERED)
def tldr_of(abstract: str) -> str:
    """Return the one or two sentences that state the contribution, at most `TLDR_LENGTH` characters; "" for none."""
    found = sentences(abstract)
    if not found:
        return ""
    scores = [_score(sentence, place, len(found)) for place, sentence in enumerate(found)]
    by_score = sorted(range(len(found)), key=lambda place: (-scores[place], place))
    best = by_score[0]
    for second in by_score[1:]:
        if scores[second] < _SECOND_SENTENCE:
            break
        both = " ".join(_without_preamble(found[place]) for place in sorted((best, second)))
        if len(both) <= TLDR_LENGTH:
            return both
    return cut(_without_preamble(found[best]), TLDR_LENGTH)


def _score(sentence: str, place: int, count: int) -> float:
    score = sum(weight for cue, weight in _CUES if cue.search(sentence))
    if place == 0 and count > 1:
        score -= _OPENING_PENALTY
    if len(sentence) < _SHORTEST_SENTENCE:
        score -= 3.0
    return score - _LATER_PENALTY * place


def _without_preamble(sentence: str) -> str:
    rest = _PREAMBLE.sub("", sentence)
    return rest[:1].upper() + rest[1:] if rest != sentence else sentence


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of clean text in order; "e.g.", "et al.", "Fig. 3" and 0.5 end none."""
    found: list[str] = []
    start = 0
    for end in _END_OF_SENTENCE.finditer(text):
        stop = end.start() + 1
        if not _ABBREVIATION.search(text, max(start, stop - _LONGEST_ABBREVIATION), stop):
            found.append(text[start : end.end()].strip())
            start = end.end()
    found.append(text[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def cut(text: str, limit: int) -> str:
    """Return the text, or as many of its words as fit in `limit` characters with "…" after them.

    A text without spaces is cut between characters as a reader sees them: never before an accent or a joiner.
    """
    if len(text) <= limit:
        return text
    if limit < len(ELLIPSIS):
        return ""
    room = limit - len(ELLIPSIS)
    end = text.rfind(" ", 0, room + 1)
    # A space in the first half would leave half of the room empty, as in an address or in Japanese.
    if end <= room // 2:
        end = room
        while end > 0 and _joins(text[end - 1], text[end]):
            end -= 1
    return text[:end].rstrip(" ,;:.-–—(") + ELLIPSIS


def _joins(before: str, after: str) -> bool:
    """Say whether two neighbours are one character to the reader."""
    joiner = "\u200d"
    is_mark = unicodedata.category(after) in {"Mn", "Mc", "Me", "Sk"}
    is_flag = all("\U0001f1e6" <= c <= "\U0001f1ff" for c in (before, after))
    return is_mark or is_flag or joiner in (before, after)
