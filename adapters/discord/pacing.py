"""When something may be sent to Discord: moments that all processes share, and silences that Discord asked for.

    silence here? ──> a moment of all ──> slept until then ──> late, or silence meanwhile? ──> sent
          └ soon over: waited for             (evenly spaced)         └ another moment
          └ not soon: retry later

A moment that was missed is given up: after a process stood still for a while, all that it was about to send would be
late, and go out at once.
"""

from datetime import datetime, timedelta
from typing import Final

from adapters.discord.errors import Concern, DiscordError
from bot.errors import Verdict
from bot.ports import Clock, RateLimits

ALL: Final = "discord"
"""Whose moments these are: the one bot's, whatever the server."""

A_SECOND: Final = 48.5
"""Requests of a second, where 50 are allowed: late by up to `TOLERANCE`, and again as much on their way, they never are
51. Source: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
"""

INTERVAL: Final = timedelta(seconds=1) / A_SECOND

TOLERANCE: Final = timedelta(milliseconds=20)
"""How late a moment may be used; twice that after each one missed, so that a slow machine sends in the end."""

HEADROOM: Final = timedelta(milliseconds=30)
"""How far off a moment is at least: asking for one takes some time itself."""

PATIENCE: Final = timedelta(seconds=4)
"""What is further off is not waited for while a lease runs: the delivery comes back when it is time."""

PERIOD: Final = timedelta(minutes=10)
ALLOWED: Final = 2000
"""Invalid requests in a period before everything slows down to what the period allows. Discord shuts out an address
with 10,000: 401, 403, and 429 unless shared.

Source: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

INVALID: Final = "discord:invalid"


class Pacing:
    """Moments for requests, and silences."""

    def __init__(self, rate_limits: RateLimits, clock: Clock) -> None:
        self._rate_limits = rate_limits
        self._clock = clock
        self._silent_until = clock.wall()

    async def wait_for(self, route: str) -> None:
        """Return when a request to this route of this channel may be sent.

        Raises:
            DiscordError: not soon; it says when.
        """
        deadline = self._clock.wall() + PATIENCE
        missed = 0
        while True:
            await self._wait_out(route, deadline)
            due = await self._moment(deadline)
            late = self._clock.wall() - due
            if late <= TOLERANCE * 2**missed and due >= self._silent_until:
                return
            missed += 1

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

    async def _wait_out(self, route: str, deadline: datetime) -> None:
        """Wait for the end of the route's own silence."""
        while wait := await self._rate_limits.free_in(_silence_of(route), self._clock.wall()):
            await self._sleep(wait, deadline)

    async def _moment(self, deadline: datetime) -> datetime:
        """Take a moment, and return when it has come, or has passed already."""
        earliest = self._clock.wall() + HEADROOM
        patience = max(deadline - earliest, timedelta())
        wait = await self._rate_limits.reserve(ALL, INTERVAL, earliest, patience=patience)
        if wait > patience:
            raise _not_now(wait + HEADROOM)
        due = earliest + wait
        await self._sleep(due - self._clock.wall(), deadline)
        return due

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
