"""Completion: what may come next while a person types a command, from the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.commands.arguments import ROOT
from bot.commands.catalog import COMMANDS, command_named
from bot.commands.command import Command
from bot.commands.parameter import Kind, Parameter
from bot.commands.values import DAY_WORDS, zone_names
from bot.model.cadence import WEEKDAY_NAMES
from bot.query.categories import CATEGORIES
from bot.query.fields import SOURCE_NAMES


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that may stand in place of the last `length` characters typed, and what it means."""

    text: str
    length: int
    meaning: str = ""


_FLAG: Final = "--"


def completions(typed: str) -> Iterator[Completion]:
    """Yield what the last word of a line may become, whatever its case; a finished word offers what follows it."""
    *words, last = typed.split(" ")
    words = [word for word in words if word]
    if words and words[0].lower() == ROOT:
        words.pop(0)
    for text, meaning in _candidates(words, last):
        # In a list only what stands behind the last comma is still open.
        part = last.rpartition(",")[2] if "," in last and not text.startswith(_FLAG) else last
        if text.lower().startswith(part.lower()) and text != part:
            yield Completion(text, len(part), meaning.replace("`", ""))


def _candidates(words: list[str], last: str) -> Iterator[tuple[str, str]]:
    if not words:
        yield from ((command.name, command.help) for command in COMMANDS)
        return
    command = command_named(words[0])
    if command is None:
        return
    before = words[-1].lower()
    is_name = before.startswith(_FLAG) or (command.is_by_name and len(words) > 1)
    flag = command.flags.get(before.removeprefix(_FLAG)) if is_name else None
    if flag is not None and not last.startswith(_FLAG):
        yield from ((value, "") for value in _values(flag))
    if flag is None or flag.kind is Kind.SWITCH or last.startswith(_FLAG):
        yield from _next(command, words, last)


def _next(command: Command, words: list[str], last: str) -> Iterator[tuple[str, str]]:
    if command.free is not None and len(words) == 1:
        yield from ((choice, "") for choice in command.free.choices)
    used = {word.lower() for word in words}
    is_time_for_words = command.free is not None and command.free.is_required and len(words) == 1
    if last.startswith("-") or command.is_by_name or not (last or is_time_for_words):
        yield from (
            (f"{parameter}", parameter.help)
            for parameter in command.everything
            if not parameter.is_free and f"{parameter}" not in used
        )


def _values(parameter: Parameter) -> Iterator[str]:
    match parameter.kind:
        case Kind.CHOICE:
            yield from parameter.choices
        case Kind.DAYS:
            yield from DAY_WORDS
        case Kind.DAY_AND_TIME:
            yield from WEEKDAY_NAMES
        case Kind.ZONE:
            yield from zone_names().values()
        case Kind.SOURCES:
            yield from SOURCE_NAMES
            yield from (f"arxiv:{category}" for category in sorted(CATEGORIES))
        case _:
            return
