"""Calls Slack's Web API: one request a call, never sent twice by the SDK, every failure a `DeliveryError`.

Each call has a connection of its own. A kept one may have been closed by Slack just when it is used again, and then
nobody knows whether the message on it arrived.
"""

import asyncio
import logging
import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.proxies import proxy_for
from adapters.slack.bounds import bounded_session
from adapters.slack.errors import Refusal, delivery_error_of
from bot.errors import DeliveryError, Verdict
from bot.model.installation import Secret

BASE_URL: Final = "https://slack.com/api/"

_ANSWERS_AT: Final = (".slack.com", ".slack-gov.com")
"""Where response_urls are, also when the Web API is asked through a proxy."""

_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})

CALL_TIMEOUT: Final = timedelta(seconds=8)
"""How long one call may take: with the pacing before it, it stays below what a post may take."""

Json = Any


class SlackApi:
    """Slack's methods, for whichever workspace's token."""

    def __init__(self, base_url: str = BASE_URL, *, timeout: timedelta = CALL_TIMEOUT) -> None:
        self._base_url = base_url
        self._timeout = timeout

    def takes_answers_at(self, url: str) -> bool:
        """Say whether an address is Slack's for answers: it comes from outside, and is asked from inside."""
        try:
            parts, own = urlsplit(url), urlsplit(self._base_url)
            host = parts.hostname or ""
        except ValueError:
            return False
        is_plain = parts.netloc.isascii() and not set(parts.netloc) & set("@\\")
        is_slacks = parts.scheme == "https" and f".{host}".endswith(_ANSWERS_AT)
        is_ours = parts.scheme == own.scheme and _is_same_host(host, own.hostname or "")
        return is_plain and (is_slacks or is_ours)

    async def post(self, token: Secret, method: str, body: Mapping[str, Json]) -> Mapping[str, Json]:
        """Call a method that does something, and return its answer.

        Raises:
            DeliveryError: it was refused, or nobody knows; UNKNOWN_OUTCOME whenever it may have been done.
        """
        return await self._call(token, method, http_verb="POST", json=dict(body))

    async def read(self, token: Secret, method: str, query: Mapping[str, str]) -> Mapping[str, Json]:
        """Call a method that reads, and return its answer.

        Raises:
            DeliveryError: it was refused, or there was no answer.
        """
        return await self._call(token, method, http_verb="GET", params=dict(query))

    async def _call(self, token: Secret, method: str, **arguments: Any) -> Mapping[str, Json]:
        try:
            async with asyncio.timeout(self._timeout.total_seconds()), bounded_session() as session:
                answer = await client_of(token, self._base_url, self._timeout, session).api_call(method, **arguments)
        except TimeoutError as error:
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, "Slack did not answer in time") from error
        except SlackApiError as error:
            raise delivery_error_of(refusal_of(error)) from error
        except aiohttp.ClientConnectorError as error:
            # Without a connection nothing was sent.
            reason = f"Slack cannot be reached ({type(error).__name__})"
            raise DeliveryError(Verdict.RETRY_LATER, reason) from error
        except (aiohttp.ClientError, SlackClientError, OSError) as error:
            reason = f"the connection to Slack was lost ({type(error).__name__})"
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, reason) from error
        except (ValueError, AttributeError, RecursionError) as error:
            # The SDK trips over answers that are no JSON object: a text, a list, a deep nest, bytes that are no text.
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, "Slack's answer makes no sense") from error
        if not isinstance(answer.data, dict):
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, "Slack's answer makes no sense")
        return answer.data


def _is_same_host(one: str, other: str) -> bool:
    """Say whether two names are one host, as far as can be said without asking: this machine has several."""
    return one == other or {one, other} <= _THIS_MACHINE


def client_of(
    token: Secret | None, base_url: str, timeout: timedelta, session: aiohttp.ClientSession | None = None
) -> AsyncWebClient:
    """Make a client that sends each request once: the SDK's own would send a post again when the connection ends.

    Without a session it opens one a call, which bounds nothing.
    """
    client = AsyncWebClient(
        token=token.value if token else None,
        base_url=base_url,
        timeout=math.ceil(timeout.total_seconds()),
        session=session,
        retry_handlers=[],
    )
    client.proxy = proxy_for(base_url)
    return client


def silent_log() -> logging.Logger:
    """Return a log that says nothing, for what of the SDK repeats addresses that are secrets, and tracebacks."""
    return logging.Logger("slack_sdk", logging.CRITICAL + 1)  # noqa: LOG001 - nobody shares it


def refusal_of(error: SlackApiError) -> Refusal:
    """Read an answer that was no success; an HTML body leaves its data empty, or makes the answer aiohttp's own."""
    response: Any = error.response
    data = getattr(response, "data", None)
    headers = getattr(response, "headers", None) or {}
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    code = data.get("error") if isinstance(data, dict) else ""
    return Refusal(
        status=status,
        code=code if isinstance(code, str) else "",
        # Header names come in any case, and aiohttp's mapping does not mind.
        retry_after=str(headers.get("Retry-After", "")),
    )
