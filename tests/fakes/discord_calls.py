"""How a Discord on loopback takes a call: token, limits, planned failures; what a call does stands elsewhere."""

import asyncio
import hashlib
import inspect
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.ports import Clock

Json = Any

TOKEN = "discord-secret"
PREFIX = "/api/v10"
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one call fails.

    `scope` says whose limit a 429 is for: "user", "shared" or "global"; without `via` it comes from Cloudflare.
    `accepts` says that it was done all the same. `body` is sent instead of JSON, `headers` beside what there are.
    `hangs` never answers, `hangs_up` ends the connection.
    """

    status: int = 200
    code: int = 0
    retry_after: float | None = None
    scope: str = "user"
    via: bool = True
    body: bytes | None = None
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    accepts: bool = False
    hangs: bool = False
    hangs_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call as it came: `route` is its path with names, `ids` what stands for them."""

    method: str
    route: str
    path: str
    ids: Mapping[str, str]
    body: Json
    query: Mapping[str, str]
    token: str
    at: datetime

    @property
    def bucket(self) -> tuple[str, ...]:
        """What shares its limit: a route of one channel, server or webhook."""
        first = next((key for key in self.ids if key in {"channel", "guild", "webhook"}), "")
        return self.method, self.route, self.ids.get(first, "")


