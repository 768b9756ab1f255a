"""What `doctor` asks of Slack: tokens, scopes, the way to hear, the keys of stored tokens."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from adapters.slack.manifest import HISTORY_SCOPES, SCOPES
from adapters.slack.probe import SOCKET, WHO, ask
from adapters.sql.store import open_store
from bot.cli.checking import Check, check_clock
from bot.errors import SourceError, StoreError
from bot.model.channel import Platform
from bot.model.installation import Secret
from bot.ports import Clock
from bot.settings import Settings
from bot.settings.slack import deafness

ASKED_ABOUT: Final = 20
"""Installed workspaces whose tokens are tried: enough to see what is wrong with all of them."""

NAMED: Final = 5
"""Workspaces that are named where many have the same fault."""

_REACH: Final = "Let this machine reach it (a proxy is named by HTTPS_PROXY), or correct PAPERROUND_SLACK__BASE_URL."
_FIX_BOT: Final = "Copy the Bot User OAuth Token (OAuth & Permissions of the Slack app) to SLACK_BOT_TOKEN."
_FIX_APP: Final = (
    "Turn Socket Mode on in the Slack app, make an app-level token with the scope connections:write (Basic "
    "Information), and set SLACK_APP_TOKEN to it."
)
_FIX_DEAF: Final = "Until then `run` does not start; `once` and `run --role worker` post without it."
_AGAIN: Final = "Let that workspace install the app again, at /slack/install."
_FIX_KEY: Final = (
    "Put the key that is missing back behind the others in PAPERROUND_SECRET_KEY, or let those workspaces install the "
    "app again, at /slack/install; until then their digests wait."
)
_FIX_SCOPES: Final = (
    "Replace the app's manifest by that of `paperround export slack`, and install the app to the workspace again."
)


async def slack_checks(settings: Settings, clock: Clock) -> AsyncIterator[Check]:
    """Yield every check of a Slack that is configured."""
    slack = settings.slack
    if (bot_token := slack.secret("bot_token")) is not None:
        for check in await _token("slack", bot_token, settings, clock, _FIX_BOT):
            yield check
    else:
        for check in await _installed(settings, clock):
            yield check
    if (app_token := slack.secret("app_token")) is not None:
        yield await _socket(app_token, slack.base_url)
    elif deaf := deafness(slack, settings.http):
        yield Check(name="slack requests", found=deaf, fix=_FIX_DEAF)
    else:
        yield Check(
            name="slack requests",
            found=f"signed, and heard over HTTP at {settings.http.host} port {settings.http.port}, /slack/events",
        )


async def _token(name: str, token: Secret, settings: Settings, clock: Clock, fix: str) -> list[Check]:
    """Ask whose a token is, and for what scopes."""
    try:
        answer = await ask(token, WHO, settings.slack.base_url)
    except SourceError as error:
        return [Check(name=name, found=f"{settings.slack.base_url}: {error.reason}", fix=_REACH)]
    if answer.code:
        return [Check(name=f"{name} token", found=f"Slack answers {answer.code}", fix=fix)]
    known = Check(name=f"{name} token", found=f"belongs to the bot of {answer.team} ({answer.workspace})")
    return [known, _scopes(name, answer.scopes), *check_clock(clock, name, answer.date)]


def _scopes(name: str, scopes: frozenset[str] | None) -> Check:
    if scopes is None:
        return Check(name=f"{name} scopes", found="Slack did not name them")
    missing = [each for each in SCOPES if each not in scopes]
    if missing:
        return Check(name=f"{name} scopes", found=f"{', '.join(missing)} missing", fix=_FIX_SCOPES)
    found = ["as asked for"]
    if scopes & HISTORY_SCOPES:
        found.append("what was posted can be looked up")
    if spare := sorted(scopes - SCOPES.keys() - HISTORY_SCOPES):
        found.append(f"not needed: {', '.join(spare)}")
    return Check(name=f"{name} scopes", found="; ".join(found))


async def _installed(settings: Settings, clock: Clock) -> Sequence[Check]:
    """Read every stored token with the keys, and try some of them."""
    url = settings.database_url.get_secret_value()
    try:
        async with open_store(url, secret_keys=settings.secret_keys) as store:
            names = await store.installations.workspaces(Platform.SLACK)
            lost = await store.installations.unreadable(Platform.SLACK)
            readable = [each for each in names if each not in set(lost)]
            asked = [await store.installations.find(Platform.SLACK, each) for each in readable[:ASKED_ABOUT]]
    except StoreError as error:
        return [Check(name="secret key", found=str(error), fix="See to the database.")]
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_token(f"slack {each.workspace}", each.token, settings, clock, _AGAIN))
            for each in asked
            if each is not None
        ]
    return [_keys(len(readable), lost), *(check for task in tasks for check in task.result())]


def _keys(readable: int, lost: Sequence[str]) -> Check:
    """Say how many stored tokens the keys read, and whose they do not."""
    found = f"reads the tokens of {readable} installed workspaces"
    if not lost:
        return Check(name="secret key", found=found)
    named = ", ".join((*lost[:NAMED], *([f"{len(lost) - NAMED} more"] if len(lost) > NAMED else [])))
    return Check(name="secret key", found=f"{found}, and not of {named}", fix=_FIX_KEY)


async def _socket(token: Secret, base_url: str) -> Check:
    """Ask for a connection, and do not open it."""
    try:
        answer = await ask(token, SOCKET, base_url)
    except SourceError as error:
        return Check(name="slack socket", found=f"{base_url}: {error.reason}", fix=_REACH)
    if answer.code:
        return Check(name="slack socket", found=f"Slack answers {answer.code}", fix=_FIX_APP)
    return Check(name="slack socket", found="Slack gives a connection for Socket Mode")
