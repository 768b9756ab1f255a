"""Bounds every request to the web server in number, size and time, and adds security headers to every answer."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANSWER_WITHIN: Final = timedelta(seconds=10)
"""A request that takes longer, reading its body included, is answered 503: probes and Slack have given up by then."""

CONNECTION_WITHIN: Final = timedelta(seconds=30)
"""A connection is closed after this time, or after its present request, so that nobody can hold it by slow headers."""

LARGEST_BODY: Final = 1 << 20
LARGEST_HEAD: Final = 16 << 10
"""Most bytes of a request's body, and of its first line and headers together."""

MOST_AT_ONCE: Final = 64
"""Requests served at once; more are answered 503. Idle connections do not count."""

HEALTH: Final = "/healthz"
"""Exempt from `MOST_AT_ONCE`: it costs nothing, and an orchestrator that finds it failing restarts the process."""

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "server": "paperround",
}

_TOO_MANY: Final = PlainTextResponse("Too many requests at once.\n", HTTPStatus.SERVICE_UNAVAILABLE)


class Limited:
    """ASGI middleware that applies these bounds and headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 503 if too many are being served."""
        if scope["path"] == HEALTH:
            await self._serve(self._app, scope, receive, send)
            return
        is_one_too_many = self._served >= MOST_AT_ONCE
        self._served += 1
        try:
            await self._serve(_TOO_MANY if is_one_too_many else self._app, scope, receive, send)
        finally:
            self._served -= 1

    async def _serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        try:
            async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                await app(scope, _bounded(scope, receive), send_with_headers)
        except ClientDisconnect:
            pass  # the client has gone, or its body was no valid HTTP: nobody can be answered
        except TimeoutError:
            if not has_begun:
                late = PlainTextResponse("This took too long.\n", HTTPStatus.SERVICE_UNAVAILABLE)
                await late(scope, receive, send_with_headers)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Return a `receive` that raises HTTP 413 when the body is announced as, or becomes, larger than `LARGEST_BODY`."""
    announced = Headers(scope=scope).get("content-length", "")
    read = int(announced) if announced.isdecimal() and int(announced) > LARGEST_BODY else 0

    async def bounded() -> Message:
        nonlocal read
        if read > LARGEST_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        message = await receive()
        read += len(message.get("body", b""))
        if read > LARGEST_BODY:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return bounded
