"""What paperround says by itself is said once: a greeting, a pause for lost access."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from adapters.console.render import render
from adapters.sql.store import SqlStore
from bot.clock import FixedClock
from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel, ChannelSettings, Platform
from bot.model.subscription import Pause, PauseReason
from bot.pipeline.deliver import deliver_due
from bot.pipeline.notices import greet, welcome_back
from bot.pipeline.report import report_of
from bot.views.notices import paused_document
from tests.builders import GENERAL, TODAY, a_paper, a_sighting
from tests.changing import pause_some, set_settings
from tests.fakes.messenger import FakePlatform
from tests.scenarios.rounds import LONG_AGO, NINE, deliver, enqueue, list_papers, subscribe, waiting

SECRET = Channel(Platform.CONSOLE, "local", "secret")
ANA = GENERAL.personal("ana")
DAY = timedelta(days=1)
BY_BO = Pause(by="bo", reason=PauseReason.PERSON, since=NINE)
LOST = DeliveryError(Verdict.PAUSE_CHANNEL, "not in the channel")
PAUSED = (
    "Paused: I can't post in #secret. When I'm let in again I resume by myself, with up to 14 days of missed papers in "
    "one digest."
)


# --- the greeting -----------------------------------------------------------------------------------------------------


async def test_a_channel_is_greeted_with_what_to_try(store: SqlStore) -> None:
    assert await greet(store, FixedClock(NINE), GENERAL)
    ((channel, document),) = await waiting(store)
    assert channel == GENERAL
    assert render(document).splitlines() == [
        "I post new research papers that match what this channel cares about. Try:",
        "",
        '/papers subscribe "diffusion models" · /papers trending · /papers help',
    ]


async def test_a_channel_is_greeted_once_for_ever_and_never_late(store: SqlStore) -> None:
    await greet(store, FixedClock(NINE), GENERAL)
    ((_, text),) = await deliver(store, NINE + DAY)
    assert text.endswith("/papers help")
    years_later = NINE + timedelta(days=900)
    await store.outbox.purge(years_later)
    assert not await greet(store, FixedClock(years_later), GENERAL)
    assert await deliver(store, years_later) == []


async def test_status_names_a_notice_and_counts_it_late_from_its_own_moment(store: SqlStore) -> None:
    await greet(store, FixedClock(NINE), GENERAL)
    waits = await report_of(store, FixedClock(NINE + timedelta(minutes=1)), [])
    assert [(row.reason, row.at) for row in waits.deliveries] == [("greeting", NINE)]
    assert waits.late == ()
    stuck = await report_of(store, FixedClock(NINE + DAY), [])
    assert [(row.name, row.at) for row in stuck.late] == [(str(GENERAL), NINE)]
    await deliver(store, NINE + DAY)
    posted = await report_of(store, FixedClock(NINE + DAY), [])
    assert [row.reason for row in posted.deliveries] == ["greeting: posted 1 message"]


# --- lost access ------------------------------------------------------------------------------------------------------


async def lose(
    store: SqlStore, *, at: datetime = NINE, error: DeliveryError = LOST, then: Sequence[DeliveryError] = ()
) -> list[tuple[str, str]]:
    """Let a digest fail for good, and what is posted after it as `then` says; returns what was posted."""
    await list_papers(store, a_paper(1))
    assert await enqueue(store, at) == 1
    return await deliver(store, at, error, *then)


async def test_who_made_the_subscriptions_of_a_lost_channel_is_told_in_person(store: SqlStore) -> None:
    await subscribe(store, channel=SECRET)
    assert await lose(store) == [(str(ANA), PAUSED)]
    assert render(paused_document(SECRET)).strip() == PAUSED


async def test_each_creator_is_told_once_however_many_subscriptions_they_have(store: SqlStore) -> None:
    for query, creator in (("world model", "ana"), ("teapots", "ana"), ("doorbells", "bo"), ("umbrellas", "cy")):
        await subscribe(store, query, channel=SECRET, creator=creator)
    await pause_some(store, SECRET, [4], BY_BO)
    assert await lose(store) == [("console:local/@ana", PAUSED), ("console:local/@bo", PAUSED)]
    assert await deliver(store, NINE + DAY) == []


async def test_a_channel_that_is_lost_again_is_told_again(store: SqlStore) -> None:
    await subscribe(store, channel=SECRET)
    assert await lose(store) == [(str(ANA), PAUSED)]
    assert await welcome_back(store, FixedClock(NINE), SECRET, default_zone="UTC") == (1,)
    assert await lose(store, at=NINE + DAY) == [(str(ANA), PAUSED)]


async def test_a_lost_workspace_is_paused_and_nobody_can_be_told(store: SqlStore) -> None:
    await subscribe(store, channel=SECRET)
    assert await lose(store, error=DeliveryError(Verdict.STOP_WORKSPACE, "the token was revoked")) == []
    assert [each.is_active for each in await store.subscriptions.of_channel(SECRET)] == [False]
    assert await store.outbox.pending(NINE) == ()


async def test_a_person_who_cannot_be_told_loses_their_own_digest_and_nothing_goes_round(store: SqlStore) -> None:
    await subscribe(store, channel=SECRET)
    await subscribe(store, channel=ANA, due=NINE + DAY)
    assert await lose(store, then=[LOST]) == []
    assert [each.is_active for each in await store.subscriptions.of_channel(ANA)] == [False]
    assert await store.outbox.pending(NINE) == ()


# --- access that is back ----------------------------------------------------------------------------------------------


async def test_access_that_is_back_brings_what_was_missed_in_one_digest(store: SqlStore) -> None:
    await subscribe(store, channel=SECRET, at=LONG_AGO)
    await lose(store)
    missed = [a_paper(number, listed=(a_sighting(TODAY + timedelta(days=number)),)) for number in range(2, 9)]
    back = NINE + timedelta(days=20)
    await list_papers(store, *missed, at=back)
    assert await welcome_back(store, FixedClock(back), SECRET, default_zone="UTC") == (1,)
    assert await enqueue(store, back) == 0
    assert await enqueue(store, back + DAY) == 1
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(back + DAY))
    in_14_days = {str(paper.id) for paper in missed if paper.sightings[0].listed_on >= (back - 13 * DAY).date()}
    assert set(platform.papers) == in_14_days
    assert in_14_days


async def test_what_people_paused_stays_paused_when_access_is_back(store: SqlStore) -> None:
    await subscribe(store, "world model", channel=SECRET)
    await subscribe(store, "teapots", channel=SECRET)
    await pause_some(store, SECRET, [2], BY_BO)
    await lose(store)
    assert await welcome_back(store, FixedClock(NINE), SECRET, default_zone="UTC") == (1,)
    assert await welcome_back(store, FixedClock(NINE), SECRET, default_zone="UTC") == ()
    assert [each.is_active for each in await store.subscriptions.of_channel(SECRET)] == [True, False]


async def test_access_that_is_back_resumes_in_the_channels_zone_and_not_before_the_subscription_was_made(
    store: SqlStore,
) -> None:
    await subscribe(store, channel=SECRET)
    await set_settings(store, SECRET, ChannelSettings(timezone="Asia/Tokyo"))
    await lose(store)
    await welcome_back(store, FixedClock(NINE), SECRET, default_zone="UTC")
    (subscription,) = await store.subscriptions.of_channel(SECRET)
    assert subscription.next_due == datetime(2026, 6, 17, 0, tzinfo=UTC)
    assert subscription.floor_on == TODAY
