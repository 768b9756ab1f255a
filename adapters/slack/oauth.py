"""The pages by which a workspace takes paperround in: /slack/install and /slack/oauth_redirect.

our page ──> a state: in the browser's cookie, and stored ──> Slack asks the person ──> back with code and state
                                  cookie and state agree, first use, in ten minutes ──┘
                                  └──> the code for a token ──> stored, encrypted ──> what was paused goes on

Plain pages without scripts and styles: the web server sends a Content-Security-Policy that would let none of it work.
"""

import asyncio
import html
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import aiohttp
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth.installation_store import Installation as BoltInstallation
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from adapters.slack.bounds import bounded_session
from adapters.slack.client import client_of, refusal_of
from adapters.slack.installation import STATE_FOR, BoltInstallations, States, installation_of
from adapters.slack.manifest import BOT_NAME, SCOPES
from bot.errors import PaperroundError, StoreError, reference
from bot.model.channel import Platform
from bot.pipeline.notices import welcome_workspace_back
from bot.ports import Clock, Endpoint, Store

log = logging.getLogger(__name__)

INSTALL: Final = "/slack/install"
REDIRECT: Final = "/slack/oauth_redirect"

COOKIE: Final = "__Host-paperround-install"
"""A browser takes a cookie of this name from this host alone, and over HTTPS (or on the machine itself)."""

TOKEN_WITHIN: Final = timedelta(seconds=8)
"""How long Slack may take to give the token: less than our web server gives an answer."""

ONE_EVERY, AT_ONCE = timedelta(seconds=1), 30
"""Installations begun: each leaves a row behind for ten minutes, and anybody may ask for the page.

For everybody together: the cookie needs HTTPS, so that a proxy stands before the page, and who asks has its address.
What the proxy says of them may be made up; where somebody floods the page, it is the proxy that can tell them apart.
"""

