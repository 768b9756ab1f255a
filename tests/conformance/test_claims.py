"""Claims: whose turn it is, who holds what for how long, and what a worker whose claim is over can no longer write."""

import asyncio
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore, open_store
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind, PartState, Settlement
from bot.model.outcome import OutcomeKind, Stage
from tests.builders import GENERAL, NOW, TODAY
from tests.conformance.deliveries import (
    LEASE,
    TOMORROW,
    a_part,
    a_receipt,
    an_enqueued,
    an_outcome,
    claim_one,
    greet,
    shown,
    stored_papers,
    subscribe,
    the_id,
)

EVERYWHERE = ("console", "slack", "discord")
OTHER = Channel(Platform.SLACK, "T1", "C1")
SENT = Settlement(state=DeliveryState.SENT)
POSTED = an_outcome(OutcomeKind.POSTED)


def again_at(moment: timedelta) -> Settlement:
    return Settlement(state=DeliveryState.PENDING, due_at=NOW + moment, reason="busy")


async def test_a_claim_holds_what_was_enqueued(store: SqlStore) -> None:
    await greet(store, GENERAL)
    claim = await claim_one(store)
    assert (claim.channel, claim.kind, claim.slot, claim.created_at) == (GENERAL, Kind.GREETING, NOW, NOW)
    assert (claim.attempt, claim.failures, claim.parts) == (1, 0, ())


async def test_the_oldest_slots_go_first_up_to_the_limit(store: SqlStore) -> None:
    channels = [Channel(Platform.CONSOLE, "local", str(number)) for number in range(5)]
    for age, channel in enumerate(channels):
        await greet(store, channel, NOW - timedelta(hours=age))
    first = await store.outbox.claim(NOW, LEASE, 3, EVERYWHERE)
    assert [claim.channel for claim in first] == channels[:1:-1]
    second = await store.outbox.claim(NOW, LEASE, 3, EVERYWHERE)
    assert [claim.channel for claim in second] == channels[1::-1]


def a_workspace(name: str, channels: int, platform: Platform = Platform.SLACK) -> list[Channel]:
    return [Channel(platform, name, f"C{number}") for number in range(channels)]


async def served(store: SqlStore, limit: int) -> list[str]:
    """Claim, and return of which workspaces, by name."""
    claims = await store.outbox.claim(NOW, LEASE, limit, EVERYWHERE)
    return sorted(claim.channel.workspace for claim in claims)


@pytest.mark.parametrize("platform", [Platform.SLACK, Platform.DISCORD])
async def test_a_workspace_with_many_digests_leaves_room_for_the_others(store: SqlStore, platform: Platform) -> None:
    large = a_workspace("large", 12, platform)
    for channel in large:
        await greet(store, channel, NOW - timedelta(hours=1))
    for channel in (*a_workspace("pair", 2, platform), *a_workspace("small", 1, platform)):
        await greet(store, channel)
    assert await served(store, 6) == ["large", "large", "large", "pair", "pair", "small"]
    assert await served(store, 99) == ["large"] * 9


async def test_who_has_posts_on_their_way_waits_for_who_has_none(store: SqlStore) -> None:
    for channel in a_workspace("large", 9):
        await greet(store, channel, NOW - timedelta(hours=1))
    assert await served(store, 3) == ["large"] * 3
    for channel in a_workspace("small", 2):
        await greet(store, channel)
    assert [await served(store, 1) for _ in range(3)] == [["small"], ["small"], ["large"]]


async def test_what_another_worker_has_on_its_way_counts_too(store: SqlStore, store_url: str) -> None:
    for name in ("a", "b"):
        for channel in a_workspace(name, 3):
            await greet(store, channel)
    async with open_store(store_url) as other:
        assert await served(other, 1) == ["a"]
        assert [await served(store, 1), await served(other, 1)] == [["b"], ["b"]]


