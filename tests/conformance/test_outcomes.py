"""How runs ended is kept, and read back newest first."""

from dataclasses import replace
from datetime import datetime, timedelta

from adapters.sql.store import SqlStore
from bot.model.channel import Channel, Platform
from bot.model.fetching import FetchRecord
from bot.model.outcome import Outcome, OutcomeKind, Stage
from tests.builders import GENERAL, NOW
from tests.conformance.deliveries import an_outcome

OTHER = Channel(Platform.SLACK, "T1", "C1")
MINUTE = timedelta(minutes=1)


def a_fetch(source: str = "arxiv", *, at: datetime = NOW, kind: OutcomeKind = OutcomeKind.FETCHED) -> Outcome:
    return Outcome(stage=Stage.FETCH, name=source, kind=kind, reason="72 papers", at=at, seen=72, new=7, skipped=1)


def a_record(key: str = "2026-06-16", *, source: str = "arxiv", at: datetime = NOW) -> FetchRecord:
    return FetchRecord(
        source=source,
        key=key,
        at=at,
        ok=False,
        kind=OutcomeKind.DOWN,
        reason="no answer",
        seen=3,
        new=2,
        skipped=1,
        etag='W/"x"',
        failures=2,
        retry_at=NOW + timedelta(hours=1, microseconds=1),
    )


async def test_outcomes_read_back_as_they_were_newest_first(store: SqlStore) -> None:
    said = [an_outcome(OutcomeKind.POSTED, at=NOW + MINUTE * age) for age in range(4)]
    await store.outcomes.add([said[1], said[3], said[0], said[2]])
    assert await store.outcomes.latest(Stage.DELIVER, str(GENERAL), 3) == (said[3], said[2], said[1])


async def test_of_two_outcomes_of_one_moment_the_later_stored_is_newer(store: SqlStore) -> None:
    first, second = (replace(an_outcome(OutcomeKind.POSTED), reason=reason) for reason in ("first", "second"))
    await store.outcomes.add([first, second])
    assert await store.outcomes.latest(Stage.DELIVER, str(GENERAL), 9) == (second, first)


async def test_outcomes_of_other_names_and_stages_are_left_out(store: SqlStore) -> None:
    mine, theirs = an_outcome(OutcomeKind.POSTED), an_outcome(OutcomeKind.POSTED, channel=OTHER, at=NOW + MINUTE)
    await store.outcomes.add([mine, theirs, an_outcome(OutcomeKind.ENQUEUED)])
    assert await store.outcomes.latest(Stage.DELIVER, str(GENERAL), 9) == (mine,)
    assert await store.outcomes.latest(Stage.DELIVER, "", 9) == (theirs, mine)
    assert await store.outcomes.latest(Stage.FETCH, "", 9) == ()


async def test_no_outcomes_at_all_may_be_stored(store: SqlStore) -> None:
    await store.outcomes.add([])
    assert await store.outcomes.latest(Stage.DELIVER, "", 9) == ()


async def test_a_fetch_is_kept_as_a_record_and_as_an_outcome(store: SqlStore) -> None:
    await store.outcomes.record_fetch(a_record(), a_fetch(kind=OutcomeKind.DOWN))
    assert await store.outcomes.fetch_records("arxiv", NOW - MINUTE) == (a_record(),)
    assert await store.outcomes.latest(Stage.FETCH, "arxiv", 9) == (a_fetch(kind=OutcomeKind.DOWN),)


async def test_the_last_record_of_a_task_counts_and_every_outcome_stays(store: SqlStore) -> None:
    better = replace(a_record(), at=NOW + MINUTE, ok=True, kind=OutcomeKind.FETCHED, failures=0, retry_at=None)
    await store.outcomes.record_fetch(a_record(), a_fetch(kind=OutcomeKind.DOWN))
    await store.outcomes.record_fetch(better, a_fetch(at=NOW + MINUTE))
    assert await store.outcomes.fetch_records("arxiv", NOW) == (better,)
    kinds = [each.kind for each in await store.outcomes.latest(Stage.FETCH, "arxiv", 9)]
    assert kinds == [OutcomeKind.FETCHED, OutcomeKind.DOWN]


async def test_records_of_other_sources_and_of_earlier_days_are_left_out(store: SqlStore) -> None:
    for record in (
        a_record("a", at=NOW - MINUTE),
        a_record("b", at=NOW),
        a_record("c", at=NOW + MINUTE),
        a_record("b", source="huggingface"),
    ):
        await store.outcomes.record_fetch(record, a_fetch(record.source, at=record.at))
    assert [record.key for record in await store.outcomes.fetch_records("arxiv", NOW)] == ["b", "c"]


async def test_outcomes_of_long_ago_are_purged_and_later_ones_stay(store: SqlStore) -> None:
    old, late = an_outcome(OutcomeKind.POSTED, at=NOW - MINUTE), an_outcome(OutcomeKind.POSTED)
    await store.outcomes.add([old, late])
    assert await store.outbox.purge(NOW) == 1
    assert await store.outcomes.latest(Stage.DELIVER, "", 9) == (late,)
