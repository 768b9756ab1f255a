"""Channels: where digests go, and what holds for the whole channel."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bot.query.ast import Query

DEFAULT_CAP = 10
"""Papers in one digest of a channel, unless `settings max` says otherwise."""

MAX_CAP = 25
"""The highest cap a person may set."""


class Platform(StrEnum):
    """Where a channel lives."""

    CONSOLE = "console"
    SLACK = "slack"
    DISCORD = "discord"


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of one workspace of one platform; written `slack:T123/C456`."""

    platform: Platform
    workspace: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `platform:workspace/id`.

        Raises:
            ValueError: when a piece is missing, or the platform is not known.
        """
        platform, colon, rest = text.partition(":")
        workspace, slash, channel = rest.partition("/")
        if not (colon and slash and workspace and channel):
            raise ValueError(f"{text!r} is not platform:workspace/channel, as in console:local/general")
        if platform not in set(Platform):
            raise ValueError(f"{platform!r} is no platform; one of {', '.join(Platform)}")
        return cls(Platform(platform), workspace, channel)

    def personal(self, user: str) -> "Channel":
        """Return a person's own channel in this workspace, where only they read."""
        return Channel(self.platform, self.workspace, f"@{user}")

    @property
    def is_personal(self) -> bool:
        """Say whether it is some person's own."""
        return self.id.startswith("@")

    def __str__(self) -> str:
        return f"{self.platform}:{self.workspace}/{self.id}"


class WhoCanManage(StrEnum):
    """Who may change a channel's subscriptions."""

    EVERYONE = "everyone"
    MANAGERS = "managers"


def who_manages_by_default(platform: Platform) -> WhoCanManage:
    """Return who may change a channel where nobody set it: each platform has its own habit."""
    return WhoCanManage.MANAGERS if platform is Platform.DISCORD else WhoCanManage.EVERYONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What holds for a whole channel. `timezone` is an IANA name; None means the product's default.

    `mutes` are words and authors, each as the query that finds it: what one of them matches never enters a digest.
    `quiet_notes` says whether an improbable silence may be told.
    """

    timezone: str | None = None
    cap: int = DEFAULT_CAP
    who_can_manage: WhoCanManage = WhoCanManage.EVERYONE
    mutes: tuple[Query, ...] = ()
    quiet_notes: bool = True
