"""Pausing and resuming: by people, until a day, after lost access; and pauses that end by themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock import FixedClock
from bot.model.change import ChangeKind
from bot.model.delivery import DeliveryState
from bot.model.subscription import Pause, PauseReason, Subscription
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import GENERAL, NOW, a_paper, a_sighting
from tests.changing import pause_some
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person
from tests.scenarios.library import fill

LATER = NOW + timedelta(days=3)
"""A Friday, 11:00 in Berlin."""

LOST = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="I am not in it (50001)")


async def mine(store: Store) -> dict[int, Subscription]:
    return {each.number: each for each in await store.subscriptions.of_channel(GENERAL)}


@pytest.fixture
async def ana(store: Store) -> Person:
    for query in ("teapots", "kraken"):
        await Person(store).asks(f"subscribe {query} --daily 09:00")
    return Person(store, now=LATER)


async def enqueue(store: Store, now: datetime) -> int:
    return await enqueue_due(store, FixedClock(now), default_zone="Europe/Berlin")


# --- pause --------------------------------------------------------------------------------------------------------


async def test_a_pause_keeps_who_made_it_and_since_when(store: Store, ana: Person) -> None:
    said = await ana.reads("pause 1")
    assert said.startswith("@ana paused teapots (#1). Papers of that time are not kept.")
    pauses = {number: each.pause for number, each in (await mine(store)).items()}
    assert pauses == {1: Pause(by="ana", reason=PauseReason.PERSON, since=LATER), 2: None}
    assert "#1 teapots · paused by @ana since 19 Jun" in await ana.reads("list")


async def test_until_is_the_beginning_of_that_day_where_the_channel_is(store: Store, ana: Person) -> None:
    assert "@ana paused teapots (#1) until 1 Dec." in await ana.reads("pause 1 --until 2026-12-01")
    pause = (await mine(store))[1].pause
    assert pause is not None
    assert pause.until == datetime(2026, 11, 30, 23, tzinfo=UTC)


async def test_every_answer_names_the_day_of_a_pause_in_the_channels_zone(store: Store) -> None:
    ana = Person(store, now=LATER)
    await ana.asks("subscribe teapots --tz America/New_York")
    told = [await ana.reads(text) for text in ("pause 1 --until 2026-12-01", "pause 1", "list", "run 1")]
    assert [("until 1 Dec" in said, "30 Nov" in said) for said in told] == [(True, False)] * 4


@pytest.mark.parametrize("day", ["2026-06-18", "2026-06-19"])
async def test_a_day_that_has_begun_is_refused(day: str, store: Store, ana: Person) -> None:
    reply = await ana.asks(f"pause 1 --until {day}")
    assert (reply.ok, reply.understood) == (False, True)
    assert (await mine(store))[1].is_active


async def test_a_date_that_is_none_is_pointed_at(ana: Person) -> None:
    reply = await ana.asks("pause 1 --until 2026-02-30")
    assert (reply.ok, reply.understood) == (False, False)


async def test_pausing_what_is_paused_says_who_did_it_and_changes_nothing(store: Store, ana: Person) -> None:
    await ana.asks("pause 1")
    before = await mine(store)
    reply = await replace(ana, user="bo").asks("pause 1")
    assert (reply.ok, reply.document.actions) == (True, ())
    said = await ana.reads("pause 1")
    assert said == "teapots (#1) is paused already, by @ana since 19 Jun.\n\n/papers resume 1 ends it."
    assert await mine(store) == before


async def test_another_end_can_be_given_to_a_pause(store: Store, ana: Person) -> None:
    await ana.asks("pause 1 --until 2026-12-01")
    bo = replace(ana, user="bo", now=LATER + timedelta(days=1))
    assert "@bo paused teapots (#1) until 1 Jul." in await bo.reads("pause 1 --until 2026-07-01")
    pause = (await mine(store))[1].pause
    assert pause is not None
    assert (pause.by, pause.since, pause.until) == ("bo", LATER, datetime(2026, 6, 30, 22, tzinfo=UTC))


async def test_pausing_all_takes_what_is_active_and_names_what_was_paused(store: Store, ana: Person) -> None:
    await ana.asks("pause 1")
    said = await ana.reads("pause all")
    assert "@ana paused kraken (#2)." in said
    assert "teapots (#1) is paused already" in said
    assert not any(each.is_active for each in (await mine(store)).values())


async def test_pausing_all_twice_is_answered_in_a_line(ana: Person) -> None:
    await ana.asks("pause all")
    assert await ana.reads("pause all") == "Every subscription is paused already. /papers resume all ends that."


async def test_a_pause_cancels_what_is_on_its_way(store: Store, ana: Person) -> None:
    await fill(store)
    assert await enqueue(store, LATER - timedelta(hours=1)) == 1
    await ana.asks("pause all")
    platform = FakePlatform()
    assert await deliver_due(store, {platform.platform: platform}, FixedClock(LATER)) == 0
    statistics = await store.outbox.statistics(NOW)
    assert statistics.deliveries == {DeliveryState.CANCELLED: 1}


async def test_a_pause_can_be_undone(store: Store, ana: Person) -> None:
    before = (await mine(store))[1]
    (undo,) = (await ana.asks("pause 1")).document.actions
    (change,) = await store.changes.latest(GENERAL, 1)
    assert (change.id, change.kind) == (undo.target, ChangeKind.PAUSED)
    await store.changes.undo(change, "ana", LATER, "Europe/Berlin")
    after = (await mine(store))[1]
    assert (after.is_active, after.floor_on) == (True, before.floor_on)


async def test_there_is_nothing_to_pause_or_resume_in_an_empty_channel(store: Store) -> None:
    for verb in ("pause", "resume"):
        reply = await Person(store).asks(f"{verb} all")
        assert (reply.ok, reply.understood) == (False, True)


# --- resume -------------------------------------------------------------------------------------------------------


async def test_resuming_starts_afresh_and_posts_nothing_at_once(store: Store, ana: Person) -> None:
    await ana.asks("pause 1")
    back = replace(ana, now=LATER + timedelta(days=10))
    said = await back.reads("resume 1")
    after = (await mine(store))[1]
    assert (after.pause, after.floor_on) == (None, date(2026, 6, 29))
    assert after.next_due == datetime(2026, 6, 30, 7, tzinfo=UTC)
    assert said.startswith("@ana resumed teapots (#1).")
    assert "Next digest: Tue 30 Jun, 09:00." in said


async def test_an_instant_subscription_answers_nothing_of_its_pause(store: Store, ana: Person) -> None:
    await ana.asks("unsubscribe all --yes")
    await ana.asks("subscribe lighthouse --instant")
    await ana.asks("pause 3")
    await store.papers.ingest([a_paper(2, "Lighthouses", listed=(a_sighting(LATER.date()),))], LATER)
    await ana.asks("resume 3")
    assert await store.subscriptions.instant() == ()


async def test_resuming_what_is_active_says_so(store: Store, ana: Person) -> None:
    await enqueue(store, LATER)
    reply = await ana.asks("resume 2")
    assert (reply.ok, reply.document.actions) == (True, ())
    assert "kraken (#2) is not paused. Next digest: Mon 22 Jun, 09:00." in await ana.reads("resume 2")
    assert (await mine(store))[2].version == 1


async def test_a_digest_that_has_not_come_is_not_called_the_next(ana: Person) -> None:
    said = await ana.reads("resume 2")
    assert "A digest has been due since " in said
    assert "; /papers status says why it is late." in said
    assert " · due since " in await ana.reads("list")


async def test_resuming_all_tells_when_each_goes_on(store: Store, ana: Person) -> None:
    await ana.asks("pause all")
    said = await ana.reads("resume all")
    assert "@ana resumed 2 subscriptions." in said
    assert "(#1), weekdays at 09:00 Europe/Berlin. Next digest: Mon 22 Jun, 09:00." in said
    assert all(each.is_active for each in (await mine(store)).values())


async def test_a_pause_for_lost_access_ends_by_hand_with_a_word_on_what_happens(store: Store, ana: Person) -> None:
    await pause_some(store, GENERAL, [1], LOST)
    back = replace(ana, now=LATER + timedelta(days=30))
    assert "since 16 Jun: I am not in it\n" in await back.reads("list")
    said = await back.reads("resume 1")
    assert "because I could not post here (I am not in it). If I still can't, I pause it again." in said
    assert (await mine(store))[1].floor_on == date(2026, 7, 5)


async def test_a_person_may_take_over_a_pause_for_lost_access(store: Store, ana: Person) -> None:
    await pause_some(store, GENERAL, [1], LOST)
    await ana.asks("pause 1")
    assert (await mine(store))[1].pause == Pause(by="ana", reason=PauseReason.PERSON, since=LATER)


async def test_a_resume_can_be_undone(store: Store, ana: Person) -> None:
    await ana.asks("pause 1")
    before = (await mine(store))[1]
    (undo,) = (await ana.asks("resume 1")).document.actions
    (change,) = await store.changes.latest(GENERAL, 1)
    assert (change.id, change.kind) == (undo.target, ChangeKind.RESUMED)
    await store.changes.undo(change, "ana", LATER, "Europe/Berlin")
    assert (await mine(store))[1].pause == before.pause


# --- pauses that are over --------------------------------------------------------------------------------------------


async def test_a_pause_that_is_over_ends_with_the_next_round(store: Store, ana: Person) -> None:
    await ana.asks("pause 1 --until 2026-06-25")
    await enqueue(store, datetime(2026, 6, 24, 21, 59, tzinfo=UTC))
    assert not (await mine(store))[1].is_active
    await enqueue(store, datetime(2026, 6, 24, 22, tzinfo=UTC))
    after = (await mine(store))[1]
    assert (after.pause, after.floor_on) == (None, date(2026, 6, 25))
    assert after.next_due == datetime(2026, 6, 25, 7, tzinfo=UTC)


async def test_a_slot_after_the_end_of_a_pause_is_not_lost_where_the_round_comes_late(
    store: Store, ana: Person
) -> None:
    await ana.asks("unsubscribe 2")
    await ana.asks("pause 1 --until 2026-06-25")
    day = date(2026, 6, 25)
    late = datetime(2026, 6, 25, 12, tzinfo=UTC)
    in_time = a_paper(7, "Teapots Again", listed=(a_sighting(day),))
    of_the_pause = a_paper(8, "Paused Teapots", listed=(a_sighting(day - timedelta(days=3)),))
    await store.papers.ingest([in_time, of_the_pause], late - timedelta(hours=6))
    assert await enqueue(store, late) == 1
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(late))
    assert platform.papers == [str(in_time.id)]
    assert (await mine(store))[1].next_due == datetime(2026, 6, 26, 7, tzinfo=UTC)


async def test_a_pause_without_an_end_and_one_for_lost_access_stay(store: Store, ana: Person) -> None:
    await ana.asks("pause 1")
    await pause_some(store, GENERAL, [2], LOST)
    await enqueue(store, NOW + timedelta(days=400))
    assert [each.is_active for each in (await mine(store)).values()] == [False, False]


async def test_nobody_else_reaches_a_channels_pauses(store: Store, ana: Person) -> None:
    stranger = replace(ana, channel=replace(GENERAL, workspace="away"))
    for command in ("pause 1", "pause all", "resume 1"):
        assert not (await stranger.asks(command)).ok
    assert all(each.is_active for each in (await mine(store)).values())
