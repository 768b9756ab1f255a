"""Receives Slack over HTTP: commands, presses, forms and events arrive signed, at one address.

We check the signature before Bolt sees a request, because Bolt parses the body first and raises on a malformed one,
which anybody could send. Beyond Bolt's checks, a signature works only once, so that a copied request has no effect:

- Each process remembers the signatures it has seen, and refuses a repeated one.
- Commands, presses and forms also record theirs in the database after the acknowledgement, so that of several
  processes behind one address only one acts.
- Events do not: Slack itself repeats them under new signatures, and acting on an event twice does no harm.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
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
"""The headers that Bolt is given. It is given no others, because some would change how it works."""

GOOD_FOR: Final = timedelta(minutes=11)
"""How long a signature is remembered: its timestamp may be five minutes off in either direction, plus a margin."""

MOST_REMEMBERED: Final = 100_000
"""Most signatures remembered: enough for 150 requests a second over `GOOD_FOR`; about 20 MB."""

LONGEST_TIMESTAMP: Final = 12
"""Most digits of a timestamp (Unix seconds): the SDK would stumble over endless ones."""


class Seen:
    """Remembers names for `kept_for`, at most `most` of them; the oldest go first.

    It is no `Memory`: that believes nothing from before the clock was set back, which is safe for rights. Here a name
    would be new again, and a copied request would have an effect.
    """

    def __init__(self, clock: Clock, kept_for: timedelta, most: int) -> None:
        self._clock = clock
        self._kept_for = kept_for
        self._most = most
        self._until: OrderedDict[str, datetime] = OrderedDict()

    def is_new(self, name: str) -> bool:
        """Say whether a name is not remembered yet, and remember it."""
        now = self._clock.wall()
        while self._until and (len(self._until) >= self._most or next(iter(self._until.values())) <= now):
            self._until.popitem(last=False)
        if name in self._until:
            return False
        self._until[name] = now + self._kept_for
        return True


async def is_first(signature: str, rate_limits: RateLimits, clock: Clock) -> bool:
    """Say whether this process is the first to act on a signature, and record it; True while the database is away."""
    try:
        return not await rate_limits.take(f"slack:signed:{signature}", GOOD_FOR, 1, clock.wall())
    except StoreError:
        return True


def senseless() -> BoltResponse:
    """Return the answer to a request with a valid signature and a body that cannot be read."""
    return BoltResponse(status=HTTPStatus.BAD_REQUEST, body={"error": "the body makes no sense"})


def unsigned() -> BoltResponse:
    """Return the answer to a request whose signature is missing, wrong, too old or used before."""
    return BoltResponse(status=HTTPStatus.UNAUTHORIZED, body={"error": "invalid request"})


class SignedEndpoint:
    """Passes requests with a valid signature on to Bolt, and refuses all others."""

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
        # The SDK raises on a timestamp that is no number or is very long, and on a signature that is not ASCII.
        is_time = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP
        if not (is_time and signature.isascii() and self._verifier.is_valid(body, timestamp, signature)):
            return response_of(unsigned())
        try:
            read = AsyncBoltRequest(body=body, headers=headers)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            log.warning("slack: a signed request could not be read (%s); nothing was done for it", type(error).__name__)
            return response_of(senseless())
        return response_of(await self._app.async_dispatch(read))


def response_of(answer: BoltResponse) -> Response:
    """Convert Bolt's response to the web server's."""
    return Response(status_code=answer.status, content=answer.body, headers=answer.first_headers_without_set_cookie())
