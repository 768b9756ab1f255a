"""What the core asks of the world: one Protocol per need, whose docstrings are the contract.

One method is one transaction: it happens wholly or not at all, and no session crosses a port. All datetimes are
aware and in UTC. A method that reads the store raises nothing but `StoreError`; any other error is named.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.document import Document
from bot.model.cadence import Cadence
from bot.model.channel import Channel, ChannelSettings
from bot.model.delivery import (
    Claim,
    DeliveryKey,
    DeliveryState,
    Kind,
    Part,
    Receipt,
    Rendered,
    Settlement,
)
from bot.model.digest import LedgerRow
from bot.model.fetching import (
    Fetched,
    FetchPlanInput,
    FetchRecord,
    FetchTask,
    ImportProgress,
    Ingested,
)
from bot.model.outcome import Outcome, Stage
from bot.model.paper import Paper, PaperId, StoredPaper
from bot.model.subscription import NewSubscription, Pause, Subscription
from bot.query.ast import Query


class Clock(Protocol):
    """The time. The only way to know it and to let it pass."""

    def now(self) -> datetime:
        """Return the present that every stage acts on; it stands still under `--as-of`."""

    def wall(self) -> datetime:
        """Return the machine's present, for pacing the servers of others."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


# --- papers ----------------------------------------------------------------------------------------------------


class PaperSource(Protocol):
    """A place that lists papers by date."""

    @property
    def name(self) -> str:
        """The source's name, as people type it."""

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:
        """Decide what to ask for at this moment: pure, in the order to ask, empty when nothing is due."""

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:
        """Return the tasks that fetch these dates (inclusive) again, whatever was fetched before.

        Raises:
            RefusedError: when the source cannot give these dates.
        """

    async def fetch(self, task: FetchTask) -> Fetched:
        """Ask for one list, whole.

        Raises:
            SourceError: the list could not be had or read; nothing of it may be stored.
        """

    async def paper(self, paper: PaperId) -> Paper | None:
        """Ask for one paper by its id; None when the source does not have it.

        Raises:
            SourceError: the source could not be asked.
        """


class PaperImporter(Protocol):
    """A file of papers."""

    @property
    def name(self) -> str:
        """The importer's name, as people type it."""

    def read(self, path: Path, start: int) -> AsyncIterator["ImportBatch"]:
        """Yield the file's papers in batches, from line `start` on (0 is the first).

        Raises:
            RefusedError: the file cannot be read, or is not of this kind.
        """

    def digest(self, path: Path) -> str:
        """Name the file's content, so that a later import of the same content goes on where this one ended.

        Raises:
            RefusedError: the file cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBatch:
    """Some papers of a file, the lines that could not be read, and where the batch ends.

    `position` counts lines done; `done` is the part of the file read so far, from 0.0 to 1.0, for a progress bar.
    """

    papers: tuple[Paper, ...]
    skipped: tuple[str, ...]
    position: int
    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatistics:
    """How many papers are stored, and the first and last date on which a source listed one."""

    papers: int
    first_listed: date | None
    last_listed: date | None


class PaperStore(Protocol):
    """The library: every paper once, however many sources listed it under however many ids.

    Papers read back as of a moment hold only the sightings first seen until then; upvotes are the stored ones.
    """

    async def ingest(self, papers: Sequence[Paper], at: datetime, progress: ImportProgress | None = None) -> Ingested:
        """Store papers and their sightings; merge those that turn out to be one.

        A second sighting refreshes upvotes, stars, TL;DR, keywords, organisation and links, and never erases a known
        value with an empty one. The change number of every source that brought something new rises in the same
        transaction, and `progress` is stored in it.
        """

    async def listed(self, since: date, until: date, as_of: datetime) -> tuple[StoredPaper, ...]:
        """Return the papers with a sighting listed on these dates (inclusive), newest listing first, by key within."""

    async def find(self, ids: Sequence[PaperId], as_of: datetime) -> Mapping[PaperId, StoredPaper]:
        """Resolve outer ids through the aliases; unknown ids are left out."""

    async def statistics(self, as_of: datetime) -> LibraryStatistics:
        """Count the library."""

    async def progress(self, digest: str) -> ImportProgress | None:
        """Return how far a file of this content was imported."""

    async def change_numbers(self) -> Mapping[str, int]:
        """Return each source's change number; one that never changed anything is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What to search for. `since` (inclusive) bounds the day of publication or listing; `sort` is a ranking's name."""

    query: Query
    as_of: datetime
    limit: int
    offset: int = 0
    sort: str = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of hits, best first; `total` counts all of them.

    `is_relaxed` says that no paper had all the words, so that these have only some.
    """

    papers: tuple[StoredPaper, ...]
    total: int
    is_relaxed: bool = False


