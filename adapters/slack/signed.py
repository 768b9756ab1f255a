"""Slack over HTTP: one address for commands, presses, forms and events, all of them signed.

The signature is Bolt's to check, and a request older than five minutes is refused there. What it does not know is
whether it has seen a request before: here a signature is good once. Each process remembers its own, and the oldest are
forgotten when there are too many, so behind several processes a stolen request may be acted on once more in another
one within its five minutes; the effects bear that, as they bear that Slack repeats an event.
"""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from starlette.requests import Request
from starlette.responses import Response

from bot.ports import Clock
from bot.ports.platforms import Receive, Scope, Send

EVENTS: Final = "/slack/events"

SIGNATURE: Final = "x-slack-signature"
TIMESTAMP: Final = "x-slack-request-timestamp"

_HEADERS: Final = ("content-type", SIGNATURE, TIMESTAMP)
"""What Bolt is shown: other headers steer its own inner workings."""

GOOD_FOR: Final = timedelta(minutes=11)
"""How long a signature is remembered: a timestamp may be five minutes off in either direction."""

MOST_REMEMBERED: Final = 100_000
"""Signatures that are remembered: 150 requests a second over that time, some 20 MB."""


class Seen:
    """What was seen lately, so much of it."""

    def __init__(self, clock: Clock, kept_for: timedelta, most: int) -> None:
        self._clock = clock
        self._kept_for = kept_for
        self._most = most
        self._until: OrderedDict[str, datetime] = OrderedDict()

    def is_new(self, name: str) -> bool:
        """Say whether it was not seen, and remember it."""
        now = self._clock.wall()
        while self._until and (len(self._until) >= self._most or next(iter(self._until.values())) <= now):
            self._until.popitem(last=False)
        if name in self._until:
            return False
        self._until[name] = now + self._kept_for
        return True


def unsigned() -> BoltResponse:
    """Return the answer to what Slack did not sign, or signed for another time."""
    return BoltResponse(status=HTTPStatus.UNAUTHORIZED, body={"error": "invalid request"})


class SignedEndpoint:
    """Gives requests to Bolt."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED, headers={"allow": "POST"})
        headers: dict[str, str | Sequence[str]] = {name: request.headers.get(name, "") for name in _HEADERS}
        try:
            body = (await request.body()).decode()
        except UnicodeDecodeError:
            return response_of(unsigned())
        timestamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
            # Bolt trips over a timestamp that is no number, and a signature that is not ASCII.
            return response_of(unsigned())
        return response_of(await self._app.async_dispatch(AsyncBoltRequest(body=body, headers=headers)))


def response_of(answer: BoltResponse) -> Response:
    """Return an answer of Bolt's as the web server's."""
    return Response(status_code=answer.status, content=answer.body, headers=answer.first_headers_without_set_cookie())
