"""Deliveries: one message or digest to one channel, and the states it passes through.

                 claim                       every part accepted
    PENDING ──────────────> (leased) ──────────────────────────────> SENT
       ^  ^                   │  │ │
       │  └── lease ran out ──┘  │ └── channel lost, or all its subscriptions paused or gone ──> CANCELLED
       │      (crash, hang)      │
       └── retry later, backoff ─┴── our bug, or tried for too long ──> DEAD

A lease is not a state: a leased delivery is PENDING with `due_at` in the future and a higher `attempt`, so that a
crashed worker's work is taken up by the next claim without anybody noticing the crash. CANCELLED and DEAD release the
ledger rows of parts that were never attempted or definitely refused.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel

DeliveryKey = NewType("DeliveryKey", int)

Json = Any
"""A payload as the platform's API takes it: plain JSON."""

POST_TIMEOUT = timedelta(seconds=15)
"""How long one post may take before its outcome counts as unknown."""

LEASE = timedelta(seconds=20)
"""How long a worker may be silent before another takes its delivery: one post, and some time for the database."""

BACKOFF = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    timedelta(hours=10),
)
"""Waiting times between attempts: about 26 hours in all, so that a day of outage loses nothing; then dead."""


class Kind(StrEnum):
    """What a delivery is about; part of its unique key."""

    DIGEST = "digest"
    RUN = "run"
    INSTANT = "instant"
    GREETING = "greeting"
    QUIET = "quiet"
    PAUSED = "paused"
    DISCUSSION = "discussion"

    @property
    def is_digest(self) -> bool:
        """Say whether it brings papers that were due at its slot. For any other kind the slot is only a unique key."""
        return self in DIGESTS


DIGESTS = frozenset({Kind.DIGEST, Kind.RUN, Kind.INSTANT})
"""The kinds that bring papers which were due at their slot."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENT = "sent"
    CANCELLED = "cancelled"
    DEAD = "dead"


class PartState(StrEnum):
    """What is known about one part. ATTEMPTED without a receipt may or may not have gone out."""

    WAITING = "waiting"
    ATTEMPTED = "attempted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One part as a renderer made it: the exact payload, and the papers it shows (ids as text, in order).

    `title` names what is posted where a platform makes a post of it that has a name (a forum); empty elsewhere.
    """

    payload: Json
    papers: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the platform answered: its id of the message, and a link to it where it has one."""

    message: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One stored part of a delivery: `index` counts from 0."""

    index: int
    rendered: Rendered
    state: PartState = PartState.WAITING
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A delivery that this worker holds until its lease ends.

    `attempt` is the fence: every later write names it, and has no effect once another worker has claimed. `document`
    is the stored snapshot, as JSON with its version `v`. `parts` is empty until the first claim stores them.
    """

    key: DeliveryKey
    channel: Channel
    kind: Kind
    slot: datetime
    attempt: int
    failures: int
    created_at: datetime
    document: Json
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a claim ends: the next state, when to try again (PENDING only, in UTC), and why.

    `is_failure` says of PENDING that this was one of our tries, of which there are only so many.
    """

    state: DeliveryState
    due_at: datetime | None = None
    reason: str = ""
    is_failure: bool = True


def settle_failure(error: DeliveryError, failures: int, now: datetime, jitter: float) -> Settlement:
    """Decide what follows from a failed post; `failures` counts this one, `jitter` is in [0, 1).

    A waiting time that a platform names in refusing is obeyed, and does not count as one of our tries: it is there, and
    will take the message. Posting after an unknown outcome is the promise's one possible duplicate, and not posting
    would be a silent loss; each such try counts, whatever waiting time came with it.
    """
    match error.verdict:
        case Verdict.PAUSE_CHANNEL | Verdict.STOP_WORKSPACE:
            return Settlement(state=DeliveryState.CANCELLED, reason=error.reason)
        case Verdict.OUR_BUG:
            return Settlement(state=DeliveryState.DEAD, reason=error.reason)
        case Verdict.RETRY_LATER if error.retry_after is not None:
            due_at = now + error.retry_after
            return Settlement(state=DeliveryState.PENDING, due_at=due_at, reason=error.reason, is_failure=False)
        case Verdict.RETRY_LATER | Verdict.UNKNOWN_OUTCOME:
            if failures > len(BACKOFF):
                return Settlement(state=DeliveryState.DEAD, reason=f"gave up after {failures} tries: {error.reason}")
            wait = error.retry_after or BACKOFF[failures - 1] * (1 + jitter / 4)
            return Settlement(state=DeliveryState.PENDING, due_at=now + wait, reason=error.reason)
