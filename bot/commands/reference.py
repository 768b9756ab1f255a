"""docs/commands.md, made from the catalog."""

from collections.abc import Iterator
from typing import Final

from bot.commands.arguments import rooted
from bot.commands.catalog import COMMANDS
from bot.commands.command import Command
from bot.commands.help import LANGUAGE, said
from bot.commands.place import PLACES

_INTRODUCTION: Final = (
    "Made by `paperround export commands` from bot/commands/catalog.",
    "",
    "Every command begins with `/papers`. In a shell, `paperround papers VERB ...` gives the same answers, and",
    "`paperround shell` takes the commands as they stand here. Flags stand anywhere behind the verb, written as",
    "`--flag value`, `--flag=value` or `flag:value`; curly quotes, and an em dash in place of `--`, are read as meant.",
    "A flag inside a quoted phrase is text.",
    "",
)


def commands_page() -> str:
    """Return docs/commands.md."""
    pages = (line for command in COMMANDS for line in _page(command))
    return "\n".join(("# Commands", "", *_INTRODUCTION, *_index(), *pages, *_places(), *_language())) + "\n"


def _index() -> Iterator[str]:
    yield from ("| command | what it does | who may use it | who sees the answer |", "| --- | --- | --- | --- |")
    for command in COMMANDS:
        yield f"| [{command.name}](#{command.name}) | {command.help} | {command.access} | {command.visibility} |"
    yield ""


def _places() -> Iterator[str]:
    yield from ("## Where a command acts", "", "Every command about a channel may be sent to another place:", "")
    yield from ("| parameter | what it is |", "| --- | --- |")
    yield from (f"| {_cell(parameter.usage)} | {parameter.help} |" for parameter in PLACES)
    yield from ("", "For example:", "", "```", *(rooted(parameter.example) for parameter in PLACES), "```", "")


def _page(command: Command) -> Iterator[str]:
    yield from (f"## {command.name}", "", command.help)
    if command.details:
        yield from ("", command.details)
    yield from ("", "```", rooted(command.usage), "```", "")
    if command.parameters:
        yield from ("| parameter | what it is |", "| --- | --- |")
        yield from (f"| {_cell(parameter.usage)} | {said(parameter)} |" for parameter in command.parameters)
        yield ""
    if command.contradictions:
        sets = ("/".join(f"`--{name}`" for name in names) for names in command.contradictions)
        yield from (f"At most one of each may be there: {', '.join(sets)}.", "")
    yield from ("For example:", "", "```", *(rooted(example) for example in command.examples), "```", "")


def _language() -> Iterator[str]:
    yield from ("## Queries", "", "Bare words are looked for in title and abstract. Case, hyphens, accents and simple")
    yield from (
        "plurals do not matter. The whole of it: [query-language.md](query-language.md).",
        "",
        "| in a query | means |",
        "| --- | --- |",
    )
    yield from (f"| {_cell(example)} | {meaning} |" for example, meaning in LANGUAGE)


def _cell(typed: str) -> str:
    r"""Return words to type as a table's cell, in which a bar must be written `\|`."""
    return f"`{typed}`".replace("|", "\\|")
