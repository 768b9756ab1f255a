"""Options that several verbs share, and how their text is read."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from bot.model.channel import Channel


class Form(StrEnum):
    """How `papers` shows an answer."""

    TEXT = "text"
    JSON = "json"
    SLACK = "slack"
    DISCORD = "discord"


class Export(StrEnum):
    """What can be exported."""

    SETTINGS = "settings"
    ENV = "env"
    TOML = "toml"
    COMMANDS = "commands"
    SLACK = "slack"
    DISCORD = "discord"


class Role(StrEnum):
    """What a `run` does: everything, only listening to the platforms, or only fetching, enqueueing and delivering."""

    ALL = "all"
    GATEWAY = "gateway"
    WORKER = "worker"


FIRST_YEAR, LAST_YEAR = 1990, 2200
"""What `--as-of` lies between: arXiv began in 1991, and windows and due times reach beyond the present both ways."""


LONGEST_NAME = 200
"""Characters of a user or a channel: far more than any platform gives them."""


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no moment; write one as in 2026-06-16T09:00:00+02:00") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset; add Z or one as in +02:00")
    if not FIRST_YEAR < moment.year < LAST_YEAR:
        raise typer.BadParameter(f"{text!r} is no present; name a moment between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write one as in 2026-06-16") from error


def _name(text: str) -> str:
    """Refuse a name that no platform has: a database may not hold it, and a line of a list cannot show it."""
    if not text or not text.isprintable() or len(text) > LONGEST_NAME:
        raise typer.BadParameter(f"a name has 1 to {LONGEST_NAME} characters, each of them one that can be seen")
    return text


def channel_of(text: str) -> Channel:
    """Read a channel from the command line."""
    _name(text)
    try:
        return Channel.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--channel") from error


AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        parser=_moment,
        metavar="ISO-8601",
        help="Act as if this were the present; an offset is required, as in 2026-06-16T09:00:00Z.",
    ),
]
Day = Annotated[date | None, typer.Option("--date", parser=_day, metavar="YYYY-MM-DD", help="Fetch this day again.")]
Since = Annotated[
    date | None, typer.Option("--since", parser=_day, metavar="YYYY-MM-DD", help="Fetch every day since then.")
]
User = Annotated[str, typer.Option(parser=_name, metavar="NAME", help="Who acts; local is a manager.")]
InChannel = Annotated[str, typer.Option("--channel", metavar="PLATFORM:WORKSPACE/ID", help="The channel to speak in.")]

DEFAULT_CHANNEL = "console:local/general"
DEFAULT_USER = "local"
