"""Keeps calls to Discord inside its rate limits, across all processes, and obeys Discord's requests to wait.

    a hold on this route? ──> take a moment ──> sleep until then ──> late, or a new hold on everything? ── no ──> send
      ├ soon over: wait         (48.5 a second,                                    └ yes: take another moment
      └ not soon: raise          shared by all processes)

A *moment* is an instant at which one request may be sent. One that was missed is not used: if a process stood still for
a while, all its late requests would go out at once.
"""

import asyncio
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from adapters.discord.errors import Concern, DiscordError
from bot.errors import Verdict
from bot.ports import Clock, RateLimits

ALL: Final = "discord"
"""Key in `RateLimits` of the limit on all requests: Discord counts them for the whole bot, not for each server."""

A_SECOND: Final = 48.5
"""Requests a second; Discord allows 50. Source: https://docs.discord.com/developers/topics/rate-limits

Any second holds at most 49 moments, 50 if the first request is late, and 51 only if it is late by 30 ms or more. Of
those, `TOLERANCE` is for our own delay, and the rest for the network's.
"""

INTERVAL: Final = timedelta(seconds=1) / A_SECOND
"""Time between two moments."""

TOLERANCE: Final = timedelta(milliseconds=15)
"""How late a moment may be used. It doubles with each moment that a request misses, so that a slow machine succeeds."""

AT_ONCE: Final = 4
FAR_OFF: Final = timedelta(milliseconds=150)
"""If the next moment is further away than `FAR_OFF`, we are busy, and reserve `AT_ONCE` moments with one query."""

HEADROOM: Final = timedelta(milliseconds=30)
"""Shortest time from reserving a moment to the moment, in addition to how long reserving takes."""

FADING: Final = 0.9
"""The slowest recent query decides how long reserving takes; its duration shrinks by this factor with each query."""

PATIENCE: Final = timedelta(seconds=4)
"""Longest wait while a delivery is leased. If a post would have to wait longer, it is given back to the outbox."""

PERIOD: Final = timedelta(minutes=10)
ALLOWED: Final = 2000
"""Invalid requests (401, 403, and 429 unless shared) in ten minutes before we slow down. Discord bans at 10,000.

Source: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

INVALID: Final = "discord:invalid"
"""Key in `RateLimits` of the budget of invalid requests."""

SESSIONS: Final = "discord:sessions"
A_DAY: Final = 600
AT_FIRST: Final = 200
"""Sessions with the gateway that may be begun: 600 a day, 200 of them at once, so 800 at most in any 24 hours. Discord
allows 1,000 and then resets the token.

Source: https://docs.discord.com/developers/events/gateway#session-start-limit-object
"""


class Pacing:
    """Waits until a request is allowed, and keeps the waits that Discord asks for."""

    def __init__(self, rate_limits: RateLimits, clock: Clock) -> None:
        self._rate_limits = rate_limits
        self._clock = clock
        self._silent_until = clock.wall()
        self._asking = asyncio.Lock()
        self._waiting = 0
        self._next_in = timedelta()
        self._moments: deque[datetime] = deque()
        self._asking_takes = timedelta()

    async def wait_for(self, route: str) -> None:
        """Wait until a request is allowed; `route` is its method and path, and the channel, server or webhook.

        Raises:
            DiscordError: that takes longer than `PATIENCE`; `retry_after` says how long.
        """
        deadline = self._clock.wall() + PATIENCE
        tolerance = TOLERANCE
        while True:
            await self._wait_out(route, deadline)
            due = await self._moment(deadline, tolerance)
            await self._sleep(due - self._clock.wall(), deadline)
            if self._is_good(due, tolerance):
                return
            tolerance *= 2

    async def obey(self, route: str, error: DiscordError) -> None:
        """Hold back the requests that the error concerns, in all processes; count it if Discord counts it to a ban."""
        now = self._clock.wall()
        if error.is_invalid:
            await self._count(now)
        if error.retry_after is None or error.concern is Concern.NOTHING:
            return
        until = now + error.retry_after
        if error.concern is Concern.ROUTE:
            await self._rate_limits.hold(_hold_of(route), until)
        else:
            await self._hold_all(until)

    async def take_session(self) -> timedelta:
        """Take one of the sessions of a day and return zero; if none is left, take none and return the wait for one."""
        return await self._rate_limits.take(SESSIONS, timedelta(days=1) / A_DAY, AT_FIRST, self._clock.wall())

    async def _wait_out(self, route: str, deadline: datetime) -> None:
        """Wait for the end of a hold on this route."""
        while wait := await self._rate_limits.free_in(_hold_of(route), self._clock.wall()):
            await self._sleep(wait, deadline)

    async def _moment(self, deadline: datetime, tolerance: timedelta) -> datetime:
        """Return a moment that is not missed yet. One caller at a time reserves moments, for all that wait."""
        self._waiting += 1
        try:
            async with self._asking:
                while self._moments:
                    if self._is_good(due := self._moments.popleft(), tolerance):
                        return due
                ahead = AT_ONCE if self._next_in > FAR_OFF else 1
                await self._ask_for(max(self._waiting, ahead), deadline)
                return self._moments.popleft()
        finally:
            self._waiting -= 1

    async def _ask_for(self, count: int, deadline: datetime) -> None:
        """Reserve so many moments in a row; raises if the first is after the deadline."""
        asked = self._clock.wall()
        earliest = asked + HEADROOM + self._asking_takes
        patience = max(deadline - earliest, timedelta())
        wait = await self._rate_limits.reserve(ALL, INTERVAL * count, earliest, patience=patience)
        self._asking_takes = max(self._asking_takes * FADING, self._clock.wall() - asked)
        if wait > patience:
            raise _not_now(earliest + wait - self._clock.wall())
        self._next_in = wait
        self._moments.extend(earliest + wait + INTERVAL * number for number in range(count))

    def _is_good(self, due: datetime, tolerance: timedelta) -> bool:
        """Say whether a moment is not missed, and not inside a hold on everything."""
        return self._clock.wall() - due <= tolerance and due >= self._silent_until

    async def _sleep(self, wait: timedelta, deadline: datetime) -> None:
        if self._clock.wall() + wait > deadline:
            raise _not_now(wait)
        if wait > timedelta():
            await self._clock.sleep(wait.total_seconds())

    async def _count(self, now: datetime) -> None:
        """Take one from the budget of invalid requests; if it is used up, hold everything until it has grown again."""
        owed = await self._rate_limits.reserve(INVALID, PERIOD / ALLOWED, now)
        if owed > PERIOD:
            await self._hold_all(now + (owed - PERIOD))

    async def _hold_all(self, until: datetime) -> None:
        self._silent_until = max(self._silent_until, until)
        await self._rate_limits.hold(ALL, until)


def _not_now(wait: timedelta) -> DiscordError:
    return DiscordError(Verdict.RETRY_LATER, "it is not our turn to ask Discord", retry_after=wait)


def _hold_of(route: str) -> str:
    return f"{ALL} {route}"
