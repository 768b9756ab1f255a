"""When arXiv is asked for what: each announcement once, what was missed later, and never more than that."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.arxiv.announcements import announced_on, feed_day, is_announced_on, is_being_rebuilt
from adapters.arxiv.plan import CATCH_UP_DAYS, ListKind, name_of, plan, task_of
from bot.model.fetching import FetchPlanInput, FetchRecord, FetchTask
from bot.model.outcome import OutcomeKind
from tests.builders import TODAY

WANTED = frozenset({"cs.AI", "cs.CL"})
FRIDAY, SATURDAY, MONDAY = date(2026, 6, 12), date(2026, 6, 13), date(2026, 6, 15)
TICK = timedelta(minutes=97)
"""Comes round at every minute of the day."""


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def a_record(
    day: date,
    *,
    kind: ListKind = ListKind.FEED,
    ended: OutcomeKind = OutcomeKind.FETCHED,
    asked_at: datetime | None = None,
    categories: Iterable[str] = WANTED,
    etag: str = "",
    retry_at: datetime | None = None,
) -> FetchRecord:
    return FetchRecord(
        source="arxiv",
        key=task_of(kind, day, categories).key,
        at=asked_at or at(day, 6),
        ok=ended is not OutcomeKind.DOWN,
        kind=ended,
        etag=etag,
        failures=int(ended is OutcomeKind.DOWN),
        retry_at=retry_at,
    )


def planned(now: datetime, *records: FetchRecord, categories: frozenset[str] = WANTED) -> tuple[FetchTask, ...]:
    return plan(FetchPlanInput(now=now, records=records, categories=categories))


def keys(now: datetime, *records: FetchRecord, categories: frozenset[str] = WANTED) -> list[str]:
    return [task.key for task in planned(now, *records, categories=categories)]


def every_day(first: date, last: date) -> list[FetchRecord]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        a_record(day, ended=OutcomeKind.FETCHED if is_announced_on(day) else OutcomeKind.NOTHING_PUBLISHED)
        for day in days
    ]


# --- the feed of the day ----------------------------------------------------------------------------------------------


def test_a_fresh_store_asks_for_the_feed_of_the_day_and_nothing_else() -> None:
    assert keys(at(TODAY)) == ["rss:2026-06-16:cs.AI+cs.CL"]


def test_a_feed_is_asked_for_once_a_day() -> None:
    assert keys(at(TODAY, 23), a_record(TODAY)) == []


def test_nothing_is_asked_while_feeds_are_rebuilt() -> None:
    monday = a_record(MONDAY)
    assert keys(at(TODAY, 4), monday) == keys(at(TODAY, 5, 9), monday) == []
    assert keys(at(TODAY, 5, 10), monday) == ["rss:2026-06-16:cs.AI+cs.CL"]


def test_in_the_night_the_feed_is_still_that_of_the_day_before() -> None:
    assert keys(at(TODAY, 3)) == ["rss:2026-06-15:cs.AI+cs.CL"]


def test_without_categories_nothing_is_asked() -> None:
    assert keys(at(TODAY), categories=frozenset()) == []


def test_a_category_wanted_later_is_asked_for_the_same_day_alone() -> None:
    more = WANTED | {"stat.ML", "cs.RO"}
    assert keys(at(TODAY), a_record(TODAY), categories=more) == ["rss:2026-06-16:cs.RO+stat.ML"]


def test_a_category_no_longer_wanted_changes_nothing() -> None:
    assert keys(at(TODAY), a_record(TODAY), categories=frozenset({"cs.CL"})) == []


@pytest.mark.parametrize("ended", [OutcomeKind.STALE, OutcomeKind.NOTHING_PUBLISHED])
def test_a_feed_that_brought_nothing_on_a_weekday_is_asked_again_every_three_hours(ended: OutcomeKind) -> None:
    record = a_record(TODAY, ended=ended, asked_at=at(TODAY, 6))
    assert keys(at(TODAY, 8, 59), record) == []
    assert keys(at(TODAY, 9), record) == ["rss:2026-06-16:cs.AI+cs.CL"]


def test_after_an_error_the_feed_is_asked_again_when_its_waiting_time_is_over() -> None:
    record = a_record(TODAY, ended=OutcomeKind.DOWN, retry_at=at(TODAY, 9))
    assert keys(at(TODAY, 8, 59), record) == []
    assert keys(at(TODAY, 9), record) == ["rss:2026-06-16:cs.AI+cs.CL"]


def test_a_new_category_does_not_wait_for_the_others_to_come_back() -> None:
    record = a_record(TODAY, ended=OutcomeKind.DOWN, retry_at=at(TODAY, 12))
    assert keys(at(TODAY), record, categories=WANTED | {"cs.RO"}) == ["rss:2026-06-16:cs.RO"]


def test_the_validator_is_that_of_the_last_feed_of_the_same_categories() -> None:
    others = a_record(MONDAY, categories={"cs.CL"}, etag='"other"', asked_at=at(MONDAY, 8))
    (task,) = planned(at(TODAY), a_record(FRIDAY, etag='"old"'), a_record(MONDAY, etag='"new"'), others)
    assert task.etag == '"new"'


def test_a_day_without_an_announcement_is_noted_once() -> None:
    friday = a_record(FRIDAY)
    assert keys(at(SATURDAY), friday) == ["rss:2026-06-13:cs.AI+cs.CL"]
    assert keys(at(SATURDAY, 20), friday, a_record(SATURDAY, ended=OutcomeKind.NOTHING_PUBLISHED)) == []


# --- what was missed --------------------------------------------------------------------------------------------------


def test_a_missed_feed_is_caught_up_by_the_days_its_papers_were_submitted() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 14))
    assert keys(at(TODAY), *fetched) == [
        "rss:2026-06-16:cs.AI+cs.CL",
        "missed:2026-06-11:cs.AI+cs.CL",
        "missed:2026-06-12:cs.AI+cs.CL",
        "missed:2026-06-13:cs.AI+cs.CL",
        "missed:2026-06-14:cs.AI+cs.CL",
    ]


def test_what_was_caught_up_is_not_asked_again() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 14))
    first = planned(at(TODAY), *fetched)
    done = [replace(a_record(MONDAY, asked_at=at(TODAY)), key=task.key) for task in first]
    assert keys(at(TODAY, 10), *fetched, *done) == []
    assert keys(at(TODAY + timedelta(days=1)), *fetched, *done) == ["rss:2026-06-17:cs.AI+cs.CL"]


def test_a_day_of_submission_asked_for_before_the_feed_was_missed_is_asked_again() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 14))
    early = a_record(date(2026, 6, 12), kind=ListKind.MISSED, asked_at=at(FRIDAY))
    assert "missed:2026-06-12:cs.AI+cs.CL" in keys(at(TODAY), *fetched, early)


@pytest.mark.parametrize("ended", [OutcomeKind.STALE, OutcomeKind.DOWN])
def test_a_feed_that_never_came_counts_as_missed_when_its_day_is_over(ended: OutcomeKind) -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 14))
    never = a_record(MONDAY, ended=ended)
    assert "missed:2026-06-12:cs.AI+cs.CL" in keys(at(TODAY), *fetched, never)
    assert keys(at(MONDAY, 23, 50), *fetched, never) == ["rss:2026-06-15:cs.AI+cs.CL"]


def test_an_empty_feed_of_a_holiday_was_not_missed() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 14))
    assert keys(at(TODAY), *fetched, a_record(MONDAY, ended=OutcomeKind.NOTHING_PUBLISHED)) == [
        "rss:2026-06-16:cs.AI+cs.CL"
    ]


def test_a_category_is_caught_up_only_from_the_day_it_was_first_asked_for() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 14))
    tasks = planned(at(TODAY), *fetched, categories=WANTED | {"cs.RO"})
    assert tasks[0].categories == ("cs.AI", "cs.CL", "cs.RO")
    assert {task.categories for task in tasks[1:]} == {("cs.AI", "cs.CL")}


def test_a_source_that_never_answered_is_caught_up_from_the_first_day_it_was_asked() -> None:
    asked = a_record(MONDAY, ended=OutcomeKind.DOWN, retry_at=at(MONDAY, 7))
    assert keys(at(TODAY), asked)[1:] == [f"missed:2026-06-{day}:cs.AI+cs.CL" for day in (11, 12, 13, 14)]


def test_a_longer_absence_is_caught_up_for_fourteen_days() -> None:
    days = [task.day for task in planned(at(TODAY), a_record(date(2026, 4, 1))) if task.key.startswith("missed:")]
    # The oldest weekday within 14 days is 2 June; its papers were submitted from 29 May on.
    assert days == [date(2026, 5, 29) + timedelta(days=number) for number in range(17)]


def test_the_query_api_is_left_alone_after_midnight_and_while_it_is_away() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 11))
    assert keys(at(MONDAY, 0, 30), *fetched, a_record(date(2026, 6, 14))) == []
    away = a_record(date(2026, 6, 8), kind=ListKind.MISSED, ended=OutcomeKind.DOWN, retry_at=at(MONDAY, 10))
    assert keys(at(MONDAY), *fetched, away) == ["rss:2026-06-15:cs.AI+cs.CL"]


def test_that_nothing_is_announced_is_said_after_what_was_missed() -> None:
    fetched = every_day(date(2026, 6, 1), date(2026, 6, 11))
    assert keys(at(SATURDAY), *fetched)[-1] == "rss:2026-06-13:cs.AI+cs.CL"


def test_a_key_of_another_version_is_left_alone() -> None:
    odd = FetchRecord(source="arxiv", key="oai:now", at=at(TODAY), ok=True, kind=OutcomeKind.FETCHED)
    assert name_of("oai:now") is name_of("rss:today:cs.CL") is None
    assert keys(at(TODAY), odd) == ["rss:2026-06-16:cs.AI+cs.CL"]


# --- any history, and whole months ------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 2, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
outages = st.tuples(st.integers(0, 20 * 24), st.integers(0, 12 * 24))
"""From which hour on, and for how many hours."""

endings = st.sampled_from([OutcomeKind.FETCHED, OutcomeKind.NOTHING_PUBLISHED, OutcomeKind.STALE, OutcomeKind.DOWN])
histories = st.dictionaries(st.tuples(st.sampled_from([ListKind.FEED, ListKind.MISSED]), st.integers(0, 40)), endings)


@settings(deadline=None)
@given(moments, histories)
def test_whatever_happened_a_plan_is_polite_and_no_flood(
    now: datetime, history: dict[tuple[ListKind, int], OutcomeKind]
) -> None:
    records = [
        a_record(now.date() - timedelta(days=back), kind=kind, ended=ended, retry_at=now - TICK)
        for (kind, back), ended in history.items()
    ]
    tasks = [name for key in keys(now, *records) if (name := name_of(key))]
    feeds = [task.day for task in tasks if task.kind is ListKind.FEED]
    missed = [task.day for task in tasks if task.kind is ListKind.MISSED]
    assert feeds in ([], [feed_day(now)])
    assert not feeds or not is_being_rebuilt(now)
    assert not missed or now.hour >= 1
    assert len(set(missed)) == len(missed)
    assert all(1 < (now.date() - day).days <= CATCH_UP_DAYS + 5 for day in missed)
    assert all(task.categories == WANTED for task in tasks)


@settings(max_examples=10, deadline=None)
@given(moments, outages)
def test_every_announcement_is_had_once_by_its_feed_or_caught_up(start: datetime, away: tuple[int, int]) -> None:
    days = 40
    answered = [name for key in lived(start, away, days) if (name := name_of(key))]
    feeds = [name.day for name in answered if name.kind is ListKind.FEED]
    caught_up = {name.day for name in answered if name.kind is ListKind.MISSED}
    assert len(set(feeds)) == len(feeds)
    for number in range(1, days - 2):
        day = feed_day(start) + timedelta(days=number)
        if is_announced_on(day) and day not in feeds:
            assert {day - timedelta(days=back) for back in range(1, 5)} <= caught_up, day


def lived(start: datetime, away: tuple[int, int], days: int) -> list[str]:
    """Run the plan at every tick of some days; returns the keys that were answered."""
    records: dict[str, FetchRecord] = {}
    answered: list[str] = []
    for tick in range(timedelta(days=days) // TICK):
        now = start + tick * TICK
        hours = (now - start) / timedelta(hours=1)
        is_away = away[0] <= hours < sum(away)
        for task in planned(now, *records.values()):
            assert task.day is not None
            ended = OutcomeKind.FETCHED if is_announced_on(task.day) else OutcomeKind.NOTHING_PUBLISHED
            record = a_record(task.day, ended=OutcomeKind.DOWN if is_away else ended, asked_at=now, retry_at=now + TICK)
            records[task.key] = replace(record, key=task.key)
            if is_away:
                break
            answered.append(task.key)
    return answered


# --- the calendar of announcements ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        # Summer: the cut-off is 18:00 UTC.
        (datetime(2026, 6, 15, 17, 59, tzinfo=UTC), date(2026, 6, 16)),
        (datetime(2026, 6, 15, 18, 0, tzinfo=UTC), date(2026, 6, 17)),
        (datetime(2026, 6, 12, 17, 59, tzinfo=UTC), date(2026, 6, 15)),
        (datetime(2026, 6, 12, 18, 0, tzinfo=UTC), date(2026, 6, 16)),
        (datetime(2026, 6, 14, 12, 0, tzinfo=UTC), date(2026, 6, 16)),
        (datetime(2026, 6, 11, 18, 0, tzinfo=UTC), date(2026, 6, 15)),
        # Winter: 19:00 UTC.
        (datetime(2026, 1, 13, 18, 59, tzinfo=UTC), date(2026, 1, 14)),
        (datetime(2026, 1, 13, 19, 0, tzinfo=UTC), date(2026, 1, 15)),
    ],
)
def test_a_paper_is_announced_after_the_next_cut_off(submitted: datetime, announced: date) -> None:
    assert announced_on(submitted) == announced


@given(moments)
def test_a_paper_is_announced_on_a_weekday_one_to_four_days_later(submitted: datetime) -> None:
    day = announced_on(submitted)
    assert is_announced_on(day)
    assert 1 <= (day - submitted.date()).days <= 4
    assert datetime.combine(day, time(), UTC) > submitted
