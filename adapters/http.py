"""The one HTTP client of all sources: polite, bounded, and plain about what went wrong.

    get ──> a moment from RateLimits ──> request (30 s in all, 20 MB) ──> 200, 304, 4xx: the Answer
             (shared by all processes)       │ connect error, 5xx: again, a little later
                                             └ 429: hold the host for everybody, again if that is soon

Addresses come from settings, which are the operator's; no address that a source's answer names is ever fetched, but
for redirects within one host.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import httpx

from bot import __version__
from bot.errors import SourceError
from bot.ports import Clock, RateLimits

TOTAL_TIMEOUT: Final = timedelta(seconds=30)
CONNECT_TIMEOUT: Final = timedelta(seconds=5)
READ_TIMEOUT: Final = timedelta(seconds=15)
LARGEST_BODY: Final = 20_000_000
"""Bytes of an answer, unpacked: ten times the largest list seen."""

TRIES: Final = 3
LONGEST_WAIT: Final = timedelta(seconds=20)
"""A longer wait is not slept through: the list is asked for again in a later tick."""

REDIRECTS: Final = 3
_BACKOFF: Final = timedelta(seconds=1)
_TOO_MANY_WITHOUT_A_WORD: Final = timedelta(minutes=1)
"""Waiting time after a 429 that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a host wants to be asked: one request an `interval`; at least `after_429` of silence once it complains."""

    key: str
    interval: timedelta
    after_429: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; header names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unchanged(self) -> bool:
        """Say whether the validator we sent still holds."""
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def etag(self) -> str:
        """The validator to send next time; empty without one."""
        return self.headers.get("etag", "")


class HttpClient:
    """Asks sources for lists; used as a context manager."""

    def __init__(self, clock: Clock, rate_limits: RateLimits, *, contact: str = "") -> None:
        self._clock = clock
        self._rate_limits = rate_limits
        agent = f"paperround/{__version__}" + (f" (+{contact})" if contact else "")
        self._client = httpx.AsyncClient(
            headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
            timeout=httpx.Timeout(READ_TIMEOUT.total_seconds(), connect=CONNECT_TIMEOUT.total_seconds()),
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(
        self, url: str, *, pace: Pace, params: Mapping[str, str | int] | None = None, etag: str = ""
    ) -> Answer:
        """Return the answer with status 200, 304 or 4xx (but 429), whole.

        Raises:
            SourceError: no such answer could be had; it says when to try again if the host did.
        """
        host = urlsplit(url).hostname or url
        request = self._client.build_request(
            "GET", url, params=dict(params or {}), headers={"If-None-Match": etag} if etag else {}
        )
        for tries_left in reversed(range(TRIES)):
            await self._wait_for_a_moment(host, pace)
            try:
                answer = await self._ask(request, host)
            except _PassingError as error:
                if not tries_left:
                    raise SourceError(str(error)) from error
                await self._clock.sleep(_BACKOFF.total_seconds() * (TRIES - tries_left) * (0.5 + random.random()))  # noqa: S311 - jitter
                continue
            waiting = waiting_time(answer, self._clock.wall())
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                await self._hold(pace, waiting)
                return answer
            silence = max(waiting or _TOO_MANY_WITHOUT_A_WORD, pace.after_429)
            await self._hold(pace, silence)
            if silence > LONGEST_WAIT or not tries_left:
                raise SourceError(f"{host} says there were too many requests", retry_after=silence)
        raise AssertionError("the last try returns or raises")

    async def _wait_for_a_moment(self, host: str, pace: Pace) -> None:
        wait = await self._rate_limits.reserve(pace.key, pace.interval, self._clock.wall())
        if wait > LONGEST_WAIT:
            raise SourceError(f"{host} asked us to wait", retry_after=wait)
        if wait > timedelta():
            await self._clock.sleep(wait.total_seconds())

    async def _hold(self, pace: Pace, wait: timedelta | None) -> None:
        if wait:
            await self._rate_limits.hold(pace.key, self._clock.wall() + wait)

    async def _ask(self, request: httpx.Request, host: str) -> Answer:
        try:
            async with asyncio.timeout(TOTAL_TIMEOUT.total_seconds()), self._streamed(request, host) as response:
                if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise _PassingError(f"{host} answered {response.status_code}")
                return Answer(
                    status=response.status_code,
                    body=await _read(response, host),
                    headers={name.lower(): value for name, value in response.headers.items()},
                )
        except (TimeoutError, httpx.TimeoutException) as error:
            raise _PassingError(f"{host} did not answer in {TOTAL_TIMEOUT.seconds} s") from error
        except httpx.DecodingError as error:
            raise SourceError(f"{host} sent a body that cannot be unpacked") from error
        except httpx.TransportError as error:
            raise _PassingError(f"{host} could not be reached ({type(error).__name__})") from error
        except httpx.InvalidURL as error:
            raise SourceError(f"{host} is not an address that can be asked") from error

    @asynccontextmanager
    async def _streamed(self, request: httpx.Request, host: str) -> AsyncIterator[httpx.Response]:
        """Send a request, following redirects that stay on its host and do not leave https."""
        for _ in range(REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            try:
                following = response.next_request
                if following is None:
                    yield response
                    return
            finally:
                await response.aclose()
            is_safe = following.url.scheme in (request.url.scheme, "https")
            if not is_safe or following.url.host != request.url.host:
                raise SourceError(f"{host} redirects to {following.url.host}; set its address to where it lives now")
            request = following
        raise SourceError(f"{host} redirects in circles")


class _PassingError(Exception):
    """What may be gone a second later."""


async def _read(response: httpx.Response, host: str) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise SourceError(f"{host} sent more than {LARGEST_BODY // 1_000_000} MB")
    return bytes(body)


def waiting_time(answer: Answer, now: datetime) -> timedelta | None:
    """Return how long the host wants to be left alone, by its headers; None when it does not say.

    Source: RFC 9110 section 10.2.3 (Retry-After, seconds or a date); Hugging Face's rate limit headers
    (`RateLimit: "api";r=0;t=120`: requests left, seconds to the next window).
    """
    if after := answer.headers.get("retry-after"):
        return _retry_after(after, now)
    parts = dict(part.strip().split("=", 1) for part in answer.headers.get("ratelimit", "").split(";") if "=" in part)
    left, seconds = parts.get("r", ""), parts.get("t", "")
    if left.isdecimal() and seconds.isdecimal() and (int(left) == 0 or answer.status == HTTPStatus.TOO_MANY_REQUESTS):
        return timedelta(seconds=min(int(seconds), _LONGEST_SECONDS))
    return None


_LONGEST_SECONDS: Final = 24 * 60 * 60
"""A host that asks for more than a day is asked again after a day."""


def _retry_after(value: str, now: datetime) -> timedelta | None:
    if value.strip().isdecimal():
        return timedelta(seconds=min(int(value), _LONGEST_SECONDS))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), timedelta(seconds=_LONGEST_SECONDS))
