"""A run that somebody asks for: what is waiting goes out now, once, and no clock moves."""

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.console.render import render
from bot.clock import FixedClock
from bot.commands.dispatch import handled
from bot.commands.request import Asked, PostLatest, Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.model.channel import Channel, Platform
from bot.model.digest import LedgerState
from bot.model.outcome import OutcomeKind, Stage
from bot.model.subscription import Subscription
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from tests.builders import GENERAL, NOW, TODAY, a_paper, a_sighting
from tests.fakes.messenger import FakePlatform
from tests.scenarios.asking import Person
from tests.scenarios.library import LIGHTHOUSES, SURVEY, TEAPOTS, fill, id_of

TOMORROW = NOW + timedelta(days=1)
ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")


async def mine(store: Store) -> Subscription:
    (found,) = await store.subscriptions.of_channel(GENERAL)
    return found


async def posted(store: Store, now: datetime = NOW) -> list[str]:
    platform = FakePlatform()
    await deliver_due(store, {platform.platform: platform}, FixedClock(now))
    return platform.papers


async def latest(store: Store, days: int, most: int) -> Reply:
    services = Services(store=store, clock=FixedClock(NOW), default_zone="Europe/Berlin", sources={})
    ana = Requester(channel=GENERAL, user="ana", is_manager=True)
    return await handled(Asked(request=PostLatest(number=1, days=days, most=most)), ana, services)


