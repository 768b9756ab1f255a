"""Moments for Discord: never more than fifty in a second, whatever stands still, and silence where it was asked for."""

import asyncio
import heapq
import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from adapters.discord.errors import Concern, DiscordError
from adapters.discord.pacing import A_SECOND, ALL, INTERVAL, PATIENCE, TOLERANCE, Pacing
from adapters.sql.store import open_store
from bot.errors import Verdict
from tests.builders import NOW
from tests.fakes.clock import SteppingClock

ROUTE = "POST /channels/{channel_id}/messages 101"
OTHER = "POST /channels/{channel_id}/messages 102"
SECOND = timedelta(seconds=1)
ALLOWED = 50


class LateClock(SteppingClock):
    """A machine whose sleeps end late."""

    def __init__(self, moment: datetime, *late: float) -> None:
        super().__init__(moment)
        self.late = list(late)

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and more of it."""
        await super().sleep(seconds + (self.late.pop(0) if self.late else 0))


async def test_a_moment_that_was_missed_is_given_up_and_another_taken(sqlite_url: str) -> None:
    clock = LateClock(NOW, 0.1)
    async with open_store(sqlite_url) as store:
        await Pacing(store.rate_limits, clock).wait_for(ROUTE)
        assert len(clock.slept) == 2
        # The moment that was used is the last one taken.
        used = clock.wall() + await store.rate_limits.free_in(ALL, clock.wall()) - INTERVAL
        assert abs(clock.wall() - used) <= TOLERANCE


async def test_a_machine_that_is_always_late_sends_all_the_same(sqlite_url: str) -> None:
    clock = LateClock(NOW, *[0.1] * 9)
    async with open_store(sqlite_url) as store:
        await Pacing(store.rate_limits, clock).wait_for(ROUTE)
        assert clock.wall() - NOW < PATIENCE


async def test_a_route_s_silence_is_waited_out_or_put_off_and_no_other_route_keeps_it(sqlite_url: str) -> None:
    clock = SteppingClock(NOW)
    async with open_store(sqlite_url) as store:
        one, two = Pacing(store.rate_limits, clock), Pacing(store.rate_limits, clock)
        await one.obey(ROUTE, silence(PATIENCE * 2))
        with pytest.raises(DiscordError) as raised:
            await two.wait_for(ROUTE)
        assert raised.value.retry_after == PATIENCE * 2
        await two.wait_for(OTHER)
        assert clock.wall() - NOW < SECOND
        clock.moment = NOW + PATIENCE * 2 - SECOND
        await two.wait_for(ROUTE)
        assert clock.wall() >= NOW + PATIENCE * 2


async def test_a_silence_of_all_is_kept_by_who_has_its_moment_already(sqlite_url: str) -> None:
    clock = SteppingClock(NOW)
    async with open_store(sqlite_url) as store:
        pacing = Pacing(store.rate_limits, clock)

        class Interrupting(SteppingClock):
            async def sleep(self, seconds: float) -> None:
                clock.moment += timedelta(seconds=seconds)
                await pacing.obey(OTHER, silence(SECOND * 60, Concern.EVERYTHING))

            def wall(self) -> datetime:
                return clock.moment

        pacing._clock = Interrupting(NOW)  # noqa: SLF001 - what another request hears while this one sleeps
        with pytest.raises(DiscordError) as raised:
            await pacing.wait_for(ROUTE)
        assert raised.value.retry_after is not None
        assert raised.value.retry_after > SECOND * 50


def silence(wait: timedelta, concern: Concern = Concern.ROUTE) -> DiscordError:
    return DiscordError(Verdict.RETRY_LATER, "wait", retry_after=wait, concern=concern)


class Hours:
    """A time that passes only when nobody has anything else to do."""

    def __init__(self) -> None:
        self.now = NOW
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def sleeper(self, until: datetime) -> asyncio.Future[None]:
        """Return what is done at a moment."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (until, next(self._numbers), future))
        return future

    async def pass_until(self, end: datetime) -> None:
        """Let time pass."""
        await _all_have_run()
        while self._sleepers and self.now < end:
            await _all_have_run()
            at, _, future = heapq.heappop(self._sleepers)
            self.now = max(self.now, at)
            future.set_result(None)
            await _all_have_run()


async def _all_have_run() -> None:
    for _ in range(20):
        turn = asyncio.Event()
        asyncio.get_running_loop().call_soon(turn.set)
        await turn.wait()


class Machine:
    """The clock of one process, which stands still at times: whatever it would do then, it does at the end of that."""

    def __init__(self, hours: Hours, stands_still: Sequence[tuple[float, float]]) -> None:
        self._hours = hours
        self._still = [(NOW + start * SECOND, NOW + end * SECOND) for start, end in stands_still]

    def now(self) -> datetime:
        return self._hours.now

    def wall(self) -> datetime:
        return self._hours.now

    async def sleep(self, seconds: float) -> None:
        until = self.wall() + timedelta(seconds=seconds)
        for start, end in self._still:
            until = end if start <= until < end else until
        await self._hours.sleeper(until)


class Moments:
    """What processes share, without a database: no time passes here but on purpose."""

    def __init__(self) -> None:
        self._free: dict[str, datetime] = {}

    async def reserve(
        self, key: str, interval: timedelta, now: datetime, *, patience: timedelta | None = None
    ) -> timedelta:
        moment = max(self._free.get(key, now), now)
        if patience is None or moment - now <= patience:
            self._free[key] = moment + interval
        return moment - now

    async def take(self, key: str, interval: timedelta, burst: int, now: datetime) -> timedelta:
        moment = max(self._free.get(key, now), now)
        wait = max(moment - interval * (burst - 1) - now, timedelta())
        if not wait:
            self._free[key] = moment + interval
        return wait

    async def free_in(self, key: str, now: datetime) -> timedelta:
        return max(self._free.get(key, now) - now, timedelta())

    async def hold(self, key: str, until: datetime) -> None:
        self._free[key] = max(self._free.get(key, until), until)

    async def purge(self, now: datetime) -> int:
        free = [key for key, at in self._free.items() if at <= now]
        for key in free:
            del self._free[key]
        return len(free)


@pytest.mark.parametrize(
    ("first", "second", "least"),
    [
        ([], [], 10 * A_SECOND - 1),
        ([(2, 3), (5, 5.2)], [(4, 4.5)], 440),
        ([(start / 10, start / 10 + 0.07) for start in range(0, 100, 2)], [], 400),
    ],
    ids=["nobody stands still", "both do at times", "one stutters"],
)
async def test_no_second_has_more_than_fifty_requests_and_few_moments_are_wasted(
    first: list[tuple[float, float]], second: list[tuple[float, float]], least: float
) -> None:
    hours, shared = Hours(), Moments()
    sent: list[datetime] = []

    async def work(pacing: Pacing, machine: Machine) -> None:
        while True:
            await pacing.wait_for(ROUTE)
            sent.append(hours.now)
            # What a post and its transactions take.
            await machine.sleep(0.15)

    machines = [Machine(hours, stands_still) for stands_still in (first, second)]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(work(pacing, machine))
            for machine in machines
            for pacing in [Pacing(shared, machine)]
            for _ in range(16)
        ]
        await hours.pass_until(NOW + 10 * SECOND)
        for task in tasks:
            task.cancel()
    assert all(sum(at <= other < at + SECOND for other in sent) <= ALLOWED for at in sent)
    assert len(sent) >= least
