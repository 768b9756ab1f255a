"""The known word that somebody most likely meant, for every "did you mean"."""

from collections.abc import Iterable

from rapidfuzz import fuzz

ALIKE = 65
"""How alike two words have to be, of 100: CETT finds CET, and nothing is offered for xyzzy."""


def suggest(word: str, known: Iterable[str], *, alike: int = ALIKE) -> str:
    """Return the known word nearest to `word`, whatever its case; empty when none is near.

    The part after the last slash counts as a word of its own: Berlin finds Europe/Berlin.
    """
    typed = word.casefold().replace(" ", "_")

    def likeness(candidate: str) -> float:
        folded = candidate.casefold()
        return max(fuzz.ratio(typed, folded), fuzz.ratio(typed, folded.rpartition("/")[2]))

    best = max(sorted(known), key=likeness, default="")
    return best if best and likeness(best) >= alike else ""


def did_you_mean(word: str, known: Iterable[str], prefix: str = "") -> str:
    """Return `; did you mean "CET"?` for the end of a sentence, or nothing; `prefix` goes before what is known."""
    nearest = suggest(word, known)
    return f'; did you mean "{prefix}{nearest}"?' if nearest else ""
