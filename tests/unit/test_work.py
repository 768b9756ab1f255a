"""The jobs of a gateway: side by side, in line where they are of one, finished at the end."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.work import AT_ONCE, MOST_WAITING_OF_ONE, URGENT_OF_ONE, Work
from bot.errors import RefusedError

PATIENCE = timedelta(seconds=30)


async def _nothing() -> None:
    pass


@pytest.fixture
async def work() -> AsyncIterator[Work]:
    async with asyncio.TaskGroup() as group:
        mine = Work("slack")
        running = group.create_task(mine.run(_nothing))
        await asyncio.sleep(0)  # noqa: TID251 - no time passes: the task begins
        yield mine
        running.cancel()


class Doing:
    """Jobs that end when they are let, and what they did."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self._begun = asyncio.Condition()

    async def job(self, name: str) -> None:
        self.log.append(f"{name} begins")
        async with self._begun:
            self._begun.notify_all()
        if gate := self.gates.get(name):
            await gate.wait()
        self.log.append(f"{name} ends")

    async def has_begun(self, name: str) -> None:
        async with asyncio.timeout(PATIENCE.total_seconds()), self._begun:
            await self._begun.wait_for(lambda: f"{name} begins" in self.log)


async def test_jobs_of_one_line_are_done_in_the_order_in_which_they_came(work: Work) -> None:
    doing = Doing()
    doing.gates["left"] = asyncio.Event()
    for name in ("left", "joined", "left again"):
        assert work.begin(name, doing.job(name), in_line="C1")
    assert work.begin("elsewhere", doing.job("elsewhere"), in_line="C2")
    await doing.has_begun("elsewhere")
    assert doing.log == ["left begins", "elsewhere begins", "elsewhere ends"]
    doing.gates["left"].set()
    await work.settled(PATIENCE)
    assert doing.log[3:] == ["left ends", "joined begins", "joined ends", "left again begins", "left again ends"]


async def test_a_job_that_fails_holds_up_nobody_behind_it(work: Work) -> None:
    doing = Doing()

    async def fails(error: Exception) -> None:
        raise error

    for error in (RefusedError("no"), ZeroDivisionError()):
        work.begin("it", fails(error), in_line="C1")
    work.begin("next", doing.job("next"), in_line="C1")
    await work.settled(PATIENCE)
    assert doing.log == ["next begins", "next ends"]


async def test_who_waits_in_line_takes_no_turn_from_others(work: Work) -> None:
    doing = Doing()
    doing.gates["first"] = asyncio.Event()
    work.begin("first", doing.job("first"), in_line="C1")
    for number in range(2 * AT_ONCE):
        work.begin("next", doing.job(f"next {number}"), in_line="C1")
    work.begin("other", doing.job("other"))
    await doing.has_begun("other")
    doing.gates["first"].set()
    await work.settled(PATIENCE)
    assert len(doing.log) == 2 * (2 + 2 * AT_ONCE)


async def test_a_workspace_whose_jobs_hang_holds_up_no_other(work: Work) -> None:
    doing = Doing()
    doing.gates["T1"] = asyncio.Event()
    begun = [work.begin("T1", doing.job("T1"), workspace="T1") for _ in range(MOST_WAITING_OF_ONE + 1)]
    assert begun == [*[True] * MOST_WAITING_OF_ONE, False]
    assert work.begin("T2", doing.job("T2"), workspace="T2")
    await doing.has_begun("T2")
    assert doing.log[-1] == "T2 ends"
    assert "T1 ends" not in doing.log
    doing.gates["T1"].set()
    await work.settled(PATIENCE)
    assert doing.log.count("T1 ends") == MOST_WAITING_OF_ONE
    assert work.begin("T1", doing.job("T1"), workspace="T1")


async def test_a_flood_of_urgent_jobs_goes_in_between_those_of_other_workspaces(work: Work) -> None:
    doing, heard = Doing(), asyncio.Event()
    doing.gates["answer"] = asyncio.Event()

    async def acknowledged_and_answered(name: str) -> None:
        await doing.job(name)
        await heard.wait()
        async with work.turn_of("T1"):
            await doing.job("answer")

    for number in range(URGENT_OF_ONE * 2):
        work.begin("it", acknowledged_and_answered(f"{number}"), workspace="T1", is_urgent=True)
    work.begin("elsewhere", doing.job("elsewhere"), workspace="T2", is_urgent=True)
    await doing.has_begun("elsewhere")
    assert f"{URGENT_OF_ONE - 1} begins" in doing.log
    assert f"{URGENT_OF_ONE} begins" not in doing.log
    # Whoever waits for a turn has done what is urgent.
    heard.set()
    await doing.has_begun(f"{URGENT_OF_ONE * 2 - 1}")
    assert "answer ends" not in doing.log
    doing.gates["answer"].set()
    await work.settled(PATIENCE)
    assert doing.log.count("answer ends") == URGENT_OF_ONE * 2


async def test_nothing_is_begun_while_nobody_runs_it() -> None:
    assert not Work("slack").begin("it", _nothing())
