"""Text without what no reader sees: control characters, turns of the direction of writing, halves of characters."""

import unicodedata
from typing import Final

JOINERS: Final = frozenset("\u200c\u200d")
"""Invisible, and yet part of what is seen: of words in some scripts, and of emoji made of several."""

_KEPT: Final = JOINERS | {"\n"}
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs"})


def clean(text: str) -> str:
    """Return text without what would turn the direction of writing or is no character at all; line ends stay."""
    if not text.replace("\n", "").isprintable():
        text = text.replace("\r\n", "\n").replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
        for each in filter(_is_dropped, set(text)):
            text = text.replace(each, "")
    return unicodedata.normalize("NFC", text)


def _is_dropped(character: str) -> bool:
    return not character.isprintable() and character not in _KEPT and unicodedata.category(character) in _DROPPED
