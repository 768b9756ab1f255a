"""Arguments: what a person wrote for each parameter, and the place of each word, so that errors can point at it.

A text's words and a platform's typed options both become Arguments; from here on there is one way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from bot.commands.parameter import Kind, Parameter
from bot.errors import CommandError

T = TypeVar("T")

ROOT: Final = "/papers"
"""What every command begins with."""

LIST: Final = f"{ROOT} list"
NUMBERS: Final = f"`{LIST}` shows the numbers."
"""The way to the number of a subscription."""

_QUOTED_LENGTH: Final = 40
"""Characters of a wrong word that an error repeats."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a line as typed, and the column where it begins, from 1."""

    text: str
    column: int

    def part(self, start: int, end: int) -> "Word":
        """Return the characters from `start` up to `end`, counted from 0."""
        return Word(self.text[start:end], self.column + start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What errors show: the text that holds the words, the verb, and an example to copy.

    `is_command` is False for the value of a typed option, which is no command by itself.
    """

    text: str
    verb: str
    example: str
    is_command: bool = True

    def error(self, message: str, *, at: Word, hint: str = "", instead: str = "") -> CommandError:
        """Return an error that points at a word; `instead` is what to type in its place, offered and shown to copy."""
        example = self.example
        if instead:
            hint = hint or f"Did you mean `{instead}`?"
            if self.is_command:
                before, after = self.text[: at.column - 1], self.text[at.column - 1 + len(at.text) :]
                example = rooted(f"{before}{instead}{after}")
        return CommandError(message, text=self.text, column=at.column, hint=hint, verb=self.verb, example=example)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written for one parameter: its words, none for a bare flag; `at` is where the flag or value begins."""

    parameter: Parameter
    words: tuple[Word, ...]
    at: Word
    line: Line

    @property
    def text(self) -> str:
        """The words, joined by one space."""
        return " ".join(word.text for word in self.words)

    @property
    def named(self) -> str:
        """The parameter's name between backticks, as errors have it."""
        return f"`{self.parameter}`"

    def column_of(self, column: int) -> int:
        """Return where in the line a column of `text` stands."""
        start = 1
        for word in self.words:
            end = start + len(word.text)
            if column <= end:
                return word.column + column - start
            start = end + 1
        return self.line_end

    @property
    def line_end(self) -> int:
        """The column behind the last word."""
        last = self.words[-1] if self.words else self.at
        return last.column + len(last.text)

    def error(self, message: str, *, at: Word | None = None, hint: str = "", instead: str = "") -> CommandError:
        """Return an error that points at one of its words, else at all of them."""
        whole = self.words[0] if len(self.words) == 1 else self.at
        error = self.line.error(message, at=at or whole, hint=hint, instead=instead)
        error.parameter = self.parameter.name
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What was written, by the parameter's name."""

    line: Line
    values: Mapping[str, Written]

    def has(self, name: str) -> bool:
        """Say whether the parameter is there, with a value or without."""
        return name in self.values

    def read(self, name: str, reader: Callable[[Written], T]) -> T | None:
        """Return what a reader makes of a parameter's value; None when it is not there, or is a bare flag.

        Raises:
            CommandError: the value cannot be read.
        """
        written = self.values.get(name)
        return reader(written) if written is not None and written.words else None

    def need(self, parameter: Parameter) -> None:
        """Let nothing go on without a parameter.

        Raises:
            CommandError: it is not there.
        """
        if not self.has(parameter.name):
            end = Word("", len(self.line.text) + 1)
            hint = NUMBERS if parameter.kind in {Kind.NUMBER, Kind.TARGET} else ""
            error = self.line.error(f"`{self.line.verb}` needs a {parameter.kind} after it.", at=end, hint=hint)
            error.parameter = parameter.name
            raise error

    def __getitem__(self, name: str) -> Written:
        """Return a parameter that is there."""
        return self.values[name]


def quoted(text: str) -> str:
    """Return a person's own word between backticks, cut where it is long."""
    shown = text.replace("`", "'")
    return f"`{shown[: _QUOTED_LENGTH - 1]}…`" if len(shown) > _QUOTED_LENGTH else f"`{shown}`"


def rooted(command: str) -> str:
    """Return a command as it is typed in a channel: with `/papers` before it."""
    return command if command.startswith(ROOT) else f"{ROOT} {command}"
