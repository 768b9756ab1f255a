"""What a channel gets back when a delivery ends badly: nothing is lost, and nothing comes twice.

Cancelled is what nobody waits for any more (adapters/sql/cancelling.py); it gives back its papers as what died does.
"""

import pytest

from adapters.sql.store import SqlStore
from bot.model.delivery import Claim, DeliveryState, Kind, Settlement
from bot.model.digest import LedgerState
from bot.model.outcome import OutcomeKind
from bot.model.paper import PaperKey
from bot.model.subscription import Pause, PauseReason
from tests.builders import GENERAL, NOW
from tests.changing import pause_some, remove
from tests.conformance.deliveries import (
    LEASE,
    TOMORROW,
    a_part,
    a_receipt,
    an_enqueued,
    an_outcome,
    claim_one,
    greet,
    ledger_of,
    passed,
    rounded_up,
    shown,
    stored_papers,
    subscribe,
    the_id,
)

SHOWN, PASSED, ROUNDED_UP = LedgerState.SHOWN, LedgerState.PASSED, LedgerState.ROUNDED_UP
CANCELLED = Settlement(state=DeliveryState.CANCELLED, reason="gone")
DEAD = Settlement(state=DeliveryState.DEAD, reason="gave up")
BY_BO = Pause(by="bo", reason=PauseReason.PERSON, since=NOW)


async def a_digest(store: SqlStore) -> list[PaperKey]:
    """Enqueue a round-up: papers 1 and 2 shown, 3 a reminder, 4 passed; returns their keys."""
    keys = await stored_papers(store, 4)
    one, two, three, four = (keys[the_id(number)] for number in range(1, 5))
    rows = (
        *(shown(key) for key in (one, two)),
        passed(four),
        *(rounded_up(key) for key in (one, two, three, four)),
    )
    digest = an_enqueued(await subscribe(store), papers=(the_id(1), the_id(2), the_id(3)), ledger=rows)
    assert await store.outbox.enqueue(digest)
    return [one, two, three, four]


async def rendered(store: SqlStore) -> Claim:
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part(the_id(1)), a_part(the_id(2), the_id(3)), a_part(the_id(4))])
    return claim


@pytest.mark.parametrize("settlement", [CANCELLED, DEAD])
async def test_a_delivery_that_never_went_out_releases_everything(store: SqlStore, settlement: Settlement) -> None:
    await a_digest(store)
    assert await store.outbox.settle(await claim_one(store), settlement, an_outcome(OutcomeKind.CANCELLED))
    assert await ledger_of(store) == set()


async def test_parts_that_may_have_gone_out_keep_their_papers(store: SqlStore) -> None:
    one, two, three, four = await a_digest(store)
    claim = await rendered(store)
    await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    assert await store.outbox.settle(claim, DEAD, an_outcome(OutcomeKind.DEAD))
    assert await ledger_of(store) == {(SHOWN, one), (ROUNDED_UP, one), (PASSED, four), (ROUNDED_UP, four)}
    assert {two, three}.isdisjoint({paper for _, paper in await ledger_of(store)})


async def test_a_part_that_was_refused_releases_its_papers(store: SqlStore) -> None:
    one, *_, four = await a_digest(store)
    claim = await rendered(store)
    await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    await store.outbox.accept_part(claim, 0, a_receipt())
    await store.outbox.attempt_part(claim, 1, NOW + LEASE)
    assert await store.outbox.refuse_part(claim, 1)
    assert await store.outbox.settle(claim, CANCELLED, an_outcome(OutcomeKind.CANCELLED))
    assert await ledger_of(store) == {(SHOWN, one), (ROUNDED_UP, one), (PASSED, four), (ROUNDED_UP, four)}


async def test_a_delivery_refused_at_its_first_part_releases_what_was_passed_too(store: SqlStore) -> None:
    await a_digest(store)
    claim = await rendered(store)
    await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    await store.outbox.refuse_part(claim, 0)
    assert await store.outbox.settle(claim, CANCELLED, an_outcome(OutcomeKind.CANCELLED))
    assert await ledger_of(store) == set()


async def test_a_delivery_that_was_sent_or_waits_releases_nothing(store: SqlStore) -> None:
    await a_digest(store)
    before = await ledger_of(store)
    again = Settlement(state=DeliveryState.PENDING, due_at=NOW, reason="busy")
    assert await store.outbox.settle(await claim_one(store), again, an_outcome(OutcomeKind.POSTPONED))
    assert await ledger_of(store) == before
    sent = Settlement(state=DeliveryState.SENT)
    assert await store.outbox.settle(await claim_one(store), sent, an_outcome(OutcomeKind.POSTED))
    assert await ledger_of(store) == before


