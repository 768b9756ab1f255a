"""A channel under another id: what it had goes along, at once, and nothing of anybody else's does."""

from dataclasses import replace
from datetime import timedelta

from adapters.sql.store import SqlStore
from bot.model.channel import Channel, ChannelSettings, Platform
from bot.model.delivery import DeliveryState, Kind, Settlement
from bot.model.interaction import KEPT_FOR, KeptRequest, RequestId
from bot.model.outcome import OutcomeKind
from bot.model.subscription import Pause, PauseReason
from tests.builders import NOW, TODAY
from tests.changing import set_settings
from tests.conformance.deliveries import (
    LEASE,
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

OLD = Channel(Platform.SLACK, "T1", "C1")
NEW = replace(OLD, id="C9")
NAMESAKE = replace(OLD, workspace="T2")
BERLIN = ChannelSettings(timezone="Europe/Berlin", cap=7)


def a_request(channel: Channel, name: str) -> KeptRequest:
    return KeptRequest(id=RequestId(name), channel=channel, text="list", expires_at=NOW + KEPT_FOR)


async def test_subscriptions_settings_and_what_was_shown_go_along(store: SqlStore) -> None:
    keys = await stored_papers(store, 1)
    mine = await subscribe(store, channel=OLD)
    await set_settings(store, OLD, BERLIN)
    assert await store.outbox.enqueue(an_enqueued(mine, papers=(the_id(1),), ledger=(shown(keys[the_id(1)]),)))
    await subscribe(store, channel=NAMESAKE)
    assert await store.subscriptions.move(OLD, NEW.id)
    assert await store.subscriptions.of_channel(OLD) == ()
    assert [each.query for each in await store.subscriptions.of_channel(NEW)] == [mine.query]
    assert (await store.subscriptions.settings(NEW)).timezone == "Europe/Berlin"
    assert [row.paper for row in (await store.outbox.ledger([NEW], TODAY))[NEW]] == [keys[the_id(1)]]
    assert (await claim_one(store)).channel == NEW
    assert len(await store.subscriptions.of_channel(NAMESAKE)) == 1


async def test_numbers_go_on_and_changes_can_still_be_undone(store: SqlStore) -> None:
    await subscribe(store, channel=OLD)
    (change,) = await store.changes.latest(OLD, 9)
    assert await store.subscriptions.move(OLD, NEW.id)
    assert (await subscribe(store, "teapots", channel=NEW)).number == 2
    found = await store.changes.find(change.id, "slack", "T1")
    assert found is not None
    assert found.channel == NEW
    await store.changes.undo(found, "ana", NOW, "UTC")
    assert [each.number for each in await store.subscriptions.of_channel(NEW)] == [2]


async def test_what_waits_behind_buttons_goes_along(store: SqlStore) -> None:
    await store.requests.keep([a_request(OLD, "mine"), a_request(NAMESAKE, "theirs")])
    assert await store.subscriptions.move(OLD, NEW.id)
    assert await store.requests.channel_of(RequestId("mine")) == NEW
    assert await store.requests.channel_of(RequestId("theirs")) == NAMESAKE


async def test_a_worker_that_holds_a_delivery_meanwhile_settles_it(store: SqlStore) -> None:
    await greet(store, OLD)
    claim = await claim_one(store)
    await store.outbox.store_parts(claim, [a_part()])
    assert await store.subscriptions.move(OLD, NEW.id)
    assert await store.outbox.accept_part(claim, 0, a_receipt())
    sent = Settlement(state=DeliveryState.SENT)
    assert await store.outbox.settle(claim, sent, an_outcome(OutcomeKind.POSTED))
    assert await store.outbox.pending(NOW) == ()


async def test_a_channel_of_the_new_id_that_was_only_greeted_becomes_this_one(store: SqlStore) -> None:
    await subscribe(store, channel=OLD)
    for channel in (OLD, NEW):
        await greet(store, channel, NOW)
    await greet(store, NEW, NOW + timedelta(hours=1))
    assert await store.subscriptions.move(OLD, NEW.id)
    assert [(each.channel, each.kind) for each in await store.outbox.pending(NOW)] == [(NEW, Kind.GREETING)] * 2
    assert len(await store.subscriptions.of_channel(NEW)) == 1


async def test_a_channel_of_the_new_id_that_is_in_use_stays_what_it_is(store: SqlStore) -> None:
    await subscribe(store, channel=OLD)
    await subscribe(store, "teapots", channel=NEW)
    await store.requests.keep([a_request(OLD, "mine")])
    assert not await store.subscriptions.move(OLD, NEW.id)
    assert [len(await store.subscriptions.of_channel(each)) for each in (OLD, NEW)] == [1, 1]
    assert await store.requests.channel_of(RequestId("mine")) == OLD


async def test_moving_twice_or_what_nobody_knows_does_nothing(store: SqlStore) -> None:
    await subscribe(store, channel=OLD)
    for _ in range(2):
        assert await store.subscriptions.move(OLD, NEW.id)
    assert len(await store.subscriptions.of_channel(NEW)) == 1


async def test_a_pause_and_its_reason_go_along(store: SqlStore) -> None:
    await subscribe(store, channel=OLD)
    pause = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="the channel is gone")
    await store.subscriptions.pause(OLD, pause)
    assert await store.subscriptions.move(OLD, NEW.id)
    (found,) = await store.subscriptions.of_channel(NEW)
    assert found.pause == pause
    assert await store.outbox.claim(NOW, LEASE, 9, ["slack"]) == ()
