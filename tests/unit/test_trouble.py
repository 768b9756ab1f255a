"""Silence is explained by what the sources last said."""

from datetime import UTC, datetime, timedelta

from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.pipeline.trouble import SourceState, explain_silence, state_of

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)


def fetched(kind: OutcomeKind, hours_ago: int, reason: str = "") -> Outcome:
    return Outcome(stage=Stage.FETCH, name="arxiv", kind=kind, reason=reason, at=NOW - timedelta(hours=hours_ago))


def state(kind: OutcomeKind, reason: str = "why") -> dict[str, SourceState]:
    return {"arxiv": SourceState(source="arxiv", kind=kind, reason=reason, since=NOW)}


def test_a_source_is_away_since_the_first_failure_of_the_last_row() -> None:
    down, fine = OutcomeKind.DOWN, OutcomeKind.FETCHED
    found = state_of("arxiv", [fetched(down, 1), fetched(down, 2), fetched(fine, 3), fetched(down, 9)])
    assert found is not None
    assert (found.is_away, found.since) == (True, NOW - timedelta(hours=2))


def test_a_source_that_was_never_fetched_has_no_state() -> None:
    assert state_of("arxiv", []) is None


def test_a_source_that_is_down_explains_silence_before_anything_else() -> None:
    kind, reason = explain_silence(["arxiv"], state(OutcomeKind.DOWN, "no answer in 30 s"), looked_at=40)
    assert (kind, reason) == (OutcomeKind.DOWN, "arxiv: no answer in 30 s")


def test_a_stale_source_is_told_apart_from_a_quiet_one() -> None:
    assert explain_silence(["arxiv"], state(OutcomeKind.STALE), looked_at=0)[0] is OutcomeKind.STALE


def test_nothing_published_is_told_apart_from_nothing_matched() -> None:
    weekend = state(OutcomeKind.NOTHING_PUBLISHED, "no list on Saturday")
    assert explain_silence(["arxiv"], weekend, looked_at=0) == (
        OutcomeKind.NOTHING_PUBLISHED,
        "arxiv: no list on Saturday",
    )
    kind, reason = explain_silence(["arxiv"], weekend, looked_at=41)
    assert kind is OutcomeKind.NO_MATCH
    assert "41" in reason


def test_trouble_of_a_source_that_nobody_reads_explains_nothing() -> None:
    assert explain_silence(["huggingface"], state(OutcomeKind.DOWN), looked_at=3)[0] is OutcomeKind.NO_MATCH
