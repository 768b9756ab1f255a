"""Help: the commands explained, from the catalog."""

from collections.abc import Iterator
from typing import Final

from bot.commands.arguments import rooted
from bot.commands.catalog import COMMANDS, command_named
from bot.commands.command import Command
from bot.commands.parameter import Kind, Parameter
from bot.commands.place import PLACES
from bot.commands.refusal import spans_of
from bot.commands.request import Help
from bot.document import Block, Code, Document, Fields, Note, Paragraph, Reply, text
from bot.query.scan import EXAMPLES

_MEANINGS: Final = {
    "title": "in the title alone",
    "abstract": "in the abstract alone",
    "author": "by an author of this name",
    "cat": "in an arXiv category; `cat:cs` is all of cs",
    "org": "from an organisation",
    "source": "listed by this source: `hf` or `arxiv`",
    "upvotes": "with at least this many upvotes",
    "since": "in `search`: of the last days, or since a date",
}
"""What each field of a query means."""

LANGUAGE: Final = (
    ('"a phrase"', "these words, side by side"),
    ("one two", "both words, anywhere"),
    ("one OR two", "one of them; brackets group"),
    ("-word", "without this word"),
    *((EXAMPLES[field], meaning) for field, meaning in _MEANINGS.items()),
)
"""The query language in examples. Bare words are looked for in title and abstract."""


def help_reply(request: Help) -> Reply:
    """Explain one command, or name them all."""
    command = command_named(request.verb) if request.verb else None
    document = _overview() if command is None else _about(command)
    return Reply(verb="help", document=document)


def _overview() -> Document:
    return Document(
        heading=text("I post new research papers that match what this channel cares about."),
        blocks=(
            Fields(tuple((rooted(command.name), text(command.help)) for command in COMMANDS)),
            Paragraph(text("Behind what is about a channel:")),
            Fields(tuple((parameter.usage, spans_of(parameter.help)) for parameter in PLACES)),
            Paragraph(text("To begin:")),
            Code("\n".join(rooted(example) for example in (COMMANDS[0].examples[0], "trending", "help subscribe"))),
        ),
        summary="The commands",
    )


def _about(command: Command) -> Document:
    return Document(
        heading=text(rooted(command.name)),
        blocks=(
            Paragraph(spans_of(command.help)),
            Code(rooted(_short_usage(command))),
            *([Paragraph(spans_of(command.details))] if command.details else []),
            *_parameters(command),
            *_language(command),
            Paragraph(text("For example:")),
            Code("\n".join(rooted(example) for example in command.examples)),
            Note(text(f"Who may use it: {command.access}. Who sees the answer: {command.visibility}.")),
        ),
        summary=f"{rooted(command.name)}: {command.help}",
    )


def _short_usage(command: Command) -> str:
    """Return the usage in one line of a phone: the flags are listed below it."""
    free = [parameter for parameter in command.parameters if parameter.is_free]
    shown = [each.usage if each.is_required else f"[{each.usage}]" for each in free]
    flags = "[NAME VALUE]" if command.is_by_name else "[flags]"
    return " ".join((command.name, *shown, *([flags] if command.flags else [])))


def _parameters(command: Command) -> Iterator[Block]:
    if command.parameters:
        yield Fields(tuple((parameter.usage, spans_of(said(parameter))) for parameter in command.parameters))


def said(parameter: Parameter) -> str:
    """Return what a parameter is for, with its limits."""
    if parameter.kind is Kind.INTEGER:
        return f"{parameter.help} From {parameter.least:,} to {parameter.most:,}."
    return parameter.help


def _language(command: Command) -> Iterator[Block]:
    if command.takes_query:
        yield Paragraph(text("A query looks in title and abstract:"))
        items = LANGUAGE if command.name == "search" else LANGUAGE[:-1]
        yield Fields(tuple((example, spans_of(meaning)) for example, meaning in items))
