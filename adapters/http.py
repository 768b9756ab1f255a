"""The one HTTP client of all sources: paced, bounded in time and size, with errors that say what went wrong.

    get ──> wait for our turn ──────────> request (30 s in all, 20 MB) ──> 200, 304, 4xx: return the Answer
            (RateLimits, shared by           │ connect error, cut off, 5xx: try again, a little later
             all processes)                  │ 429, or a 5xx that says when: no process asks the host until then
                                             └ redirect within the host: follow it

Addresses come from the operator's settings. An address in a source's answer is never fetched, except for redirects
within the same host. HTTPS_PROXY, HTTP_PROXY and NO_PROXY apply; loopback addresses never go through a proxy.
"""

import asyncio
import random
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Final, Self

import httpx

from bot import __version__
from bot.errors import SettingsError, SourceError
from bot.ports import Clock, RateLimits

TRIES: Final = 3
"""Requests for one answer, the first included; redirects do not count."""

LONGEST_WAIT: Final = timedelta(seconds=20)
"""If a host asks for a longer wait, `get` fails at once; a later tick fetches the list again."""

PEOPLES_WAIT: Final = timedelta(seconds=3)
"""The longest wait for our turn when a person waits for the answer."""

REDIRECTS: Final = 3
"""Redirects followed for one answer."""

_BACKOFF: Final = timedelta(seconds=1)
"""Wait before the second try; twice as long before the third. Each is varied by up to half."""

_TOO_MANY_WITHOUT_A_WORD: Final = timedelta(minutes=1)
"""How long to wait after a 429 that does not say."""

_LONGEST_SECONDS: Final = 24 * 60 * 60
"""A host that asks for more than a day is asked again after a day."""