class SearchIndex(Protocol):
    """Full text over the library, selected by the tokens of the one tokeniser and ranked."""

    async def search(self, request: SearchRequest) -> SearchPage:
        """Return one page of what matches."""


# --- subscriptions -----------------------------------------------------------------------------------------------


class SubscriptionStore(Protocol):
    """Channels and their subscriptions. Every method names the channel, so that no tenant reaches another's rows."""

    async def settings(self, channel: Channel) -> ChannelSettings:
        """Return what holds for the channel; the defaults when nobody set anything."""

    async def settings_of(self, channels: Iterable[Channel]) -> Mapping[Channel, ChannelSettings]:
        """Return the settings of many channels at once, defaults included."""

    async def set_settings(self, channel: Channel, settings: ChannelSettings, due: Mapping[int, datetime]) -> None:
        """Replace the channel's settings, and the `next_due` of the subscriptions whose hours they move."""

    async def add(self, new: NewSubscription, at: datetime, next_due: datetime | None) -> Subscription | None:
        """Store a subscription under the channel's next number; None when the channel has this query already.

        "The same query" is the same canonical text, active or paused.
        """

    async def of_channel(self, channel: Channel) -> tuple[Subscription, ...]:
        """Return the channel's subscriptions by number."""

    async def edit(
        self, subscription: Subscription, *, query: Query, cadence: Cadence, next_due: datetime | None, at: datetime
    ) -> bool:
        """Replace query and cadence if the version is still the one given; a changed query moves the floor to `at`."""

    async def pause(self, channel: Channel, numbers: Sequence[int] | None, pause: Pause) -> tuple[int, ...]:
        """Pause active subscriptions (None: all) and cancel deliveries that have no active one left.

        Returns the numbers that were paused now.
        """

    async def pause_workspace(self, platform: str, workspace: str, pause: Pause) -> tuple[Channel, ...]:
        """Pause every active subscription of a workspace, as `pause` does; returns the channels concerned."""

    async def resume(self, channel: Channel, due: Mapping[int, datetime | None], floor_on: date) -> tuple[int, ...]:
        """Resume paused subscriptions with these `next_due`s and this floor; returns the numbers resumed now."""

    async def remove(self, channel: Channel, numbers: Sequence[int], at: datetime) -> tuple[Subscription, ...]:
        """Delete subscriptions and cancel deliveries that have none left; returns what was deleted."""

    async def due(self, now: datetime, limit: int) -> tuple[Subscription, ...]:
        """Return the active subscriptions that are due by the clock, whole channels together, longest due first.

        `limit` bounds the number of channels.
        """

    async def instant(self) -> tuple["InstantCandidate", ...]:
        """Return the active instant subscriptions whose sources changed since they were last answered."""

    async def active(self) -> tuple[Subscription, ...]:
        """Return every active subscription, by channel and number."""

    async def categories(self) -> frozenset[str]:
        """Return the arXiv categories that active subscriptions name, by source choice or positive `cat:`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstantCandidate:
    """An instant subscription with something new, the change number to answer, the channel's last instant digest."""

    subscription: Subscription
    change: int
    last_instant_at: datetime | None


