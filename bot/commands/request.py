"""Requests: what a person asked for, understood, before anything is done about it."""

from dataclasses import dataclass
from typing import Literal

from bot.model.cadence import Cadence
from bot.model.change import ChangeId
from bot.model.channel import Channel
from bot.model.subscription import SourceChoice
from bot.query.ast import Query

SortOrder = Literal["relevance", "upvotes", "date"]
Period = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks, and from which channel; both come from the platform, never from the text."""

    channel: Channel
    user: str
    is_manager: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """Subscribe the channel. What is None was not said and takes the channel's or the product's default.

    `cadence.timezone` is None without `--tz`. `has_time` says whether a time of day was given.
    """

    query: Query
    cadence: Cadence
    has_time: bool = False
    cap: int | None = None
    min_upvotes: int = 0
    upvoted_only: bool = False
    sources: tuple[SourceChoice, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """Remove one subscription, or (None) all; all only with `is_confirmed`."""

    number: int | None
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSubscriptions:
    """Show the channel's subscriptions, or those of every channel that the person may see."""

    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSubscription:
    """Show what a subscription would post now."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewQuery:
    """Show what a query would have brought: in the last 7 days as a digest, or in `days` days without a cap."""

    query: Query
    days: int | None = None
    sources: tuple[SourceChoice, ...] | None = None
    min_upvotes: int = 0
    upvoted_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Search the library; `page` counts from 1."""

    query: Query
    sort: SortOrder = "relevance"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Trending:
    """Show what is trending."""

    period: Period = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Show one paper, named as a person names it: an id, an address, a DOI."""

    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Say what was fetched, matched and posted, what is late, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Put a change back."""

    change: ChangeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Explain the commands, or one of them."""

    verb: str | None = None


Request = (
    Subscribe
    | Unsubscribe
    | ListSubscriptions
    | PreviewSubscription
    | PreviewQuery
    | Search
    | Trending
    | Show
    | Status
    | Undo
    | Help
)
