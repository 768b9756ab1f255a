"""Digests on their way: deliveries and the ledger."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.document import Document
from bot.model.channel import Channel
from bot.model.delivery import Claim, DeliveryKey, DeliveryState, Kind, Part, Receipt, Rendered, Settlement
from bot.model.digest import LedgerRow
from bot.model.outcome import Outcome
from bot.model.paper import PaperKey
from bot.model.subscription import Subscription


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
    delivery and no ledger row. `runs` is empty for what no subscription brings, a notice or a discussion.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What stands in a channel as a message, or as several: the whole of what was said."""

    channel: Channel
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxStatistics:
    """How many deliveries are pending now, or were settled since a moment, by state; the oldest pending slot.

    Only slots of digests count: those of notices are no moments.
    """

    deliveries: Mapping[DeliveryState, int]
    oldest_slot: datetime | None


class Outbox(Protocol):
    """Deliveries and the ledger: what each channel has had, has coming, and was passed over.

    Every slot is enqueued exactly once and is never silently lost: a unique key holds it, not a lock.
    """

    async def ledger(self, channels: Sequence[Channel], since: date) -> Mapping[Channel, tuple[LedgerRow, ...]]:
        """Return the channels' ledger rows for papers listed anywhere since then; a channel may be left out."""

    async def discussed(self, channel: Channel, paper: PaperKey) -> LedgerRow | None:
        """Return that the channel was asked to discuss a paper; None when it was not."""

    async def enqueue(self, enqueued: Enqueued) -> bool:
        """Store a delivery, its ledger rows, outcomes and moved clocks together; False changes nothing.

        It is False when a subscription's `next_due`, `seen_change`, `version` or state is not as it was read, when the
        (channel, kind, slot) is taken, or when a ledger row conflicts: the caller reads and composes again. A
        `next_due` never moves backwards.
        """

    async def claim(self, now: datetime, lease: timedelta, limit: int, platforms: Sequence[str]) -> tuple[Claim, ...]:
        """Take up to `limit` pending deliveries that are due; workspaces take turns.

        The next is of a workspace with the fewest held, by whatever worker, and there the one with the oldest slot.
        Leases end at `now + lease`. Two deliveries of one channel are never held at once, by whatever worker.
        `failures` of a claim counts the failures that sent it back before: neither crashes nor waits that a platform
        asked for.
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

    async def posted(self, platform: str, workspace: str, message: str) -> Posted | None:
        """Return what was posted as a message, by the id that its receipt has; None: nothing in this workspace.

        What was settled so long ago that it was purged is not found either.

        Raises:
            ValueError: a newer version of the program wrote it.
        """

    async def workspace_of(self, platform: str, user: str, message: str) -> str | None:
        """Return the workspace for which a message was sent to a person in person; None: we sent them no such message.

        It is for a platform whose direct messages belong to no workspace.
        """

    async def statistics(self, since: datetime) -> OutboxStatistics:
        """Count the pending deliveries and those settled since then; a state without one is left out."""

    async def last_sent(self, channels: Iterable[Channel], kinds: Collection[Kind]) -> Mapping[Channel, datetime]:
        """Return when each channel's newest delivery of these kinds was sent; one without any is left out."""

    async def last_made(self, channels: Iterable[Channel], kinds: Collection[Kind]) -> Mapping[Channel, datetime]:
        """Return when each channel's newest delivery of these kinds was made; one without any is left out."""

    async def purge(self, before: datetime) -> int:
        """Delete settled deliveries and outcomes older than that; returns how many.

        The ledger stays, and so do greetings: no channel is greeted twice.
        """
