"""Deliver: post what the outbox holds, part by part, so that a crash anywhere goes on at the next part.

    claim ──> render and store the parts ──> for each part: note the attempt, post, store the receipt ──> settle
                                                            └ attempted before: look for it first

Every slot is enqueued exactly once and is never silently lost; posting is at least once, and a duplicate needs a
failure between the platform's accept and our commit.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

from bot.errors import DeliveryError, PaperroundError, StoreError, Verdict, reference
from bot.model.channel import Platform
from bot.model.delivery import (
    LEASE,
    POST_TIMEOUT,
    Claim,
    DeliveryState,
    Part,
    PartState,
    Receipt,
    Settlement,
    settle_failure,
)
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.subscription import Pause, PauseReason
from bot.pipeline.notices import tell_paused
from bot.ports import Clock, Messenger, Store
from bot.snapshot import document_of
from bot.views.digest import with_lateness

_T = TypeVar("_T")
_Task = asyncio.Task[bool | StoreError]

log = logging.getLogger(__name__)

CLAIMS_AT_ONCE = 16
"""Deliveries that one process posts side by side on a platform; each belongs to another channel."""

CLAIMS_TOGETHER = 4
CLAIMS_WAIT = timedelta(milliseconds=200)
"""How many posts should have ended before the next are claimed, and how long the first of them waits for the others."""

ONE_AT_A_TIME = frozenset({Platform.CONSOLE})
"""Platforms that are one file or one terminal: nothing is gained side by side, and a crash doubles one part at most."""

RECEIPT_WAITS = (0.5, 1.0, 2.0)
"""Seconds between tries to store a receipt while the database is away: inside what a post leaves of its lease."""

PAUSED_BY = "paperround"

_KINDS = {
    DeliveryState.SENT: OutcomeKind.POSTED,
    DeliveryState.PENDING: OutcomeKind.POSTPONED,
    DeliveryState.CANCELLED: OutcomeKind.CANCELLED,
    DeliveryState.DEAD: OutcomeKind.DEAD,
}


async def deliver_due(
    store: Store, messengers: Mapping[str, Messenger], clock: Clock, *, stopping: asyncio.Event | None = None
) -> int:
    """Post every delivery that is due on these platforms; returns how many were sent.

    Once `stopping` is set nothing more is claimed; what is claimed is finished.
    """
    async with asyncio.TaskGroup() as group:
        # Side by side: a platform that hangs holds up no other.
        tasks = [group.create_task(_deliver_all(store, each, clock, stopping)) for each in messengers.values()]
    return sum(_numbers(task.result() for task in tasks))


async def _deliver_all(
    store: Store, messenger: Messenger, clock: Clock, stopping: asyncio.Event | None
) -> int | StoreError:
    """Post every delivery that is due on one platform; a failing database is handed back as a value."""
    limit = 1 if messenger.platform in ONE_AT_A_TIME else CLAIMS_AT_ONCE
    running: set[_Task] = set()
    failure: StoreError | None = None
    sent = 0
    async with asyncio.TaskGroup() as group:
        while True:
            if failure is None and not (stopping and stopping.is_set()):
                try:
                    claims = await store.outbox.claim(clock.now(), LEASE, limit - len(running), [messenger.platform])
                except StoreError as error:
                    claims, failure = (), error
                running |= {group.create_task(_attempt(store, messenger, clock, claim)) for claim in claims}
            if not running:
                return failure or sent
            # As some end the next are claimed: a channel that hangs holds up no other.
            ended, running = await _some_ended(running, limit)
            for result in (task.result() for task in ended):
                if isinstance(result, StoreError):
                    failure = result
                else:
                    sent += result


async def _some_ended(running: set[_Task], limit: int) -> tuple[set[_Task], set[_Task]]:
    """Wait until it is worth to claim again; returns what has ended, and what runs on.

    To claim several deliveries costs little more than to claim one, so where many end together, wait a moment for more.
    """
    ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    with suppress(TimeoutError):
        async with asyncio.timeout(CLAIMS_WAIT.total_seconds()):
            while running and limit - len(running) < CLAIMS_TOGETHER < limit:
                more, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                ended |= more
    return ended, running


def _numbers(results: Iterable[int | StoreError]) -> Iterator[int]:
    for result in results:
        if isinstance(result, StoreError):
            raise result
        yield result


async def _attempt(store: Store, messenger: Messenger, clock: Clock, claim: Claim) -> bool | StoreError:
    """Deliver, and hand back a failing database as a value: it must not cancel the posts that are on their way."""
    try:
        return await _deliver(store, messenger, clock, claim)
    except StoreError as error:
        return error


async def _deliver(store: Store, messenger: Messenger, clock: Clock, claim: Claim) -> bool:
    """Post one claimed delivery and settle it; True when it was sent, by us."""
    try:
        parts = await _parts(store, messenger, clock, claim)
        if parts is None or not await _post_all(store, messenger, clock, claim, parts):
            return False
        settlement = Settlement(state=DeliveryState.SENT, reason=_posted(claim, parts))
    except DeliveryError as error:
        settlement = settle_failure(error, claim.failures + 1, clock.now(), random.random())  # noqa: S311 - jitter
        await _settle(store, clock, claim, settlement)
        await _pause(store, clock, claim, error)
        return False
    return await _settle(store, clock, claim, settlement)


async def _parts(store: Store, messenger: Messenger, clock: Clock, claim: Claim) -> Sequence[Part] | None:
    """Return the stored parts, rendered now if this is the first claim; None when the lease was lost."""
    if claim.parts:
        return claim.parts
    try:
        document = document_of(claim.document)
        if claim.kind.is_digest:
            document = with_lateness(document, clock.now() - claim.slot)
        rendered = messenger.render(document)
    except Exception as error:
        # Border: whatever a renderer trips over, the other deliveries go on.
        ref = reference()
        log.exception("delivery %s cannot be rendered (ref %s)", claim.key, ref)
        raise DeliveryError(Verdict.OUR_BUG, f"it could not be rendered (ref {ref})") from error
    return await store.outbox.store_parts(claim, rendered)


async def _post_all(store: Store, messenger: Messenger, clock: Clock, claim: Claim, parts: Sequence[Part]) -> bool:
    """Post the parts that have no receipt yet, in order; False when the lease was lost on the way."""
    known = list(parts)
    for index, part in enumerate(parts):
        if part.state is PartState.ACCEPTED:
            continue
        if not await store.outbox.attempt_part(claim, index, clock.now() + LEASE):
            return False
        receipt = None
        if part.state is PartState.ATTEMPTED:
            receipt = await _find(messenger, claim, part, known)
            # Looking took its time, and the post has a lease of its own.
            if receipt is None and not await store.outbox.attempt_part(claim, index, clock.now() + LEASE):
                return False
        if receipt is None:
            try:
                receipt = await _asked(claim, messenger.post(claim, part, known))
            except DeliveryError as error:
                if error.verdict is not Verdict.UNKNOWN_OUTCOME:
                    await store.outbox.refuse_part(claim, index)
                raise
        known[index] = Part(index=index, rendered=part.rendered, state=PartState.ACCEPTED, receipt=receipt)
        if not await _accept(store, clock, claim, index, receipt):
            return False
    return True


async def _accept(store: Store, clock: Clock, claim: Claim, index: int, receipt: Receipt) -> bool:
    """Store a receipt, again while the database is away: one that is lost is a message posted twice."""
    for seconds in RECEIPT_WAITS:
        try:
            return await store.outbox.accept_part(claim, index, receipt)
        except StoreError as error:
            log.warning("delivery %s was posted, and its receipt waits: %s", claim.key, error)
            await clock.sleep(seconds)
    return await store.outbox.accept_part(claim, index, receipt)


async def _find(messenger: Messenger, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
    """Look for a part of which nobody knows whether it was posted.

    Raises:
        DeliveryError: to be tried again: the part is as unknown as before.
    """
    try:
        receipt = await _asked(claim, messenger.find(claim, part, parts))
    except DeliveryError as error:
        if error.verdict in (Verdict.RETRY_LATER, Verdict.UNKNOWN_OUTCOME):
            raise DeliveryError(Verdict.RETRY_LATER, error.reason, retry_after=error.retry_after) from error
        # What has become of the channel is for the post to find out.
        return None
    if receipt:
        log.info("delivery %s: part %d had been posted", claim.key, part.index + 1)
    return receipt


async def _asked(claim: Claim, answer: Awaitable[_T]) -> _T:
    """Wait for a platform's answer, for as long as the lease allows; whatever goes wrong is a `DeliveryError`."""
    try:
        async with asyncio.timeout(POST_TIMEOUT.total_seconds()):
            return await answer
    except TimeoutError as error:
        raise DeliveryError(Verdict.UNKNOWN_OUTCOME, f"{claim.channel.platform} did not answer in time") from error
    except PaperroundError:
        raise
    except Exception as error:
        # Border: an error nobody foresaw may have come before or after the platform's accept.
        ref = reference()
        log.exception("delivery %s failed while posting (ref %s)", claim.key, ref)
        raise DeliveryError(Verdict.UNKNOWN_OUTCOME, f"an unexpected error (ref {ref})") from error


