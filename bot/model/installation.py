"""Installations: the workspaces that took paperround in, and what we may do there."""

from dataclasses import dataclass, field
from typing import Final

MASK: Final = "**********"


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no log, error or repr shows; whoever needs it asks for `value`."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return MASK


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One workspace's grant: the token to speak with, as whom, and what for.

    `scopes` is empty where the platform did not name them.
    """

    platform: str
    workspace: str
    token: Secret
    bot_user: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a change of keys came to: how many tokens were encrypted anew, and whose no key reads (`slack:T123`)."""

    changed: int = 0
    unreadable: tuple[str, ...] = ()
