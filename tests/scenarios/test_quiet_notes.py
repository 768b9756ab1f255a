"""A silence that is improbable is told once a month, with what to do about it; any other is kept."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from adapters.console.render import render
from adapters.sql.store import SqlStore, open_store
from bot.clock import FixedClock
from bot.model.cadence import EVERY_DAY, WEEKDAYS, Cadence, Frequency
from bot.model.channel import ChannelSettings
from bot.model.delivery import Kind
from bot.model.fetching import FetchRecord
from bot.model.interaction import RequestId
from bot.model.outcome import OutcomeKind, Stage
from bot.model.paper import HUGGINGFACE, Paper
from bot.model.subscription import Subscription
from bot.pipeline.enqueue import enqueue_due
from bot.pipeline.quiet import note_silences
from bot.query.parse import parse
from tests.builders import GENERAL, TODAY, a_paper, a_sighting
from tests.changing import set_settings
from tests.scenarios.rounds import DAILY, LONG_AGO, NINE, deliver, enqueue, list_papers, subscribe, waiting


def weekday_list(day: date, matching: int) -> list[Paper]:
    """List papers on a weekday, so many of which are about agents."""
    if day.weekday() > 4:
        return []
    first = (day - LONG_AGO.date()).days * 20
    titles = ["Agents at work"] * matching + ["Teapots at rest"]
    return [a_paper(first + index, title, listed=(a_sighting(day),)) for index, title in enumerate(titles)]


async def usual_days(store: SqlStore, *, a_day: int = 7) -> None:
    """List some agents on every weekday of the 30 days before the tests' Tuesday."""
    days = [TODAY - timedelta(days=number) for number in range(1, 31)]
    await list_papers(store, *(paper for day in days for paper in weekday_list(day, a_day)))


async def go_round(store: SqlStore, now: datetime, *, matching: int = 0) -> int:
    """List a day's papers and do a round of everything but deliver; returns how many notes were made."""
    await list_papers(store, *weekday_list(now.date(), matching), at=now)
    clock = FixedClock(now)
    await enqueue_due(store, clock, default_zone="UTC")
    return await note_silences(store, clock, now)


async def go_rounds(store: SqlStore, days: int, *, matching: int = 0) -> list[date]:
    """Do a round every day from the tests' Tuesday on; returns the days of notes."""
    noted = []
    for number in range(days):
        now = NINE + timedelta(days=number)
        if await go_round(store, now, matching=matching):
            noted.append(now.date())
    return noted


async def quiet_agents(store: SqlStore, cadence: Cadence = DAILY, *, due: datetime | None = NINE) -> Subscription:
    """Subscribe to agents two months ago; they were usual until yesterday."""
    await usual_days(store)
    return await subscribe(store, "agents", cadence=cadence, due=due, at=LONG_AGO)


FRIDAY = date(2026, 6, 19)
"""The first day that has three quiet weekdays before it: the digest of Tuesday was the last."""


async def test_an_improbable_silence_is_told_with_what_to_do_about_it(store: SqlStore) -> None:
    await quiet_agents(store)
    assert await go_rounds(store, 4) == [FRIDAY]
    now = datetime.combine(FRIDAY, NINE.timetz())
    await deliver(store, NINE)
    ((_, document),) = await waiting(store, now)
    assert render(document).strip() == '"agents" usually brings 7 a day; nothing for 3 weekdays. Sources are fine.'
    assert [action.label for action in document.actions] == ["Loosen", "Pause", "Don't tell me"]
    pressed = [
        await store.requests.take(RequestId(action.target), "console", "local", "bo", now)
        for action in document.actions
    ]
    assert [(each.request.channel, each.request.text) for each in pressed if each] == [
        (GENERAL, "edit 1"),
        (GENERAL, "pause 1"),
        (GENERAL, "settings quiet-notes off"),
    ]
    assert {action.verb for action in document.actions} == {"do"}


async def test_a_query_with_quotes_of_its_own_and_few_papers_reads_well(store: SqlStore) -> None:
    await usual_days(store, a_day=1)
    await subscribe(store, '"agents at work"', at=LONG_AGO)
    await go_rounds(store, 9)
    notes = [text for _, text in await deliver(store, NINE + timedelta(days=9)) if "usually" in text]
    assert notes == ['"agents at work" usually brings 1 a day; nothing for 6 weekdays. Sources are fine.']


async def test_thirty_quiet_weekdays_give_one_note_a_month(store: SqlStore) -> None:
    await quiet_agents(store)
    noted = await go_rounds(store, 42)
    assert noted == [FRIDAY, FRIDAY + timedelta(days=30)]


async def test_usual_days_give_no_note(store: SqlStore) -> None:
    await quiet_agents(store)
    assert await go_rounds(store, 10, matching=6) == []


async def test_a_silence_that_chance_may_bring_is_not_told(store: SqlStore) -> None:
    await usual_days(store, a_day=1)
    await subscribe(store, "agents", at=LONG_AGO)
    assert await go_rounds(store, 5) == []