@dataclass(kw_only=True)
class Answer:
    """What is sent back; without JSON there is no content."""

    status: int = 200
    json: Json = None
    headers: dict[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """What Discord says no with."""

    def __init__(
        self, status: int, code: int, message: str = "refused", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.json: Json = {"code": code, "message": message}
        self.headers = headers or {}


Handler = Callable[[Asked], Json | Awaitable[Json]]

GLOBAL = ("global",)


@dataclass(kw_only=True)
class Calls:
    """Takes calls.

    `a_second` is how many calls the bot may make a second. `json_type` is what answers are said to be. `buckets` are
    limits of routes, a channel: how many calls in how long. `too_early` are calls that came before a Retry-After was
    over, `limited` those that got a 429, `invalid` the moments of answers that Discord counts against an address.
    """

    clock: Clock
    token: str = TOKEN
    a_second: int = 50
    json_type: str = "application/json"
    buckets: Mapping[str, tuple[int, timedelta]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    too_early: list[Asked] = field(default_factory=list)
    limited: list[Asked] = field(default_factory=list)
    invalid: list[datetime] = field(default_factory=list)
    _handlers: dict[tuple[str, str], tuple[Handler, bool]] = field(default_factory=dict)
    _faults: defaultdict[tuple[str, str], list[Fault | None]] = field(default_factory=lambda: defaultdict(list))
    _silences: dict[tuple[str, ...], datetime] = field(default_factory=dict)
    _recent: defaultdict[tuple[str, ...], deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    def on(self, method: str, route: str, handler: Handler, *, exempt: bool = False) -> None:
        """Answer a route with what `handler` returns, or 204 for None; before it is served.

        `exempt` routes need no token and are not counted: those of interactions.
        """
        self._handlers[method, route] = handler, exempt

    def fail(self, *faults: Fault | None, method: str = "POST", path: str) -> None:
        """Let the next calls fail, one each; None lets one through. `path` is a route, or one path of it."""
        self._faults[method, path].extend(faults)

    def calls(self, method: str, route: str) -> list[Asked]:
        """Return the calls of a route, in order."""
        return [each for each in self.asked if (each.method, each.route) == (method, route)]

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Say where what is answered."""
        for (method, route), (handler, exempt) in self._handlers.items():
            router.add_route(method, f"{PREFIX}{route}", self._answering(route, handler, exempt=exempt))

    def close(self) -> None:
        """Let go of the calls that hang."""
        self._closing.set()

    def _answering(
        self, route: str, handler: Handler, *, exempt: bool
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            # Before the body is read: the moment when it came counts, not how busy this machine is.
            at = self.clock.wall()
            asked = Asked(
                method=request.method,
                route=route,
                path=request.path.removeprefix(PREFIX),
                ids=dict(request.match_info),
                body=await request.json() if request.can_read_body else None,
                query=dict(request.query),
                token=request.headers.get("Authorization", ""),
                at=at,
            )
            self.asked.append(asked)
            fault = self._next_fault(asked) or Fault(accepts=True)
            answered = Answer()
            try:
                answered.headers |= self._admit(asked, exempt=exempt)
                answered.json = await self._done(asked, fault, handler)
            except RefusedError as refused:
                answered.status, answered.json = refused.status, refused.json
                answered.headers |= refused.headers
            self._count(asked, answered)
            return await self._sent(request, fault, answered)

        return answer

    def _next_fault(self, asked: Asked) -> Fault | None:
        for path in (asked.path, asked.route):
            waiting = self._faults.get((asked.method, path))
            if waiting:
                return waiting.pop(0)
        return None

    async def _done(self, asked: Asked, fault: Fault, handler: Handler) -> Json:
        """Do what was asked, unless it is to fail before; returns the JSON to answer."""
        done: Json = None
        if fault.accepts:
            done = handler(asked)
            done = await done if inspect.isawaitable(done) else done
        if fault.status == 429 and fault.retry_after is not None:
            key = GLOBAL if fault.scope == "global" else asked.bucket
            self._silences[key] = asked.at + timedelta(seconds=fault.retry_after)
            if not fault.via:
                raise RefusedError(429, 0, headers={"Retry-After": f"{fault.retry_after:.0f}"})
            raise _too_many(fault.retry_after, fault.scope)
        if fault.status != 200:
            raise RefusedError(fault.status, fault.code)
        return done

    async def _sent(self, request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
        if fault.hangs:
            await self._closing.wait()
        if fault.hangs or fault.hangs_up:
            assert request.transport
            request.transport.abort()
        headers = answer.headers | {**fault.headers}
        if fault.body is not None:
            return web.Response(status=answer.status, body=fault.body, content_type=fault.content_type, headers=headers)
        if answer.json is None:
            return web.Response(status=204, headers=headers)
        # As it comes from Discord, without the charset that aiohttp would add.
        typed = headers | {"Content-Type": self.json_type}
        return web.Response(status=answer.status, body=json.dumps(answer.json).encode(), headers=typed)

    def _count(self, asked: Asked, answer: Answer) -> None:
        if answer.status == 429:
            self.limited.append(asked)
        if answer.status in {401, 403, 429} and answer.headers.get("X-RateLimit-Scope") != "shared":
            self.invalid.append(asked.at)

    def _admit(self, asked: Asked, *, exempt: bool) -> Mapping[str, str]:
        """Refuse what comes without the token, while silence is to be kept, or too fast; returns what headers say."""
        if not exempt and asked.token != f"Bot {self.token}":
            raise RefusedError(401, 0, "401: Unauthorized")
        for key in (asked.bucket,) if exempt else (asked.bucket, GLOBAL):
            until = self._silences.get(key)
            if until and asked.at < until:
                self.too_early.append(asked)
                raise _too_many((until - asked.at).total_seconds(), "global" if key == GLOBAL else "user")
        if not exempt and (wait := self._full(GLOBAL, asked.at, self.a_second, SECOND)):
            raise _too_many(wait.total_seconds(), "global")
        if asked.method != "POST" or asked.route not in self.buckets:
            return {}
        return self._counted(asked, *self.buckets[asked.route])

    def _counted(self, asked: Asked, limit: int, window: timedelta) -> Mapping[str, str]:
        wait = self._full(asked.bucket, asked.at, limit, window)
        recent = self._recent[asked.bucket]
        reset = recent[0] + window - asked.at
        headers = {
            "X-RateLimit-Bucket": hashlib.sha256(asked.route.encode()).hexdigest()[:32],
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - len(recent)),
            "X-RateLimit-Reset": str((asked.at + reset).timestamp()),
            "X-RateLimit-Reset-After": f"{reset.total_seconds():.3f}",
        }
        if wait:
            raise _too_many(wait.total_seconds(), "user", headers)
        return headers

    def _full(self, key: tuple[str, ...], at: datetime, limit: int, window: timedelta) -> timedelta:
        """Count a call; returns how long until there is room for it where there is none."""
        recent = self._recent[key]
        while recent and recent[0] <= at - window:
            recent.popleft()
        if len(recent) >= limit:
            return recent[0] + window - at
        recent.append(at)
        return timedelta()


def _too_many(seconds: float, scope: str, headers: Mapping[str, str] | None = None) -> RefusedError:
    said = {"Via": "1.1 google", "Retry-After": str(max(1, round(seconds))), "X-RateLimit-Scope": scope}
    if scope == "global":
        said["X-RateLimit-Global"] = "true"
    refused = RefusedError(429, 0, "You are being rate limited.", {**(headers or {}), **said})
    refused.json = {"message": str(refused), "retry_after": seconds, "global": scope == "global"}
    return refused
