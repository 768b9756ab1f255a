"""Which days of Hugging Face to ask for now: pure.

today, yesterday        every three hours, because the list of a day grows during it and after
the last 7 days         once a day, because upvotes, summaries and code links settle late
days missed             up to 14 days back: every weekday that has not answered, or not since its list was whole,
                        from the first day ever asked for
Saturday, Sunday        no list is published: nothing is asked, and that is the last word of such a day
after an error          when its waiting time is over
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.model.fetching import FetchPlanInput, FetchRecord, FetchTask
from bot.model.paper import HUGGINGFACE

GROWING_EVERY: Final = timedelta(hours=3)
GROWING_DAYS: Final = 1
WHOLE_AFTER: Final = timedelta(days=1, hours=3)
"""When a list takes nothing more, after its day began in UTC: Hugging Face's day ends at about 21:30 US-Eastern."""

SETTLING_DAYS: Final = 7
CATCH_UP_DAYS: Final = 14

HOPELESS_AFTER: Final = 4
"""Errors in a row after which a list waits for a newer one to be due: alone, it would make the source look away."""

Records = Mapping[date, FetchRecord]


def plan(known: FetchPlanInput) -> tuple[FetchTask, ...]:
    """Return the lists that are due, oldest first, so that the newest outcome is about the newest list."""
    today = known.now.date()
    records = {day: record for record in known.records if (day := _day_of(record))}
    first = today - timedelta(days=_days_back(records, today, known.backfill_days))
    weekdays = [day for day in _days(first, today) if not is_weekend(day)]
    due = [day for day in weekdays if _is_due(day, records.get(day), known.now)]
    if all(_is_hopeless(day, records) for day in due):
        due = []
    if is_weekend(today) and _is_last_word_due(today, weekdays, due, records):
        due.append(today)
    return tuple(_task(day, records.get(day)) for day in due)


def task_of(day: date) -> FetchTask:
    """Return the task of one day's list."""
    return FetchTask(source=HUGGINGFACE, key=f"{_KEY}{day.isoformat()}", day=day)


_KEY: Final = "day:"


def is_weekend(day: date) -> bool:
    """Say whether Hugging Face publishes no list on that day: 580 of 580 recorded lists are of Monday to Friday."""
    return day.weekday() > _FRIDAY


_FRIDAY: Final = 4


def _day_of(record: FetchRecord) -> date | None:
    return date.fromisoformat(record.key.removeprefix(_KEY)) if record.key.startswith(_KEY) else None


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _days_back(records: Records, today: date, backfill_days: int) -> int:
    """Return how many days back a list may be due: to the first day ever asked for, but a week at least.

    That is bounded, unless an empty store is to be filled.
    """
    asked = (today - min(records, default=today)).days
    return max(min(max(asked, SETTLING_DAYS), CATCH_UP_DAYS), backfill_days)


def _is_due(day: date, record: FetchRecord | None, now: datetime) -> bool:
    if record is None:
        return True
    if not record.ok:
        return record.retry_at is None or record.retry_at <= now
    age = (now.date() - day).days
    if age <= GROWING_DAYS:
        return now - record.at >= GROWING_EVERY
    is_whole = record.at >= datetime.combine(day, time(), UTC) + WHOLE_AFTER
    return not is_whole or (age <= SETTLING_DAYS and record.at.date() < now.date())


def _is_hopeless(day: date, records: Records) -> bool:
    """Say whether a list fails again and again while the source gives newer ones."""
    record = records.get(day)
    if record is None or record.ok or record.failures < HOPELESS_AFTER:
        return False
    return any(other.ok for newer, other in records.items() if newer > day and not is_weekend(newer))


def _is_last_word_due(today: date, weekdays: list[date], due: list[date], records: Records) -> bool:
    """Say whether it is time to record that today, a day of the weekend, brings no list.

    It is when nothing is recorded of today yet, and again after other lists, so that it stays the newest outcome, which
    status reads. While the source is away, that is to be read instead.
    """
    said = records.get(today)
    if said is None:
        return True
    known = {day: records[day] for day in weekdays if day in records}
    if any(not record.ok and not _is_hopeless(day, records) for day, record in known.items()):
        return False
    return bool(due) or any(record.at > said.at for record in known.values())


def _task(day: date, record: FetchRecord | None) -> FetchTask:
    task = task_of(day)
    return FetchTask(source=task.source, key=task.key, day=day, etag=record.etag if record else "")
