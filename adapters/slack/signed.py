"""Slack over HTTP: one address for commands, presses, forms and events, all of them signed.

The signature is checked before Bolt sees a request: Bolt reads the whole body first, and trips over one that makes no
sense, which anybody may send. A request older than five minutes is refused, and a signature is good once: that is what
Bolt does not look at. Each process remembers its own, and answers no other; what people did is noted in the database
besides, once it is acknowledged, so that several processes behind one address act on it once. An event is not: Slack
itself repeats it, under another signature, and its effects bear that.
"""

import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response

from bot.errors import StoreError
from bot.model.installation import Secret
from bot.ports import Clock, RateLimits
from bot.ports.platforms import Receive, Scope, Send

log = logging.getLogger(__name__)

EVENTS: Final = "/slack/events"

SIGNATURE: Final = "x-slack-signature"
TIMESTAMP: Final = "x-slack-request-timestamp"

_HEADERS: Final = ("content-type", SIGNATURE, TIMESTAMP)
"""What Bolt is shown: other headers steer its own inner workings."""

GOOD_FOR: Final = timedelta(minutes=11)
"""How long a signature is remembered: a timestamp may be five minutes off in either direction."""

MOST_REMEMBERED: Final = 100_000
"""Signatures that are remembered: 150 requests a second over that time, some 20 MB."""


LONGEST_TIMESTAMP: Final = 12
"""Digits of a timestamp: seconds, for some thousand years."""


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


async def is_first(signature: str, rate_limits: RateLimits, clock: Clock) -> bool:
    """Say whether no process has acted on a signature yet. While the database is away nobody knows; then it is."""
    try:
        return not await rate_limits.take(f"slack:signed:{signature}", GOOD_FOR, 1, clock.wall())
    except StoreError:
        return True


def senseless() -> BoltResponse:
    """Return the answer to what Slack signed and nobody can read."""
    return BoltResponse(status=HTTPStatus.BAD_REQUEST, body={"error": "the body makes no sense"})


def unsigned() -> BoltResponse:
    """Return the answer to what Slack did not sign, or signed for another time."""
    return BoltResponse(status=HTTPStatus.UNAUTHORIZED, body={"error": "invalid request"})


class SignedEndpoint:
    """Gives Bolt the requests that were signed with the secret."""

    def __init__(self, app: AsyncApp, secret: Secret) -> None:
        self._app = app
        self._verifier = SignatureVerifier(secret.value)

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
        # The SDK trips over a timestamp that is no number or an endless one, and over a signature that is not ASCII.
        is_time = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP
        if not (is_time and signature.isascii() and self._verifier.is_valid(body, timestamp, signature)):
            return response_of(unsigned())
        try:
            read = AsyncBoltRequest(body=body, headers=headers)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            log.warning("slack: a request makes no sense (%s)", type(error).__name__)
            return response_of(senseless())
        return response_of(await self._app.async_dispatch(read))


def response_of(answer: BoltResponse) -> Response:
    """Return an answer of Bolt's as the web server's."""
    return Response(status_code=answer.status, content=answer.body, headers=answer.first_headers_without_set_cookie())
