"""A Slack Web API on loopback: it judges every message, keeps what it accepts, and fails as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from jsonschema import ValidationError

from bot.ports import Clock
from tests import block_kit

Json = Any

ALWAYS = 1_000_000
BOT = "U0PAPERS"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one call fails.

    `accepts` says that the message is there all the same. `body` is sent instead of JSON. `hangs` never answers, and
    `hangs_up` ends the connection.
    """

    code: str = ""
    status: int = 200
    retry_after: int | None = None
    body: bytes | None = None
    content_type: str = "text/html"
    accepts: bool = False
    hangs: bool = False
    hangs_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One call as it came."""

    workspace: str
    method: str
    body: Json
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message that is in a channel."""

    workspace: str
    channel: str
    ts: str
    body: Json
    user: str = BOT

    @property
    def mark(self) -> tuple[int, int]:
        """Which part of which delivery it is."""
        payload = self.body["metadata"]["event_payload"]
        return payload["delivery_id"], payload["part"]


@dataclass
class Slack:
    """A running Slack: its workspaces by token, what it was asked, and what is in its channels.

    `a_second` is how many messages a second a channel takes, `a_minute` how many a workspace takes in a minute.
    `too_early` are calls that came before a Retry-After was over. `scopes` are those of every token, beside chat:write.
    """

    clock: Clock
    tokens: dict[str, str] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=set)
    refusals: dict[str, str] = field(default_factory=dict)
    a_second: int = 1
    a_minute: int = 600
    page: int = 1000
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    too_early: list[Asked] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    on_post: Callable[[Asked], None] = lambda _: None
    _faults: dict[tuple[str, str], list[Fault | None]] = field(default_factory=dict)
    _silent_until: dict[str, datetime] = field(default_factory=dict)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Say where what is answered."""
        router.add_route("*", "/api/{method}", self.answer)

    def fail(self, *faults: Fault | None, workspace: str = "T1", method: str = "chat.postMessage") -> None:
        """Let the next calls of a method fail, one each; None lets one through."""
        self._faults.setdefault((workspace, method), []).extend(faults)

    def calls(self, method: str) -> list[Asked]:
        """Return the calls of a method, in order."""
        return [each for each in self.asked if each.method == method]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        body = await request.json() if request.can_read_body else dict(request.query)
        workspace = self.tokens.get(token, "")
        asked = Asked(workspace=workspace, method=request.match_info["method"], body=body, at=self.clock.wall())
        self.asked.append(asked)
        waiting = self._faults.get((workspace, asked.method), [])
        fault = waiting.pop(0) if waiting else None
        answer = self._answer_to(asked, fault)
        if fault and fault.hangs:
            await self._closing.wait()
        if fault and (fault.hangs or fault.hangs_up):
            assert request.transport
            request.transport.abort()
        if fault and fault.body is not None:
            return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
        wait = answer.pop("retry_after", None)
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes)), **({"Retry-After": str(wait)} if wait else {})}
        status = 429 if answer.get("error") == "ratelimited" else fault.status if fault else 200
        return web.json_response(answer, status=status, headers=headers)

    def _answer_to(self, asked: Asked, fault: Fault | None) -> Json:
        """Return the JSON of the answer, having done what was asked unless it is to fail."""
        if not asked.workspace:
            return {"ok": False, "error": "invalid_auth"}
        limited = self._too_fast(asked)
        if limited:
            return limited
        if fault and fault.retry_after:
            self._silent_until[asked.workspace + asked.method] = asked.at + fault.retry_after * SECOND
        if fault and not fault.accepts:
            return {"ok": False, "error": fault.code, "retry_after": fault.retry_after}
        match asked.method:
            case "auth.test":
                url = f"https://{asked.workspace.lower()}.slack.example/"
                return {"ok": True, "url": url, "team_id": asked.workspace, "user_id": BOT}
            case "chat.postMessage":
                answer = self._post(asked)
            case "conversations.history" | "conversations.replies":
                answer = self._read(asked)
            case _:
                answer = {"ok": False, "error": "unknown_method"}
        return answer if not (fault and fault.code) else {"ok": False, "error": fault.code}

    def _too_fast(self, asked: Asked) -> Json:
        """Return a 429 while silence is kept, and where a channel or a workspace is written to too fast."""
        until = self._silent_until.get(asked.workspace + asked.method)
        if until and asked.at < until:
            self.too_early.append(asked)
            return _ratelimited((until - asked.at).total_seconds())
        if asked.method != "chat.postMessage":
            return None
        mine = [each for each in self.calls(asked.method)[:-1] if each.workspace == asked.workspace]
        recent = [each for each in mine if each.at > asked.at - MINUTE]
        here = [each for each in mine if each.body["channel"] == asked.body["channel"]]
        if len([each for each in here if each.at > asked.at - SECOND]) >= self.a_second:
            self.wrong.append(f"{asked.body['channel']} was written to too fast")
            return _ratelimited(1)
        return _ratelimited(1) if len(recent) >= self.a_minute else None

    def _post(self, asked: Asked) -> Json:
        self.on_post(asked)
        body = asked.body
        channel = f"D{body['channel']}" if body["channel"].startswith("U") else body["channel"]
        if code := self.refusals.get(body["channel"]):
            return {"ok": False, "error": code}
        thread = body.get("thread_ts")
        parents = [each.ts for each in self.messages if each.channel == channel and "thread_ts" not in each.body]
        if thread is not None and thread not in parents:
            self.wrong.append(f"no message {thread} in {channel}")
            return {"ok": False, "error": "thread_not_found"}
        try:
            payload = {key: body[key] for key in body if key not in {"channel", "metadata"}}
            block_kit.well_formed(payload)
            block_kit.within_limits(payload)
            assert body["metadata"].keys() == {"event_type", "event_payload"}
        except (AssertionError, KeyError, ValidationError) as error:
            self.wrong.append(f"{type(error).__name__}: {error}")
            return {"ok": False, "error": "invalid_blocks"}
        ts = f"{asked.at.timestamp():.0f}.{len(self.messages) + 1:06}"
        self.messages.append(Message(workspace=asked.workspace, channel=channel, ts=ts, body=body))
        return {"ok": True, "channel": channel, "ts": ts, "message": {"text": body["text"], "user": BOT, "ts": ts}}

    def said_by_somebody(self, channel: str, *, at: datetime, metadata: Json = None) -> None:
        """Put a message of somebody else's into a channel."""
        ts = f"{at.timestamp():.0f}.{len(self.messages) + 1:06}"
        body = {"text": "hello", "metadata": metadata}
        self.messages.append(Message(workspace="T1", channel=channel, ts=ts, body=body, user="U0OTHER"))

    def _read(self, asked: Asked) -> Json:
        if "channels:history" not in self.scopes:
            return {"ok": False, "error": "missing_scope", "needed": "channels:history"}
        query, thread = asked.body, asked.body.get("ts")
        held = [each for each in self.messages if each.channel == query["channel"]]
        if thread:
            held = [each for each in held if thread in (each.ts, each.body.get("thread_ts"))]
        else:
            held = [each for each in held if "thread_ts" not in each.body and each.ts > query.get("oldest", "")]
        start, size = int(query.get("cursor") or 0), min(int(query["limit"]), self.page)
        with_metadata = query.get("include_all_metadata") in {"true", "1"}
        return {
            "ok": True,
            "messages": [
                {"ts": each.ts, "user": each.user, "metadata": each.body.get("metadata") if with_metadata else None}
                for each in held[start : start + size]
            ],
            "response_metadata": {"next_cursor": str(start + size) if len(held) > start + size else ""},
        }

    def close(self) -> None:
        """Let go of the calls that hang."""
        self._closing.set()


def _ratelimited(seconds: float) -> Json:
    return {"ok": False, "error": "ratelimited", "retry_after": max(1, round(seconds))}


@asynccontextmanager
async def serving(slack: Slack) -> AsyncIterator[Slack]:
    """Serve on a free port of loopback."""
    application = web.Application()
    slack.add_routes(application.router)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    try:
        yield slack
    finally:
        slack.close()
        await runner.cleanup()
