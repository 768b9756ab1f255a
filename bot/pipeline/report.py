"""The report of status: what the tables say about sources, schedules and deliveries, and what of it is late."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.model.cadence import WEEKDAYS
from bot.model.channel import Channel
from bot.model.delivery import DeliveryState
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.paper import HUGGINGFACE, JSONL
from bot.model.report import Report, Row
from bot.pipeline.trouble import state_of
from bot.ports import ChannelSchedule, Clock, DeliveryStatus, Store
from bot.views.words import moment_in_words

FETCHES_READ: Final = 200
"""Fetch outcomes read back to tell since when a source is away: some days of them."""

OUTCOMES_READ: Final = 100
"""Outcomes of a channel among which its last run is: an outage leaves one for every slot it missed, 61 at most."""

ENQUEUE_GRACE: Final = timedelta(minutes=2)
"""How long after its moment a slot may be enqueued before it counts as late: some ticks."""

DELIVERY_GRACE: Final = timedelta(minutes=5)
"""How long after its moment a delivery may wait for a worker before it counts as late."""

FETCH_GRACE: Final = timedelta(hours=26)
"""Every source is fetched at least once a day: when its last fetch is older, nobody fetches it any more."""

WEEKEND: Final = "Hugging Face publishes no list on Saturday and Sunday; the next is Monday."
_RUN_IT: Final = "is the service (paperround run) running?"


async def report_of(
    store: Store, clock: Clock, configured: Collection[str], channel: Channel | None = None, *, zone: str = "UTC"
) -> Report:
    """Return how things stand now: of every channel, or of one, for which nothing about any other is said.

    `configured` are the sources of the settings. Reasons name moments in `zone` (an IANA name).
    """
    now = clock.now()
    schedules = await store.subscriptions.schedules(channel)
    runs = await _last(store, Stage.ENQUEUE, now, channel)
    posts = await _last(store, Stage.DELIVER, now, channel)
    waiting = [
        each
        for each in await store.outbox.pending(now)
        if each.slot <= now and (channel is None or each.channel == channel)
    ]
    read = {*configured, *await _sources_read(store, channel)}
    fetches = {name: await store.outcomes.latest(Stage.FETCH, name, FETCHES_READ, now) for name in sorted(read)}
    return Report(
        sources=tuple(_source_row(name, fetches[name], configured, now.date(), zone) for name in fetches),
        schedules=tuple(_schedule_row(each, runs, zone) for each in schedules),
        deliveries=_delivery_rows(waiting, posts, zone),
        late=(
            *(row for name in fetches if name in configured for row in _late_source(name, fetches[name], now)),
            *(row for each in schedules for row in _late_schedule(each, now)),
            *(row for each in waiting for row in _late_delivery(each, now, zone)),
        ),
    )


async def _last(
    store: Store, stage: Stage, now: datetime, channel: Channel | None
) -> Mapping[str, tuple[Outcome, ...]]:
    """Return the newest outcome by channel, merged slots aside.

    Of one channel, where that run brought nothing, the last one that brought papers follows.
    """
    if channel is None:
        return {each.name: (each,) for each in await store.outcomes.newest(stage, now)}
    latest = await store.outcomes.latest(stage, str(channel), OUTCOMES_READ, now)
    runs = [each for each in latest if each.kind is not OutcomeKind.MERGED]
    brought = next((each for each in runs if each.kind is OutcomeKind.ENQUEUED), None)
    return {str(channel): (runs[0], *([brought] if brought and brought is not runs[0] else []))} if runs else {}


async def _sources_read(store: Store, channel: Channel | None) -> set[str]:
    """Return the sources that subscriptions read, but for the files that are no source to fetch."""
    subscriptions = store.subscriptions
    read = await (subscriptions.active() if channel is None else subscriptions.of_channel(channel))
    return {choice.source for each in read for choice in each.sources} - {JSONL}


# --- sources ------------------------------------------------------------------------------------------------------


def _source_row(name: str, fetches: Sequence[Outcome], configured: Collection[str], today: date, zone: str) -> Row:
    if name not in configured:
        return Row(name=name, outcome="not configured", reason="subscriptions read it, and nobody fetches it")
    state = state_of(name, fetches)
    if state is None:
        return Row(name=name, outcome="never fetched", reason=_weekend(name, today))
    last = fetches[0]
    said = [
        state.reason,
        f"no answer since {moment_in_words(state.since, zone)}" if state.is_away else "",
        _weekend(name, today),
    ]
    if last.seen:
        said.insert(0, f"{last.seen} seen, {last.new} new")
    return Row(name=name, outcome=state.kind, reason="; ".join(each for each in said if each), at=last.at)


def _weekend(name: str, today: date) -> str:
    return WEEKEND if name == HUGGINGFACE and today.weekday() not in WEEKDAYS else ""


def _late_source(name: str, fetches: Sequence[Outcome], now: datetime) -> tuple[Row, ...]:
    state = state_of(name, fetches)
    if state is None:
        return ()
    if state.is_away:
        return (Row(name=name, outcome=state.kind, reason=state.reason, at=state.since),)
    if now - fetches[0].at > FETCH_GRACE:
        reason = f"nothing has fetched it for more than a day; {_RUN_IT}"
        return (Row(name=name, outcome="not fetched", reason=reason, at=fetches[0].at),)
    return ()


# --- schedules ----------------------------------------------------------------------------------------------------


def _schedule_row(schedule: ChannelSchedule, runs: Mapping[str, Sequence[Outcome]], zone: str) -> Row:
    name = str(schedule.channel)
    said = [f"{schedule.active} active" + (f", {schedule.paused} paused" if schedule.paused else "")]
    if schedule.paused_why:
        said.append(schedule.paused_why)
    for label, run in zip(("last run", "last papers"), runs.get(name, ()), strict=False):
        said.append(f"{label} {moment_in_words(run.slot or run.at, zone)}: {run.reason}")
    without_hour = "instant" if schedule.instant else "paused"
    outcome = without_hour if schedule.next_due is None else "scheduled"
    return Row(name=name, outcome=outcome, reason="; ".join(said), at=schedule.next_due)


def _late_schedule(schedule: ChannelSchedule, now: datetime) -> tuple[Row, ...]:
    due = schedule.next_due
    if due is None or now - due <= ENQUEUE_GRACE:
        return ()
    reason = f"it was due, and nothing has looked at it; {_RUN_IT}"
    return (Row(name=str(schedule.channel), outcome="not enqueued", reason=reason, at=due),)


# --- deliveries ---------------------------------------------------------------------------------------------------


def _delivery_rows(
    waiting: Sequence[DeliveryStatus], posts: Mapping[str, Sequence[Outcome]], zone: str
) -> tuple[Row, ...]:
    """Return what waits or died, then how the newest delivery of every other channel ended."""
    rows = [_waiting_row(each, zone) for each in waiting]
    named = {row.name for row in rows}
    ended = [
        Row(name=name, outcome=post.kind, reason=post.reason, at=post.at)
        for name, (post, *_) in sorted(posts.items())
        if name not in named
    ]
    return (*rows, *ended)


def _waiting_row(delivery: DeliveryStatus, zone: str) -> Row:
    slot = f" of {moment_in_words(delivery.slot, zone)}" if delivery.kind.is_digest else ""
    said = [f"{delivery.kind}{slot}"]
    if delivery.reason:
        said.append(delivery.reason)
    at = delivery.due_at if delivery.state is DeliveryState.PENDING else _since(delivery)
    return Row(name=str(delivery.channel), outcome=delivery.state, reason=": ".join(said), at=at)


def _late_delivery(delivery: DeliveryStatus, now: datetime, zone: str) -> tuple[Row, ...]:
    if delivery.state is not DeliveryState.PENDING or now - _since(delivery) <= DELIVERY_GRACE:
        return ()
    if delivery.due_at <= now - DELIVERY_GRACE:
        reason = f"no worker posts to {delivery.channel.platform}; {_RUN_IT}"
    else:
        reason = f"{delivery.reason or 'it is being posted'}; next try {moment_in_words(delivery.due_at, zone)}"
    return (Row(name=str(delivery.channel), outcome="not posted", reason=reason, at=_since(delivery)),)


def _since(delivery: DeliveryStatus) -> datetime:
    """Return since when a delivery waits: since its slot, where that is a moment, else since its last try."""
    return delivery.slot if delivery.kind.is_digest else delivery.due_at
