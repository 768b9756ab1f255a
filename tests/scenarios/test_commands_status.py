"""Status: why something was posted, why nothing was, and what is late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from re import findall

from bot.clock import FixedClock
from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel, Platform
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.report import Report
from bot.pipeline.channels import channels_of
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.pipeline.notices import greet
from bot.pipeline.report import WEEKEND, report_of
from bot.ports import Store
from tests.builders import GENERAL, NOW
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person
from tests.scenarios.library import fill

DUE = datetime(2026, 6, 17, 7, tzinfo=UTC)
FETCH = Outcome(stage=Stage.FETCH, name="huggingface", kind=OutcomeKind.FETCHED, reason="", at=NOW, seen=34, new=3)
OTHER = Channel(Platform.CONSOLE, "local", "tea")


async def report(store: Store, now: datetime, channel: Channel | None = None) -> Report:
    return await report_of(store, FixedClock(now), ["huggingface"], channel)


async def run(store: Store, now: datetime, platform: FakePlatform | None = None) -> None:
    await enqueue_due(store, FixedClock(now), default_zone="Europe/Berlin")
    if platform:
        await deliver_due(store, {platform.platform: platform}, FixedClock(now))


async def test_a_notice_is_no_digest_of_its_channel(store: Store) -> None:
    await Person(store).asks("subscribe teapots")
    assert await greet(store, FixedClock(NOW), GENERAL)
    await deliver_due(store, {"console": FakePlatform()}, FixedClock(NOW))
    (told,) = await channels_of(store, FixedClock(NOW), ["huggingface"], "UTC")
    assert (told.channel, told.last_digest) == (GENERAL, None)


async def test_a_source_is_told_with_its_last_fetch(store: Store) -> None:
    await store.outcomes.add([FETCH])
    (row,) = (await report(store, NOW)).sources
    assert (row.name, row.outcome, row.reason, row.at) == ("huggingface", "fetched", "34 seen, 3 new", NOW)


async def test_a_source_that_is_away_is_late_since_its_first_failure(store: Store) -> None:
    down = replace(FETCH, kind=OutcomeKind.DOWN, reason="503", seen=0, new=0)
    first, last = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    await store.outcomes.add([FETCH, replace(down, at=first), replace(down, at=last)])
    told = await report(store, last)
    assert (told.sources[0].outcome, told.sources[0].at) == ("down", last)
    assert "no answer since Tue 16 Jun, 10:00 UTC" in told.sources[0].reason
    assert [(row.name, row.outcome, row.reason, row.at) for row in told.late] == [("huggingface", "down", "503", first)]


async def test_a_moment_in_the_past_knows_nothing_of_later_fetches(store: Store) -> None:
    await store.outcomes.add([FETCH, replace(FETCH, kind=OutcomeKind.DOWN, at=NOW + timedelta(hours=1))])
    told = await report(store, NOW)
    assert (told.sources[0].outcome, told.late) == ("fetched", ())


async def test_a_source_that_nothing_fetches_is_late(store: Store) -> None:
    await store.outcomes.add([FETCH])
    assert (await report(store, NOW + timedelta(hours=26))).late == ()
    (late,) = (await report(store, NOW + timedelta(hours=27))).late
    assert (late.outcome, late.at) == ("not fetched", NOW)


async def test_a_source_that_was_taken_from_the_settings_is_told(store: Store) -> None:
    await Person(store).asks("subscribe teapots --source hf,arxiv")
    assert [(row.name, row.outcome) for row in (await report(store, NOW)).sources] == [
        ("arxiv", "not configured"),
        ("huggingface", "never fetched"),
    ]


async def test_at_the_weekend_it_says_that_no_list_comes(store: Store) -> None:
    saturday = NOW + timedelta(days=4)
    assert WEEKEND in await Person(store, now=saturday).reads("status")
    assert WEEKEND not in await Person(store).reads("status")


async def test_a_channel_is_told_with_its_next_digest_and_why_the_last_run_was_silent(store: Store) -> None:
    await fill(store)
    await Person(store).asks("subscribe kraken")
    await run(store, DUE)
    (row,) = (await report(store, DUE)).schedules
    assert (row.name, row.outcome, row.at) == ("console:local/general", "scheduled", DUE + timedelta(days=1))
    assert "last run Wed 17 Jun, 07:00 UTC: looked at 2 and matched none" in row.reason


async def test_a_channel_is_told_of_its_last_papers_too_when_a_later_run_was_silent(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("run 1")
    later = replace(person, now=NOW + timedelta(minutes=4))
    await later.asks("run 1")
    said = await later.reads("status")
    assert "last run Tue 16 Jun, 11:04 Europe/Berlin: looked at 2 and matched none" in said
    assert "last papers Tue 16 Jun, 11:00 Europe/Berlin: 1 of 1 matched papers" in said


async def test_every_moment_of_a_status_is_in_the_zone_of_the_channel_and_names_it(store: Store) -> None:
    await fill(store)
    down = replace(FETCH, kind=OutcomeKind.DOWN, reason="503", seen=0, new=0)
    await store.outcomes.add([FETCH, down])
    person = Person(store, zone="Asia/Tokyo")
    await person.asks("subscribe teapots --tz Europe/Berlin")
    await run(store, DUE, FakePlatform(failures=[DeliveryError(Verdict.RETRY_LATER, "the disk is full")]))
    said = await replace(person, now=DUE).reads("status")
    assert said.count(" Asia/Tokyo") == len(findall(r"\d\d:\d\d", said)) > 5
    assert "next Thu 18 Jun, 16:00 Asia/Tokyo" in said


async def test_a_slot_that_nothing_enqueued_is_late(store: Store) -> None:
    await Person(store).asks("subscribe teapots")
    assert (await report(store, DUE + timedelta(minutes=2))).late == ()
    (late,) = (await report(store, DUE + timedelta(minutes=3))).late
    assert (late.name, late.outcome, late.at) == ("console:local/general", "not enqueued", DUE)
    assert "Late" in await Person(store, now=DUE + timedelta(hours=1)).reads("status")


async def test_a_posted_digest_is_told(store: Store) -> None:
    await fill(store)
    await Person(store).asks("subscribe teapots")
    await run(store, DUE, FakePlatform())
    told = await report(store, DUE)
    (row,) = told.deliveries
    assert (row.name, row.outcome, row.at) == ("console:local/general", "posted", DUE)
    assert told.late == ()


async def test_a_delivery_that_could_not_be_posted_is_late_with_its_reason_and_next_try(store: Store) -> None:
    await fill(store)
    await Person(store).asks("subscribe teapots")
    await run(store, DUE, FakePlatform(failures=[DeliveryError(Verdict.RETRY_LATER, "the disk is full")]))
    told = await report(store, DUE)
    assert [(row.outcome, row.reason) for row in told.deliveries] == [
        ("pending", "digest of Wed 17 Jun, 07:00 UTC: the disk is full")
    ]
    assert told.late == ()
    (late,) = (await report(store, DUE + timedelta(hours=1))).late
    assert (late.outcome, late.at) == ("not posted", DUE)


async def test_a_dead_delivery_is_told_with_its_reason(store: Store) -> None:
    await fill(store)
    await Person(store).asks("subscribe teapots")
    await run(store, DUE, FakePlatform(failures=[DeliveryError(Verdict.OUR_BUG, "too long")]))
    (row,) = (await report(store, DUE)).deliveries
    assert (row.outcome, row.at) == ("dead", DUE)
    assert "too long" in row.reason


async def test_a_channel_hears_of_itself_alone_and_the_operator_of_all(store: Store) -> None:
    await fill(store)
    for channel in (GENERAL, OTHER):
        await Person(store, channel=channel).asks("subscribe teapots")
    await run(store, DUE, FakePlatform())
    everything, own = await report(store, DUE), await report(store, DUE, GENERAL)
    assert [row.name for row in everything.schedules] == ["console:local/general", "console:local/tea"]
    assert {row.name for row in everything.deliveries} == {"console:local/general", "console:local/tea"}
    assert {row.name for row in (*own.schedules, *own.deliveries)} == {"console:local/general"}
