"""Digests: what one channel gets at one slot, before any word of it is written."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.model.channel import Channel
from bot.model.paper import PaperKey, StoredPaper
from bot.model.subscription import Subscription
from bot.query.ast import Query

LEADS = 5
"""Papers shown with their TL;DR; the rest are lines."""

RISING_DAYS = 7
"""Days in which a line, or a passed paper, may come once more as a lead."""


class LedgerState(StrEnum):
    """What a channel, or one of its subscriptions, has had of a paper.

    SHOWN: the channel had it in a message; once, and once more as *rising*. PASSED: the subscription matched it and a
    cap cut it. ROUNDED_UP: a round-up of this subscription held it, fresh or as a reminder, or passed it. DISCUSSED:
    somebody asked the channel to discuss it, once; it keeps the paper out of no digest.
    """

    SHOWN = "shown"
    PASSED = "passed"
    ROUNDED_UP = "rounded up"
    DISCUSSED = "discussed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """That a channel was shown a paper, or that a subscription's cap passed it over, or its round-up held it.

    Unique in a channel: (paper, is_rising) for SHOWN; (subscription, paper) for PASSED, ROUNDED_UP and
    DISCUSSED. `subscription` is the number that took it (SHOWN) or whose row it is; 0 for DISCUSSED. `upvotes` and
    `below_top_tenth` are those of that moment, for *rising*. `href` is the message, once it is known.
    """

    paper: PaperKey
    state: LedgerState
    subscription: int
    at: datetime
    as_lead: bool = False
    is_rising: bool = False
    upvotes: int | None = None
    below_top_tenth: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A paper that a subscription matched, and how strongly."""

    paper: StoredPaper
    subscription: Subscription
    strength: float


class Place(StrEnum):
    """Where in the digest a paper stands."""

    LEAD = "lead"
    LINE = "line"
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A paper of a digest: who took it, which subscriptions matched it, and where it stands.

    `rising_from` are the upvotes when the channel last had it, None when it is not rising. `seen_at` and `seen_href`
    say when and where the channel had it already (`Place.SEEN`: a round-up's reminder).
    """

    paper: StoredPaper
    taker: Subscription
    matched_by: tuple[Subscription, ...]
    place: Place
    rising_from: int | None = None
    below_top_tenth: bool = False
    seen_at: datetime | None = None
    seen_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A paper that matched and that a cap left out, for the subscriptions named."""

    paper: StoredPaper
    passed_by: tuple[Subscription, ...]
    below_top_tenth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One ranked list for one channel and one slot.

    `looked_at` counts the papers of the windows, `matched` those that matched now and were not kept out by the
    ledger. `picks` are in the order shown. `cut` is in rank order: never silent. `waiting` counts what matched and is
    left to the next digest. `muted` counts what would have matched but for the channel's `mutes` named here.
    """

    channel: Channel
    zone: str
    slot: datetime
    subscriptions: tuple[Subscription, ...]
    picks: tuple[Pick, ...]
    cut: tuple[Cut, ...]
    looked_at: int
    since: date
    waiting: int = 0
    muted: int = 0
    mutes: tuple[Query, ...] = ()

    @property
    def matched(self) -> int:
        """How many papers matched, shown, cut or waiting."""
        return len(self.picks) + len(self.cut) + self.waiting

    @property
    def fresh(self) -> tuple[Pick, ...]:
        """The papers that this digest brings, without a round-up's reminders."""
        return tuple(pick for pick in self.picks if pick.place is not Place.SEEN)
