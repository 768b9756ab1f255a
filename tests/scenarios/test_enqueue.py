"""Every slot is enqueued exactly once, silence leaves an outcome, and missed slots are merged."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from bot.clock import FixedClock
from bot.model.cadence import Cadence, Frequency
from bot.model.channel import Channel, Platform
from bot.model.delivery import Kind
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.pipeline.deliver import deliver_due
from bot.ports import Store
from tests.builders import GENERAL, TODAY, a_paper, a_sighting
from tests.changing import remove
from tests.fakes.messenger import FakePlatform
from tests.scenarios.rounds import NINE, enqueue, list_papers, subscribe


async def posted(store: Store, now: datetime) -> list[str]:
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(now))
    return platform.papers


async def outcomes(store: Store, channel: Channel = GENERAL) -> Sequence[Outcome]:
    return await store.outcomes.latest(Stage.ENQUEUE, str(channel), 100)


async def test_what_is_due_is_enqueued_once_and_its_clock_moves(store: Store) -> None:
    await subscribe(store)
    await list_papers(store, a_paper(1))
    assert await enqueue(store) == 1
    assert await enqueue(store) == 0
    (subscription,) = await store.subscriptions.of_channel(GENERAL)
    assert subscription.next_due == NINE + timedelta(days=1)
    assert await posted(store, NINE) == [str(a_paper(1).id)]


async def test_nothing_is_enqueued_before_it_is_due(store: Store) -> None:
    await subscribe(store)
    await list_papers(store, a_paper(1))
    assert await enqueue(store, NINE - timedelta(seconds=1)) == 0


async def test_many_processes_enqueue_a_slot_once(store: Store) -> None:
    channels = [Channel(Platform.CONSOLE, "local", f"c{number}") for number in range(12)]
    for channel in channels:
        await subscribe(store, channel=channel)
    await list_papers(store, a_paper(1))
    made = await asyncio.gather(*(enqueue(store) for _ in range(4)))
    assert sum(made) == len(channels)
    assert await posted(store, NINE) == [str(a_paper(1).id)] * len(channels)


async def test_all_due_subscriptions_of_a_channel_go_into_one_digest(store: Store) -> None:
    await subscribe(store, "world model", due=NINE - timedelta(hours=1))
    await subscribe(store, "paper number", due=NINE)
    await list_papers(store, a_paper(1), a_paper(2))
    assert await enqueue(store, NINE + timedelta(minutes=5)) == 1
    (delivery,) = await store.outbox.pending(NINE)
    assert (delivery.kind, delivery.slot) == (Kind.DIGEST, NINE)


async def test_slots_missed_in_an_outage_are_merged_into_the_last_one(store: Store) -> None:
    await subscribe(store, due=NINE - timedelta(days=3))
    await list_papers(store, a_paper(1))
    assert await enqueue(store, NINE + timedelta(hours=1)) == 1
    merged = [each for each in await outcomes(store) if each.kind is OutcomeKind.MERGED]
    assert sorted(each.slot for each in merged if each.slot) == [NINE - timedelta(days=days) for days in (3, 2, 1)]
    assert {each.reason for each in merged} == {"merged into 2026-06-16T09:00:00Z"}


async def test_a_run_that_matches_nothing_is_an_outcome_and_no_delivery(store: Store) -> None:
    await subscribe(store, "quantum basket weaving")
    await list_papers(store, a_paper(1))
    assert await enqueue(store) == 0
    assert await store.outbox.pending(NINE) == ()
    (outcome,) = await outcomes(store)
    assert (outcome.kind, outcome.seen, outcome.slot) == (OutcomeKind.NO_MATCH, 1, NINE)


async def test_a_paper_comes_to_a_channel_only_once(store: Store) -> None:
    await subscribe(store)
    await list_papers(store, a_paper(1))
    await enqueue(store)
    await list_papers(store, a_paper(1, listed=(a_sighting(TODAY + timedelta(days=1)),)), a_paper(2))
    tomorrow = NINE + timedelta(days=1)
    await enqueue(store, tomorrow)
    assert await posted(store, tomorrow) == [str(a_paper(1).id), str(a_paper(2).id)]


async def test_papers_of_a_cancelled_delivery_come_with_the_next_digest(store: Store) -> None:
    subscription = await subscribe(store)
    await list_papers(store, a_paper(1))
    await enqueue(store)
    await remove(store, GENERAL, [subscription.number], NINE)
    assert await posted(store, NINE) == []
    await subscribe(store, due=NINE + timedelta(days=1), at=NINE)
    await enqueue(store, NINE + timedelta(days=1))
    assert await posted(store, NINE + timedelta(days=1)) == [str(a_paper(1).id)]


# --- instant ----------------------------------------------------------------------------------------------------------

INSTANT = Cadence(frequency=Frequency.INSTANT)


async def test_an_instant_subscription_posts_after_a_fetch_that_changed_papers(store: Store) -> None:
    await subscribe(store, cadence=INSTANT, due=None)
    assert await enqueue(store) == 0
    await list_papers(store, a_paper(1))
    assert await enqueue(store) == 1
    (delivery,) = await store.outbox.pending(NINE)
    assert (delivery.kind, delivery.slot) == (Kind.INSTANT, NINE)
    assert await enqueue(store) == 0


async def test_instant_digests_are_half_an_hour_apart(store: Store) -> None:
    await subscribe(store, cadence=INSTANT, due=None)
    await list_papers(store, a_paper(1))
    await enqueue(store)
    await list_papers(store, a_paper(2), at=NINE)
    assert await enqueue(store, NINE + timedelta(minutes=29)) == 0
    assert await enqueue(store, NINE + timedelta(minutes=30)) == 1


async def test_instant_digests_wait_for_the_day(store: Store) -> None:
    await subscribe(store, cadence=INSTANT, due=None)
    night = datetime.combine(TODAY, time(21), tzinfo=UTC)
    await list_papers(store, a_paper(1), at=night)
    assert await enqueue(store, night) == 0
    assert await enqueue(store, night + timedelta(hours=11)) == 1
