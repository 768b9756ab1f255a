"""Which days are asked for follows from the clock and from what was answered before, and no day is ever forgotten."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.huggingface.plan import CATCH_UP_DAYS, is_weekend, plan, task_of
from bot.model.fetching import FetchPlanInput, FetchRecord
from bot.model.outcome import OutcomeKind
from bot.pipeline.fetch import BACKOFF, ERRORS_IN_A_ROW

TUESDAY = date(2026, 6, 16)
LAST_WEEK = [date(2026, 6, day) for day in (9, 10, 11, 12, 15, 16)]


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def answered(day: date, when: datetime, etag: str = "") -> FetchRecord:
    task = task_of(day)
    kind = OutcomeKind.NOTHING_PUBLISHED if is_weekend(day) else OutcomeKind.FETCHED
    return FetchRecord(source=task.source, key=task.key, at=when, ok=True, kind=kind, etag=etag)


def failed(day: date, when: datetime, failures: int = 1, wait: timedelta | None = None) -> FetchRecord:
    task = task_of(day)
    return FetchRecord(
        source=task.source,
        key=task.key,
        at=when,
        ok=False,
        kind=OutcomeKind.DOWN,
        failures=failures,
        retry_at=when + (wait or BACKOFF[min(failures, len(BACKOFF)) - 1]),
    )


def due(now: datetime, records: Iterable[FetchRecord] = (), backfill_days: int = 0) -> list[date]:
    tasks = plan(FetchPlanInput(now=now, records=tuple(records), backfill_days=backfill_days))
    return [task.day for task in tasks if task.day]


def all_answered(now: datetime, days: int = 40) -> dict[date, FetchRecord]:
    """Build what a service that never failed remembers."""
    return {
        day: answered(day, min(now, at(day + timedelta(days=7))))
        for day in (now.date() - timedelta(days=number) for number in range(days))
    }


# --- a working source -------------------------------------------------------------------------------------------------


def test_a_new_store_asks_for_the_weekdays_of_the_last_seven_days_oldest_first() -> None:
    assert due(at(TUESDAY)) == LAST_WEEK


def test_a_back_fill_asks_for_thirty_days_and_is_over_once_they_are_answered() -> None:
    days = due(at(TUESDAY), backfill_days=30)
    assert (days[0], len(days)) == (date(2026, 5, 18), 22)  # the 17th was a Sunday
    assert due(at(TUESDAY), [answered(day, at(TUESDAY)) for day in days], backfill_days=30) == []


@pytest.mark.parametrize(("hour", "expected"), [(11, []), (12, [date(2026, 6, 15), TUESDAY])])
def test_today_and_yesterday_are_asked_for_again_every_three_hours(hour: int, expected: list[date]) -> None:
    assert due(at(TUESDAY, hour), [answered(day, at(TUESDAY, 9)) for day in LAST_WEEK]) == expected


def test_each_of_the_last_seven_days_is_asked_for_once_a_day() -> None:
    records = [answered(day, at(TUESDAY - timedelta(days=1), 23)) for day in LAST_WEEK[:-1]]
    assert due(at(TUESDAY, 0), records) == [day for day in LAST_WEEK if day != date(2026, 6, 15)]


def test_a_day_that_has_settled_is_left_alone() -> None:
    records = all_answered(at(TUESDAY, 8))
    assert due(at(TUESDAY, 9), records.values()) == []


def test_a_validator_goes_with_the_next_request() -> None:
    records = (answered(TUESDAY, at(TUESDAY, 0), etag='W/"a"'),)
    tasks = plan(FetchPlanInput(now=at(TUESDAY), records=records))
    assert {task.day: task.etag for task in tasks if task.etag} == {TUESDAY: 'W/"a"'}


# --- weekends ---------------------------------------------------------------------------------------------------------

SATURDAY, FRIDAY = date(2026, 6, 20), date(2026, 6, 19)


def test_on_a_weekend_the_last_word_is_that_no_list_comes() -> None:
    records = all_answered(at(FRIDAY, 20))
    assert due(at(SATURDAY, 0, 30), records.values())[-1] == SATURDAY
    records[SATURDAY] = answered(SATURDAY, at(SATURDAY, 0, 30))
    records[FRIDAY] = answered(FRIDAY, at(SATURDAY, 0, 30))
    assert due(at(SATURDAY, 3, 30), records.values())[-2:] == [FRIDAY, SATURDAY]


def test_on_a_weekend_nothing_is_said_while_nothing_else_is_due() -> None:
    records = all_answered(at(SATURDAY, 9))
    assert due(at(SATURDAY, 10), records.values()) == []


def test_on_a_weekend_a_source_that_is_away_stays_the_last_word_until_it_is_back() -> None:
    records = all_answered(at(SATURDAY, 9))
    records[FRIDAY] = failed(FRIDAY, at(SATURDAY, 12))
    assert due(at(SATURDAY, 12, 1), records.values()) == [FRIDAY]
    records[FRIDAY] = answered(FRIDAY, at(SATURDAY, 12, 1))
    assert due(at(SATURDAY, 12, 2), records.values()) == [SATURDAY]


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_after_an_error_a_day_waits_until_its_time_is_over() -> None:
    records = all_answered(at(TUESDAY))
    records[TUESDAY] = failed(TUESDAY, at(TUESDAY), wait=timedelta(minutes=10))
    assert due(at(TUESDAY, 9, 9), records.values()) == []
    assert due(at(TUESDAY, 9, 10), records.values()) == [TUESDAY]


def test_a_day_that_never_answered_is_asked_for_after_others_did() -> None:
    records = all_answered(at(TUESDAY))
    lost = TUESDAY - timedelta(days=11)
    del records[lost]
    assert due(at(TUESDAY), records.values()) == [lost]


def test_a_list_that_was_last_seen_while_it_grew_is_asked_for_after_the_outage() -> None:
    records = all_answered(at(TUESDAY))
    cut_short, whole = TUESDAY - timedelta(days=12), TUESDAY - timedelta(days=13)
    records[cut_short] = answered(cut_short, at(cut_short, 23))
    records[whole] = answered(whole, at(cut_short, 3))
    assert due(at(TUESDAY), records.values()) == [cut_short]


def test_a_day_that_failed_is_given_up_after_two_weeks() -> None:
    records = all_answered(at(TUESDAY))
    recent, old = date(2026, 6, 2), date(2026, 6, 1)
    records |= {day: failed(day, at(day + timedelta(days=7))) for day in (recent, old)}
    assert due(at(TUESDAY), records.values()) == [recent]


@pytest.mark.parametrize("days", [20, 400])
def test_after_a_longer_outage_two_weeks_are_caught_up(days: int) -> None:
    last = TUESDAY - timedelta(days=days)
    assert due(at(TUESDAY), [answered(last, at(last))]) == [
        day
        for day in (TUESDAY - timedelta(days=number) for number in reversed(range(CATCH_UP_DAYS + 1)))
        if not is_weekend(day)
    ]


def test_a_day_that_fails_for_ever_comes_along_with_newer_ones_and_never_has_the_last_word() -> None:
    records = all_answered(at(TUESDAY, 9))
    poison = TUESDAY - timedelta(days=5)
    records[poison] = failed(poison, at(TUESDAY, 9), failures=9)
    assert due(at(TUESDAY, 11), records.values()) == []
    assert due(at(TUESDAY, 12), records.values()) == [poison, TUESDAY - timedelta(days=1), TUESDAY]


def test_when_every_day_fails_all_are_tried_again() -> None:
    records = [failed(day, at(TUESDAY), failures=9) for day in LAST_WEEK]
    assert due(at(TUESDAY, 10), records) == LAST_WEEK


# --- any outage -------------------------------------------------------------------------------------------------------


class Service:
    """Asks what the plan says, an hour at a time, and remembers as the pipeline does."""

    def __init__(self, is_up: Callable[[datetime], bool]) -> None:
        self.records: dict[str, FetchRecord] = {}
        self.answers: dict[date, list[datetime]] = {}
        self._is_up = is_up

    def live(self, first: datetime, last: datetime) -> None:
        now = first
        while now <= last:
            self.tick(now)
            now += timedelta(hours=1)

    def tick(self, now: datetime) -> None:
        errors = 0
        for day in due(now, self.records.values()):
            task = task_of(day)
            assert day <= now.date()
            if is_weekend(day) or self._is_up(now):
                self.records[task.key] = answered(day, now)
                self.answers.setdefault(day, []).append(now)
                errors = 0
                continue
            before = self.records.get(task.key)
            self.records[task.key] = failed(day, now, failures=before.failures + 1 if before else 1)
            errors += 1
            if errors == ERRORS_IN_A_ROW:
                break


@settings(deadline=None, max_examples=40)
@given(
    start=st.integers(0, 6 * 24),
    hours=st.integers(1, (CATCH_UP_DAYS - 1) * 24),
    flaps=st.lists(st.booleans(), max_size=12),
    who=st.sampled_from(["the source", "the service"]),
)
def test_whatever_an_outage_of_nearly_two_weeks_looks_like_every_weekday_is_had_whole(
    start: int, hours: int, flaps: list[bool], who: str
) -> None:
    first = at(date(2026, 5, 4), 0, 30)
    down = first + timedelta(hours=24 + start)
    back = down + timedelta(hours=hours)
    last = back + timedelta(hours=len(flaps) + 24)  # more than the longest backoff, and a night

    def is_up(now: datetime) -> bool:
        if now < down:
            return True
        after = int((now - back) / timedelta(hours=1))
        return now >= back and (after >= len(flaps) or flaps[after])

    service = Service(is_up)
    service.live(first, down)
    service.live(back if who == "the service" else down, last)
    day = first.date()
    while (grown := at(day + timedelta(days=1), 2, 30)) < last - timedelta(hours=5):
        assert is_weekend(day) or any(moment >= grown for moment in service.answers.get(day, ())), day
        day += timedelta(days=1)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 400), st.integers(0, 23))
def test_every_weekday_is_asked_for_on_its_day_and_no_more_often_than_is_polite(days: int, hour: int) -> None:
    first = at(date(2026, 1, 1) + timedelta(days=days), hour)
    service = Service(lambda _: True)
    service.live(first, first + timedelta(days=16))
    for number in range(1, 15):
        day = first.date() + timedelta(days=number)
        on_its_day = [moment for moment in service.answers.get(day, ()) if moment.date() == day]
        assert bool(on_its_day)
        assert len(on_its_day) <= 9
        assert len(service.answers[day]) <= 26
