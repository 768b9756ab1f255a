"""What a command is: its words, its parameters, who may use it, and who sees the answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.commands.arguments import Arguments
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import Request


class Access(StrEnum):
    """Who may use a command."""

    ANYONE = "anyone in the channel"
    MANAGE = "who may manage the channel"


class Visibility(StrEnum):
    """Who sees the answer; a refusal is always seen by the person alone."""

    CHANNEL = "the channel"
    USER = "only you"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its words, who may use it, who sees the answer, and how its arguments become a request.

    `requests` are the kinds of request it makes. Of each set in `contradictions` at most one flag may be there.
    `examples` are whole commands without `/papers`; the first is the one that errors show.
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

    @property
    def free(self) -> Parameter | None:
        """The parameter that takes the words without a flag."""
        return next((parameter for parameter in self.parameters if parameter.is_free), None)

    @property
    def takes_query(self) -> bool:
        """Say whether its words are in the query language."""
        return self.free is not None and self.free.kind in {Kind.QUERY, Kind.TARGET}

    @property
    def flags(self) -> Mapping[str, Parameter]:
        """The parameters written with a flag, by every name they go by."""
        return {
            name: parameter
            for parameter in self.parameters
            if not parameter.is_free
            for name in (parameter.name, *parameter.aliases)
        }

    @property
    def usage(self) -> str:
        """The whole command as a pattern: `subscribe QUERY [--daily [HH:MM]] ...`."""
        shown = (each.usage if each.is_required else f"[{each.usage}]" for each in self.parameters)
        return " ".join((self.name, *shown))

    def request_of(self, given: Arguments) -> Request:
        """Return the request that the arguments stand for.

        Raises:
            CommandError: something is missing, contradicts something else, or cannot be read.
        """
        free = self.free
        if free is not None and free.is_required:
            given.need(free)
        for names in self.contradictions:
            both = sorted((given.values[name] for name in names if given.has(name)), key=lambda each: each.at.column)
            if len(both) > 1:
                first, second = both[:2]
                message = f"{first.named} and {second.named} contradict each other."
                raise second.error(message, at=second.at, hint="Leave one of them out.")
        return self.build(given)
