"""Subscriptions: what a channel wants to read, how often, from where."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self
from zoneinfo import ZoneInfo

from bot.model.cadence import Cadence
from bot.model.channel import Channel
from bot.model.paper import HUGGINGFACE, Paper
from bot.query.ast import Query


class SubscriptionState(StrEnum):
    """Whether it takes part in digests."""

    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """Why a subscription is paused: a person's ends by a person or at its `until`, lost access when it is back."""

    PERSON = "person"
    ACCESS = "access"


_CODE: Final = re.compile(r" \([a-z0-9_]+\)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who paused it, why, since when, and until when (both UTC; `until` None means until someone resumes)."""

    by: str
    reason: PauseReason
    since: datetime
    until: datetime | None = None
    detail: str = ""

    @property
    def in_words(self) -> str:
        """The detail without the platform's own code at its end, which is for the operator."""
        return _CODE.sub("", self.detail)


@dataclass(frozen=True, slots=True, order=True)
class SourceChoice:
    """A source a subscription reads, or one category of it; written `huggingface` or `arxiv:cs.CV`."""

    source: str
    category: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `source` or `source:category`."""
        source, _, category = text.partition(":")
        return cls(source, category)

    def __str__(self) -> str:
        return f"{self.source}:{self.category}" if self.category else self.source

    def covers(self, paper: Paper, source: str) -> bool:
        """Say whether a sighting of `paper` at `source` counts for this choice."""
        return source == self.source and (not self.category or self.category in paper.categories)


DEFAULT_SOURCES = (SourceChoice(HUGGINGFACE),)
"""What a subscription reads when nobody chose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One subscription of one channel, as stored.

    `number` is counted per channel and never reused. `cap` counts the papers this subscription takes into one
    digest (None: only the channel's cap holds). `floor_on` is the UTC date before which (less one day) nothing is
    looked at. `next_due` is in UTC, None for instant. `seen_change` is the change number an instant subscription
    has answered. `ping` is the id of a role that its digests call, empty for none. `version` rises with every edit: an
    enqueue that was composed from an older one is composed again.
    """

    channel: Channel
    number: int
    query: Query
    cadence: Cadence
    cap: int | None = None
    min_upvotes: int = 0
    upvoted_only: bool = False
    sources: tuple[SourceChoice, ...] = DEFAULT_SOURCES
    ping: str = ""
    state: SubscriptionState = SubscriptionState.ACTIVE
    pause: Pause | None = None
    creator: str = ""
    created_at: datetime
    floor_on: date
    next_due: datetime | None = None
    last_run_at: datetime | None = None
    seen_change: int = 0
    version: int = 1

    @property
    def is_active(self) -> bool:
        """Say whether it takes part in digests."""
        return self.state is SubscriptionState.ACTIVE

    def reads(self, paper: Paper, source: str) -> bool:
        """Say whether a sighting of `paper` at `source` counts for this subscription."""
        return any(choice.covers(paper, source) for choice in self.sources)

    def zone(self, channel_zone: str) -> ZoneInfo:
        """Return the zone of its hours: its own, else the channel's."""
        return ZoneInfo(self.cadence.timezone or channel_zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """What a person asked to subscribe to, before the store gives it a number; with a `pause` it begins paused."""

    channel: Channel
    query: Query
    cadence: Cadence
    cap: int | None
    min_upvotes: int
    upvoted_only: bool
    sources: tuple[SourceChoice, ...]
    ping: str = ""
    creator: str
    pause: Pause | None = None
