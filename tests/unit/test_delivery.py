"""What follows from a failed post."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import DeliveryError, Verdict
from bot.model.delivery import BACKOFF, DeliveryState, settle_failure

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)


@pytest.mark.parametrize("verdict", [Verdict.RETRY_LATER, Verdict.UNKNOWN_OUTCOME])
def test_a_passing_failure_is_tried_again_later_and_later(verdict: Verdict) -> None:
    dues = [settle_failure(DeliveryError(verdict, "503"), failures, NOW, 0.0).due_at for failures in (1, 2, 3)]
    assert dues == [NOW + wait for wait in BACKOFF[:3]]


@pytest.mark.parametrize("failures", [1, len(BACKOFF) + 1])
def test_the_platforms_own_waiting_time_is_obeyed_and_is_no_try_of_ours(failures: int) -> None:
    error = DeliveryError(Verdict.RETRY_LATER, "429", retry_after=timedelta(seconds=42))
    settlement = settle_failure(error, failures, NOW, 0.9)
    assert (settlement.state, settlement.due_at) == (DeliveryState.PENDING, NOW + timedelta(seconds=42))
    assert not settlement.is_failure


def test_a_post_of_unknown_outcome_is_a_try_whatever_waiting_time_came_with_it() -> None:
    error = DeliveryError(Verdict.UNKNOWN_OUTCOME, "503", retry_after=timedelta(seconds=42))
    settlement = settle_failure(error, 1, NOW, 0.0)
    assert (settlement.due_at, settlement.is_failure) == (NOW + timedelta(seconds=42), True)
    assert settle_failure(error, len(BACKOFF) + 1, NOW, 0.0).state is DeliveryState.DEAD


def test_a_delivery_is_tried_for_a_day_at_least_before_it_is_dead() -> None:
    error = DeliveryError(Verdict.RETRY_LATER, "503")
    assert sum(BACKOFF, timedelta()) >= timedelta(hours=24)
    assert settle_failure(error, len(BACKOFF), NOW, 0.0).state is DeliveryState.PENDING
    last = settle_failure(error, len(BACKOFF) + 1, NOW, 0.0)
    assert last.state is DeliveryState.DEAD
    assert "503" in last.reason


@pytest.mark.parametrize("verdict", [Verdict.PAUSE_CHANNEL, Verdict.STOP_WORKSPACE])
def test_a_lost_channel_cancels_the_delivery(verdict: Verdict) -> None:
    assert settle_failure(DeliveryError(verdict, "is_archived"), 1, NOW, 0.0).state is DeliveryState.CANCELLED


def test_our_own_bug_is_not_tried_again() -> None:
    assert settle_failure(DeliveryError(Verdict.OUR_BUG, "invalid_blocks"), 1, NOW, 0.0).state is DeliveryState.DEAD