async def _settle(store: Store, clock: Clock, claim: Claim, settlement: Settlement) -> bool:
    outcome = Outcome(
        stage=Stage.DELIVER,
        name=str(claim.channel),
        kind=_KINDS[settlement.state],
        reason=settlement.reason,
        at=clock.now(),
        slot=claim.slot,
    )
    if settlement.state is not DeliveryState.SENT:
        log.warning("%s to %s: %s (%s)", claim.kind, claim.channel, outcome.kind, settlement.reason)
    return await store.outbox.settle(claim, settlement, outcome)


async def _pause(store: Store, clock: Clock, claim: Claim, error: DeliveryError) -> None:
    """Pause what a lost access concerns; the subscriptions are kept, with the reason.

    Who made them is told in person; of a lost workspace nobody can be.
    """
    pause = Pause(by=PAUSED_BY, reason=PauseReason.ACCESS, since=clock.now(), detail=error.reason)
    match error.verdict:
        case Verdict.PAUSE_CHANNEL:
            await tell_paused(store, clock, claim.channel, pause)
            await store.subscriptions.pause(claim.channel, pause)
        case Verdict.STOP_WORKSPACE:
            await store.subscriptions.pause_workspace(claim.channel.platform, claim.channel.workspace, pause)
        case _:
            pass


def _posted(claim: Claim, parts: Sequence[Part]) -> str:
    papers = sum(len(part.rendered.papers) for part in parts)
    messages = "1 message" if len(parts) == 1 else f"{len(parts)} messages"
    if not claim.kind.is_digest:
        return f"{claim.kind}: posted {messages}"
    return f"posted {papers} papers in {messages}" if papers != 1 else f"posted 1 paper in {messages}"
