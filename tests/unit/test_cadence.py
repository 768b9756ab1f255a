"""A subscription is due once per local date, in every zone, on every day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.model.cadence import EVERY_DAY, WEEKDAYS, Cadence, Frequency, due_instants, next_due

FIRST, LAST = datetime(2025, 12, 31, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
AWKWARD_TIMES = [time(0), time(0, 30), time(1, 30), time(2, 30), time(9)]


def daily(at: time) -> Cadence:
    return Cadence(at=at, weekdays=EVERY_DAY)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(cadence: Cadence, zone: ZoneInfo, after: datetime, until: datetime) -> list[datetime]:
    first = next_due(cadence, zone, after)
    assert first is not None
    return list(due_instants(cadence, zone, first, until))


def offsets(zone: ZoneInfo) -> Iterator[tuple[datetime, timedelta | None]]:
    """Yield each offset of the year, with the minute from which it holds."""
    offset = FIRST.astimezone(zone).utcoffset()
    yield FIRST, offset
    for day in range((LAST - FIRST).days):
        if (FIRST + timedelta(days=day + 1)).astimezone(zone).utcoffset() != offset:
            minutes = [FIRST + timedelta(days=day, minutes=minute) for minute in range(24 * 60 + 1)]
            moment = next(each for each in minutes if each.astimezone(zone).utcoffset() != offset)
            offset = moment.astimezone(zone).utcoffset()
            yield moment, offset


@pytest.fixture(scope="module")
def zones() -> list[ZoneInfo]:
    """Give every zone; of those that tell the same time all year, one."""
    return list({tuple(offsets(zone)): zone for zone in map(ZoneInfo, sorted(available_timezones()))}.values())


@pytest.mark.parametrize("hour", AWKWARD_TIMES)
def test_every_zone_is_due_exactly_once_on_every_local_date_of_a_year(zones: list[ZoneInfo], hour: time) -> None:
    for zone in zones:
        dates = [due.astimezone(zone).date() for due in dues(daily(hour), zone, FIRST, LAST)]
        assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(dates)), zone.key
        assert len(dates) >= (LAST - FIRST).days - 1


@pytest.mark.parametrize(
    ("zone", "after", "hour", "expected"),
    [
        ("Europe/Berlin", "2026-03-28T12:00", time(2, 30), "2026-03-29T01:30"),
        ("Europe/Berlin", "2026-10-24T12:00", time(2, 30), "2026-10-25T00:30"),
        ("US/Pacific", "2022-03-12T20:00", time(0), "2022-03-13T08:00"),
        ("America/Santiago", "2026-09-05T12:00", time(0), "2026-09-06T04:00"),
        ("Atlantic/Azores", "2026-10-24T12:00", time(0, 30), "2026-10-25T00:30"),
        ("Asia/Kathmandu", "2026-06-01T00:00", time(9), "2026-06-01T03:15"),
    ],
)
def test_a_skipped_hour_moves_forward_and_a_doubled_one_means_the_first(
    zone: str, after: str, hour: time, expected: str
) -> None:
    assert next_due(daily(hour), ZoneInfo(zone), at(after)) == at(expected)


def test_a_doubled_hour_is_not_due_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = dues(daily(time(2, 30)), berlin, at("2026-10-24T12:00"), at("2026-10-26T00:00"))
    assert found == [at("2026-10-25T00:30")]


def test_a_date_that_a_zone_skipped_has_no_instant_of_its_own() -> None:
    apia = ZoneInfo("Pacific/Apia")
    dates = [
        due.astimezone(apia).date()
        for due in dues(daily(time(9)), apia, at("2011-12-28T00:00"), at("2012-01-01T12:00"))
    ]
    assert date(2011, 12, 30) not in dates
    assert len(dates) == len(set(dates))


def test_weekdays_leave_out_the_weekend() -> None:
    cadence = Cadence(weekdays=WEEKDAYS)
    friday_noon = at("2026-06-12T12:00")
    assert next_due(cadence, ZoneInfo("UTC"), friday_noon) == at("2026-06-15T09:00")


def test_a_weekly_cadence_comes_back_after_seven_days() -> None:
    cadence = Cadence(frequency=Frequency.WEEKLY, weekdays=frozenset({4}), at=time(16))
    found = dues(cadence, ZoneInfo("UTC"), at("2026-06-12T15:59"), at("2026-06-30T00:00"))
    assert found == [at("2026-06-12T16:00"), at("2026-06-19T16:00"), at("2026-06-26T16:00")]


def test_the_next_instant_is_later_than_now_even_on_the_very_second() -> None:
    nine = at("2026-06-15T09:00")
    assert next_due(Cadence(), ZoneInfo("UTC"), nine) == at("2026-06-16T09:00")


def test_an_instant_cadence_is_never_due_by_the_clock() -> None:
    assert next_due(Cadence(frequency=Frequency.INSTANT), ZoneInfo("UTC"), FIRST) is None


@pytest.mark.parametrize(
    ("cadence", "words"),
    [
        (Cadence(), "weekdays 09:00"),
        (Cadence(weekdays=EVERY_DAY, at=time(7, 30)), "daily 07:30"),
        (Cadence(frequency=Frequency.WEEKLY, weekdays=frozenset({0})), "mon 09:00"),
        (Cadence(weekdays=frozenset({0, 2})), "mon, wed 09:00"),
        (Cadence(frequency=Frequency.INSTANT), "instant"),
    ],
)
def test_a_cadence_reads_like_a_list_of_subscriptions_says_it(cadence: Cadence, words: str) -> None:
    assert str(cadence) == words
