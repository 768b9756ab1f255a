"""Outcomes: how every run of every stage ended, kept so that silence can be explained."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """The three things that run."""

    FETCH = "fetch"
    ENQUEUE = "enqueue"
    DELIVER = "deliver"


class OutcomeKind(StrEnum):
    """How a run ended."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    NOTHING_PUBLISHED = "nothing published"
    STALE = "stale"
    DOWN = "down"
    ENQUEUED = "enqueued"
    NO_MATCH = "no match"
    MERGED = "merged"
    POSTED = "posted"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one run of one stage ended, in one sentence.

    `name` is the source, or the channel as text. `at` and `slot` are in UTC. The counts mean: papers seen or looked
    at; new or matched; skipped or cut.
    """

    stage: Stage
    name: str
    kind: OutcomeKind
    reason: str
    at: datetime
    slot: datetime | None = None
    seen: int = 0
    new: int = 0
    skipped: int = 0