async def test_a_source_that_is_down_gives_no_note(store: SqlStore) -> None:
    await quiet_agents(store)
    for number in range(10):
        now = NINE + timedelta(days=number)
        down = FetchRecord(
            source=HUGGINGFACE,
            key=f"day:{now.date()}",
            at=now,
            ok=False,
            kind=OutcomeKind.DOWN,
            reason="no answer",
            failures=number + 1,
        )
        await store.outcomes.record_fetch(down, down.outcome())
        assert await go_round(store, now) == 0


async def test_a_source_that_lists_nothing_any_more_gives_no_note(store: SqlStore) -> None:
    await quiet_agents(store)
    for number in range(10):
        now = NINE + timedelta(days=number)
        await enqueue(store, now)
        assert await note_silences(store, FixedClock(now), now) == 0


async def test_two_processes_give_one_note(store: SqlStore, store_url: str) -> None:
    await quiet_agents(store)
    await go_rounds(store, 3)
    now = datetime.combine(FRIDAY, NINE.timetz())
    await list_papers(store, *weekday_list(FRIDAY, 0), at=now)
    await enqueue(store, now)
    async with open_store(store_url) as other:
        noted = await asyncio.gather(*(note_silences(each, FixedClock(now), now) for each in (store, other)))
    assert sum(noted) == 1
    assert [each.kind for each in await store.outbox.pending(now)].count(Kind.QUIET) == 1


async def test_the_same_round_again_gives_no_second_note(store: SqlStore) -> None:
    await quiet_agents(store)
    await go_rounds(store, 4)
    assert await go_round(store, datetime.combine(FRIDAY, NINE.timetz())) == 0


async def test_a_channel_that_does_not_want_to_know_is_not_told(store: SqlStore) -> None:
    await quiet_agents(store)
    await set_settings(store, GENERAL, ChannelSettings(quiet_notes=False))
    assert await go_rounds(store, 10) == []


async def test_a_channel_whose_other_subscriptions_post_is_not_silent(store: SqlStore) -> None:
    await quiet_agents(store)
    await subscribe(store, "teapots", at=LONG_AGO)
    assert await go_rounds(store, 10) == []


async def test_of_several_quiet_subscriptions_the_most_improbable_is_named(store: SqlStore) -> None:
    await usual_days(store)
    days = [day for number in range(1, 31) if (day := TODAY - timedelta(days=number)).weekday() in WEEKDAYS]
    doorbells = [(day, number) for day in days for number in range(3)]
    await list_papers(
        store,
        *(
            a_paper(90_000 + index, "Doorbells on demand", listed=(a_sighting(day),))
            for index, (day, _) in enumerate(doorbells)
        ),
    )
    await subscribe(store, "doorbells", at=LONG_AGO)
    await subscribe(store, "agents", at=LONG_AGO)
    assert await go_rounds(store, 4) == [FRIDAY]
    notes = [text for _, text in await deliver(store, NINE + timedelta(days=4)) if "usually" in text]
    assert [text.split()[0] for text in notes] == ['"agents"']


async def test_a_new_subscription_is_let_alone(store: SqlStore) -> None:
    await usual_days(store)
    await subscribe(store, "agents", at=NINE - timedelta(hours=1))
    assert await go_rounds(store, 14) == []
    assert await go_round(store, NINE + timedelta(days=14)) == 1


async def test_papers_that_the_channel_muted_do_not_count_as_promised(store: SqlStore) -> None:
    await quiet_agents(store)
    await set_settings(store, GENERAL, ChannelSettings(mutes=(parse("agents"),)))
    assert await go_rounds(store, 4) == []


async def test_a_weekly_subscription_is_silent_only_when_its_own_day_has_passed(store: SqlStore) -> None:
    weekly = Cadence(frequency=Frequency.WEEKLY, weekdays=frozenset({TODAY.weekday()}))
    await quiet_agents(store, weekly)
    noted = await go_rounds(store, 8)
    assert noted == [TODAY + timedelta(days=7)]


async def test_an_instant_subscription_is_looked_at_once_a_day(store: SqlStore) -> None:
    await quiet_agents(store, Cadence(frequency=Frequency.INSTANT), due=None)
    assert await go_rounds(store, 3) == []
    friday = datetime.combine(FRIDAY, NINE.timetz())
    assert await go_round(store, friday) == 1


@pytest.mark.parametrize("weekdays", [frozenset({0, 3}), EVERY_DAY])
async def test_the_digests_of_a_silence_leave_their_outcomes_and_nothing_else(
    store: SqlStore, weekdays: frozenset[int]
) -> None:
    await quiet_agents(store, Cadence(weekdays=weekdays))
    await go_rounds(store, 3)
    kinds: Sequence[OutcomeKind] = [each.kind for each in await store.outcomes.latest(Stage.ENQUEUE, str(GENERAL), 2)]
    assert OutcomeKind.NO_MATCH in kinds
    assert [each.kind for each in await store.outbox.pending(NINE)] == [Kind.DIGEST]
