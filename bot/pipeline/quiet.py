"""Quiet notes: a channel whose runs bring nothing hears of it when that is improbable, at most monthly.

    runs without a match ──> their subscriptions ──> days counted backwards ──> the most improbable ──> outbox
                                                     (one day's papers at a time)

Which runs there were is read from their outcomes, so that nothing is looked at unless a run has just found nothing,
and then mostly one day: a subscription that brought something lately is left at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.document import Action
from bot.model.cadence import Frequency
from bot.model.channel import Channel, ChannelSettings
from bot.model.delivery import DIGESTS, Kind
from bot.model.interaction import DO, KeptRequest, new_request
from bot.model.outcome import Outcome, OutcomeKind
from bot.model.subscription import Subscription
from bot.pipeline.enqueue import source_states
from bot.pipeline.notices import say
from bot.pipeline.silence import Silence, Watched, counted, may_be_quiet
from bot.ports import Clock, Store
from bot.views.notices import quiet_document

APART: Final = timedelta(days=30)
"""How far apart the notes of a channel are: the last of June and the first of July are two months, and a day."""

_TROUBLE: Final = frozenset({OutcomeKind.DOWN, OutcomeKind.STALE})


async def note_silences(store: Store, clock: Clock, since: datetime) -> int:
    """Look at the channels whose runs since a moment matched nothing; returns how many are told of a silence."""
    now = clock.now()
    if not await store.outcomes.of_kind(OutcomeKind.NO_MATCH, since, now):
        return 0
    midnight = datetime.combine(now.date(), time(), UTC)
    today = await store.outcomes.of_kind(OutcomeKind.NO_MATCH, min(midnight, since), now)
    runs: dict[Channel, list[Outcome]] = defaultdict(list)
    for outcome in today:
        runs[Channel.parse(outcome.name)].append(outcome)
    lately = {channel: its for channel, its in runs.items() if its[-1].at >= since}
    watched = await _watched(store, now, lately, since)
    noted = 0
    for silence in _worst(await _silences(store, now, watched)):
        noted += await _note(store, clock, silence)
    return noted


async def _watched(
    store: Store, now: datetime, runs: Mapping[Channel, Sequence[Outcome]], since: datetime
) -> list[Watched]:
    """Return the subscriptions of these runs that may be quiet, in channels that want to know and can be told."""
    settings = await store.subscriptions.settings_of(runs)
    wanted = [channel for channel in runs if settings[channel].quiet_notes]
    noted = await store.outbox.last_made(wanted, [Kind.QUIET])
    wanted = [channel for channel in wanted if channel not in noted or now - noted[channel] >= APART]
    posted = await store.outbox.last_made(wanted, DIGESTS)
    watched: list[Watched] = []
    for channel in wanted:
        is_first = runs[channel][0].at >= since
        ran_at = {outcome.at for outcome in runs[channel] if outcome.at >= since}
        for each in await store.subscriptions.of_channel(channel):
            if each.is_active and _is_its_turn(each, ran_at, is_first=is_first):
                watched += _if_quiet(each, settings[channel], posted.get(channel), now.date())
    states = await source_states(store, (each.subscription for each in watched), now)
    ill = {source for source, state in states.items() if state.kind in _TROUBLE}
    return [each for each in watched if not ill & {choice.source for choice in each.subscription.sources}]


def _is_its_turn(subscription: Subscription, ran_at: set[datetime], *, is_first: bool) -> bool:
    """Say whether a subscription is looked at now: after its own run; an instant one once a day.

    A weekly one, too, is silent only when its own run has brought nothing, which looks at a week and more.
    """
    if subscription.cadence.frequency is Frequency.INSTANT:
        return is_first
    return subscription.last_run_at in ran_at


def _if_quiet(
    subscription: Subscription, settings: ChannelSettings, posted_at: datetime | None, today: date
) -> Iterable[Watched]:
    since = max(subscription.floor_on, posted_at.date() if posted_at else subscription.floor_on)
    if may_be_quiet(subscription, since, today):
        yield Watched(subscription=subscription, mutes=settings.mutes, since=since)


async def _silences(store: Store, now: datetime, watched: Sequence[Watched]) -> list[Silence]:
    """Count days backwards from today, until every subscription is judged: one day's papers are in memory at once."""
    silences = []
    today = day = now.date()
    while watched:
        sources = {choice.source for each in watched for choice in each.subscription.sources}
        seen = counted(watched, await store.papers.listed(day, day, now, sources), day, today)
        silences += [each.silence for each in seen if not each.needs_more]
        watched = [each for each in seen if each.needs_more]
        day -= timedelta(days=1)
    return [each for each in silences if each and each.is_improbable]


def _worst(silences: Iterable[Silence]) -> Iterable[Silence]:
    """Return the most improbable silence of every channel."""
    worst: dict[Channel, Silence] = {}
    for each in sorted(silences, key=lambda each: (each.probability, each.subscription.number)):
        worst.setdefault(each.subscription.channel, each)
    return worst.values()


async def _note(store: Store, clock: Clock, silence: Silence) -> bool:
    """Tell a channel of a silence, with what it may do about it; False when another process has."""
    now, subscription = clock.now(), silence.subscription
    offers = (
        ("Loosen", f"edit {subscription.number}"),
        ("Pause", f"pause {subscription.number}"),
        ("Don't tell me", "settings quiet-notes off"),
    )
    kept: list[KeptRequest] = [new_request(subscription.channel, text, now) for _, text in offers]
    await store.requests.keep(kept)
    actions = [Action(label=label, verb=DO, target=each.id) for (label, _), each in zip(offers, kept, strict=True)]
    document = quiet_document(subscription, a_day=silence.a_day, days=silence.days, actions=actions)
    month = datetime(now.year, now.month, 1, tzinfo=UTC)
    return await say(store, clock, subscription.channel, document, kind=Kind.QUIET, slot=month)
