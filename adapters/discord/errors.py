"""Turns Discord's refusals into verdicts: a table by error code, and rules for answers without a known code. Pure.

    a code in VERDICTS                 its verdict
    429                                retry later, after the time that Discord names
    401 without a code                 retry later: the token is refused (see below)
    any other code, any other 4xx      retry later: Discord refused, so nothing was posted
    5xx, or an answer that is no JSON  unknown outcome: it may have been posted

A delivery refused with an unknown code is tried again for about a day, then given up; `paperround status` shows the
code. If we called it our bug at once, a passing fault would drop a digest; if we paused the channel, a guess would
silence it.

A refused token stops no workspace. One token serves all servers, so that would pause every server for one mistake of
the operator, and each would have to be resumed. Instead all deliveries wait, nothing is sent, and `status` says why.
Source: https://docs.discord.com/developers/topics/opcodes-and-status-codes
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from math import isfinite
from typing import Any, Final

from bot.errors import DeliveryError, Verdict

Json = Any

LONGEST_WAIT: Final = timedelta(days=1)
"""A longer Retry-After is cut to this: a vendor that errs must not silence us for years."""

SHORTEST_WAIT: Final = timedelta(milliseconds=250)
"""A shorter Retry-After is lengthened to this: Discord sometimes says 0."""

WAIT_WITHOUT_A_WORD: Final = timedelta(seconds=30)
"""How long to wait after a 429 that does not say."""

CLOUDFLARE_WAIT: Final = timedelta(minutes=10)
"""How long to wait after Cloudflare banned our address without saying for how long: it counts over ten minutes.

Source: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

TOKEN_WAIT: Final = timedelta(minutes=2)
"""How long to wait after the token was refused: five requests in ten minutes, where 10,000 lead to a ban."""

UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_MEMBER: Final = 10007
UNKNOWN_MESSAGE: Final = 10008
NEEDS_TAG: Final = 40067
THREAD_EXISTS: Final = 160004
ALREADY_CROSSPOSTED: Final = 40033
NEEDS_A_POST: Final = 40058
NOT_FOR_TEXT: Final = 50008
WRONG_KIND: Final = 50024
BAD_TOKEN: Final = 40001
"""Discord's error codes that this module or others compare with."""

_WORDS: Final = {
    10003: "the channel is gone",
    10004: "the server is gone, or I am not in it",
    10013: "the person is gone",
    10015: "the webhook is gone",
    40058: "the channel takes posts only",
    40067: "the forum wants a tag, and has none that I may use",
    50001: "I cannot see the channel",
    50007: "my direct messages are not taken",
    50008: "the channel takes no messages",
    50013: "I lack a permission in the channel",
    50024: "this kind of channel takes no messages of mine",
    50027: "the webhook is gone",
    50033: "my direct messages are not taken",
    50278: "we share no server",
    160005: "the thread is locked",
    160006: "the server has too many active threads",
    220001: "the channel takes posts only",
}
"""How people read a code: each of these stands before the code in a notice or in `status`."""

VERDICTS: Final[Mapping[int, Verdict]] = {
    # Slow mode, and limits on writing to a channel, to a server, and on direct messages.
    20016: Verdict.RETRY_LATER,
    20028: Verdict.RETRY_LATER,
    20029: Verdict.RETRY_LATER,
    40003: Verdict.RETRY_LATER,
    40004: Verdict.RETRY_LATER,
    40062: Verdict.RETRY_LATER,
    110000: Verdict.RETRY_LATER,
    130000: Verdict.RETRY_LATER,
    # Posting reopens an archived thread, which fails while a server has too many open ones.
    50083: Verdict.RETRY_LATER,
    160006: Verdict.RETRY_LATER,
    BAD_TOKEN: Verdict.RETRY_LATER,
    10003: Verdict.PAUSE_CHANNEL,
    10013: Verdict.PAUSE_CHANNEL,
    10015: Verdict.PAUSE_CHANNEL,
    NEEDS_TAG: Verdict.PAUSE_CHANNEL,
    50001: Verdict.PAUSE_CHANNEL,
    50007: Verdict.PAUSE_CHANNEL,
    50013: Verdict.PAUSE_CHANNEL,
    50027: Verdict.PAUSE_CHANNEL,
    50033: Verdict.PAUSE_CHANNEL,
    50278: Verdict.PAUSE_CHANNEL,
    160005: Verdict.PAUSE_CHANNEL,
    220001: Verdict.PAUSE_CHANNEL,
    NEEDS_A_POST: Verdict.PAUSE_CHANNEL,
    NOT_FOR_TEXT: Verdict.PAUSE_CHANNEL,
    WRONG_KIND: Verdict.PAUSE_CHANNEL,
    10004: Verdict.STOP_WORKSPACE,
    # Discord refuses the content of this message; the channel takes others.
    20009: Verdict.OUR_BUG,
    40005: Verdict.OUR_BUG,
    50006: Verdict.OUR_BUG,
    50035: Verdict.OUR_BUG,
    50109: Verdict.OUR_BUG,
    200000: Verdict.OUR_BUG,
    200001: Verdict.OUR_BUG,
    240000: Verdict.OUR_BUG,
    # These mean "already done" or "expired"; their callers handle them by code.
    UNKNOWN_MESSAGE: Verdict.OUR_BUG,
    THREAD_EXISTS: Verdict.OUR_BUG,
    ALREADY_CROSSPOSTED: Verdict.OUR_BUG,
    10062: Verdict.OUR_BUG,
    40060: Verdict.OUR_BUG,
}