async def test_the_turn_goes_round_all_workspaces(store: SqlStore) -> None:
    for name in ("a", "b", "c"):
        for channel in a_workspace(name, 2):
            await greet(store, channel)
    turns = []
    for _ in range(6):
        claim = await claim_one(store)
        turns.append(claim.channel.workspace)
        assert await store.outbox.settle(claim, SENT, POSTED)
    assert turns == ["a", "b", "c"] * 2


async def test_a_workspace_without_anything_due_has_no_turn(store: SqlStore) -> None:
    for channel in (*a_workspace("a", 1), *a_workspace("b", 2)):
        await greet(store, channel)
    (waiting, *_) = await store.outbox.claim(NOW, LEASE, 1, EVERYWHERE)
    await store.outbox.settle(waiting, again_at(timedelta(hours=1)), an_outcome(OutcomeKind.POSTPONED))
    assert await served(store, 9) == ["b", "b"]


async def test_only_the_platforms_asked_for_are_claimed(store: SqlStore) -> None:
    await greet(store, GENERAL)
    await greet(store, OTHER)
    (claim,) = await store.outbox.claim(NOW, LEASE, 9, ["slack"])
    assert claim.channel == OTHER
    assert await store.outbox.claim(NOW, LEASE, 9, []) == ()


async def test_what_is_not_due_is_not_claimed(store: SqlStore) -> None:
    await greet(store, GENERAL)
    assert await store.outbox.claim(NOW - timedelta(seconds=1), LEASE, 9, EVERYWHERE) == ()


async def test_two_deliveries_of_one_channel_are_never_held_at_once(store: SqlStore) -> None:
    await greet(store, GENERAL, NOW)
    await greet(store, GENERAL, NOW - timedelta(hours=1))
    claim = await claim_one(store)
    assert claim.slot == NOW - timedelta(hours=1)
    assert await store.outbox.claim(NOW, LEASE, 9, EVERYWHERE) == ()
    assert await store.outbox.settle(claim, SENT, POSTED)
    assert (await claim_one(store)).slot == NOW


async def test_a_lease_that_ran_out_is_taken_up_by_the_next_claim(store: SqlStore) -> None:
    await greet(store, GENERAL)
    lost = await claim_one(store)
    assert await store.outbox.claim(NOW + LEASE - timedelta(seconds=1), LEASE, 9, EVERYWHERE) == ()
    claim = await claim_one(store, NOW + LEASE)
    assert (claim.key, claim.attempt, claim.failures) == (lost.key, 2, 0)


async def test_parts_are_stored_once_and_read_back_as_they_were(store: SqlStore) -> None:
    await greet(store, GENERAL)
    claim = await claim_one(store)
    parts = [a_part(the_id(1), the_id(2), title="agents · 2 papers · 16 Jun"), a_part(payload=["b"])]
    stored = await store.outbox.store_parts(claim, parts)
    assert stored is not None
    assert [part.index for part in stored] == [0, 1]
    assert [part.rendered for part in stored] == parts
    assert {part.state for part in stored} == {PartState.WAITING}
    assert await store.outbox.store_parts(claim, [a_part(payload="another rendering")]) == stored
    assert (await claim_one(store, NOW + LEASE)).parts == stored


async def test_a_crash_goes_on_at_the_next_part(store: SqlStore) -> None:
    await greet(store, GENERAL)
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part(), a_part(), a_part()])
    assert await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    assert await store.outbox.accept_part(claim, 0, a_receipt())
    assert await store.outbox.attempt_part(claim, 1, NOW + LEASE)
    again = await claim_one(store, NOW + LEASE)
    assert [part.state for part in again.parts] == [PartState.ACCEPTED, PartState.ATTEMPTED, PartState.WAITING]
    assert [part.receipt for part in again.parts] == [a_receipt(), None, None]


async def test_each_attempt_extends_the_lease(store: SqlStore) -> None:
    await greet(store, GENERAL)
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part()])
    until = NOW + timedelta(minutes=2)
    assert await store.outbox.attempt_part(claim, 0, until)
    assert await store.outbox.claim(until - timedelta(seconds=1), LEASE, 9, EVERYWHERE) == ()
    assert (await claim_one(store, until)).attempt == 2


