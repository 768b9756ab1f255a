"""Enqueue: turn what is due into deliveries, each slot exactly once.

    due subscriptions ──> papers of the window ──> match ──> compose ──> Outbox.enqueue
                          (outside any transaction)                      (one short transaction a channel)

Any number of processes may do this at once. `Outbox.enqueue` refuses what another process did first, and this one
reads and composes again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model.cadence import Frequency, due_instants, next_due
from bot.model.channel import Channel
from bot.model.delivery import Kind
from bot.model.digest import Digest, LedgerRow
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.subscription import Subscription
from bot.pipeline.compose import compose, ledger_rows
from bot.pipeline.match import HISTORY, Library, match
from bot.pipeline.trouble import SourceState, explain_silence, state_of
from bot.ports import Clock, Enqueued, InstantCandidate, Run, Store
from bot.views.digest import digest_document, pings_of
from bot.views.muting import muted_in_words

CHANNELS_AT_ONCE = 250
"""Channels composed together: one reading of the ledger serves them all, and one reading of papers a whole tick."""

TRIES = 5
"""How often a channel is composed again in one tick when other processes keep changing it; the next tick goes on."""

INSTANT_PAUSE = timedelta(minutes=30)
INSTANT_FROM, INSTANT_UNTIL = time(8), time(20)
"""Instant digests: how far apart, and between which local hours."""

MERGED_AT_MOST = 60
"""Missed slots that get an outcome each; a longer outage says the rest in one sentence."""

OUTCOMES_LOOKED_AT = 50
"""Fetch outcomes read back to tell since when a source is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What runs for one channel: its due subscriptions, the kind and slot, and the change numbers to answer."""

    channel: Channel
    kind: Kind
    slot: datetime
    subscriptions: tuple[Subscription, ...]
    changes: Mapping[int, int]


async def enqueue_due(store: Store, clock: Clock, *, default_zone: str) -> int:
    """Enqueue everything that is due now; returns how many deliveries were made.

    `default_zone` is the IANA zone of channels that have none.
    """
    now = clock.now()
    await _resume_over(store, now, default_zone)
    enqueued = 0
    tries: dict[Channel, int] = defaultdict(int)
    library: Library | None = None
    while batch := await _due_now(store, now, default_zone, {each for each in tries if tries[each] >= TRIES}):
        library = library or await _library(store, now)
        results = await _enqueue_batch(store, now, default_zone, batch, library)
        for channel, made in results:
            enqueued += made is True
            tries[channel] += 1
        if any(made is None for _, made in results):
            library = None  # it may be the papers that changed: two that were merged, say
    return enqueued


async def _library(store: Store, now: datetime) -> Library:
    today = now.date()
    return Library(await store.papers.listed(today - HISTORY, today, now), today)


async def _resume_over(store: Store, now: datetime, default_zone: str) -> None:
    """End the pauses that were to end by now, each as if somebody had resumed it at that moment."""
    over = await store.subscriptions.over(now)
    settings = await store.subscriptions.settings_of([each.channel for each in over])
    ended: dict[tuple[Channel, date], dict[int, datetime | None]] = defaultdict(dict)
    for each in over:
        # A slot between that moment and now is due at once: the service was away, the channel did not ask for silence.
        until = each.pause.until if each.pause and each.pause.until else now
        channel_zone = settings[each.channel].timezone or default_zone
        day = until.astimezone(ZoneInfo(channel_zone)).date()
        ended[each.channel, day][each.number] = next_due(each.cadence, each.zone(channel_zone), until)
    for (channel, day), due in ended.items():
        await store.subscriptions.resume(channel, due, day)


async def _due_now(store: Store, now: datetime, default_zone: str, given_up: set[Channel]) -> list[Due]:
    by_clock: dict[Channel, list[Subscription]] = defaultdict(list)
    for subscription in await store.subscriptions.due(now, CHANNELS_AT_ONCE + len(given_up)):
        if subscription.channel not in given_up:
            by_clock[subscription.channel].append(subscription)
    by_change: dict[Channel, list[InstantCandidate]] = defaultdict(list)
    for candidate in await store.subscriptions.instant():
        if candidate.subscription.channel not in given_up:
            by_change[candidate.subscription.channel].append(candidate)
    channels = list({**by_clock, **by_change})
    settings = await store.subscriptions.settings_of(channels)
    found = (
        due_of(channel, settings[channel].timezone or default_zone, now, by_clock[channel], by_change[channel])
        for channel in channels
    )
    return [due for due in found if due][:CHANNELS_AT_ONCE]


def due_of(
    channel: Channel,
    zone: str,
    now: datetime,
    by_clock: Sequence[Subscription],
    by_change: Sequence[InstantCandidate],
) -> Due | None:
    """Decide what runs for a channel now; None when nothing does.

    The slot is the latest instant, not after now, at which any subscription it takes was due; a digest of instant
    subscriptions alone has the moment as its slot.
    """
    instants = [each for each in by_change if is_instant_due(each, zone, now)]
    slots = [slot for each in by_clock if (slot := _last_slot(each, zone, now))]
    subscriptions = (*by_clock, *(each.subscription for each in instants))
    if not subscriptions:
        return None
    return Due(
        channel=channel,
        kind=Kind.DIGEST if slots else Kind.INSTANT,
        slot=max(slots, default=now),
        subscriptions=tuple(sorted(subscriptions, key=lambda each: each.number)),
        changes={each.subscription.number: each.change for each in instants},
    )


def is_instant_due(candidate: InstantCandidate, channel_zone: str, now: datetime) -> bool:
    """Say whether an instant subscription with something new may post now."""
    local = now.astimezone(ZoneInfo(channel_zone)).time()
    last = candidate.last_instant_at
    return INSTANT_FROM <= local < INSTANT_UNTIL and (last is None or now - last >= INSTANT_PAUSE)


def _last_slot(subscription: Subscription, channel_zone: str, now: datetime) -> datetime | None:
    missed = _slots(subscription, channel_zone, now)
    return missed[-1] if missed else None


def _slots(subscription: Subscription, channel_zone: str, now: datetime) -> list[datetime]:
    """Return every instant, not after now, at which the subscription is due and has not run."""
    if subscription.next_due is None:
        return []
    return list(due_instants(subscription.cadence, subscription.zone(channel_zone), subscription.next_due, now))


async def _enqueue_batch(
    store: Store, now: datetime, default_zone: str, batch: Sequence[Due], library: Library
) -> list[tuple[Channel, bool | None]]:
    """Compose and store a batch; True for a delivery, False for a run without one, None for "compose again"."""
    channels = [due.channel for due in batch]
    ledgers = await store.outbox.ledger(channels, library.today - HISTORY)
    settings = await store.subscriptions.settings_of(channels)
    states = await source_states(store, (each for due in batch for each in due.subscriptions), now)
    matches = match(library, [each for due in batch for each in due.subscriptions], now)
    results: list[tuple[Channel, bool | None]] = []
    start = 0
    for due in batch:
        found = matches[start : start + len(due.subscriptions)]
        start += len(due.subscriptions)
        ledger = ledgers.get(due.channel, ())
        zone = settings[due.channel].timezone or default_zone
        digest = compose(
            channel=due.channel,
            zone=zone,
            cap=settings[due.channel].cap,
            slot=due.slot,
            now=now,
            matches=found,
            ledger=ledger,
            library=library,
            mutes=settings[due.channel].mutes,
        )
        enqueued = enqueued_of(due, digest, now, zone=zone, ledger=ledger, states=states)
        stored = await store.outbox.enqueue(enqueued)
        results.append((due.channel, enqueued.document is not None if stored else None))
    return results


def enqueued_of(
    due: Due,
    digest: Digest,
    now: datetime,
    *,
    zone: str,
    ledger: Sequence[LedgerRow],
    states: Mapping[str, SourceState],
) -> Enqueued:
    """Return what a composed digest stores: its delivery and ledger rows, the moved clocks, the outcomes.

    A run that somebody asked for moves no clock and stands in for no slot. `zone` is the channel's; `ledger` is the one
    the digest was composed from.
    """
    by_clock = due.kind is not Kind.RUN
    sources = sorted({choice.source for each in due.subscriptions for choice in each.sources})
    away = [(source, states[source].since) for source in sources if source in states and states[source].is_away]
    outcome = Outcome(
        stage=Stage.ENQUEUE,
        name=str(due.channel),
        kind=OutcomeKind.ENQUEUED,
        reason=f"{len(digest.picks)} of {digest.matched} matched papers, {digest.looked_at} looked at",
        at=now,
        slot=due.slot,
        seen=digest.looked_at,
        new=digest.matched,
        skipped=len(digest.cut),
    )
    if not digest.picks:
        kind, reason = explain_silence(sources, states, digest.looked_at, muted_in_words(digest))
        outcome = replace(outcome, kind=kind, reason=reason)
    return Enqueued(
        channel=due.channel,
        kind=due.kind,
        slot=due.slot,
        at=now,
        runs=tuple(_run(each, zone, now, due.changes) if by_clock else _asked(each) for each in due.subscriptions),
        document=replace(digest_document(digest, away), pings=pings_of(digest)) if digest.picks else None,
        ledger=ledger_rows(digest, now, ledger) if digest.picks else (),
        outcomes=(outcome, *(_merged(due, zone, now) if by_clock else ())),
    )


def _run(subscription: Subscription, channel_zone: str, now: datetime, changes: Mapping[int, int]) -> Run:
    return Run(
        subscription=subscription,
        next_due=next_due(subscription.cadence, subscription.zone(channel_zone), now),
        seen_change=changes.get(subscription.number, subscription.seen_change),
    )


def _asked(subscription: Subscription) -> Run:
    return Run(subscription=subscription, next_due=subscription.next_due, seen_change=subscription.seen_change)


def _merged(due: Due, channel_zone: str, now: datetime) -> list[Outcome]:
    """Return an outcome for every slot that was missed and goes into this one."""
    missed = {
        slot
        for each in due.subscriptions
        if each.cadence.frequency is not Frequency.INSTANT
        for slot in _slots(each, channel_zone, now)
    } - {due.slot}
    newest = sorted(missed, reverse=True)[:MERGED_AT_MOST]
    more = f" (and {len(missed) - len(newest)} before it)" if len(missed) > len(newest) else ""
    return [
        Outcome(
            stage=Stage.ENQUEUE,
            name=str(due.channel),
            kind=OutcomeKind.MERGED,
            reason=f"merged into {due.slot:%Y-%m-%dT%H:%M:%SZ}{more if slot == newest[-1] else ''}",
            at=now,
            slot=slot,
        )
        for slot in newest
    ]


async def source_states(
    store: Store, subscriptions: Iterable[Subscription], now: datetime
) -> Mapping[str, SourceState]:
    """Return the state of every source that these subscriptions read; one that was never fetched is left out."""
    states = {}
    for source in sorted({choice.source for each in subscriptions for choice in each.sources}):
        state = state_of(source, await store.outcomes.latest(Stage.FETCH, source, OUTCOMES_LOOKED_AT, now))
        if state:
            states[source] = state
    return states
