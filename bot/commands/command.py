"""What a command is: its words, its parameters, who may use it, and who sees the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.commands.arguments import LIST, NUMBERS, Arguments
from bot.commands.parameter import Kind, Parameter
from bot.commands.place import PLACES, acting_there, place_of
from bot.commands.request import Asked, Request
from bot.errors import CommandError


class Access(StrEnum):
    """Who may use a command."""

    ANYONE = "anyone in the channel"
    CHANGE = "anyone in the channel to read it, who may manage the channel to change it"
    MANAGE = "who may manage the channel"


class Visibility(StrEnum):
    """Who sees the answer; a refusal is always seen by the person alone."""

    CHANNEL = "the channel"
    USER = "only you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its words, who may use it, who sees the answer, and how its arguments become a request.

    `requests` are the kinds of request it makes. Of each set in `contradictions` at most one flag may be there.
    `examples` are whole commands without `/papers`; the first is the one that errors show. What
    `acts_in_channel` may be sent to another one, by the flags of bot/commands/place.py.
    """

    name: str
    help: str
    details: str = ""
    parameters: tuple[Parameter, ...] = ()
    access: Access
    visibility: Visibility
    contradictions: tuple[tuple[str, ...], ...] = ()
    examples: tuple[str, ...]
    requests: tuple[type[Request], ...]
    build: Callable[[Arguments], Request]
    acts_in_channel: bool = True

    @property
    def everything(self) -> tuple[Parameter, ...]:
        """Its own parameters, and those that say where it acts."""
        return (*self.parameters, *PLACES) if self.acts_in_channel else self.parameters

    @property
    def free(self) -> Parameter | None:
        """The parameter that takes the words without a flag, but for the first where that is one by itself."""
        free = [parameter for parameter in self.parameters if parameter.is_free]
        return next((parameter for parameter in free if not parameter.is_first), None)

    @property
    def first(self) -> Parameter | None:
        """The parameter that is the first word without a flag."""
        return next((parameter for parameter in self.parameters if parameter.is_first), None)

    @property
    def is_by_name(self) -> bool:
        """Say whether its flags may be written without dashes."""
        return any(parameter.is_named for parameter in self.parameters)

    @property
    def takes_query(self) -> bool:
        """Say whether its words are in the query language."""
        return self.free is not None and self.free.kind in {Kind.QUERY, Kind.TARGET}

    @property
    def flags(self) -> Mapping[str, Parameter]:
        """The parameters written with a flag, by every name they go by."""
        return {
            name: parameter
            for parameter in self.everything
            if not parameter.is_free
            for name in (parameter.name, *parameter.aliases)
        }

    @property
    def usage(self) -> str:
        """The whole command as a pattern: `subscribe QUERY [--daily [HH:MM]] ...`."""
        shown = (each.usage if each.is_required else f"[{each.usage}]" for each in self.parameters)
        return " ".join((self.name, *shown))

    def asked_of(self, given: Arguments) -> Asked:
        """Return the request that the arguments stand for, and where it shall act.

        Raises:
            CommandError: something is missing, contradicts something else, or cannot be read.
        """
        if not self.acts_in_channel:
            return Asked(request=self.request_of(given))
        try:
            return Asked(request=self.request_of(given), place=place_of(given))
        except CommandError as error:
            # What it says to type is to act there, too.
            error.example = acting_there(error.example, given)
            if error.hint == NUMBERS:
                error.hint = NUMBERS.replace(LIST, acting_there(LIST, given))
            raise

    def request_of(self, given: Arguments) -> Request:
        """Return the request that the arguments stand for.

        Raises:
            CommandError: something is missing, contradicts something else, or cannot be read.
        """
        for parameter in self.parameters:
            if parameter.is_required:
                given.need(parameter)
        for names in self.contradictions:
            both = sorted((given.values[name] for name in names if given.has(name)), key=lambda each: each.at.column)
            if len(both) > 1:
                first, second = both[:2]
                message = f"{first.named} and {second.named} contradict each other."
                raise second.error(message, at=second.at, hint="Leave one of them out.")
        return self.build(given)
