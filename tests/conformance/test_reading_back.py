"""What commands read back: newest outcomes, when channels are due, subscriptions of a workspace, papers of a source."""

from dataclasses import replace
from datetime import timedelta

from adapters.sql.store import SqlStore
from bot.model.cadence import Cadence, Frequency
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind, Settlement
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.subscription import Pause, PauseReason
from bot.ports import ChannelSchedule, Posted
from tests.builders import GENERAL, NOW, TODAY, a_paper, a_sighting
from tests.changing import add, pause_some
from tests.conformance.deliveries import (
    TOMORROW,
    a_document,
    a_new_subscription,
    a_part,
    a_receipt,
    an_enqueued,
    an_outcome,
    claim_one,
    greet,
    subscribe,
)

OTHER = Channel(Platform.SLACK, "T1", "C1")
RUN = Outcome(stage=Stage.ENQUEUE, name="a", kind=OutcomeKind.NO_MATCH, reason="looked at 1", at=NOW)
LOST = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="not in the channel")


async def test_the_newest_outcome_of_each_name_is_that_of_its_last_run(store: SqlStore) -> None:
    later = replace(RUN, at=NOW + timedelta(hours=1), kind=OutcomeKind.ENQUEUED)
    merged = replace(later, kind=OutcomeKind.MERGED)
    await store.outcomes.add([RUN, later, merged, replace(RUN, name="b"), replace(RUN, name="c", stage=Stage.FETCH)])
    assert await store.outcomes.newest(Stage.ENQUEUE, TOMORROW) == (later, replace(RUN, name="b"))
    assert await store.outcomes.newest(Stage.ENQUEUE, NOW) == (RUN, replace(RUN, name="b"))


async def test_outcomes_after_a_moment_are_left_out(store: SqlStore) -> None:
    await store.outcomes.add([RUN, replace(RUN, at=TOMORROW)])
    assert await store.outcomes.latest(Stage.ENQUEUE, "a", 9, NOW) == (RUN,)


async def test_a_channel_is_due_when_the_first_of_its_active_subscriptions_is(store: SqlStore) -> None:
    instant = Cadence(frequency=Frequency.INSTANT)
    await add(store, a_new_subscription("one"), NOW, NOW)
    await add(store, a_new_subscription("two"), NOW, TOMORROW)
    await add(store, a_new_subscription("three", cadence=instant), NOW, None)
    await add(store, a_new_subscription("one", channel=OTHER), NOW, NOW)
    await pause_some(store, GENERAL, [1], LOST)
    general = ChannelSchedule(
        channel=GENERAL, active=2, instant=1, paused=1, next_due=TOMORROW, paused_why="not in the channel"
    )
    other = ChannelSchedule(channel=OTHER, active=1, instant=0, paused=0, next_due=NOW)
    assert await store.subscriptions.schedules() == (general, other)
    assert await store.subscriptions.schedules(OTHER) == (other,)


async def test_no_person_s_pause_hides_that_a_channel_is_lost(store: SqlStore) -> None:
    for query in ("one", "two", "three"):
        await add(store, a_new_subscription(query), NOW, NOW)
    await pause_some(store, GENERAL, [1, 3], Pause(by="bo", reason=PauseReason.PERSON, since=NOW))
    (by_bo,) = await store.subscriptions.schedules()
    await store.subscriptions.pause(GENERAL, LOST)
    (lost,) = await store.subscriptions.schedules()
    assert (by_bo.paused_why, lost.paused_why) == ("paused by bo", "not in the channel")


async def test_a_workspace_knows_its_own_subscriptions_only(store: SqlStore) -> None:
    await add(store, a_new_subscription("one"), NOW, NOW)
    await add(store, a_new_subscription("one", channel=OTHER), NOW, NOW)
    await store.subscriptions.pause(OTHER, LOST)
    (found,) = await store.subscriptions.of_workspace("slack", "T1")
    assert (found.channel, found.is_active) == (OTHER, False)


async def test_the_operator_reads_every_subscription_by_channel_and_number_paused_ones_too(store: SqlStore) -> None:
    for query, channel in (("one", OTHER), ("one", GENERAL), ("two", GENERAL)):
        await add(store, a_new_subscription(query, channel=channel), NOW, NOW)
    await store.subscriptions.pause(OTHER, LOST)
    found = [(each.channel, each.number, each.is_active) for each in await store.subscriptions.every()]
    assert found == [(GENERAL, 1, True), (GENERAL, 2, True), (OTHER, 1, False)]


async def test_the_papers_of_some_sources_are_those_that_they_listed(store: SqlStore) -> None:
    both = (a_sighting(), a_sighting(source="arxiv"))
    await store.papers.ingest([a_paper(1), a_paper(2, listed=both), a_paper(3, listed=both[1:])], NOW)
    arxiv = await store.papers.listed(TODAY, TODAY, NOW, ["arxiv"])
    assert [each.paper.id.value for each in arxiv] == ["2606.00002", "2606.00003"]


