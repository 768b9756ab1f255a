"""Text without what no reader sees: control characters, turns of the direction of writing, halves of characters."""

import re
import unicodedata
from typing import Final

JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible, and yet part of what is seen: of words in some scripts, and of emoji made of several."""

_KEPT: Final = JOINERS | {"\n"}
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs"})

MOST_MARKS: Final = 30
"""Accents and other marks on one letter: no script has more, and to sort a million of them takes hours.

Source: https://unicode.org/reports/tr15/#Stream_Safe_Text_Format
"""

_MANY: Final = re.compile(rf"[^\w\s\x00-\x7f]{{{MOST_MARKS + 1},}}")
"""What may be so many marks: each of them is neither letter nor space."""


def composed(text: str) -> str:
    """Return text in NFC, a letter with more than `MOST_MARKS` without those beyond: in a time that its length sets."""
    text = _MANY.sub(_without_surplus, text)
    normal = unicodedata.normalize("NFC", text)
    # Where that changed anything, one mark may have become two.
    return text if normal == text else _MANY.sub(_without_surplus, normal)


def _without_surplus(found: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for each in found[0]:
        marks = marks + 1 if unicodedata.category(each).startswith("M") else 0
        if marks <= MOST_MARKS:
            kept.append(each)
    return "".join(kept)


def clean(text: str) -> str:
    """Return text without what would turn the direction of writing or is no character at all; line ends stay."""
    if not text.replace("\n", "").isprintable():
        text = text.replace("\r\n", "\n").replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
        for each in filter(_is_dropped, set(text)):
            text = text.replace(each, "")
    return text if text.isascii() else composed(text)


def _is_dropped(character: str) -> bool:
    return not character.isprintable() and character not in _KEPT and unicodedata.category(character) in _DROPPED
