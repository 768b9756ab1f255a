"""What one request may cost, and what every answer says to a browser."""

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
"""A request that takes longer, its body included, is refused: probes and Slack have given up by then."""

CONNECTION_WITHIN: Final = timedelta(seconds=30)
"""A connection is closed after so long, or after the request that it is busy with: nobody drips headers for ever."""

LARGEST_BODY: Final = 1 << 20
LARGEST_HEAD: Final = 16 << 10
"""Bytes of a request's body, and of its first line and headers."""

MOST_AT_ONCE: Final = 64
"""Requests served at a time; more are answered 503. A connection that asks nothing is none."""

HEALTH: Final = "/healthz"
"""What is served beside them: it costs nothing, and who finds it failing starts the process again."""

_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "server": "paperround",
}


_TOO_MANY: Final = PlainTextResponse("Too many requests at once.\n", HTTPStatus.SERVICE_UNAVAILABLE)


class Limited:
    """ASGI middleware: bounds requests in number, size and time, and sets the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._served = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, if there are not too many."""
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
            pass  # who asked has gone, or sent a body that is no HTTP: nobody is there to be answered
        except TimeoutError:
            if not has_begun:
                late = PlainTextResponse("This took too long.\n", HTTPStatus.SERVICE_UNAVAILABLE)
                await late(scope, receive, send_with_headers)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """Let the application read a body only as far as it may go; it hears of the rest as an HTTP error."""
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
