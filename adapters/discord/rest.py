"""discord.py's HTTP client, without its retries and without its sleeping: one request a call, answered at once.

What it does by itself, and why it must not here:

    it sleeps on a 429, for up to 30 s      a lease runs meanwhile, and no other process hears of the silence; cancelled
                                            in the sleep after a global 429, it never sends anything again
    it repeats after 500, 502, 504, 524     a post to a forum carries no nonce, and would be there twice
    it holds an answer back until the       the message is posted, and nobody has stored its receipt
      bucket that it emptied is full again

    it follows a redirect, and takes a      what stands between Discord and us would get what was sent, and fill the
      body of any size                        memory
    it believes whatever a header says      a channel would wait for years, or a message be posted and not be known

So a failing answer is turned into its `DiscordError` before discord.py sees it, and a bucket says how long to wait
instead of waiting. `HTTPClient` and `Ratelimit` are no documented interface of discord.py: they are used here alone.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

import aiohttp
from discord import RateLimited
from discord.http import HTTPClient, Ratelimit, Route

from adapters.discord.errors import Concern, DiscordError, discord_error_of, refusal_of, seconds_of
from adapters.proxies import proxy_for
from bot.errors import Verdict
from bot.ports import Clock

Json = Any

FIRST_FAILURE: Final = 300
"""Discord sends nobody elsewhere."""

LARGEST_ANSWER: Final = 20 << 20
"""Bytes of an answer: the largest is all that is in a server."""

MANY_BUCKETS: Final = 1000
"""When those that are full again are forgotten: each channel has one."""

ANY_NUMBER: Final = 1_000_000
"""Calls of a bucket before Discord has said how many there may be."""


class Bucket(Ratelimit):
    """How many more calls of a route one channel, server or webhook takes, as Discord said last."""

    __slots__ = ("_clock", "full_at")

    def __init__(self, clock: Clock) -> None:
        super().__init__(max_ratelimit_timeout=None)
        self._clock = clock
        self.remaining = ANY_NUMBER
        self.full_at: datetime = clock.wall()

    async def acquire(self) -> None:
        """Take one call.

        Raises:
            RateLimited: none is left; it says for how long.
        """
        wait = self.full_at - self._clock.wall()
        if wait <= timedelta():
            self.remaining = ANY_NUMBER
        if self.remaining <= 0:
            raise RateLimited(wait.total_seconds())
        self.remaining -= 1

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """Read what an answer says is left."""
        del use_clock
        remaining = response.headers["X-RateLimit-Remaining"]
        seconds = self._full_in(response.headers)
        if remaining.isdecimal() and seconds is not None:
            self.remaining = min(int(remaining[:9]), ANY_NUMBER)
            self.full_at = self._clock.wall() + timedelta(seconds=seconds)

    def _full_in(self, headers: Mapping[str, str]) -> float | None:
        """Return in how many seconds the bucket is full again; by our clock where only the moment is said."""
        if (seconds := seconds_of(headers.get("X-RateLimit-Reset-After"))) is not None:
            return seconds
        try:
            return seconds_of(float(headers.get("X-RateLimit-Reset", "nan")) - self._clock.wall().timestamp())
        except ValueError:
            return None

    async def __aexit__(self, kind: object, error: object, traceback: object) -> None:
        """Keep the silence that was asked for."""
        if isinstance(error, DiscordError) and error.concern is Concern.ROUTE and error.retry_after:
            self.remaining, self.full_at = 0, self._clock.wall() + error.retry_after


class Rest(HTTPClient):
    """One bot's connections to the REST API."""

    def __init__(self, clock: Clock, base_url: str) -> None:
        # The one place that says where Discord is: whatever of discord.py makes a request reads it there.
        Route.BASE = base_url
        loop = asyncio.get_running_loop()
        super().__init__(loop, proxy=proxy_for(base_url), http_trace=_failures_raised())
        self._clock = clock

    async def request(self, route: Route, **arguments: Any) -> Any:
        """Ask once, and go nowhere else."""
        return read(await super().request(route, allow_redirects=False, **arguments))

    def get_ratelimit(self, key: str) -> Ratelimit:
        """Return the bucket of a key."""
        if len(self._buckets) >= MANY_BUCKETS:
            now = self._clock.wall()
            for full in [
                name for name, each in self._buckets.items() if isinstance(each, Bucket) and each.full_at <= now
            ]:
                del self._buckets[full]
        if key not in self._buckets:
            self._buckets[key] = Bucket(self._clock)
        return self._buckets[key]


def read(answer: Json) -> Json:
    """Read what discord.py has left as text: it knows JSON only by a type without the charset that a proxy may add."""
    found = _json_of(answer.encode()) if isinstance(answer, str) else None
    return answer if found is None else found


def _failures_raised() -> aiohttp.TraceConfig:
    """Raise a `DiscordError` for every failing answer, and one without an end, before anybody else reads it."""

    async def judge(_: aiohttp.ClientSession, __: SimpleNamespace, ended: aiohttp.TraceRequestEndParams) -> None:
        answer = ended.response
        body = await _body_of(answer)
        if answer.status >= FIRST_FAILURE:
            raise discord_error_of(refusal_of(answer.status, answer.headers, _json_of(body)))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(judge)
    return trace


async def _body_of(answer: aiohttp.ClientResponse) -> bytes:
    """Read a body, for whoever reads it again, too."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            answer.close()
            raise DiscordError(Verdict.UNKNOWN_OUTCOME, "Discord's answer is too large")
    answer._body = bytes(body)  # noqa: SLF001 - aiohttp keeps what it has read there, and has no other way
    return answer._body  # noqa: SLF001


def _json_of(body: bytes) -> Json:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
