"""Where a command acts: flags that every command about a channel has, explained once."""

import re
from collections.abc import Mapping
from typing import Final

from bot.commands.arguments import Arguments, Written, quoted
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import ME
from bot.commands.values import choice_of
from bot.errors import CommandError

MYSELF: Final = "me"
"""What `--to` has to say."""

TO: Final = Parameter(
    name="to",
    help="Not for this channel but for you, in digests of your own.",
    kind=Kind.CHOICE,
    shown=MYSELF,
    choices=(MYSELF,),
    example='subscribe "world models" --to me',
)
IN: Final = Parameter(
    name="in",
    help="Another channel, as in `#tea`; for managers.",
    kind=Kind.CHANNEL,
    shown="#CHANNEL",
    example="list --in #tea",
)
PLACES: Final = (TO, IN)

_MENTIONED = re.compile(r"<#([^|>]+)(\|[^>]*)?>")
"""How Slack and Discord send a channel that was picked from their lists."""


def place_of(given: Arguments) -> str:
    """Return where a command shall act, as `Asked.place` has it.

    Raises:
        CommandError: no channel can be meant, or two are.
    """
    if TO.name in given.values and (other := given.values.get(IN.name)):
        raise other.error(f"`{TO}` and `{IN}` contradict each other.", at=other.at, hint="Leave one of them out.")
    if given.read(TO.name, choice_of) is not None:
        return ME
    return given.read(IN.name, channel_id_of) or ""


def acting_there(command: str, given: Arguments) -> str:
    """Return a command to type with what it must end in to act where the arguments say, if that can be read."""
    try:
        place = place_of(given)
    except CommandError:
        return command
    if not place or "\n" in command or f"--{TO.name}" in command or f"--{IN.name}" in command:
        return command
    return f"{command} --{TO.name} {MYSELF}" if place == ME else f"{command} --{IN.name} #{place}"


def place_options(channel_id: str, here: str) -> Mapping[str, str]:
    """Return the options that let a command act in a channel when it is given in another; none for the same one."""
    if channel_id.startswith("@"):
        return {TO.name: MYSELF}
    return {IN.name: channel_id} if channel_id and channel_id != here else {}


def channel_id_of(written: Written) -> str:
    """Read a channel: `#tea`, `tea`, or as a platform mentions it."""
    found = _MENTIONED.fullmatch(written.text)
    name = found[1] if found else written.text.removeprefix("#")
    if len(written.words) > 1 or not name or any(character in name for character in "<>|/#"):
        raise written.error(f"{quoted(written.text)} is no channel.", hint="Write its name, as in `--in #tea`.")
    return name