# --- digests on their way ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One subscription's part in an enqueue: as it was read, and where its clock goes."""

    subscription: Subscription
    next_due: datetime | None
    seen_change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueued:
    """What one enqueue stores for one channel, in one transaction.

    `document` is None when nothing is posted: then the clocks move and the outcomes are stored, and there is no
    delivery and no ledger row. `reshown` are the papers that may already be `shown` (rising, reminders of round-ups).
    """

    channel: Channel
    kind: Kind
    slot: datetime
    at: datetime
    runs: tuple[Run, ...]
    document: Document | None
    ledger: tuple[LedgerRow, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryStatus:
    """A delivery as status shows it."""

    key: DeliveryKey
    channel: Channel
    kind: Kind
    slot: datetime
    state: DeliveryState
    due_at: datetime
    attempt: int
    reason: str


class Outbox(Protocol):
    """Deliveries and the ledger: what each channel has had, has coming, and was passed over.

    Every slot is enqueued exactly once and is never silently lost: a unique key holds it, not a lock.
    """

    async def ledger(self, channels: Sequence[Channel], since: date) -> Mapping[Channel, tuple[LedgerRow, ...]]:
        """Return the channels' ledger rows for papers listed anywhere since then; a channel may be left out."""

    async def enqueue(self, enqueued: Enqueued) -> bool:
        """Store a delivery, its ledger rows, outcomes and moved clocks together; False changes nothing.

        It is False when a subscription's `next_due`, `seen_change`, `version` or state is not as it was read, when the
        (channel, kind, slot) is taken, or when a ledger row conflicts: the caller reads and composes again. A
        `next_due` never moves backwards.
        """

    async def claim(self, now: datetime, lease: timedelta, limit: int, platforms: Sequence[str]) -> tuple[Claim, ...]:
        """Take up to `limit` pending deliveries that are due, oldest slot first.

        Their lease ends at `now + lease`. Two deliveries of one channel are never held at once, by whatever worker.
        `failures` of a claim counts the settlements that sent it back before, not the crashes.
        """

    async def store_parts(self, claim: Claim, parts: Sequence[Rendered]) -> tuple[Part, ...] | None:
        """Store the rendered parts of a delivery once, and return the stored ones; None when the lease was lost."""

    async def attempt_part(self, claim: Claim, index: int, lease_until: datetime) -> bool:
        """Note that a part is about to be posted and extend the lease; False when the lease was lost."""

    async def accept_part(self, claim: Claim, index: int, receipt: Receipt) -> bool:
        """Store a part's receipt; False when the lease was lost (the receipt is stored all the same)."""

    async def refuse_part(self, claim: Claim, index: int) -> bool:
        """Note that a part was definitely refused; False when the lease was lost."""

    async def settle(self, claim: Claim, settlement: Settlement, outcome: Outcome) -> bool:
        """End a claim, store its outcome, and release ledger rows when it is cancelled or dead; False: lease lost.

        Released are the rows of papers in parts never attempted or definitely refused; the *passed* rows too when no
        part may have gone out.
        """

    async def pending(self, now: datetime) -> tuple[DeliveryStatus, ...]:
        """Return the deliveries that are not yet sent, oldest slot first, and those that died in the last 14 days."""

    async def last_sent(self, channel: Channel) -> datetime | None:
        """Return when the channel's last delivery was sent."""

    async def next_due_at(self) -> datetime | None:
        """Return when the next pending delivery is due, None when none is pending."""

    async def purge(self, before: datetime) -> int:
        """Delete settled deliveries and outcomes older than that; returns how many. The ledger stays."""


class Outcomes(Protocol):
    """How every run of every stage ended, and every fetch."""

    async def add(self, outcomes: Sequence[Outcome]) -> None:
        """Store outcomes."""

    async def latest(self, stage: Stage, name: str, limit: int) -> tuple[Outcome, ...]:
        """Return the newest outcomes of one source or channel (empty name: of all), newest first."""

    async def record_fetch(self, record: FetchRecord, outcome: Outcome) -> None:
        """Store how a fetch ended: the task's record (the last one counts) and its outcome."""

    async def fetch_records(self, source: str, since: datetime) -> tuple[FetchRecord, ...]:
        """Return the last record of every task of a source that was run since then."""


# --- shared between processes -------------------------------------------------------------------------------------


class RateLimits(Protocol):
    """Pacing that all processes share: one row per host, workspace or channel."""

    async def reserve(self, key: str, interval: timedelta, now: datetime) -> timedelta:
        """Take the next free moment for `key`, moments being `interval` apart; returns how long to wait for it."""

    async def hold(self, key: str, until: datetime) -> None:
        """Let nobody have a moment for `key` before `until`; an earlier hold never shortens a later one."""


class SourceLeases(Protocol):
    """Who is fetching a source: one process at a time."""

    async def acquire(self, source: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """Take or renew the lease; False while another holder's has not run out."""

    async def release(self, source: str, holder: str) -> None:
        """Give the lease back; nothing happens when another holds it."""


# --- platforms ----------------------------------------------------------------------------------------------------


class Messenger(Protocol):
    """One platform's way to post."""

    @property
    def platform(self) -> str:
        """The platform's name."""

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Turn a document into the parts to post, each inside every limit of the platform: pure, at least one part."""

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post one stored part; `parts` are all of the delivery, with the receipts of those before.

        Raises:
            DeliveryError: it was not posted, or nobody knows.
        """


class Gateway(Protocol):
    """One platform's way to hear: commands and buttons come in, replies go out."""

    async def serve(self) -> None:
        """Listen until cancelled; reconnect by itself."""


class Store(Protocol):
    """All the ports of one database, opened together."""

    @property
    def papers(self) -> PaperStore:
        """The library."""

    @property
    def search(self) -> SearchIndex:
        """Full text over the library."""

    @property
    def subscriptions(self) -> SubscriptionStore:
        """Channels and subscriptions."""

    @property
    def outbox(self) -> Outbox:
        """Deliveries and the ledger."""

    @property
    def outcomes(self) -> Outcomes:
        """How runs ended."""

    @property
    def rate_limits(self) -> RateLimits:
        """Pacing."""

    @property
    def leases(self) -> SourceLeases:
        """Leases of sources."""