async def test_outcomes_of_a_kind_come_oldest_first_with_both_ends(store: SqlStore) -> None:
    later, last = (replace(RUN, at=NOW + timedelta(hours=hours)) for hours in (1, 2))
    await store.outcomes.add([last, later, RUN, replace(RUN, kind=OutcomeKind.ENQUEUED)])
    assert await store.outcomes.of_kind(OutcomeKind.NO_MATCH, NOW, later.at) == (RUN, later)
    assert await store.outcomes.of_kind(OutcomeKind.NO_MATCH, later.at, TOMORROW) == (later, last)


async def test_each_channel_knows_when_its_last_delivery_of_some_kinds_was_made(store: SqlStore) -> None:
    subscription = await subscribe(store)
    assert await store.outbox.enqueue(an_enqueued(subscription, slot=NOW - timedelta(days=3), at=NOW))
    await greet(store, OTHER, slot=NOW - timedelta(days=300))
    everybody = [GENERAL, OTHER, Channel(Platform.SLACK, "T1", "unknown")]
    assert await store.outbox.last_made(everybody, [Kind.DIGEST, Kind.GREETING]) == {GENERAL: NOW, OTHER: NOW}
    assert await store.outbox.last_made(everybody, [Kind.DIGEST, Kind.RUN]) == {GENERAL: NOW}
    assert await store.outbox.last_made([OTHER], [Kind.DIGEST]) == {}


async def test_each_channel_knows_when_its_last_delivery_of_some_kinds_was_sent(store: SqlStore) -> None:
    assert await store.outbox.enqueue(an_enqueued(await subscribe(store)))
    await greet(store, OTHER)
    everybody, kinds = [GENERAL, OTHER], [Kind.DIGEST, Kind.GREETING]
    assert await store.outbox.last_sent(everybody, kinds) == {}
    for _ in everybody:
        sent = Settlement(state=DeliveryState.SENT)
        assert await store.outbox.settle(await claim_one(store), sent, an_outcome(OutcomeKind.POSTED))
    assert await store.outbox.last_sent(everybody, kinds) == {GENERAL: NOW, OTHER: NOW}
    assert await store.outbox.last_sent(everybody, [Kind.DIGEST]) == {GENERAL: NOW}
    assert await store.outbox.last_sent([OTHER], [Kind.DIGEST]) == {}


async def test_what_was_posted_is_found_by_the_message_of_any_of_its_parts_in_its_workspace_alone(
    store: SqlStore,
) -> None:
    assert await store.outbox.enqueue(an_enqueued(await subscribe(store), papers=("arxiv:1", "arxiv:2")))
    claim = await claim_one(store)
    assert await store.outbox.store_parts(claim, [a_part(), a_part(), a_part()])
    for index, message in enumerate(("m1", "m2")):
        assert await store.outbox.accept_part(claim, index, a_receipt(message))
    expected = Posted(channel=GENERAL, document=a_document("arxiv:1", "arxiv:2"))
    assert await store.outbox.posted("console", "local", "m1") == expected
    assert await store.outbox.posted("console", "local", "m2") == expected
    for platform, workspace, message in (
        ("console", "local", "m3"),
        ("console", "away", "m1"),
        ("slack", "local", "m1"),
    ):
        assert await store.outbox.posted(platform, workspace, message) is None


async def test_of_two_messages_of_one_name_the_newest_is_found(store: SqlStore) -> None:
    subscription = await subscribe(store)
    elsewhere = await subscribe(store, channel=replace(GENERAL, id="tea"))
    for each, paper in ((subscription, "arxiv:1"), (elsewhere, "arxiv:2")):
        assert await store.outbox.enqueue(an_enqueued(each, papers=(paper,)))
        claim = await claim_one(store)
        assert await store.outbox.store_parts(claim, [a_part()])
        assert await store.outbox.accept_part(claim, 0, a_receipt("m1"))
    found = await store.outbox.posted("console", "local", "m1")
    assert found is not None
    assert found.document.papers == ("arxiv:2",)


async def test_a_message_in_person_tells_its_workspace_to_that_person_alone(store: SqlStore) -> None:
    mine = replace(GENERAL, workspace="away", id="@ana")
    assert await store.outbox.enqueue(an_enqueued(await subscribe(store, channel=mine), papers=("arxiv:1",)))
    claim = await claim_one(store)
    assert await store.outbox.store_parts(claim, [a_part()])
    assert await store.outbox.accept_part(claim, 0, a_receipt("m1"))
    assert await store.outbox.workspace_of("console", "ana", "m1") == "away"
    for platform, user, message in (("console", "bo", "m1"), ("slack", "ana", "m1"), ("console", "ana", "m2")):
        assert await store.outbox.workspace_of(platform, user, message) is None


async def test_a_greeting_is_kept_for_ever_and_its_slot_makes_nothing_look_late(store: SqlStore) -> None:
    long_ago = NOW - timedelta(days=3_000)
    await greet(store, OTHER, slot=long_ago)
    assert (await store.outbox.statistics(NOW)).oldest_slot is None
    claim = await claim_one(store)
    assert await store.outbox.settle(claim, Settlement(state=DeliveryState.SENT), an_outcome(OutcomeKind.POSTED))
    await store.outbox.purge(TOMORROW)
    assert not await store.outbox.enqueue(an_enqueued(channel=OTHER, kind=Kind.GREETING, slot=long_ago))
