"""`Outbox.enqueue`: all of a delivery or nothing, and what was read is still so (adapters/sql/enqueuing.py)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore, open_store
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind
from bot.model.digest import LedgerRow, LedgerState
from bot.model.outcome import Stage
from bot.model.paper import Paper, PaperId
from bot.model.subscription import Pause, PauseReason
from bot.query.parse import parse
from bot.snapshot import to_json
from tests.builders import GENERAL, NOW, TODAY, a_paper, a_sighting
from tests.changing import edit, remove
from tests.conformance.deliveries import (
    TOMORROW,
    a_document,
    an_enqueued,
    claim_one,
    ledger_of,
    passed,
    rounded_up,
    shown,
    stored_papers,
    subscribe,
    the_id,
)

BY_BO = Pause(by="bo", reason=PauseReason.PERSON, since=NOW)


async def test_an_enqueue_stores_delivery_ledger_clock_and_outcome_together(store: SqlStore) -> None:
    keys = await stored_papers(store, 2)
    subscription = await subscribe(store)
    rows = (shown(keys[the_id(1)]), passed(keys[the_id(2)]))
    assert await store.outbox.enqueue(an_enqueued(subscription, papers=(the_id(1),), ledger=rows))
    (delivery,) = await store.outbox.pending(NOW)
    assert (delivery.channel, delivery.kind, delivery.slot) == (GENERAL, Kind.DIGEST, NOW)
    assert (delivery.state, delivery.due_at, delivery.attempt) == (DeliveryState.PENDING, NOW, 0)
    assert (await claim_one(store)).document == to_json(a_document(the_id(1)))
    assert await store.outbox.ledger([GENERAL], TODAY) == {GENERAL: rows}
    (moved,) = await store.subscriptions.of_channel(GENERAL)
    assert (moved.next_due, moved.last_run_at) == (TOMORROW, NOW)
    (outcome,) = await store.outcomes.latest(Stage.ENQUEUE, str(GENERAL), 5)
    assert (outcome.seen, outcome.new, outcome.skipped, outcome.slot) == (3, 2, 1, NOW)


async def test_a_run_that_posts_nothing_moves_the_clock_and_says_why(store: SqlStore) -> None:
    subscription = await subscribe(store)
    assert await store.outbox.enqueue(an_enqueued(subscription, is_quiet=True))
    assert await store.outbox.pending(NOW) == ()
    assert (await store.subscriptions.of_channel(GENERAL))[0].next_due == TOMORROW
    assert len(await store.outcomes.latest(Stage.ENQUEUE, "", 5)) == 1


async def test_what_was_enqueued_before_is_refused(store: SqlStore) -> None:
    subscription = await subscribe(store)
    assert await store.outbox.enqueue(an_enqueued(subscription))
    later = an_enqueued(subscription, slot=NOW + timedelta(hours=1))
    assert not await store.outbox.enqueue(later)
    assert len(await store.outbox.pending(NOW)) == 1
    assert len(await store.outcomes.latest(Stage.ENQUEUE, "", 5)) == 1


async def test_a_slot_is_taken_once_for_its_channel_and_kind(store: SqlStore) -> None:
    first, second = await subscribe(store, "a"), await subscribe(store, "b")
    assert await store.outbox.enqueue(an_enqueued(first))
    assert not await store.outbox.enqueue(an_enqueued(second))
    assert (await store.subscriptions.of_channel(GENERAL))[1] == second
    assert await store.outbox.enqueue(an_enqueued(second, kind=Kind.RUN))
    elsewhere = await subscribe(store, channel=Channel(Platform.CONSOLE, "local", "other"))
    assert await store.outbox.enqueue(an_enqueued(elsewhere))


@pytest.mark.parametrize("change", ["edited", "paused", "removed", "moved"])
async def test_a_digest_of_a_subscription_that_changed_is_refused(store: SqlStore, change: str) -> None:
    read = await subscribe(store)
    match change:
        case "edited":
            assert await edit(store, replace(read, query=parse("b")))
        case "paused":
            await store.subscriptions.pause(GENERAL, BY_BO)
        case "removed":
            await remove(store, GENERAL, [1], NOW)
        case _:
            assert await edit(store, replace(read, next_due=TOMORROW))
    before = await store.subscriptions.of_channel(GENERAL)
    assert not await store.outbox.enqueue(an_enqueued(read))
    assert await store.subscriptions.of_channel(GENERAL) == before
    assert await store.outbox.pending(NOW) == ()


async def test_an_answer_to_a_change_that_was_answered_is_refused(store: SqlStore) -> None:
    read = await subscribe(store, next_due=None)
    assert await store.outbox.enqueue(an_enqueued(read, kind=Kind.INSTANT, next_due=None, seen_change=4))
    again = an_enqueued(read, kind=Kind.INSTANT, next_due=None, seen_change=5, slot=NOW + timedelta(hours=1))
    assert not await store.outbox.enqueue(again)


async def test_a_paper_is_shown_to_a_channel_only_once(store: SqlStore) -> None:
    keys = await stored_papers(store, 1)
    first, second = await subscribe(store, "a"), await subscribe(store, "b")
    (paper,) = keys.values()
    assert await store.outbox.enqueue(an_enqueued(first, ledger=(shown(paper, 1),)))
    later = NOW + timedelta(hours=1)
    assert not await store.outbox.enqueue(an_enqueued(second, ledger=(shown(paper, 2),), slot=later))
    assert (await store.subscriptions.of_channel(GENERAL))[1] == second
    rising = shown(paper, 2, is_rising=True)
    assert await store.outbox.enqueue(an_enqueued(second, ledger=(rising,), slot=later))


async def test_a_paper_is_passed_once_for_each_subscription(store: SqlStore) -> None:
    (paper,) = (await stored_papers(store, 1)).values()
    first, second = await subscribe(store, "a"), await subscribe(store, "b")
    rows = (passed(paper, 1), rounded_up(paper, 1), passed(paper, 2), shown(paper, 2))
    assert await store.outbox.enqueue(an_enqueued(first, second, ledger=rows))
    (again, _) = await store.subscriptions.of_channel(GENERAL)
    assert not await store.outbox.enqueue(an_enqueued(again, ledger=(passed(paper, 1),), slot=TOMORROW))


async def test_a_digest_with_a_paper_that_was_united_with_another_is_refused(store: SqlStore) -> None:
    by_doi = Paper(id=PaperId("doi", "10.1/x"), title="A", sightings=(a_sighting(),))
    await store.papers.ingest([by_doi, a_paper(1)], NOW)
    found = await store.papers.find([a_paper(1).id], NOW)
    younger = found[a_paper(1).id].key
    await store.papers.ingest([replace(a_paper(1), aliases=(by_doi.id,))], NOW)
    subscription = await subscribe(store)
    assert not await store.outbox.enqueue(an_enqueued(subscription, ledger=(shown(younger),)))
    assert await store.outbox.pending(NOW) == ()


async def test_uniting_papers_unites_their_ledger_rows(store: SqlStore) -> None:
    by_doi = Paper(id=PaperId("doi", "10.1/x"), title="A", sightings=(a_sighting(),))
    await store.papers.ingest([by_doi, a_paper(1)], NOW)
    found = await store.papers.find([by_doi.id, a_paper(1).id], NOW)
    older, younger = found[by_doi.id].key, found[a_paper(1).id].key
    first, second = await subscribe(store, "a"), await subscribe(store, "b")
    early = replace(shown(younger, 1), at=NOW - timedelta(hours=1), href="early")
    rows = (shown(older, 2), early, passed(younger, 1), passed(older, 2))
    assert await store.outbox.enqueue(an_enqueued(first, second, ledger=rows))
    await store.papers.ingest([replace(a_paper(1), aliases=(by_doi.id,))], NOW)
    kept = (await store.outbox.ledger([GENERAL], TODAY))[GENERAL]
    assert {(row.paper, row.state, row.subscription) for row in kept} == {
        (older, LedgerState.SHOWN, 1),
        (older, LedgerState.PASSED, 1),
        (older, LedgerState.PASSED, 2),
    }


async def test_a_clock_never_moves_backwards(store: SqlStore) -> None:
    subscription = await subscribe(store, next_due=TOMORROW)
    assert await store.outbox.enqueue(an_enqueued(subscription, next_due=NOW, slot=NOW))
    assert (await store.subscriptions.of_channel(GENERAL))[0].next_due == TOMORROW


async def test_the_ledger_holds_rows_of_papers_listed_lately(store: SqlStore) -> None:
    old = a_paper(1, listed=(a_sighting(TODAY - timedelta(days=30)),))
    both = a_paper(2, listed=(a_sighting(TODAY - timedelta(days=30)), a_sighting(TODAY)))
    await store.papers.ingest([old, both], NOW)
    found = await store.papers.find([old.id, both.id], NOW)
    rows = tuple(shown(stored.key) for stored in found.values())
    assert await store.outbox.enqueue(an_enqueued(await subscribe(store), ledger=rows))
    nobody = Channel(Platform.CONSOLE, "local", "nobody")
    ledger = await store.outbox.ledger([GENERAL, nobody], TODAY - timedelta(days=7))
    assert {channel: [row.paper for row in rows] for channel, rows in ledger.items()} == {GENERAL: [found[both.id].key]}


async def test_a_paper_is_discussed_once_in_a_channel_and_may_still_be_shown_there(store: SqlStore) -> None:
    (paper,) = (await stored_papers(store, 1)).values()
    asked = LedgerRow(paper=paper, state=LedgerState.DISCUSSED, subscription=0, at=NOW)
    assert await store.outbox.enqueue(an_enqueued(kind=Kind.DISCUSSION, ledger=(asked,)))
    later = an_enqueued(kind=Kind.DISCUSSION, ledger=(asked,), slot=NOW + timedelta(hours=1))
    assert not await store.outbox.enqueue(later)
    assert await store.outbox.discussed(GENERAL, paper) == asked
    assert await store.outbox.discussed(Channel(Platform.CONSOLE, "local", "other"), paper) is None
    assert await store.outbox.enqueue(an_enqueued(await subscribe(store), ledger=(shown(paper),)))


async def test_a_greeting_needs_no_subscription(store: SqlStore) -> None:
    assert await store.outbox.enqueue(an_enqueued(kind=Kind.GREETING))
    assert (await claim_one(store)).kind is Kind.GREETING


async def test_of_many_processes_that_enqueue_one_slot_one_wins(store: SqlStore, store_url: str) -> None:
    (paper,) = (await stored_papers(store, 1)).values()
    subscription = await subscribe(store)
    async with open_store(store_url) as other:
        stores = (store, other) * 4
        enqueued = an_enqueued(subscription, ledger=(shown(paper),))
        won = await asyncio.gather(*(each.outbox.enqueue(enqueued) for each in stores))
    assert sum(won) == 1
    assert len(await store.outbox.pending(NOW)) == 1
    assert await ledger_of(store) == {(LedgerState.SHOWN, paper)}
    assert len(await store.outcomes.latest(Stage.ENQUEUE, "", 9)) == 1


async def test_two_processes_never_show_one_paper_for_two_subscriptions(store: SqlStore, store_url: str) -> None:
    (paper,) = (await stored_papers(store, 1)).values()
    subscriptions = [await subscribe(store, word) for word in ("a", "b", "c", "d")]
    async with open_store(store_url) as other:
        won = await asyncio.gather(
            *(
                (store, other)[n % 2].outbox.enqueue(
                    an_enqueued(each, ledger=(shown(paper, each.number),), slot=NOW + timedelta(hours=n))
                )
                for n, each in enumerate(subscriptions)
            )
        )
    assert sum(won) == 1
    waiting = [each for each in await store.subscriptions.of_channel(GENERAL) if each.next_due == NOW]
    assert len(waiting) == 3


async def test_a_pause_beside_an_enqueue_leaves_nothing_to_post(store: SqlStore, store_url: str) -> None:
    (paper,) = (await stored_papers(store, 1)).values()
    subscription = await subscribe(store)
    async with open_store(store_url) as other:
        await asyncio.gather(
            store.outbox.enqueue(an_enqueued(subscription, ledger=(shown(paper),))),
            other.subscriptions.pause(GENERAL, BY_BO),
        )
    assert await store.outbox.pending(NOW) == ()
    assert await ledger_of(store) == set()