async def test_a_worker_whose_lease_was_taken_writes_nothing(store: SqlStore) -> None:
    await greet(store, GENERAL)
    lost = await claim_one(store)
    await store.outbox.store_parts(lost, [a_part()])
    claim = await claim_one(store, NOW + LEASE)
    assert await store.outbox.store_parts(lost, [a_part()]) is None
    assert not await store.outbox.attempt_part(lost, 0, TOMORROW)
    assert not await store.outbox.refuse_part(lost, 0)
    assert not await store.outbox.settle(lost, SENT, POSTED)
    (status,) = await store.outbox.pending(NOW)
    assert (status.attempt, status.due_at) == (2, NOW + LEASE + LEASE)
    assert await store.outcomes.latest(Stage.DELIVER, "", 9) == ()
    assert (await claim_one(store, TOMORROW)).parts[0].state is PartState.WAITING
    assert claim.attempt == 2


async def test_a_receipt_is_stored_even_when_the_lease_was_lost(store: SqlStore) -> None:
    await greet(store, GENERAL)
    lost = await claim_one(store)
    await store.outbox.store_parts(lost, [a_part()])
    await store.outbox.attempt_part(lost, 0, NOW + LEASE)
    await claim_one(store, NOW + LEASE)
    assert not await store.outbox.accept_part(lost, 0, a_receipt("first"))
    (part,) = (await claim_one(store, TOMORROW)).parts
    assert (part.state, part.receipt) == (PartState.ACCEPTED, a_receipt("first"))


async def test_a_worker_is_fenced_off_by_a_claim_of_another_delivery_of_its_channel(store: SqlStore) -> None:
    await greet(store, GENERAL, NOW)
    later = await claim_one(store)
    await store.outbox.store_parts(later, [a_part()])
    await greet(store, GENERAL, NOW - timedelta(hours=1))
    older = await claim_one(store, NOW + LEASE)
    assert older.key != later.key
    assert not await store.outbox.attempt_part(later, 0, TOMORROW)


async def test_a_retry_waits_for_its_moment_and_counts(store: SqlStore) -> None:
    await greet(store, GENERAL)
    assert await store.outbox.settle(
        await claim_one(store), again_at(timedelta(minutes=5)), an_outcome(OutcomeKind.POSTPONED)
    )
    assert await store.outbox.claim(NOW + timedelta(minutes=4), LEASE, 9, EVERYWHERE) == ()
    claim = await claim_one(store, NOW + timedelta(minutes=5))
    assert (claim.attempt, claim.failures) == (2, 1)
    (status,) = await store.outbox.pending(NOW)
    assert status.reason == "busy"


async def test_a_wait_that_the_platform_asked_for_is_no_failure(store: SqlStore) -> None:
    await greet(store, GENERAL)
    wait = Settlement(state=DeliveryState.PENDING, due_at=NOW, reason="429", is_failure=False)
    assert await store.outbox.settle(await claim_one(store), wait, an_outcome(OutcomeKind.POSTPONED))
    claim = await claim_one(store)
    assert (claim.attempt, claim.failures) == (2, 0)


async def test_a_delivery_that_waits_for_its_retry_holds_up_no_other(store: SqlStore) -> None:
    await greet(store, GENERAL, NOW - timedelta(hours=1))
    await greet(store, GENERAL, NOW)
    waiting = await claim_one(store)
    await store.outbox.settle(waiting, again_at(timedelta(minutes=5)), an_outcome(OutcomeKind.POSTPONED))
    assert (await claim_one(store)).key != waiting.key


async def test_what_was_sent_is_over(store: SqlStore) -> None:
    await greet(store, GENERAL)
    assert await store.outbox.settle(await claim_one(store), SENT, POSTED)
    assert await store.outbox.pending(NOW) == ()
    assert await store.outbox.claim(TOMORROW, LEASE, 9, EVERYWHERE) == ()
    assert await store.outcomes.latest(Stage.DELIVER, str(GENERAL), 9) == (POSTED,)