_DIRECTLY: Final = ("all://127.0.0.1", "all://[::1]", "all://localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """Limits of one answer.

    `total` is the time from the first request to the last byte, with retries, without waiting for our turn.
    `largest_body` is in bytes after unpacking: ten times the largest list that was seen.
    """

    connect: timedelta = timedelta(seconds=5)
    read: timedelta = timedelta(seconds=15)
    total: timedelta = timedelta(seconds=30)
    largest_body: int = 20_000_000
    tries: int = TRIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a host may be asked: one request per `interval`, and none for `after_429` (at least) after a 429.

    Everything with the same `key` is paced together, in all processes. If our turn is further away than `patience`,
    `get` fails at once and takes no turn: otherwise many requests that nobody waits for would delay all others.
    """

    key: str
    interval: timedelta
    after_429: timedelta = timedelta()
    patience: timedelta = LONGEST_WAIT

    def for_people(self) -> "Pace":
        """Return the pace for answering a person: lists never wait long behind such requests."""
        return replace(self, patience=PEOPLES_WAIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer, its body unpacked; header names are in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unchanged(self) -> bool:
        """Whether the host answered that nothing changed since the ETag that we sent."""
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def etag(self) -> str:
        """The ETag to send next time; empty without one."""
        return self.headers.get("etag", "")


class HttpClient:
    """Fetches lists from sources; use it as a context manager.

    `contact` stands in the User-Agent, so that a host can tell the operator of trouble.

    Raises:
        SettingsError: the environment names a proxy that cannot be used.
    """

    def __init__(
        self, clock: Clock, rate_limits: RateLimits, *, contact: str = "", limits: RequestLimits | None = None
    ) -> None:
        self._clock = clock
        self._rate_limits = rate_limits
        self._limits = limits or RequestLimits()
        agent = f"paperround/{__version__}" + (f" (+{contact})" if contact else "")
        try:
            self._client = httpx.AsyncClient(
                headers={"User-Agent": agent, "Accept-Encoding": "gzip"},
                timeout=httpx.Timeout(self._limits.read.total_seconds(), connect=self._limits.connect.total_seconds()),
                follow_redirects=False,
                mounts=dict.fromkeys(_DIRECTLY),
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            # The address of a proxy may hold a password: it is not repeated.
            names = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY"
            raise SettingsError([f"{names}: one of them names no usable proxy; write http://host:port"]) from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(
        self, url: str, *, pace: Pace, params: Mapping[str, str | int] | None = None, etag: str = ""
    ) -> Answer:
        """Return a complete answer with status 200, 304 or 4xx other than 429, after retries where they may help.

        Raises:
            SourceError: there was no such answer; `retry_after` says when to try again, if the host said so.
        """
        try:
            request = self._client.build_request(
                "GET", url, params=params or None, headers={"If-None-Match": etag} if etag else {}
            )
        except httpx.InvalidURL as error:
            raise SourceError("its address in the settings is no web address; correct it") from error
        asking = _Asking(
            host=request.url.host,
            pace=pace,
            ends_at=_now() + self._limits.total.total_seconds(),
            tries_left=self._limits.tries,
        )
        while True:
            await self._wait_for_our_turn(asking)
            try:
                answer = await self._send(request, asking)
            except _PassingError as error:
                await self._back_off(asking, error)
                continue
            if isinstance(answer, Answer):
                if not await self._is_to_be_repeated(answer, asking):
                    return answer
            elif asking.redirects_left:
                asking.redirects_left -= 1
                request = answer
            else:
                raise SourceError(f"{asking.host} redirects in circles")

    async def _wait_for_our_turn(self, asking: "_Asking") -> None:
        pace = asking.pace
        wait = await self._rate_limits.reserve(pace.key, pace.interval, self._clock.wall(), patience=pace.patience)
        if wait > pace.patience:
            raise SourceError(f"{asking.host} asked us to wait", retry_after=wait)
        if wait > timedelta():
            # Waiting for other requests must not use up this answer's time.
            asking.ends_at += wait.total_seconds()
            await self._clock.sleep(wait.total_seconds())

    async def _is_to_be_repeated(self, answer: Answer, asking: "_Asking") -> bool:
        """Pass a wait that the host asks for on to all processes; return whether to ask again now."""
        waiting = waiting_time(answer, self._clock.wall())
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            waiting = max(waiting or _TOO_MANY_WITHOUT_A_WORD, asking.pace.after_429)
        await self._hold(asking.pace, waiting)
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return False
        await self._back_off(asking, _PassingError(f"{asking.host} answered {answer.status}"), waiting)
        return True

    async def _back_off(self, asking: "_Asking", error: "_PassingError", silence: timedelta | None = None) -> None:
        """Wait a little before the next try, or raise if none is left.

        `silence` is the wait that the host asked for, if it did: `_wait_for_our_turn` keeps it, not this.
        """
        asking.tries_left -= 1
        if not asking.tries_left or _now() >= asking.ends_at or (silence and silence > LONGEST_WAIT):
            raise SourceError(str(error), retry_after=silence) from error
        if not silence:
            seconds = _BACKOFF.total_seconds() * (self._limits.tries - asking.tries_left)
            await self._clock.sleep(seconds * (0.5 + random.random()))  # noqa: S311 - jitter

    async def _hold(self, pace: Pace, wait: timedelta | None) -> None:
        if wait:
            await self._rate_limits.hold(pace.key, self._clock.wall() + wait)

    async def _send(self, request: httpx.Request, asking: "_Asking") -> Answer | httpx.Request:
        """Send one request; return the complete answer, or the next request if it is a redirect.

        The body of a 5xx is not read.
        """
        host = asking.host
        try:
            async with asyncio.timeout_at(asking.ends_at):
                response = await self._client.send(request, stream=True)
                try:
                    if response.next_request is not None:
                        return _followed(response.next_request, request)
                    is_ours = response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
                    return Answer(
                        status=response.status_code,
                        body=await _read(response, host, self._limits.largest_body) if is_ours else b"",
                        headers={name.lower(): value for name, value in response.headers.items()},
                    )
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise SourceError(f"{host} did not answer in {self._limits.total.total_seconds():g} s") from error
        except httpx.ConnectTimeout as error:
            raise _PassingError(
                f"{host} did not take a connection in {self._limits.connect.total_seconds():g} s"
            ) from error
        except httpx.TimeoutException as error:
            raise SourceError(f"{host} fell silent for {self._limits.read.total_seconds():g} s") from error
        except httpx.TransportError as error:
            raise _PassingError(f"{host} could not be reached ({type(error).__name__})") from error


@dataclass(slots=True, kw_only=True)
class _Asking:
    """What one `get` has left: tries, redirects, and its time (`ends_at`, by the event loop's clock)."""

    host: str
    pace: Pace
    ends_at: float
    tries_left: int
    redirects_left: int = REDIRECTS


class _PassingError(Exception):
    """A failure after which another try may succeed."""


def _now() -> float:
    return asyncio.get_running_loop().time()


def _followed(following: httpx.Request, request: httpx.Request) -> httpx.Request:
    """Return the request of a redirect if it stays on the host, its scheme and its port; http to https is allowed.

    Raises:
        SourceError: it leads elsewhere.
    """
    before, after = request.url, following.url
    is_upgrade = (before.scheme, before.port, after.scheme, after.port) == ("http", None, "https", None)
    if after.host != before.host or ((after.scheme, after.port) != (before.scheme, before.port) and not is_upgrade):
        raise SourceError(f"{before.host} redirects to {after.host}; correct its address in the settings")
    return following


async def _read(response: httpx.Response, host: str, most: int) -> bytes:
    """Return the unpacked body; unpacking stops as soon as it exceeds `most` bytes.

    Raises:
        SourceError: the body is too large, cut off, or packed in a way that we did not ask for.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise SourceError(f"{host} sent a body that cannot be unpacked", answered=True)
    unpacker = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    try:
        async for chunk in response.aiter_raw():
            # Bytes after the end of the packed data are ignored, but they are limited as well.
            is_too_much = response.num_bytes_downloaded > most
            body += unpacker.decompress(chunk, most + 1 - len(body)) if unpacker else chunk
            if is_too_much or len(body) > most:
                raise SourceError(f"{host} sent more than {most / 1_000_000:g} MB", answered=True)
    except zlib.error as error:
        raise SourceError(f"{host} sent a body that cannot be unpacked", answered=True) from error
    if unpacker and not unpacker.eof and (body or unpacker.unconsumed_tail):
        raise SourceError(f"{host} sent a body that ends too soon", answered=True)
    return bytes(body)


_GZIP: Final = zlib.MAX_WBITS | 16
"""zlib's `wbits` for the gzip format."""


def waiting_time(answer: Answer, now: datetime) -> timedelta | None:
    """Return how long the host asks us to wait, by its headers; None if it does not.

    Source: RFC 9110 section 10.2.3 (Retry-After, in seconds or as a date); Hugging Face's rate limit headers
    (`RateLimit: "api";r=0;t=120`: r requests left, t seconds to the next window).
    """
    if (after := answer.headers.get("retry-after")) and (wait := _retry_after(after.strip(), now)) is not None:
        return wait
    parts = dict(part.strip().split("=", 1) for part in answer.headers.get("ratelimit", "").split(";") if "=" in part)
    left, seconds = _count(parts.get("r", "")), _count(parts.get("t", ""))
    if left is not None and seconds is not None and (left == 0 or answer.status == HTTPStatus.TOO_MANY_REQUESTS):
        return timedelta(seconds=min(seconds, _LONGEST_SECONDS))
    return None


def _retry_after(value: str, now: datetime) -> timedelta | None:
    if (seconds := _count(value)) is not None:
        return timedelta(seconds=min(seconds, _LONGEST_SECONDS))
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta()), timedelta(seconds=_LONGEST_SECONDS))


def _count(value: str) -> int | None:
    """Read a whole number of a header; None if it is none. Very long ones count as `_LONGEST_SECONDS`."""
    if not (value.isascii() and value.isdecimal()):
        return None
    return int(value) if len(value) <= len(str(_LONGEST_SECONDS)) else _LONGEST_SECONDS
