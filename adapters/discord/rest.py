"""discord.py's HTTP client without its retries and sleeps: each call sends one request and returns at once.

What discord.py does by itself           why that is wrong here

sleeps on a 429, for up to 30 s          our lease runs out, and other processes do not learn of the wait; if the sleep
                                           after a global 429 is cancelled, it never sends anything again
repeats after 500, 502, 504, 524         a post to a forum has no nonce, and would be posted twice
delays an answer until the bucket that   the message is posted, but its receipt is not stored yet
  it emptied is full again
follows redirects, accepts any size      a proxy could receive what was sent, or fill our memory
believes every header                    a wrong one could make a channel wait for years, or lose a receipt

So we turn a failed answer into a `DiscordError` before discord.py sees it, and a bucket raises with the time to wait
instead of sleeping. discord.py does not document `HTTPClient` and `Ratelimit`; no other module uses them.
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
"""HTTP statuses from here on are failures; so are redirects, since Discord sends none."""

LARGEST_ANSWER: Final = 20 << 20
"""Most bytes in one answer. The largest that we ask for describe a whole server."""

MANY_BUCKETS: Final = 1000
"""At this many buckets (each channel has one) those that are full again are forgotten."""

ANY_NUMBER: Final = 1_000_000
"""Calls that a bucket allows until Discord has said how many."""


class Bucket(Ratelimit):
    """How many more calls of a route Discord allows for one channel, server or webhook, by its last answer."""

    __slots__ = ("_clock", "full_at")

    def __init__(self, clock: Clock) -> None:
        super().__init__(max_ratelimit_timeout=None)
        self._clock = clock
        self.remaining = ANY_NUMBER
        self.full_at: datetime = clock.wall()

    async def acquire(self) -> None:
        """Take one call.

        Raises:
            RateLimited: none is left; `retry_after` says for how many seconds.
        """
        wait = self.full_at - self._clock.wall()
        if wait <= timedelta():
            self.remaining = ANY_NUMBER
        if self.remaining <= 0:
            raise RateLimited(wait.total_seconds())
        self.remaining -= 1

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """Read from an answer's headers how many calls are left, and until when."""
        del use_clock
        remaining = response.headers["X-RateLimit-Remaining"]
        seconds = self._full_in(response.headers)
        if remaining.isdecimal() and seconds is not None:
            self.remaining = min(int(remaining[:9]), ANY_NUMBER)
            self.full_at = self._clock.wall() + timedelta(seconds=seconds)

    def _full_in(self, headers: Mapping[str, str]) -> float | None:
        """Return in how many seconds the bucket is full again; None if the headers do not say."""
        if (seconds := seconds_of(headers.get("X-RateLimit-Reset-After"))) is not None:
            return seconds
        try:
            return seconds_of(float(headers.get("X-RateLimit-Reset", "nan")) - self._clock.wall().timestamp())
        except ValueError:
            return None

    async def __aexit__(self, kind: object, error: object, traceback: object) -> None:
        """After a 429 for this route, allow no call until its wait is over."""
        if isinstance(error, DiscordError) and error.concern is Concern.ROUTE and error.retry_after:
            self.remaining, self.full_at = 0, self._clock.wall() + error.retry_after


class Rest(HTTPClient):
    """One bot's HTTP client for the REST API."""

    def __init__(self, clock: Clock, base_url: str) -> None:
        # All of discord.py reads the address of the API from this class attribute.
        Route.BASE = base_url
        loop = asyncio.get_running_loop()
        super().__init__(loop, proxy=proxy_for(base_url), http_trace=_failures_raised())
        self._clock = clock

    async def request(self, route: Route, **arguments: Any) -> Any:
        """Send one request, and follow no redirect."""
        return read(await super().request(route, allow_redirects=False, **arguments))

    def get_ratelimit(self, key: str) -> Ratelimit:
        """Return discord.py's bucket for a key: ours, which does not sleep."""
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
    """Parse an answer that discord.py left as text, as it does when a proxy adds a charset to the JSON's type."""
    found = _json_of(answer.encode()) if isinstance(answer, str) else None
    return answer if found is None else found


def _failures_raised() -> aiohttp.TraceConfig:
    """Return a hook of aiohttp that raises a `DiscordError` of a bad or too large answer before discord.py sees it."""

    async def judge(_: aiohttp.ClientSession, __: SimpleNamespace, ended: aiohttp.TraceRequestEndParams) -> None:
        answer = ended.response
        body = await _body_of(answer)
        if answer.status >= FIRST_FAILURE:
            raise discord_error_of(refusal_of(answer.status, answer.headers, _json_of(body)))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(judge)
    return trace


async def _body_of(answer: aiohttp.ClientResponse) -> bytes:
    """Read a body up to `LARGEST_ANSWER`, and keep it in the answer, so that discord.py can read it again."""
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
