"""A delivery is posted part by part, survives crashes and failures, and gives back what it could not post."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel, Platform
from bot.model.delivery import LEASE, Claim, DeliveryState, Part, Receipt
from bot.model.outcome import OutcomeKind, Stage
from bot.model.subscription import PauseReason, SubscriptionState
from bot.pipeline.deliver import CLAIMS_AT_ONCE, deliver_due
from bot.ports import Store
from tests.builders import GENERAL, a_paper
from tests.fakes.messenger import FakePlatform
from tests.scenarios.rounds import NINE, enqueue, list_papers, subscribe

IDS = [str(a_paper(number).id) for number in range(1, 6)]


async def a_delivery_of_three_parts(store: Store) -> None:
    await subscribe(store)
    await list_papers(store, *(a_paper(number, upvotes=100 - number) for number in range(1, 6)))
    assert await enqueue(store) == 1


async def deliver(store: Store, platform: FakePlatform, after: timedelta = timedelta()) -> int:
    return await deliver_due(store, {platform.platform: platform}, FixedClock(NINE + after))


async def test_every_part_is_posted_once_in_order(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform()
    assert await deliver(store, platform) == 1
    assert platform.papers == IDS
    assert await deliver(store, platform) == 0
    assert await store.outbox.pending(NINE) == ()
    (outcome,) = await store.outcomes.latest(Stage.DELIVER, str(GENERAL), 9)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.POSTED, "posted 5 papers in 3 messages")


async def test_a_crash_goes_on_at_the_part_that_has_no_receipt(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform(failures=[None, asyncio.CancelledError()])
    with pytest.raises(asyncio.CancelledError):
        await deliver(store, platform)
    assert await deliver(store, platform, LEASE / 2) == 0
    assert await deliver(store, platform, LEASE * 2) == 1
    assert platform.papers == IDS


async def test_a_retry_posts_the_stored_bytes_whatever_the_program_has_become(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    old = FakePlatform(failures=[None, DeliveryError(Verdict.RETRY_LATER, "503")])
    await deliver(store, old)
    new = FakePlatform(greeting="another program: ")
    assert await deliver(store, new, timedelta(minutes=5)) == 1
    assert [text for *_, text in old.posted + new.posted] == [old.posted[0][3]] * 3


async def test_an_unknown_outcome_is_posted_again_and_nothing_is_lost(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    lost_connection = DeliveryError(Verdict.UNKNOWN_OUTCOME, "connection lost")
    platform = FakePlatform(failures=[lost_connection], accepts_first=True)
    await deliver(store, platform)
    await deliver(store, platform, timedelta(minutes=5))
    assert platform.papers == [*IDS[:2], *IDS]


async def test_an_unknown_outcome_is_looked_up_and_what_is_there_is_not_posted_again(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    lost_connection = DeliveryError(Verdict.UNKNOWN_OUTCOME, "connection lost")
    platform = FakePlatform(failures=[None, lost_connection], accepts_first=True, remembers=True)
    await deliver(store, platform)
    assert await deliver(store, platform, timedelta(minutes=5)) == 1
    assert platform.papers == IDS


async def test_a_part_that_a_killed_worker_left_is_looked_up(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform(failures=[asyncio.CancelledError()], accepts_first=True, remembers=True)
    with pytest.raises(asyncio.CancelledError):
        await deliver(store, platform)
    assert await deliver(store, platform, LEASE * 2) == 1
    assert platform.papers == IDS


@pytest.mark.parametrize("verdict", [Verdict.RETRY_LATER, Verdict.UNKNOWN_OUTCOME])
async def test_what_cannot_be_looked_up_now_is_not_posted_before_it_can(store: Store, verdict: Verdict) -> None:
    await a_delivery_of_three_parts(store)
    lost_connection = DeliveryError(Verdict.UNKNOWN_OUTCOME, "connection lost")
    platform = FakePlatform(
        failures=[lost_connection], accepts_first=True, remembers=True, lookups=[DeliveryError(verdict, "busy")]
    )
    await deliver(store, platform)
    assert await deliver(store, platform, timedelta(minutes=5)) == 0
    assert platform.papers == IDS[:2]
    assert await deliver(store, platform, timedelta(minutes=10)) == 1
    assert platform.papers == IDS


async def test_where_the_look_is_refused_the_post_tells_what_is_wrong(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    lost_connection = DeliveryError(Verdict.UNKNOWN_OUTCOME, "connection lost")
    refused = DeliveryError(Verdict.STOP_WORKSPACE, "missing_scope")
    platform = FakePlatform(
        failures=[lost_connection, DeliveryError(Verdict.PAUSE_CHANNEL, "is_archived")], lookups=[refused]
    )
    await deliver(store, platform)
    await deliver(store, platform, timedelta(minutes=5))
    (subscription,) = await store.subscriptions.of_channel(GENERAL)
    assert subscription.pause is not None
    assert subscription.pause.detail == "is_archived"


async def test_waits_that_the_platform_asks_for_never_end_a_delivery(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    busy = DeliveryError(Verdict.RETRY_LATER, "429", retry_after=timedelta(minutes=1))
    platform = FakePlatform(failures=[busy] * 20)
    for minute in range(20):
        assert await deliver(store, platform, timedelta(minutes=minute)) == 0
    assert await deliver(store, platform, timedelta(minutes=20)) == 1
    assert platform.papers == IDS


async def test_a_waiting_time_of_the_platform_is_obeyed(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    busy = DeliveryError(Verdict.RETRY_LATER, "429", retry_after=timedelta(minutes=3))
    platform = FakePlatform(failures=[busy])
    await deliver(store, platform)
    assert await deliver(store, platform, timedelta(minutes=2)) == 0
    assert await deliver(store, platform, timedelta(minutes=3)) == 1


async def test_a_lost_channel_keeps_its_subscriptions_paused_with_the_reason(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform(failures=[DeliveryError(Verdict.PAUSE_CHANNEL, "is_archived")])
    await deliver(store, platform)
    assert platform.papers == []
    (subscription,) = await store.subscriptions.of_channel(GENERAL)
    assert subscription.state is SubscriptionState.PAUSED
    assert subscription.pause is not None
    assert (subscription.pause.reason, subscription.pause.detail) == (PauseReason.ACCESS, "is_archived")
    assert await store.outbox.pending(NINE) == ()


async def test_what_was_not_posted_before_a_channel_was_lost_comes_after_it_is_back(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform(failures=[None, DeliveryError(Verdict.PAUSE_CHANNEL, "is_archived")])
    await deliver(store, platform)
    back = NINE + timedelta(days=1)
    await store.subscriptions.resume(GENERAL, {1: back}, (back - timedelta(days=14)).date())
    assert await enqueue(store, back) == 1
    after = FakePlatform()
    await deliver(store, after, timedelta(days=1))
    assert platform.papers + after.papers == IDS


async def test_a_bug_of_ours_is_not_tried_again_and_gives_its_papers_back(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform(failures=[DeliveryError(Verdict.OUR_BUG, "invalid_blocks")])
    await deliver(store, platform)
    (dead,) = await store.outbox.pending(NINE)
    assert (dead.state, dead.reason) == (DeliveryState.DEAD, "invalid_blocks")
    tomorrow = NINE + timedelta(days=1)
    assert await enqueue(store, tomorrow) == 1
    after = FakePlatform()
    await deliver(store, after, timedelta(days=1))
    assert after.papers == IDS


async def test_a_broken_delivery_does_not_hold_up_the_others(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    await subscribe(store, channel=type(GENERAL)(GENERAL.platform, "local", "other"))
    await enqueue(store)
    platform = FakePlatform(failures=[RuntimeError("nobody foresaw this")])
    assert await deliver(store, platform) == 1


async def test_a_late_delivery_says_so(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    platform = FakePlatform()
    await deliver(store, platform, timedelta(hours=2))
    assert platform.posted[0][3].endswith("(2 h late)")


async def test_nothing_is_claimed_once_the_service_is_stopping(store: Store) -> None:
    await a_delivery_of_three_parts(store)
    stopping = asyncio.Event()
    stopping.set()
    platform = FakePlatform()
    assert await deliver_due(store, {platform.platform: platform}, FixedClock(NINE), stopping=stopping) == 0
    assert platform.papers == []


@dataclass
class HangingPlatform(FakePlatform):
    """The first channel hangs until every other one has been posted to."""

    others: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post, or hang."""
        if claim.channel.id == "0":
            await self.released.wait()
        receipt = await super().post(claim, part, parts)
        if len(self.posted) == self.others:
            self.released.set()
        return receipt


async def test_a_channel_that_hangs_holds_up_no_other(store: Store) -> None:
    channels = [Channel(Platform.SLACK, "T1", str(number)) for number in range(3 * CLAIMS_AT_ONCE)]
    for channel in channels:
        await subscribe(store, channel=channel)
    await list_papers(store, a_paper(1))
    assert await enqueue(store) == len(channels)
    platform = HangingPlatform(name=Platform.SLACK, others=len(channels) - 1)
    assert await deliver(store, platform) == len(channels)
    assert platform.posted[-1][0] == str(channels[0])
