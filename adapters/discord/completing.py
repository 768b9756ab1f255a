"""Suggestions while a command is typed: the core's, as Discord takes them."""

from collections.abc import Mapping, Sequence

from adapters.discord.interactions import Typing, requester_of
from adapters.discord.limits import OPTION_TEXT, OPTIONS
from adapters.discord.markdown import plain
from bot.commands.complete import suggestions
from bot.commands.services import Services


async def choices_for(typing: Typing, services: Services) -> Sequence[Mapping[str, str]]:
    """Return what the option may be, the likeliest first."""
    typed = str(typing.options.get(typing.option, ""))
    others = {name: value for name, value in typing.options.items() if name != typing.option}
    found = await suggestions(typing.verb, typing.option, typed, others, requester_of(typing.here), services)
    choices = [{"name": plain(each.name, OPTION_TEXT), "value": each.value} for each in found]
    return [each for each in choices if each["name"] and 0 < len(each["value"]) <= OPTION_TEXT][:OPTIONS]
