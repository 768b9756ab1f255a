"""Keeps one Socket Mode connection alive: a watchdog replaces it when it is dead.

The SDK reconnects by itself, but sometimes silently fails to: one of its tasks has ended, or the new connection
delivers nothing (slackapi/python-slack-sdk issues 1110 and 1446, slackapi/bolt-python issues 417 and 1529). So the
service calls `look_after` again and again: it checks tasks, pings and state from outside, closes a dead connection with
everything that belongs to it, and opens another. If connections keep ending soon after they are made, it waits longer
before each.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError

from adapters.slack.client import refusal_of
from adapters.slack.errors import delivery_error_of
from adapters.slack.socket_mode import EARLY_ENDS, Client, Handler
from bot.errors import PaperroundError
from bot.model.installation import Secret
from bot.ports import Clock

log = logging.getLogger(__name__)

CONNECT_WITHIN: Final = timedelta(seconds=20)
CLOSE_WITHIN: Final = timedelta(seconds=3)
"""How long opening and closing a connection may take."""

SILENT_FOR: Final = timedelta(seconds=60)
"""A connection is dead if no ping was answered for so long; the SDK itself should reconnect after four pings (40 s)."""

FIRST_WAIT: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(minutes=10)
"""Waits between connections that end early: none before the second, then 10 s, 30 s, 70 s and so on, at most 10 min."""

LONGEST_REFUSED: Final = timedelta(minutes=2)
"""Longest wait after Slack refused a connection, unless Slack asks for more: most refusals are passing faults."""

_ENDS_EARLY: Final = "Every connection to Slack ends soon after it is made, by Slack or by a proxy; trying again later."

_TOO_OFTEN: Final = "Slack asks to wait before the next connection; connecting after that."

_FATAL: Final = {
    "invalid_auth": "Slack does not accept SLACK_APP_TOKEN; make one with connections:write on the page of the app.",
    "not_allowed_token_type": "SLACK_APP_TOKEN is no app-level token; make one (xapp-...) on the page of the app.",
    "missing_scope": "SLACK_APP_TOKEN lacks connections:write; make one that has it on the page of the app.",
    "account_inactive": "Slack does not accept SLACK_APP_TOKEN any more; make another on the page of the app.",
    "token_revoked": "Slack does not accept SLACK_APP_TOKEN any more; make another on the page of the app.",
}

_NONSENSE: Final = "What answers is not Slack; `paperround doctor` says where it was asked."
"""Said of a proxy's error page, or a wrong PAPERROUND_SLACK__BASE_URL."""


class NotConnectedError(PaperroundError):
    """There is no connection to Slack now; the message says why."""


class Connection:
    """The Socket Mode connection of one app, kept alive by `look_after`."""

    def __init__(self, app: AsyncApp, app_token: Secret, base_url: str, clock: Clock) -> None:
        self._make: Callable[[int], Handler] = lambda early_ends: Handler(
            app, Client(app_token, base_url, clock, CONNECT_WITHIN, early_ends=early_ends)
        )
        self._clock = clock
        self.handler: Handler | None = None
        self._has_ended = False
        self._alive_at = clock.wall()
        self._early_ends = 0
        self._refusals = 0
        self._why = ""
        self._again_at = self._alive_at

    async def look_after(self) -> None:
        """Connect, or replace a dead connection; the service calls this again and again.

        Raises:
            NotConnectedError: there is no connection now.
        """
        if self._has_ended:
            return
        if self.handler is not None:
            fault = await self._fault(self.handler)
            if not fault:
                self._early_ends = 0 if self.handler.client.is_of_use else self._early_ends
                return
            log.warning("slack: %s; connecting anew", fault)
            if self.handler.client.has_ended_early or not self.handler.client.is_of_use:
                self._wait_longer()
            await self._drop()
        if self._clock.wall() < self._again_at:
            raise NotConnectedError(self._why)
        await self._connect()
        self._alive_at = self._clock.wall()

    async def _fault(self, handler: Handler) -> str:
        """Return why a connection is dead; empty if it is alive.

        Raises:
            NotConnectedError: it is down, but the SDK may still restore it by itself.
        """
        client, now = handler.client, self._clock.wall()
        tasks = (client.message_receiver, client.message_processor, client.current_session_monitor)
        if any(task is None or task.done() for task in tasks):
            return "a task of the connection has ended"
        if client.has_ended_early:
            return "the connection ended soon after it was made"
        silent = now.timestamp() - (client.last_ping_pong_time or self._alive_at.timestamp())
        if silent > SILENT_FOR.total_seconds():
            return f"no answer to a ping for {silent:.0f} s"
        if await client.is_connected():
            self._alive_at = now
            return ""
        away = now - self._alive_at
        if away < SILENT_FOR:
            raise NotConnectedError("Slack is not connected; reconnecting.")
        return f"not connected for {away.total_seconds():.0f} s"

    def _wait_longer(self) -> None:
        self._wait(_longer(self._early_ends, LONGEST_WAIT), _ENDS_EARLY)
        self._early_ends += 1

    def _refused(self, why: str, least: timedelta | None = None) -> NotConnectedError:
        """Return the error to raise for a refusal, and wait longer after each one in a row; at least for `least`."""
        self._wait(max(_longer(self._refusals, LONGEST_REFUSED), least or timedelta()), why)
        self._refusals += 1
        return NotConnectedError(why)

    def _wait(self, how_long: timedelta, why: str) -> None:
        self._again_at, self._why = self._clock.wall() + how_long, why

    async def _connect(self) -> None:
        handler = self._make(0 if self._early_ends else EARLY_ENDS)
        try:
            async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
                # Asked for here, because the SDK would retry or wait without saying why.
                answer = await handler.client.web_client.apps_connections_open(app_token=handler.client.app_token)
                handler.client.wss_uri = answer["url"]
                await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
        except SlackApiError as error:
            await _close(handler)
            refusal = refusal_of(error)
            why = f"Slack refuses the connection ({refusal.code}); trying again." if refusal.code else _NONSENSE
            if refusal.is_for_rate:
                why = _TOO_OFTEN
            raise self._refused(_FATAL.get(refusal.code, why), delivery_error_of(refusal).retry_after) from None
        except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError, ValueError, LookupError) as error:
            await _close(handler)
            named = type(error).__name__
            raise NotConnectedError(
                f"Slack cannot be reached ({named}); trying again. Check network and proxy."
            ) from None
        except AttributeError:
            # What the SDK raises of an answer that is JSON but no object.
            await _close(handler)
            raise self._refused(_NONSENSE) from None
        except asyncio.CancelledError:
            await _close(handler)
            raise
        if self._has_ended:
            await _close(handler)
            return
        self.handler, self._refusals = handler, 0
        log.info("slack: connected through Socket Mode")

    async def end(self) -> None:
        """Disconnect for good."""
        self._has_ended = True
        await self._drop()

    async def _drop(self) -> None:
        """Close the connection, if there is one, with everything that belongs to it."""
        handler, self.handler = self.handler, None
        if handler is not None:
            await _close(handler)


def _longer(times: int, longest: timedelta) -> timedelta:
    """Return how long to wait when the same went wrong `times` times before: 0, 10, 30, 70 s ..., less some jitter."""
    wait = min(FIRST_WAIT * ((1 << min(times, 10)) - 1), longest)
    return wait * (1 - random.random() / 4)  # noqa: S311 - jitter


async def _close(handler: Handler) -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN.total_seconds()):
            await handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt does not say
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        log.info("slack: the old connection did not close cleanly (%s); it is left behind", type(error).__name__)
