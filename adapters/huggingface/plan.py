"""Which days of Hugging Face to ask for now: pure.

today, yesterday        every three hours, because the list of a day grows during it and after
the last 7 days         once a day, because upvotes, summaries and code links settle late
days missed             up to 14, when nothing was fetched meanwhile
Saturday, Sunday        never asked: no list is published
after an error          when its waiting time is over
"""

from datetime import date, timedelta
from typing import Final

from bot.model.fetching import FetchPlanInput, FetchRecord, FetchTask
from bot.model.paper import HUGGINGFACE

GROWING_EVERY: Final = timedelta(hours=3)
GROWING_DAYS: Final = 1
SETTLING_DAYS: Final = 7
CATCH_UP_DAYS: Final = 14


def plan(known: FetchPlanInput) -> tuple[FetchTask, ...]:
    """Return the lists that are due, oldest first, so that the newest outcome is about the newest list."""
    today = known.now.date()
    by_key = {record.key: record for record in known.records}
    first = today - timedelta(days=_days_back(known, today))
    tasks = (task_of(first + timedelta(days=days)) for days in range((today - first).days + 1))
    return tuple(
        _with_validator(task, by_key.get(task.key))
        for task in tasks
        if task.day and _is_due(task.day, by_key.get(task.key), known)
    )


def task_of(day: date) -> FetchTask:
    """Return the task of one day's list."""
    return FetchTask(source=HUGGINGFACE, key=f"day:{day.isoformat()}", day=day)


def _days_back(known: FetchPlanInput, today: date) -> int:
    """Return how many days back may be due: a week, or as long as nothing was fetched, or the back-fill."""
    done = [record.at.date() for record in known.records if record.ok]
    away = (today - max(done)).days if done else 0
    unanswered = [(today - record.at.date()).days for record in known.records if not record.ok]
    longest = max(SETTLING_DAYS, away + GROWING_DAYS, *unanswered, 0)
    return max(min(longest, CATCH_UP_DAYS), known.backfill_days)


def is_weekend(day: date) -> bool:
    """Say whether Hugging Face publishes no list on that day: 580 of 580 recorded lists are of Monday to Friday."""
    return day.weekday() > _FRIDAY


_FRIDAY: Final = 4


def _is_due(day: date, record: FetchRecord | None, known: FetchPlanInput) -> bool:
    today = known.now.date()
    age = (today - day).days
    if is_weekend(day):
        # Nothing is asked, but the day's outcome says why nothing came.
        return age == 0 and record is None
    if record is None:
        return True
    if not record.ok:
        return record.retry_at is None or record.retry_at <= known.now
    if age <= GROWING_DAYS:
        return known.now - record.at >= GROWING_EVERY
    return age <= SETTLING_DAYS and record.at.date() < today


def _with_validator(task: FetchTask, record: FetchRecord | None) -> FetchTask:
    if record is None or not record.etag:
        return task
    return FetchTask(source=task.source, key=task.key, day=task.day, etag=record.etag)
