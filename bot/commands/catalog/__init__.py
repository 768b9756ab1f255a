"""The catalog: every command, defined once. Parsers, help, docs/commands.md and the platforms' menus come from it."""

from typing import Final

from bot.commands import build
from bot.commands.catalog.channel import STATUS
from bot.commands.catalog.pressing import UNDO
from bot.commands.catalog.reading import PREVIEW, SEARCH, SHOW, TRENDING
from bot.commands.catalog.subscriptions import LIST, SUBSCRIBE, UNSUBSCRIBE
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import Help, Request

_ABOUT: Final = (SUBSCRIBE, UNSUBSCRIBE, LIST, PREVIEW, SEARCH, TRENDING, SHOW, STATUS)

_HELP: Final = Command(
    name="help",
    help="Explain the commands, or one of them.",
    parameters=(
        Parameter(
            name="verb",
            help="Which command; without it all of them.",
            kind=Kind.CHOICE,
            shown="VERB",
            is_free=True,
            choices=(*(command.name for command in _ABOUT), "help"),
        ),
    ),
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=("help", "help subscribe"),
    requests=(Help,),
    build=build.help_about,
)

COMMANDS: Final = (*_ABOUT, _HELP)
"""Every command that a person types, in the order of help."""

HIDDEN: Final[tuple[Command, ...]] = (UNDO,)
"""Commands that only buttons stand for: read like the others, but neither typed, nor explained, nor offered."""

VERBS: Final = tuple(command.name for command in COMMANDS)


def command_named(name: str) -> Command | None:
    """Return the command of that name, whatever its case; None for none."""
    return next((command for command in COMMANDS if command.name == name.lower()), None)


def hidden_command_named(name: str) -> Command | None:
    """Return the hidden command of that name; None for none."""
    return next((command for command in HIDDEN if command.name == name), None)


def command_for(request: Request) -> Command:
    """Return the command that makes requests of this kind."""
    return next(command for command in (*COMMANDS, *HIDDEN) if isinstance(request, command.requests))
