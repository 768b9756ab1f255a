"""Which lists of arXiv to ask for now: pure.

today's feed        once, after it was rebuilt; all wanted categories in one; a category wanted later the same day alone
                    again every three hours while it is still an earlier day's, or empty on a weekday
Saturday, Sunday    never asked: nothing is announced; the outcome says so
feeds missed        up to 14 days, when their day is over: a feed holds only the newest announcement, so the query API
                    is asked for what was submitted 1 to 4 days before; not from 00:00 to 01:00 UTC
a fresh store       misses nothing: arXiv is back-filled only by --since
after an error      when its waiting time is over
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from adapters.arxiv.announcements import LONGEST_DELAY_DAYS, feed_day, is_announced_on, is_being_rebuilt
from bot.model.fetching import FetchPlanInput, FetchRecord, FetchTask
from bot.model.outcome import OutcomeKind
from bot.model.paper import ARXIV

ASK_AGAIN_EVERY: Final = timedelta(hours=3)
CATCH_UP_DAYS: Final = 14
QUIET_UNTIL: Final = timedelta(hours=1)
"""After midnight UTC the query API is overrun by those who wait for the announcement."""


class ListKind(StrEnum):
    """What a key begins with."""

    FEED = "rss"
    """The feed of a day of announcement."""

    MISSED = "missed"
    """What was submitted on a day, asked for because a feed was missed."""

    SUBMITTED = "submitted"
    """What was submitted on a day, asked for by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListName:
    """A key taken apart: `rss:2026-06-16:cs.AI+cs.CL`."""

    kind: ListKind
    day: date
    categories: frozenset[str]


def task_of(kind: ListKind, day: date, categories: Iterable[str]) -> FetchTask:
    """Return the task of one list."""
    names = tuple(sorted(categories))
    return FetchTask(source=ARXIV, key=f"{kind}:{day.isoformat()}:{'+'.join(names)}", day=day, categories=names)


def name_of(key: str) -> ListName | None:
    """Take a key apart; None for one that another version wrote."""
    kind, _, rest = key.partition(":")
    day, _, categories = rest.partition(":")
    try:
        return ListName(
            kind=ListKind(kind), day=date.fromisoformat(day), categories=frozenset(categories.split("+")) - {""}
        )
    except ValueError:
        return None


def plan(known: FetchPlanInput) -> tuple[FetchTask, ...]:
    """Return the lists that are due: the newest first, because what was missed may take minutes to ask for.

    On a day without an announcement its own task comes last: the newest outcome is what status reads, and it says so.
    """
    if not known.categories:
        return ()
    named = [(name, record) for record in known.records if (name := name_of(record.key))]
    feeds = [(name, record) for name, record in named if name.kind is ListKind.FEED]
    missed = [(name, record) for name, record in named if name.kind is ListKind.MISSED]
    now, before = _feed(known, feeds), _catch_up(known, feeds, missed)
    return (*now, *before) if is_announced_on(feed_day(known.now)) else (*before, *now)


Named = list[tuple[ListName, FetchRecord]]


def _feed(known: FetchPlanInput, feeds: Named) -> tuple[FetchTask, ...]:
    day = feed_day(known.now)
    if is_being_rebuilt(known.now):
        return ()
    todays = [(name, record) for name, record in feeds if name.day == day]
    settled = [name.categories for name, record in todays if not _is_due(record, day, known.now)]
    wanted = known.categories.difference(*settled)
    if not wanted:
        return ()
    task = task_of(ListKind.FEED, day, wanted)
    return (replace(task, etag=_validator(task, feeds)),)


def _is_due(record: FetchRecord, day: date, now: datetime) -> bool:
    """Say whether the feed of today is to be asked for again."""
    if not record.ok:
        return record.retry_at is None or record.retry_at <= now
    if record.kind is OutcomeKind.FETCHED or not is_announced_on(day):
        return False
    return now - record.at >= ASK_AGAIN_EVERY


def _validator(task: FetchTask, feeds: Named) -> str:
    """Return the validator of the newest feed of the same categories: while it holds, the feed is not today's."""
    same = [record for name, record in feeds if name.categories == frozenset(task.categories) and record.etag]
    return max(same, key=lambda record: record.at).etag if same else ""


def _catch_up(known: FetchPlanInput, feeds: Named, missed: Named) -> tuple[FetchTask, ...]:
    if known.now - datetime.combine(known.now.date(), time(), UTC) < QUIET_UNTIL:
        return ()
    if any(not record.ok and record.retry_at and record.retry_at > known.now for _, record in missed):
        return ()
    wanted: dict[date, dict[str, date]] = defaultdict(dict)
    for day, categories in _missed_feeds(known, feeds).items():
        for back in range(1, LONGEST_DELAY_DAYS + 1):
            # Days come in order, so that the last announcement to wait for stays.
            wanted[day - timedelta(days=back)].update(dict.fromkeys(categories, day))
    tasks = []
    for submitted, after in sorted(wanted.items()):
        done = {
            category: max(record.at.date() for name, record in missed if _holds(name, record, submitted, category))
            for category in after
            if any(_holds(name, record, submitted, category) for name, record in missed)
        }
        left = {category for category, day in after.items() if done.get(category, date.min) <= day}
        if left:
            tasks.append(task_of(ListKind.MISSED, submitted, left))
    return tuple(tasks)


def _holds(name: ListName, record: FetchRecord, submitted: date, category: str) -> bool:
    return record.ok and name.day == submitted and category in name.categories


def _missed_feeds(known: FetchPlanInput, feeds: Named) -> Mapping[date, frozenset[str]]:
    """Return the days, in order, whose feeds were never had, with the categories that were asked for by then."""
    today = feed_day(known.now)
    found: dict[date, frozenset[str]] = {}
    for back in range(CATCH_UP_DAYS, 0, -1):
        day = today - timedelta(days=back)
        asked = (name.categories for name, _ in feeds if name.day <= day)
        had = (name.categories for name, record in feeds if name.day == day and _is_had(record))
        categories = known.categories.intersection(frozenset().union(*asked)).difference(*had)
        if categories and is_announced_on(day):
            found[day] = categories
    return found


def _is_had(record: FetchRecord) -> bool:
    return record.ok and record.kind in {OutcomeKind.FETCHED, OutcomeKind.NOTHING_PUBLISHED}
