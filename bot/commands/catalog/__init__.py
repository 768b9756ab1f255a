"""The catalog: every command, defined once. Parsers, help, docs/commands.md and the platforms' menus come from it."""

from collections.abc import Mapping
from typing import Final

from bot.commands import building as build
from bot.commands.catalog.files import APPLY, EXPORT, IMPORT
from bot.commands.catalog.papers import ON_PAPERS, SAVED
from bot.commands.catalog.reading import PREVIEW, SEARCH, SHOW, STATUS, TRENDING
from bot.commands.catalog.steering import EDIT, PAUSE, POST, RESUME, RUN, SETTINGS, UNDO
from bot.commands.catalog.subscriptions import LIST, SUBSCRIBE, UNSUBSCRIBE
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import Help, Request

_ABOUT: Final = (
    SUBSCRIBE,
    LIST,
    EDIT,
    PAUSE,
    RESUME,
    UNSUBSCRIBE,
    PREVIEW,
    RUN,
    SEARCH,
    TRENDING,
    SHOW,
    SAVED,
    STATUS,
    SETTINGS,
    EXPORT,
    IMPORT,
)

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
    acts_in_channel=False,
)

COMMANDS: Final = (*_ABOUT, _HELP)
"""Every command that a person types, in the order of help."""

HIDDEN: Final[tuple[Command, ...]] = (*ON_PAPERS, UNDO, APPLY, POST)
"""Commands that only buttons stand for: read like the others, but neither typed, nor explained, nor offered."""

VERBS: Final = tuple(command.name for command in COMMANDS)

OTHER_WORDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("add", "follow", "sub"), "subscribe"),
    **dict.fromkeys(("delete", "del", "remove", "rm", "unfollow", "unsub"), "unsubscribe"),
    "change": "edit",
    "config": "settings",
    "find": "search",
    "mute": "settings mute",
    "set": "settings",
    "stop": "pause",
    "timezone": "settings timezone",
    "unmute": "settings unmute",
}
"""What people type for a verb that is called otherwise here; it is offered, never done."""


def command_named(name: str) -> Command | None:
    """Return the command of that name, whatever its case; None for none."""
    return next((command for command in COMMANDS if command.name == name.lower()), None)


def hidden_command_named(name: str) -> Command | None:
    """Return the hidden command of that name; None for none."""
    return next((command for command in HIDDEN if command.name == name), None)


def command_for(request: Request) -> Command:
    """Return the command that makes requests of this kind."""
    return next(command for command in (*COMMANDS, *HIDDEN) if isinstance(request, command.requests))
