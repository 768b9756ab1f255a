"""When something may be sent to Discord: moments that all processes share, and silences that Discord asked for.

    silence here? ──> a moment of all ──> slept until then ──> late, or silence meanwhile? ──> sent
          └ soon over: waited for             (evenly spaced)         └ another moment
          └ not soon: retry later

A moment that was missed is given up: after a process stood still for a while, all that it was about to send would be
late, and go out at once.
"""

import asyncio
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from adapters.discord.errors import Concern, DiscordError
from bot.errors import Verdict
from bot.ports import Clock, RateLimits

ALL: Final = "discord"
"""Whose moments these are: the one bot's, whatever the server."""

A_SECOND: Final = 48.5
"""Requests of a second, where 50 are allowed. Source: https://docs.discord.com/developers/topics/rate-limits

In any second there are 49 of them, and a 50th where the first one is late; a 51st only where it is late by 30 ms. Of
these, `TOLERANCE` is for us, and the rest for their way to Discord.
"""

INTERVAL: Final = timedelta(seconds=1) / A_SECOND

TOLERANCE: Final = timedelta(milliseconds=15)
"""How late a moment may be used; twice that after each one missed, so that a slow machine sends in the end."""

AT_ONCE: Final = 4
FAR_OFF: Final = timedelta(milliseconds=150)
"""Moments that are asked for in one question, where the next one is so far off that as many will be wanted by then."""

HEADROOM: Final = timedelta(milliseconds=30)
"""How far off a moment is at least, beside what asking for one took lately."""

FADING: Final = 0.9
"""What is left, after each further question, of how long the slowest took."""

PATIENCE: Final = timedelta(seconds=4)
"""What is further off is not waited for while a lease runs: the delivery comes back when it is time."""

PERIOD: Final = timedelta(minutes=10)
ALLOWED: Final = 2000
"""Invalid requests in a period before everything slows down to what the period allows. Discord shuts out an address
with 10,000: 401, 403, and 429 unless shared.

Source: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

INVALID: Final = "discord:invalid"

SESSIONS: Final = "discord:sessions"
A_DAY: Final = 600
AT_FIRST: Final = 200
"""Sessions with the gateway that are begun in a day, and at once: 800 at most in any day. Discord allows 1,000, then it
takes the token away.

Source: https://docs.discord.com/developers/events/gateway#session-start-limit-object
"""


class Pacing:
    """Moments for requests, and silences."""

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
        """Return when a request to this route of this channel may be sent.

        Raises:
            DiscordError: not soon; it says when.
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
        """Let nobody send for as long as Discord asked, and count what it counts against our address."""
        now = self._clock.wall()
        if error.is_invalid:
            await self._count(now)
        if error.retry_after is None or error.concern is Concern.NOTHING:
            return
        until = now + error.retry_after
        if error.concern is Concern.ROUTE:
            await self._rate_limits.hold(_silence_of(route), until)
        else:
            await self._silence(until)

    async def take_session(self) -> timedelta:
        """Take one of the sessions of a day; returns how long until there is one, where there is none."""
        return await self._rate_limits.take(SESSIONS, timedelta(days=1) / A_DAY, AT_FIRST, self._clock.wall())

    async def _wait_out(self, route: str, deadline: datetime) -> None:
        """Wait for the end of the route's own silence."""
        while wait := await self._rate_limits.free_in(_silence_of(route), self._clock.wall()):
            await self._sleep(wait, deadline)

    async def _moment(self, deadline: datetime, tolerance: timedelta) -> datetime:
        """Take a moment. One asks at a time, for all who wait for one."""
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
        """Say whether a moment has not been missed, and silence is kept until then at most."""
        return self._clock.wall() - due <= tolerance and due >= self._silent_until

    async def _sleep(self, wait: timedelta, deadline: datetime) -> None:
        if self._clock.wall() + wait > deadline:
            raise _not_now(wait)
        if wait > timedelta():
            await self._clock.sleep(wait.total_seconds())

    async def _count(self, now: datetime) -> None:
        """Draw from the budget of invalid requests; once it is empty all wait until it has grown again."""
        owed = await self._rate_limits.reserve(INVALID, PERIOD / ALLOWED, now)
        if owed > PERIOD:
            await self._silence(now + (owed - PERIOD))

    async def _silence(self, until: datetime) -> None:
        self._silent_until = max(self._silent_until, until)
        await self._rate_limits.hold(ALL, until)


def _not_now(wait: timedelta) -> DiscordError:
    return DiscordError(Verdict.RETRY_LATER, "it is not our turn to ask Discord", retry_after=wait)


def _silence_of(route: str) -> str:
    return f"{ALL} {route}"
