"""Mistakes of a file, gathered so that a person hears of all of them at once."""

from typing import Final

from bot.errors import FileError, UserError

SHOWN: Final = 20
"""Mistakes that are told; a file of another kind would have one on every line."""

LOOKED_FOR: Final = 100
"""Mistakes after which nobody looks for more: finding what was meant takes time."""


class Mistakes:
    """The mistakes found so far, each with its place."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, place: str, line: int, message: str) -> None:
        """Note what is wrong at a place, as in `subscriptions[2].daily`; lines are counted from 1.

        Raises:
            FileError: there are so many that it is enough.
        """
        named = f"{place} (line {line})" if place else f"line {line}"
        self._found.append((line, f"{named}: {message}"))
        if len(self._found) == LOOKED_FOR:
            self.end()

    def add_error(self, place: str, line: int, error: UserError) -> None:
        """Note what a reader of commands says, in the words of a file: keys are no flags."""
        self.add(place, line, f"{error.message} {error.hint}".strip().replace("`--", "`"))

    def end(self) -> None:
        """Let nothing go on when there are mistakes.

        Raises:
            FileError: with all of them, in the order of the lines.
        """
        if not self._found:
            return
        told = [message for _, message in sorted(self._found, key=lambda each: each[0])]
        if len(told) > SHOWN:
            more = f"And {len(told) - SHOWN:,} more mistakes"
            told = [*told[:SHOWN], f"{more} at least." if len(told) == LOOKED_FOR else f"{more}."]
        raise FileError(told)