async def test_a_released_paper_may_be_shown_again(store: SqlStore) -> None:
    one, *_ = await a_digest(store)
    await store.outbox.settle(await claim_one(store), CANCELLED, an_outcome(OutcomeKind.CANCELLED))
    (subscription,) = await store.subscriptions.of_channel(GENERAL)
    assert await store.outbox.enqueue(an_enqueued(subscription, ledger=(shown(one),), slot=TOMORROW))


async def test_pausing_the_last_subscription_cancels_its_delivery(store: SqlStore) -> None:
    await a_digest(store)
    await pause_some(store, GENERAL, [1], BY_BO)
    assert await store.outbox.pending(NOW) == ()
    assert await store.outbox.claim(TOMORROW, LEASE, 9, ["console"]) == ()
    assert await ledger_of(store) == set()


async def test_removing_the_last_subscription_cancels_its_delivery(store: SqlStore) -> None:
    await a_digest(store)
    await remove(store, GENERAL, [1], NOW)
    assert await store.outbox.pending(NOW) == ()
    assert await ledger_of(store) == set()


async def test_pausing_a_workspace_cancels_its_deliveries(store: SqlStore) -> None:
    await a_digest(store)
    await store.subscriptions.pause_workspace("console", "local", BY_BO)
    assert await store.outbox.pending(NOW) == ()


async def test_a_delivery_goes_out_unchanged_while_one_of_its_subscriptions_is_active(store: SqlStore) -> None:
    first, second = await subscribe(store, "a"), await subscribe(store, "b")
    assert await store.outbox.enqueue(an_enqueued(first, second))
    await pause_some(store, GENERAL, [1], BY_BO)
    assert len(await store.outbox.pending(NOW)) == 1
    await remove(store, GENERAL, [2], NOW)
    assert await store.outbox.pending(NOW) == ()


async def test_what_has_no_subscription_is_not_cancelled_by_a_pause(store: SqlStore) -> None:
    await subscribe(store)
    await greet(store, GENERAL)
    await store.subscriptions.pause(GENERAL, BY_BO)
    assert [status.kind for status in await store.outbox.pending(NOW)] == [Kind.GREETING]


async def test_a_worker_finds_its_lease_lost_when_its_delivery_is_cancelled(store: SqlStore) -> None:
    one, *_, four = await a_digest(store)
    claim = await rendered(store)
    assert await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    await store.subscriptions.pause(GENERAL, BY_BO)
    assert await ledger_of(store) == {(SHOWN, one), (ROUNDED_UP, one), (PASSED, four), (ROUNDED_UP, four)}
    assert not await store.outbox.accept_part(claim, 0, a_receipt())
    assert not await store.outbox.attempt_part(claim, 1, NOW + LEASE)
    assert not await store.outbox.settle(claim, DEAD, an_outcome(OutcomeKind.DEAD))
    assert (SHOWN, one) in await ledger_of(store)


async def test_a_part_refused_after_the_delivery_was_cancelled_releases_its_papers(store: SqlStore) -> None:
    await a_digest(store)
    claim = await rendered(store)
    await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    await store.subscriptions.pause(GENERAL, BY_BO)
    assert not await store.outbox.refuse_part(claim, 0)
    assert await ledger_of(store) == set()


async def test_resuming_posts_nothing_that_was_cancelled(store: SqlStore) -> None:
    await a_digest(store)
    await store.subscriptions.pause(GENERAL, BY_BO)
    await store.subscriptions.resume(GENERAL, {1: TOMORROW}, NOW.date())
    assert await store.outbox.claim(TOMORROW, LEASE, 9, ["console"]) == ()


async def test_a_paper_in_two_parts_stays_while_one_of_them_may_have_gone_out(store: SqlStore) -> None:
    one, *_ = await a_digest(store)
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part(the_id(1)), a_part(the_id(1), the_id(2))])
    await store.outbox.attempt_part(claim, 0, NOW + LEASE)
    await store.outbox.settle(claim, DEAD, an_outcome(OutcomeKind.DEAD))
    assert {paper for state, paper in await ledger_of(store) if state is SHOWN} == {one}
