"""What is remembered for a while, and how often something may be done in one."""

from datetime import timedelta

from adapters.memory import Allowance, Memory
from tests.builders import NOW
from tests.fakes.clock import SteppingClock

A_MINUTE = timedelta(minutes=1)


def test_what_was_kept_is_known_for_its_time() -> None:
    clock = SteppingClock(NOW)
    memory: Memory[str, int] = Memory(clock.wall, A_MINUTE, 2)
    memory.keep("a", 1)
    clock.moment += A_MINUTE - timedelta(seconds=1)
    assert memory.recall("a") == 1
    clock.moment += timedelta(seconds=1)
    assert memory.recall("a") is None


def test_what_was_kept_before_the_clock_was_set_back_is_not_believed() -> None:
    # A right that was taken away would hold for as long as the clock was wrong.
    clock = SteppingClock(NOW)
    memory: Memory[str, bool] = Memory(clock.wall, A_MINUTE, 2)
    memory.keep("manages", True)
    clock.moment -= timedelta(days=365)
    assert memory.recall("manages") is None


def test_of_many_those_kept_last_are_known() -> None:
    memory: Memory[int, int] = Memory(SteppingClock(NOW).wall, A_MINUTE, 2)
    for each in (1, 2, 1, 3):
        memory.keep(each, each)
    assert [memory.recall(each) for each in (1, 2, 3)] == [1, None, 3]


def test_each_key_may_so_often_in_a_while_and_then_as_often_again() -> None:
    clock = SteppingClock(NOW)
    allowance: Allowance[str] = Allowance(clock.wall, 4, A_MINUTE, 10)
    assert [allowance.take("a") for _ in range(6)] == [True] * 4 + [False] * 2
    assert allowance.take("b")
    clock.moment += A_MINUTE / 2
    assert [allowance.take("a") for _ in range(3)] == [True, True, False]
    clock.moment += A_MINUTE * 10
    assert [allowance.take("a") for _ in range(6)] == [True] * 4 + [False] * 2


def test_after_the_clock_was_set_back_everybody_may_again() -> None:
    clock = SteppingClock(NOW)
    allowance: Allowance[str] = Allowance(clock.wall, 1, A_MINUTE, 10)
    assert [allowance.take("a"), allowance.take("a")] == [True, False]
    clock.moment -= timedelta(days=365)
    assert allowance.take("a")
