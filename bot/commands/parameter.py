"""What one parameter of a command is called and takes: what parsers, help and the platforms' menus are made from."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a parameter is read; a platform with typed options maps it to one of its own types."""

    QUERY = "query"
    TARGET = "subscription or query"
    NUMBER = "subscription"
    PAPER = "paper"
    CHOICE = "choice"
    INTEGER = "integer"
    SWITCH = "switch"
    TIME = "time"
    DAY_AND_TIME = "weekday and time"
    DAYS = "weekdays"
    ZONE = "time zone"
    SOURCES = "sources"
    DATE = "date"
    MUTE = "word or author"
    CHANNEL = "channel"
    ROLE = "role"
    ID = "id"
    FILE = "file"


class Autocomplete(StrEnum):
    """Where the suggestions come from while a person types."""

    NONE = ""
    SUBSCRIPTIONS = "the channel's subscriptions"
    ZONES = "time zones"
    SOURCES = "sources and arXiv categories"


OPTIONAL = frozenset({Kind.TIME, Kind.DAY_AND_TIME})
"""Flags that mean something without a value, too."""

LISTS = frozenset({Kind.DAYS, Kind.SOURCES})
"""Flags whose values are joined by commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. `is_free` ones are the words that belong to no flag; all others are written `--name`.

    An `is_first` one of these is the first word alone. `is_named` ones may be written without the dashes, and are shown
    so: they are what the command is about. `shown` stands for the value in usage lines. `least` and `most` bound an
    integer, both inclusive. `example` is a whole command that uses it.
    """

    name: str
    help: str
    kind: Kind
    shown: str = ""
    is_free: bool = False
    is_first: bool = False
    is_named: bool = False
    is_required: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    aliases: tuple[str, ...] = ()
    autocomplete: Autocomplete = Autocomplete.NONE
    example: str = ""

    def __str__(self) -> str:
        """Name it as a person types it: `--max`, or `QUERY` for words without a flag."""
        if self.is_free:
            return self.shown
        return self.name if self.is_named else f"--{self.name}"

    @property
    def usage(self) -> str:
        """Show it with its value: `--max N`, `--daily [HH:MM]`."""
        return f"{self} {self.shown}".rstrip() if not self.is_free else self.shown
