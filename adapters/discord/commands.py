"""Makes Discord's menu of commands from the catalog: the group `papers` with one subcommand for each command. Pure.

Source: https://docs.discord.com/developers/interactions/application-commands
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapters.discord.options import written
from bot.commands.arguments import ROOT
from bot.commands.command import Command
from bot.commands.parameter import Autocomplete, Kind, Parameter
from bot.query.parse import MAX_LENGTH
from bot.text.tldr import cut

Json = Any

DESCRIPTION: Final = 100
"""Longest description, in characters."""

OPTIONS: Final = 25
"""Most options of a command, subcommands of a group, and choices of an option."""

TREE: Final = 8000
"""Most characters of all names, descriptions and values of a command together."""

_CHAT_INPUT: Final = 1
_SUBCOMMAND: Final = 1
_STRING: Final = 3
_INTEGER: Final = 4
_BOOLEAN: Final = 5
_CHANNEL: Final = 7
_ROLE: Final = 8
_ATTACHMENT: Final = 11

_TYPES: Final[Mapping[Kind, int]] = {
    Kind.INTEGER: _INTEGER,
    Kind.SWITCH: _BOOLEAN,
    Kind.CHANNEL: _CHANNEL,
    Kind.ROLE: _ROLE,
    Kind.FILE: _ATTACHMENT,
}
"""Types of options; kinds that are not listed are text."""

_IN_GUILDS: Final = [0]
"""The value "servers only" for where commands are offered and who can install them: they act in channels."""

_CODE: Final = re.compile(r"`([^`]*)`")

_ABOUT: Final = "New research papers that match what a channel cares about."


def commands_json(commands: Sequence[Command]) -> Json:
    """Return the whole menu as Discord takes it.

    It sets no default permissions: they count for the whole group, and would hide the commands that anybody may use.
    Each command checks permissions itself.
    """
    return [
        {
            "type": _CHAT_INPUT,
            "name": ROOT.removeprefix("/"),
            "description": _ABOUT,
            "contexts": _IN_GUILDS,
            "integration_types": _IN_GUILDS,
            "options": [_subcommand(command) for command in commands],
        }
    ]


def _subcommand(command: Command) -> Json:
    # Discord demands that required options come first.
    parameters = sorted(command.everything, key=lambda parameter: not parameter.is_required)
    return {
        "type": _SUBCOMMAND,
        "name": command.name,
        "description": _said(command.help),
        "options": [_option(parameter) for parameter in parameters],
    }


def _option(parameter: Parameter) -> Json:
    option: dict[str, Json] = {
        "type": _TYPES.get(parameter.kind, _STRING),
        "name": parameter.name,
        "description": _said(parameter.help),
    }
    if parameter.is_required:
        option["required"] = True
    if parameter.kind is Kind.INTEGER:
        option |= {"min_value": parameter.least, "max_value": parameter.most}
    if parameter.kind is Kind.QUERY:
        option["max_length"] = MAX_LENGTH
    if parameter.choices:
        option["choices"] = [{"name": choice, "value": choice} for choice in parameter.choices]
    if parameter.autocomplete is not Autocomplete.NONE:
        option["autocomplete"] = True
    return option


def _said(text: str) -> str:
    """Return a help text as a description: plain, short, with options in place of flags."""
    told = _CODE.sub(lambda found: written(found[1]), text)
    return cut(told.replace("*", ""), DESCRIPTION)
