"""Calls Slack's Web API. Each call sends one request, which the SDK never repeats; failures become `DeliveryError`s.

Each call opens a connection of its own. Slack may close a kept connection at the moment when it is used again, and then
nobody knows whether the message arrived.
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

from adapters.proxies import LOOPBACK, proxy_for
from adapters.slack.bounds import bounded_session
from adapters.slack.errors import Refusal, delivery_error_of
from bot.errors import DeliveryError, Verdict
from bot.model.installation import Secret

BASE_URL: Final = "https://slack.com/api/"

_ANSWERS_AT: Final = (".slack.com", ".slack-gov.com")
"""Hosts of Slack's response_urls, also where the settings send calls of the Web API to another host."""

_NO_ANSWER_OF_SLACKS: Final = "the answer was not in Slack's form; a proxy may have sent it"

CALL_TIMEOUT: Final = timedelta(seconds=8)
"""How long one call may take. With the waiting of `pacing.py` before it, a post stays within its lease."""

Json = Any


class SlackApi:
    """Calls methods of the Web API; the token of each call says for which workspace."""

    def __init__(self, base_url: str = BASE_URL, *, timeout: timedelta = CALL_TIMEOUT) -> None:
        self._base_url = base_url
        self._timeout = timeout

    def takes_answers_at(self, url: str) -> bool:
        """Say whether a response_url leads to Slack.

        It came with a request and is called from inside our network: a forged one could reach other machines there.
        """
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
        """Call a method that changes something, and return its answer.

        Raises:
            DeliveryError: it failed; the verdict is `UNKNOWN_OUTCOME` whenever Slack may have done it nevertheless.
        """
        return await self._call(token, method, http_verb="POST", json=dict(body))

    async def read(self, token: Secret, method: str, query: Mapping[str, str]) -> Mapping[str, Json]:
        """Call a method that only reads, and return its answer.

        Raises:
            DeliveryError: Slack refused, or did not answer.
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
            # No connection, so nothing was sent.
            reason = f"Slack cannot be reached ({type(error).__name__})"
            raise DeliveryError(Verdict.RETRY_LATER, reason) from error
        except (aiohttp.ClientError, SlackClientError, OSError) as error:
            reason = f"the connection to Slack was lost ({type(error).__name__})"
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, reason) from error
        except (ValueError, AttributeError, RecursionError) as error:
            # What the SDK raises of an answer that is no JSON object: a text, a list, deep nesting, broken UTF-8.
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, _NO_ANSWER_OF_SLACKS) from error
        if not isinstance(answer.data, dict):
            raise DeliveryError(Verdict.UNKNOWN_OUTCOME, _NO_ANSWER_OF_SLACKS)
        return answer.data


def _is_same_host(one: str, other: str) -> bool:
    """Say whether two host names are equal, or both mean this machine."""
    return one == other or {one, other} <= LOOPBACK


def client_of(
    token: Secret | None, base_url: str, timeout: timedelta, session: aiohttp.ClientSession | None = None
) -> AsyncWebClient:
    """Return an SDK client that never retries: by default the SDK repeats a post when the connection breaks.

    Pass a `bounded_session`; without one the client opens its own, which accepts answers of any size.
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
    """Return a logger that drops everything, for parts of the SDK that would log secret addresses and tracebacks."""
    return logging.Logger("slack_sdk", logging.CRITICAL + 1)  # noqa: LOG001 - nobody shares it


def refusal_of(error: SlackApiError) -> Refusal:
    """Read the SDK's error. After an HTML body, `response.data` is empty, or `response` is aiohttp's own object."""
    response: Any = error.response
    data = getattr(response, "data", None)
    headers = getattr(response, "headers", None) or {}
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    code = data.get("error") if isinstance(data, dict) else ""
    return Refusal(
        status=status,
        code=code if isinstance(code, str) else "",
        # aiohttp's mapping finds a header in any case.
        retry_after=str(headers.get("Retry-After", "")),
    )