async def test_what_is_waiting_goes_out_now_and_no_digest_repeats_it(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model" --daily 09:00')
    before = await mine(store)
    preview = await person.asks("preview 1")
    reply = await person.asks("run 1")
    assert (reply.papers, reply.has_enqueued, reply.visible_to_channel) == (preview.papers, True, True)
    assert await posted(store) == [id_of(TEAPOTS), id_of(LIGHTHOUSES)]
    after = await mine(store)
    assert (after.next_due, after.version) == (before.next_due, before.version)
    assert await enqueue_due(store, FixedClock(TOMORROW), default_zone="Europe/Berlin") == 0


async def test_the_answer_says_how_many_and_when_the_next_digest_comes(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model" --daily 09:00')
    said = await person.reads("run 1")
    assert "Posting 2 papers for " in said
    assert "No digest repeats them. Next digest: Wed 17 Jun, 09:00." in said


async def test_what_a_cap_cuts_is_passed_over_as_in_a_digest(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model" --max 1')
    reply = await person.asks("run 1")
    assert (reply.papers, reply.cut) == ((id_of(TEAPOTS),), (id_of(LIGHTHOUSES),))
    assert "Posting the best of 2 papers for " in render(reply.document)
    rows = (await store.outbox.ledger([GENERAL], TODAY))[GENERAL]
    assert {row.state for row in rows} == {LedgerState.SHOWN, LedgerState.PASSED}


async def test_the_answer_says_how_many_are_the_best_of_how_many(store: Store) -> None:
    await fill(store, *(a_paper(number) for number in range(1, 4)))
    person = Person(store)
    await person.asks('subscribe "world model" --max 2')
    said = await person.reads("run 1")
    assert "Posting the best 2 of 3 papers for " in said
    assert "cut" not in said


async def test_nothing_waiting_is_said_with_the_reason_and_kept_as_an_outcome(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe kraken")
    reply = await person.asks("run 1")
    assert (reply.ok, reply.has_enqueued) == (True, False)
    assert "looked at 2 and matched none that is new here. I posted nothing." in render(reply.document)
    (outcome,) = await store.outcomes.latest(Stage.ENQUEUE, str(GENERAL), 9)
    assert (outcome.kind, outcome.at) == (OutcomeKind.NO_MATCH, NOW)
    assert await posted(store) == []


async def test_asking_twice_posts_once(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks('subscribe "world model"')
    assert (await person.asks("run 1")).papers
    assert not (await person.asks("run 1")).has_enqueued
    assert len(await posted(store)) == 2


async def test_two_subscriptions_run_at_one_moment_of_a_clock_that_stands_still(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe teapot")
    await person.asks("subscribe lighthouse")
    assert (await person.asks("run 1")).papers == (id_of(TEAPOTS),)
    assert (await person.asks("run 2")).papers == (id_of(LIGHTHOUSES),)
    assert await posted(store) == [id_of(TEAPOTS), id_of(LIGHTHOUSES)]


async def test_a_run_stands_in_for_no_slot_that_was_missed(store: Store) -> None:
    await Person(store).asks("subscribe kraken --daily 09:00")
    late = Person(store, now=NOW + timedelta(days=2))
    await late.asks("run 1")
    outcomes = await store.outcomes.latest(Stage.ENQUEUE, str(GENERAL), 9)
    assert [each.kind for each in outcomes].count(OutcomeKind.MERGED) == 0
    assert (await mine(store)).next_due == NOW + timedelta(hours=22)


async def test_a_paused_subscription_is_not_run_and_the_way_out_is_told(store: Store) -> None:
    await fill(store)
    person = Person(store)
    await person.asks("subscribe teapot")
    await person.asks("pause 1")
    reply = await person.asks("run 1")
    assert (reply.ok, reply.understood) == (False, True)
    assert "#1 is paused by @ana since 16 Jun; I posted nothing." in render(reply.document)
    assert "/papers resume 1" in render(reply.document)
    assert await posted(store) == []


async def test_an_unknown_number_is_refused_and_no_stranger_runs_anything(store: Store) -> None:
    await fill(store)
    await Person(store).asks("subscribe teapot")
    assert not (await Person(store).asks("run 9")).ok
    assert not (await Person(store, channel=ELSEWHERE).asks("run 1")).ok
    assert await posted(store) == []


# --- post the latest now ---------------------------------------------------------------------------------------------


async def test_the_latest_come_from_before_the_subscription_newest_first(store: Store) -> None:
    await fill(store)
    await Person(store).asks('subscribe "world model"')
    reply = await latest(store, days=7, most=5)
    assert reply.papers == (id_of(TEAPOTS), id_of(LIGHTHOUSES), id_of(SURVEY))
    assert (reply.has_enqueued, reply.verb) == (True, "post")
    assert await posted(store) == list(reply.papers)


async def test_newest_first_comes_before_rank(store: Store) -> None:
    old = a_paper(1, upvotes=90, listed=(a_sighting(TODAY - timedelta(days=3)),))
    new = a_paper(2, upvotes=1, listed=(a_sighting(TODAY),))
    await fill(store, old, new)
    await Person(store).asks('subscribe "world model"')
    assert (await latest(store, days=7, most=5)).papers == (id_of(new), id_of(old))


async def test_what_is_over_the_number_waits_for_the_next_digest(store: Store) -> None:
    papers = [a_paper(number, upvotes=number, listed=(a_sighting(TODAY),)) for number in range(1, 5)]
    await fill(store, *papers)
    await Person(store).asks('subscribe "world model" --daily 09:00 --max 2')
    reply = await latest(store, days=7, most=3)
    assert (len(reply.papers), reply.cut) == (3, ())
    assert "1 more paper of these days matched and is not posted." in render(reply.document)
    assert await enqueue_due(store, FixedClock(TOMORROW), default_zone="Europe/Berlin") == 1
    assert (await posted(store, TOMORROW))[3:] == [id_of(papers[0])]


async def test_pressing_for_the_latest_twice_brings_nothing_twice(store: Store) -> None:
    await fill(store)
    await Person(store).asks('subscribe "world model"')
    assert (await latest(store, days=7, most=5)).has_enqueued
    assert not (await latest(store, days=7, most=5)).has_enqueued
    assert len(await posted(store)) == 3


async def test_only_a_button_posts_the_latest(store: Store) -> None:
    reply = await Person(store).asks("post 1 --days 7 --max 5")
    assert (reply.ok, reply.understood) == (False, False)


async def test_posting_the_latest_leaves_the_floor_and_the_clock_where_they_are(store: Store) -> None:
    await fill(store)
    await Person(store).asks('subscribe "world model"')
    before = await mine(store)
    await latest(store, days=7, most=5)
    assert replace(await mine(store), last_run_at=None) == before
