"""What is asked of a source, what it answered, and what is remembered about it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.paper import Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchTask:
    """One list to ask a source for.

    `key` names the list within its source (`day:2026-06-16`, `rss:2026-06-16:cs.AI+cs.CL`) and is what fetch records
    are compared by. `day` is the UTC date the list belongs to. `etag` is the validator of the last answer.
    """

    source: str
    key: str
    day: date | None = None
    categories: tuple[str, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """An item that could not be read, and why; never more of the item than its place or id."""

    item: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A source's whole answer to one task.

    `kind` is FETCHED, UNCHANGED, NOTHING_PUBLISHED or STALE, and `reason` says it in a sentence. `papers` carry their
    sightings. `etag` is the validator to send next time.
    """

    kind: OutcomeKind
    reason: str = ""
    papers: tuple[Paper, ...] = ()
    skipped: tuple[Skip, ...] = ()
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRecord:
    """That a task was run: when (UTC), how it ended, and when it may be run again after an error.

    `failures` counts the errors in a row for this task. `ok` is False after an error.
    """

    source: str
    key: str
    at: datetime
    ok: bool
    kind: OutcomeKind
    reason: str = ""
    seen: int = 0
    new: int = 0
    skipped: int = 0
    etag: str = ""
    failures: int = 0
    retry_at: datetime | None = None

    def outcome(self) -> Outcome:
        """Return the outcome that this fetch leaves."""
        return Outcome(
            stage=Stage.FETCH,
            name=self.source,
            kind=self.kind,
            reason=self.reason,
            at=self.at,
            seen=self.seen,
            new=self.new,
            skipped=self.skipped,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPlanInput:
    """All that a source may look at when it decides what to ask for: nothing else may change the plan.

    `records` hold the last record of every task of the last 40 days; of ever, when there is none. `categories` are
    those that settings and active subscriptions want. `backfill_days` is above 0 when an empty store is to be filled.
    """

    now: datetime
    records: tuple[FetchRecord, ...]
    categories: frozenset[str] = field(default_factory=frozenset)
    backfill_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What storing a list changed: papers that are new, that changed, and all there were."""

    seen: int
    new: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far a file was imported. `digest` names the file's content; `position` counts the lines done."""

    digest: str
    position: int
    is_done: bool = False