async def test_a_dead_delivery_is_shown_for_two_weeks(store: SqlStore) -> None:
    await greet(store, GENERAL)
    dead = Settlement(state=DeliveryState.DEAD, reason="gave up")
    await store.outbox.settle(await claim_one(store), dead, an_outcome(OutcomeKind.DEAD))
    (status,) = await store.outbox.pending(NOW + timedelta(days=14))
    assert (status.state, status.reason) == (DeliveryState.DEAD, "gave up")
    assert await store.outbox.pending(NOW + timedelta(days=15)) == ()


async def test_an_accepted_part_is_linked_from_the_ledger(store: SqlStore) -> None:
    keys = await stored_papers(store, 3)
    rows = tuple(shown(key) for key in keys.values())
    assert await store.outbox.enqueue(an_enqueued(await subscribe(store), papers=tuple(keys), ledger=rows))
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part(the_id(1), the_id(3)), a_part(the_id(2))])
    await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    await store.outbox.accept_part(claim, 0, a_receipt(href="https://chat/1"))
    linked = {row.paper: row.href for row in (await store.outbox.ledger([GENERAL], TODAY))[GENERAL]}
    assert linked == {
        keys[the_id(1)]: "https://chat/1",
        keys[the_id(2)]: "",
        keys[the_id(3)]: "https://chat/1",
    }


async def test_what_was_settled_long_ago_is_purged_and_the_ledger_stays(store: SqlStore) -> None:
    keys = await stored_papers(store, 1)
    await store.outbox.enqueue(
        an_enqueued(await subscribe(store), papers=tuple(keys), ledger=tuple(map(shown, keys.values())))
    )
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part(*keys)])
    await greet(store, GENERAL)
    assert await store.outbox.settle(claim, SENT, POSTED)
    assert await store.outbox.purge(NOW) == 0
    assert await store.outbox.purge(TOMORROW) == 4
    assert await store.outcomes.latest(Stage.DELIVER, "", 9) == ()
    assert [status.kind for status in await store.outbox.pending(NOW)] == [Kind.GREETING]
    assert len((await store.outbox.ledger([GENERAL], TODAY))[GENERAL]) == 1


async def test_every_delivery_is_claimed_once_by_many_workers(store: SqlStore, store_url: str) -> None:
    for name in ("a", "b", "c"):
        for channel in a_workspace(name, 10):
            await greet(store, channel)
    async with open_store(store_url) as other:
        stores = (store, other) * 4
        claims = await asyncio.gather(*(each.outbox.claim(NOW, LEASE, 4, EVERYWHERE) for each in stores))
        rest = await store.outbox.claim(NOW, LEASE, 30, EVERYWHERE)
    keys = [claim.key for each in (*claims, rest) for claim in each]
    assert sorted(keys) == sorted(set(keys))
    assert len(keys) == 30


async def test_many_workers_never_hold_two_deliveries_of_one_channel(store: SqlStore, store_url: str) -> None:
    channels = [Channel(Platform.CONSOLE, "local", str(number)) for number in range(4)]
    for channel in channels:
        for hour in range(6):
            await greet(store, channel, NOW - timedelta(hours=hour))
    held: set[Channel] = set()
    sent = 0

    async def work(mine: SqlStore) -> None:
        nonlocal sent
        while sent < 24:
            for claim in await mine.outbox.claim(NOW, LEASE, 2, EVERYWHERE):
                assert claim.channel not in held
                held.add(claim.channel)
                await mine.outcomes.latest(Stage.DELIVER, "", 1)
                held.remove(claim.channel)
                assert await mine.outbox.settle(claim, SENT, POSTED)
                sent += 1

    async with open_store(store_url) as other, asyncio.timeout(60), asyncio.TaskGroup() as workers:
        for mine in (store, other, store, other):
            workers.create_task(work(mine))
    assert sent == 24
