"""Requests: what a person asked for, understood, before anything is done about it."""

from dataclasses import dataclass
from datetime import date, time
from typing import Final, Literal

from bot.model.cadence import Cadence, Frequency
from bot.model.change import ChangeId
from bot.model.channel import Channel, WhoCanManage
from bot.model.subscription import SourceChoice
from bot.query.ast import Query

SortOrder = Literal["relevance", "upvotes", "date"]
Period = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """Who asks, and from which channel; both come from the platform, never from the text.

    A manager is one of every channel of the workspace, or (`manages_all` False) of this channel alone. `zone` is the
    person's own IANA zone, `name` what people call them; each is empty where the platform does not know it.
    `typed_in` is where they are when they act in another channel than that; None: there. `parent` is the channel in
    which the one where they are is a thread, or a post; None: in none.
    """

    channel: Channel
    user: str
    is_manager: bool
    manages_all: bool = True
    zone: str = ""
    name: str = ""
    typed_in: Channel | None = None
    parent: Channel | None = None

    @property
    def here(self) -> Channel:
        """The channel in which the answer is read."""
        return self.typed_in or self.channel


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
    ping: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """Remove one subscription, or (None) all; all only with `is_confirmed`."""

    number: int | None
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EditSubscription:
    """Change what is not None of a subscription; with nothing to change, ask what can be.

    `at` and `weekdays` go with any `frequency`. Taken back are: the time zone and the ping by "", the cap by 0.
    """

    number: int
    query: Query | None = None
    frequency: Frequency | None = None
    at: time | None = None
    weekdays: frozenset[int] | None = None
    timezone: str | None = None
    cap: int | None = None
    min_upvotes: int | None = None
    upvoted_only: bool | None = None
    sources: tuple[SourceChoice, ...] | None = None
    ping: str | None = None

    @property
    def only_reads(self) -> bool:
        """Whether there is nothing to change."""
        return self == EditSubscription(number=self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseSubscriptions:
    """Pause one subscription, or (None) all, until someone resumes or a date of the channel begins."""

    number: int | None
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeSubscriptions:
    """Let one paused subscription, or (None) all, go on."""

    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNow:
    """Post what is waiting for a subscription."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLatest:
    """Post the newest papers of the last days that a subscription matches, at most so many."""

    number: int
    days: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """Change what is not None of the channel's settings; with nothing to change, show them.

    `timezone` "" is the default's. `mute` and `unmute` are queries that find what the channel does not want to see.
    """

    timezone: str | None = None
    cap: int | None = None
    who_can_manage: WhoCanManage | None = None
    mute: Query | None = None
    unmute: Query | None = None
    quiet_notes: bool | None = None

    @property
    def only_reads(self) -> bool:
        """Whether there is nothing to change."""
        return self == ChangeSettings()


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
class Share:
    """Show the channel what was shown to one person."""

    request: Search | Trending | Show


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Show a page of the person's reading list, or of it as BibTeX."""

    is_bibtex: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """Put a paper on the person's reading list."""

    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsave:
    """Take a paper off the person's reading list."""

    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Show what is like a paper."""

    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discuss:
    """Ask the channel what it thinks of a paper."""

    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Less:
    """Offer to mute what a paper is about."""

    paper: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Write the channel down as a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Make the channel what the text of a file says; without `is_confirmed`, show what that would change."""

    text: str
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyShown:
    """Make the channel what the text of a file says, if that changes what was `shown`."""

    text: str
    shown: str


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
    | EditSubscription
    | PauseSubscriptions
    | ResumeSubscriptions
    | RunNow
    | PostLatest
    | ChangeSettings
    | ListSubscriptions
    | PreviewSubscription
    | PreviewQuery
    | Search
    | Trending
    | Show
    | Share
    | Saved
    | Save
    | Unsave
    | Similar
    | Discuss
    | Less
    | Export
    | Import
    | ApplyShown
    | Status
    | Undo
    | Help
)

ME: Final = "@"
"""The place that is the requester's own channel, whoever that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, and where it shall act: the id of a channel of the workspace, ME, or empty for where it was asked."""

    request: Request
    place: str = ""