_WHY: Final = {
    "access_denied": "You did not allow it in Slack, so nothing was installed.",
    "invalid_browser": "This was begun in another browser, or more than ten minutes ago.",
    "invalid_state": "This was begun more than ten minutes ago, or has been finished already.",
    "missing_code": "Slack sent you back without a code.",
    "invalid_code": "Slack did not give a token for the code it sent you back with.",
}
"""What is told of a failure, by Bolt's and Slack's names for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApp:
    """The app as Slack knows it; `base_url` is that of the Web API."""

    client_id: str
    client_secret: str
    base_url: str

    def __repr__(self) -> str:
        return f"SlackApp(client_id={self.client_id!r}, base_url={self.base_url!r})"


def install_endpoints(app: SlackApp, store: Store, clock: Clock, *, default_zone: str) -> Mapping[str, Endpoint]:
    """Return the pages by path; `default_zone` is the IANA zone of channels that have none."""
    flow = _Flow(app, store, clock, default_zone)

    async def install(request: Request) -> Response:
        if request.method not in {"GET", "HEAD"}:
            return to_starlette_response(_page(HTTPStatus.METHOD_NOT_ALLOWED, "Not here", "Open this page instead."))
        if await store.rate_limits.take("slack:install", ONE_EVERY, AT_ONCE, clock.wall()):
            busy = _page(HTTPStatus.TOO_MANY_REQUESTS, "Busy", "Many install just now. Try again in a minute.")
            return to_starlette_response(busy)
        return to_starlette_response(await flow.handle_installation(to_async_bolt_request(request, b"")))

    async def redirected(request: Request) -> Response:
        if request.method != "GET":
            return to_starlette_response(_page(HTTPStatus.METHOD_NOT_ALLOWED, "Not here", "Slack sends people here."))
        return to_starlette_response(await flow.handle_callback(to_async_bolt_request(request, b"")))

    return {INSTALL: _Page(install), REDIRECT: _Page(redirected)}


@dataclass(frozen=True, slots=True)
class _Page:
    """An endpoint that answers in this way, and with a page also while the database is away."""

    answer: Callable[[Request], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.answer(Request(scope, receive))
        except StoreError as error:
            ref = reference()
            log.warning("the pages of installation failed (ref %s): %s", ref, error)
            text = f"The database is away (ref {ref}). Try again in a few minutes."
            response = to_starlette_response(_page(HTTPStatus.SERVICE_UNAVAILABLE, "Not now", text))
        await response(scope, receive, send)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow with our pages, and without what it logs of codes."""

    def __init__(self, app: SlackApp, store: Store, clock: Clock, default_zone: str) -> None:
        self._store = store
        self._clock = clock
        self._default_zone = default_zone
        super().__init__(
            client=client_of(None, f"{app.base_url}/", TOKEN_WITHIN),
            logger=log,
            settings=AsyncOAuthSettings(
                client_id=app.client_id,
                client_secret=app.client_secret,
                scopes=list(SCOPES),
                user_scopes=[],
                authorization_url=f"{app.base_url.removesuffix('/api')}/oauth/v2/authorize",
                install_path=INSTALL,
                redirect_uri_path=REDIRECT,
                callback_options=AsyncCallbackOptions(success=self._succeeded, failure=self._failed),
                installation_store=BoltInstallations(store.installations, clock),
                installation_store_bot_only=True,
                state_store=States(store.requests, clock),
                state_cookie_name=COOKIE,
                state_expiration_seconds=int(STATE_FOR.total_seconds()),
                logger=log,
            ),
        )

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        """Return the page that asks before it leaves for Slack."""
        del request
        asked = "".join(f"<li>{html.escape(scope)}: {html.escape(why)}</li>" for scope, why in SCOPES.items())
        return _html(
            "Install paperround",
            "<p>New research papers that match what a channel cares about. It asks Slack for:</p>"
            f'<ul>{asked}</ul><p><a href="{html.escape(url)}">Add to Slack</a></p>',
        )

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """Return where Slack asks the person; nothing of our page's own address goes there."""
        del request
        return self.settings.authorize_url_generator.generate(state=state)

    async def run_installation(self, code: str) -> BoltInstallation | None:
        """Exchange the code for a token; None when Slack does not give one, which the log explains."""
        asked = {"code": code, "client_id": self.client_id, "client_secret": self.settings.client_secret}
        if self.redirect_uri:
            asked["redirect_uri"] = self.redirect_uri
        try:
            async with asyncio.timeout(TOKEN_WITHIN.total_seconds()), bounded_session() as session:
                client = client_of(None, self.client.base_url, TOKEN_WITHIN, session)
                # Not by its own method, which makes a header in a way that aiohttp warns of.
                answer = await client.api_call("oauth.v2.access", data=asked)
        except SlackApiError as error:
            refusal = refusal_of(error)
            log.warning(
                "an installation failed: Slack answers %s",
                refusal.code or f"with status {refusal.status}, without a word",
            )
            return None
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("an installation failed: Slack cannot be reached (%s)", type(error).__name__)
            return None
        except (ValueError, AttributeError, RecursionError) as error:
            # The SDK trips over answers that are no JSON object.
            log.warning("an installation failed: Slack's answer makes no sense (%s)", type(error).__name__)
            return None
        team, enterprise = _part(answer.get("team")), _part(answer.get("enterprise"))
        return BoltInstallation(
            user_id="",
            enterprise_id=_text(enterprise.get("id")),
            enterprise_name=_text(enterprise.get("name")),
            team_id=_text(team.get("id")),
            team_name=_text(team.get("name")),
            is_enterprise_install=bool(answer.get("is_enterprise_install")),
            bot_token=_text(answer.get("access_token")),
            bot_user_id=_text(answer.get("bot_user_id")),
            bot_scopes=_text(answer.get("scope")) or "",
        )

    async def store_installation(self, request: AsyncBoltRequest, installation: BoltInstallation) -> None:
        """Store it, and let what was paused when the workspace was lost go on."""
        del request
        try:
            workspace = installation_of(installation).workspace
            await self.settings.installation_store.async_save(installation)
            resumed = await welcome_workspace_back(
                self._store, self._clock, Platform.SLACK, workspace, default_zone=self._default_zone
            )
        except PaperroundError as error:
            raise BoltError(str(error)) from error
        log.info("slack:%s was installed; %d channels go on", workspace, len(resumed))

    async def _succeeded(self, args: AsyncSuccessArgs) -> BoltResponse:
        installed = args.installation
        team = html.escape(installed.team_name or installed.enterprise_name or "your workspace")
        return _page(
            HTTPStatus.OK,
            "paperround is installed",
            f"It is in {team} now. In the channel that wants papers, type <code>/invite @{BOT_NAME}</code> and then "
            '<code>/papers subscribe "world models" --daily 09:00</code>. <code>/papers help</code> has the rest.',
            cookie=self.settings.state_utils.build_set_cookie_for_deletion(),
        )

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        why = _WHY.get(args.reason)
        if args.error is not None or why is None:
            ref = reference()
            # The reason may come from anybody's address bar.
            log.warning("an installation failed (ref %s): %s", ref, args.error or f"{args.reason[:60]!r}")
            why = f"Something is wrong on this side (ref {ref}); whoever runs paperround finds it in the log."
        return _page(
            HTTPStatus(args.suggested_status_code),
            "Not installed",
            f'{why} <a href="{INSTALL}">Begin again</a>.',
            cookie=self.settings.state_utils.build_set_cookie_for_deletion(),
        )


def _part(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _page(status: HTTPStatus, title: str, text: str, *, cookie: str = "") -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {"Content-Type": "text/html; charset=utf-8"}
    if cookie:
        headers["Set-Cookie"] = [cookie]
    return BoltResponse(status=status, body=_html(title, f"<p>{text}</p>"), headers=headers)


def _html(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{title}</h1>{body}</body></html>\n'