class Concern(StrEnum):
    """Which requests have to wait until the waiting time of an error is over."""

    NOTHING = "nothing"
    ROUTE = "this route of this channel"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A failed answer: HTTP status, Discord's error code (0 without one), and the seconds to wait, as sent.

    `scope` says whose limit a 429 is about: "user" and "shared" are one route's, "global" is everything's.
    `is_discords` is False if something before Discord answered, as Cloudflare does for a banned address.
    """

    status: int
    code: int = 0
    retry_after: float | None = None
    scope: str = ""
    is_discords: bool = True

    @property
    def is_for_token(self) -> bool:
        """Whether the bot's token was refused. A 401 about something else, such as a webhook, has a code."""
        return self.code == BAD_TOKEN or (self.status == HTTPStatus.UNAUTHORIZED and not self.code)


class DiscordError(DeliveryError):
    """A `DeliveryError` with Discord's code (0 without one), and which requests have to wait (`concern`).

    `is_invalid`: Discord counts it towards a ban of our address. `is_unrouted`: whatever answered, for example a proxy,
    does not know this path.
    """

    def __init__(
        self,
        verdict: Verdict,
        reason: str,
        *,
        retry_after: timedelta | None = None,
        code: int = 0,
        concern: Concern = Concern.NOTHING,
        is_invalid: bool = False,
        is_unrouted: bool = False,
    ) -> None:
        super().__init__(verdict, reason, retry_after=retry_after)
        self.code = code
        self.concern = concern
        self.is_invalid = is_invalid
        self.is_unrouted = is_unrouted


def refusal_of(status: int, headers: Mapping[str, str], body: Json) -> Refusal:
    """Read a failed answer; `body` is its JSON, None if it was none."""
    said = body if isinstance(body, dict) else {}
    code = said.get("code")
    waits = [seconds_of(each) for each in (said.get("retry_after"), headers.get("Retry-After"))]
    # A proxy may remove the Via header; but only Discord says in the body whether a limit is global.
    is_signed = "Via" in headers or "global" in said
    return Refusal(
        status=status,
        code=code if isinstance(code, int) else 0,
        # The header is in whole seconds, the body in fractions; the longer one is never too early.
        retry_after=max((each for each in waits if each is not None), default=None),
        scope="global" if said.get("global") else headers.get("X-RateLimit-Scope", ""),
        is_discords=bool(said) and (status != HTTPStatus.TOO_MANY_REQUESTS or is_signed),
    )


def discord_error_of(refusal: Refusal) -> DiscordError:
    """Return the error to raise for a refusal: its verdict, its words, how long to wait, and which requests."""
    is_for_rate = refusal.status == HTTPStatus.TOO_MANY_REQUESTS
    is_invalid = is_for_rate or refusal.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    wait, concern = _waiting_time(refusal), Concern.NOTHING
    if is_for_rate or refusal.is_for_token:
        is_of_route = is_for_rate and refusal.is_discords and refusal.scope != "global"
        concern = Concern.ROUTE if is_of_route else Concern.EVERYTHING
    return DiscordError(
        _verdict_of(refusal),
        _reason_of(refusal),
        retry_after=wait,
        code=refusal.code,
        concern=concern,
        is_invalid=is_invalid and refusal.scope != "shared",
        is_unrouted=not refusal.code and refusal.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED),
    )


def _verdict_of(refusal: Refusal) -> Verdict:
    if refusal.code in VERDICTS:
        return VERDICTS[refusal.code]
    if HTTPStatus.BAD_REQUEST <= refusal.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Verdict.RETRY_LATER
    return Verdict.UNKNOWN_OUTCOME


def _reason_of(refusal: Refusal) -> str:
    if refusal.is_for_token:
        return "Discord does not accept DISCORD_BOT_TOKEN"
    if refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
        is_banned = not refusal.is_discords
        return "Discord keeps out our IP address for a while" if is_banned else "Discord asked us to wait"
    if not refusal.code:
        return f"Discord answered with status {refusal.status} and no error code"
    return f"{_WORDS.get(refusal.code, 'Discord refused it')} ({refusal.code})"


def _waiting_time(refusal: Refusal) -> timedelta | None:
    """Return how long to wait; None if the caller's backoff decides."""
    if refusal.is_for_token:
        return TOKEN_WAIT
    if refusal.retry_after is not None:
        return min(max(timedelta(seconds=refusal.retry_after), SHORTEST_WAIT), LONGEST_WAIT)
    if refusal.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    return WAIT_WITHOUT_A_WORD if refusal.is_discords else CLOUDFLARE_WAIT


def seconds_of(said: object) -> float | None:
    """Read a number of seconds, which a header has as text; at most `LONGEST_WAIT`, None if it is no such number."""
    try:
        seconds = float(said) if isinstance(said, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    if seconds is None or not isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, LONGEST_WAIT.total_seconds())
