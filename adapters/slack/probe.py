"""Asks Slack whose a token is and what it may do: for the service, and for `paperround doctor`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from adapters.slack.bounds import bounded_session
from adapters.slack.client import client_of
from adapters.slack.errors import VERDICTS
from adapters.slack.names import workspace_of
from bot.errors import RefusedError, SourceError, Verdict
from bot.model.channel import Platform
from bot.model.installation import Installation, Secret

WITHIN: Final = timedelta(seconds=8)
"""How long Slack may take to answer."""

WHO: Final = "auth.test"
"""The method that tells whose a token is."""

SOCKET: Final = "apps.connections.open"
"""The method that gives an address for Socket Mode. Asking for it opens no connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Slack answered.

    `code` is its error code, empty on success; `scopes` are the token's, None where Slack named none; `date` is the
    HTTP header of that name: the time by Slack's clock. The others are empty where the method does not tell.
    """

    code: str = ""
    scopes: frozenset[str] | None = None
    date: str = ""
    workspace: str = ""
    team: str = ""
    bot_user: str = ""


async def ask(token: Secret, method: str, base_url: str) -> Answer:
    """Call a method that changes nothing; an error code of Slack's is an answer, too.

    Raises:
        SourceError: Slack cannot be reached, or what answered is not Slack.
    """
    try:
        async with asyncio.timeout(WITHIN.total_seconds()), bounded_session() as session:
            response = await client_of(token, f"{base_url.rstrip('/')}/", WITHIN, session).api_call(method)
    except SlackApiError as error:
        data = error.response.data
        code = data.get("error") if isinstance(data, dict) else None
        if not isinstance(code, str):
            status = error.response.status_code
            raise SourceError(f"what answers is not Slack (status {status})") from error
        headers = _lower(error.response.headers)
        return Answer(code=code, scopes=_scopes_of(headers), date=headers.get("date", ""))
    except TimeoutError as error:
        raise SourceError(f"no answer within {WITHIN.seconds} s") from error
    except (aiohttp.ClientError, SlackClientError, OSError, ValueError, AttributeError, RecursionError) as error:
        raise SourceError(f"it cannot be reached ({type(error).__name__})") from error
    data = response.data if isinstance(response.data, dict) else {}
    headers = _lower(response.headers)
    return Answer(
        scopes=_scopes_of(headers),
        date=headers.get("date", ""),
        workspace=_workspace(data),
        team=str(data.get("team") or ""),
        bot_user=str(data.get("user_id") or ""),
    )


async def one_workspace(token: Secret, base_url: str) -> Installation:
    """Return the installation of the one workspace that a bot's token belongs to.

    Raises:
        RefusedError: Slack refuses the token; the hint says where to copy a new one.
        SourceError: Slack cannot be reached, or cannot tell now.
    """
    answer = await ask(token, WHO, base_url)
    if answer.code and VERDICTS.get(answer.code) is not Verdict.STOP_WORKSPACE:
        raise SourceError(f"it cannot say now whose SLACK_BOT_TOKEN is ({answer.code})")
    if not answer.workspace:
        raise RefusedError(
            f"SLACK_BOT_TOKEN: Slack does not take it ({answer.code or 'it belongs to no workspace'}).",
            hint="Copy the Bot User OAuth Token anew: OAuth & Permissions on the page of the Slack app.",
        )
    return Installation(
        platform=Platform.SLACK,
        workspace=answer.workspace,
        token=token,
        bot_user=answer.bot_user,
        scopes=answer.scopes or frozenset(),
    )


def _workspace(data: Mapping[str, Any]) -> str:
    try:
        return workspace_of(
            data.get("enterprise_id"), data.get("team_id"), is_enterprise_install=data.get("is_enterprise_install")
        )
    except (TypeError, ValueError):
        return ""


def _lower(headers: Mapping[str, Any]) -> Mapping[str, str]:
    """Return headers by their names in lower case: the SDK gives them as they came."""
    return {name.lower(): str(value) for name, value in headers.items()}


def _scopes_of(headers: Mapping[str, str]) -> frozenset[str] | None:
    """Return the token's scopes; None if the answer names none."""
    scopes = headers.get("x-oauth-scopes")
    return None if scopes is None else frozenset(filter(None, scopes.replace(" ", "").split(",")))
