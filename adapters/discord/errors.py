"""What Discord's refusals mean: a table from each code to a verdict, and what follows where there is no code. Pure.

    a code of the table          its verdict
    429                          retry later, once the time that Discord names is over
    401                          retry later: the token is of all servers, and whoever runs paperround can mend it
    any other code, other 4xx    retry later: refused, so nothing was posted
    5xx, or no sense at all      unknown outcome: it may have been posted

A code that nobody knows is tried again, for a day, and then dead, with the code in `status`. Calling it our bug at once
would drop a digest for what may pass; pausing would silence a channel on a guess.

A token that is refused stops no workspace. It would pause every server, one by one, for the mistake of one hand, and
each would have to be resumed. So the deliveries wait, nothing at all is sent meanwhile, and the reason stands in
`status`.
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

LONGEST_WAIT: Final = timedelta(hours=1)
"""A longer Retry-After is cut to this."""

SHORTEST_WAIT: Final = timedelta(milliseconds=250)
"""A shorter one is lengthened to this: Discord sometimes says 0."""

WAIT_WITHOUT_A_WORD: Final = timedelta(seconds=30)
"""Waiting time after a refusal for rate that names none."""

CLOUDFLARE_WAIT: Final = timedelta(minutes=10)
"""Waiting time after a ban that names none: what is counted against an address is forgotten after that.

Source: https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""

TOKEN_WAIT: Final = timedelta(minutes=2)
"""Waiting time after the token was refused: some 5 requests in the 10 minutes in which Discord counts to 10,000."""

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
"""What people read of a lost access, before the code."""

VERDICTS: Final[Mapping[int, Verdict]] = {
    # Slow mode, and the limits on what is written to a channel, to a server, and on direct messages.
    20016: Verdict.RETRY_LATER,
    20028: Verdict.RETRY_LATER,
    20029: Verdict.RETRY_LATER,
    40003: Verdict.RETRY_LATER,
    40004: Verdict.RETRY_LATER,
    40062: Verdict.RETRY_LATER,
    110000: Verdict.RETRY_LATER,
    130000: Verdict.RETRY_LATER,
    # Posting opens an archived thread again, unless too many are open: that may pass.
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
    # Discord refuses what the message says: the channel is as good as before.
    20009: Verdict.OUR_BUG,
    40005: Verdict.OUR_BUG,
    50006: Verdict.OUR_BUG,
    50035: Verdict.OUR_BUG,
    50109: Verdict.OUR_BUG,
    200000: Verdict.OUR_BUG,
    200001: Verdict.OUR_BUG,
    240000: Verdict.OUR_BUG,
    # Whoever asks takes these for what they are: done before, or over.
    UNKNOWN_MESSAGE: Verdict.OUR_BUG,
    THREAD_EXISTS: Verdict.OUR_BUG,
    ALREADY_CROSSPOSTED: Verdict.OUR_BUG,
    10062: Verdict.OUR_BUG,
    40060: Verdict.OUR_BUG,
}


class Concern(StrEnum):
    """What has to keep silent until the waiting time of an error is over."""

    NOTHING = "nothing"
    ROUTE = "this route of this channel"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An answer that is no success: status, code (0 without one), waiting time as it came, and whose limit it was for.

    `scope` is what a 429 names: "user" and "shared" are for one route, "global" for all. `is_discords` is False where
    something before Discord answered, as Cloudflare does to an address that it has banned.
    """

    status: int
    code: int = 0
    retry_after: float | None = None
    scope: str = ""
    is_discords: bool = True

    @property
    def is_for_token(self) -> bool:
        """Say whether the bot's token was refused; another 401 has a code, as that of a webhook has."""
        return self.code == BAD_TOKEN or (self.status == HTTPStatus.UNAUTHORIZED and not self.code)


class DiscordError(DeliveryError):
    """A `DeliveryError` with Discord's code, 0 where it has none, and with what has to wait.

    `is_invalid` says that Discord counts it against our address, `is_unrouted` that who answered takes no such call.
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
    """Read an answer that was no success; `body` is its JSON, None where it was none."""
    said = body if isinstance(body, dict) else {}
    code = said.get("code")
    waits = [seconds_of(each) for each in (said.get("retry_after"), headers.get("Retry-After"))]
    # A proxy may take the Via away; only Discord says in a body whether a limit is global.
    is_signed = "Via" in headers or "global" in said
    return Refusal(
        status=status,
        code=code if isinstance(code, int) else 0,
        # The header is in whole seconds, the body in parts of one; who waits for the longer was not too early.
        retry_after=max((each for each in waits if each is not None), default=None),
        scope="global" if said.get("global") else headers.get("X-RateLimit-Scope", ""),
        is_discords=bool(said) and (status != HTTPStatus.TOO_MANY_REQUESTS or is_signed),
    )


def discord_error_of(refusal: Refusal) -> DiscordError:
    """Return what a refusal means for the delivery."""
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
        return "Discord asked us to wait" if refusal.is_discords else "Discord keeps our address out for a while"
    if not refusal.code:
        return f"Discord answered {refusal.status} without a word"
    return f"{_WORDS.get(refusal.code, 'Discord refused it')} ({refusal.code})"


def _waiting_time(refusal: Refusal) -> timedelta | None:
    """Return how long to wait; None leaves it to the backoff."""
    if refusal.is_for_token:
        return TOKEN_WAIT
    if refusal.retry_after is not None:
        return min(max(timedelta(seconds=refusal.retry_after), SHORTEST_WAIT), LONGEST_WAIT)
    if refusal.status != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    return WAIT_WITHOUT_A_WORD if refusal.is_discords else CLOUDFLARE_WAIT


def seconds_of(said: object) -> float | None:
    """Read a waiting time: a number of seconds, in a header as text, cut to the longest; None where it is none."""
    try:
        seconds = float(said) if isinstance(said, str | int | float) else None
    except (ValueError, OverflowError):
        return None
    if seconds is None or not isfinite(seconds) or seconds < 0:
        return None
    return min(seconds, LONGEST_WAIT.total_seconds())
