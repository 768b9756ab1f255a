"""The web pages that install paperround in a workspace: /slack/install and /slack/oauth_redirect.

/slack/install: make a state, keep it in the database and in a cookie ──> Slack asks the person to allow
        ┌──────────────────────────────────────────────────────────────────────┘
/slack/oauth_redirect: receive code and state ──> the state equals the cookie, is unused and under ten minutes old
        └──> exchange the code for a token ──> store it, encrypted ──> resume what was paused

The pages have no scripts or styles, which the web server's Content-Security-Policy forbids.
Source: https://docs.slack.dev/authentication/installing-with-oauth
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
from slack_sdk.web.async_slack_response import AsyncSlackResponse
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
"""The prefix `__Host-` makes browsers accept the cookie only from this very host, over HTTPS or on localhost."""

TOKEN_WITHIN: Final = timedelta(seconds=8)
"""How long exchanging the code may take: less than the ten seconds that our web server gives an answer."""

ONE_EVERY, AT_ONCE = timedelta(seconds=1), 30
"""How often an installation may be begun: one a second, 30 at once. Each keeps a row for ten minutes.

The limit is for all visitors together. The cookie needs HTTPS, so a proxy stands in front and every request has its
address; the headers in which it names the visitor can be forged. Only the proxy can stop one who floods the page.
"""

_WHY: Final = {
    "access_denied": "You did not allow it in Slack, so nothing was installed.",
    "invalid_browser": "This was begun in another browser, or more than ten minutes ago.",
    "invalid_state": "This was begun more than ten minutes ago, or has been finished already.",
    "missing_code": "Slack sent you back without a code.",
    "invalid_code": "Slack did not give a token for the code it sent you back with.",
}
"""What the page says of a failure, by Bolt's or Slack's name for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """The app's id and secret at Slack; `base_url` is that of the Web API."""

    client_id: str
    client_secret: str
    base_url: str

    def __repr__(self) -> str:
        return f"OAuthClient(client_id={self.client_id!r}, base_url={self.base_url!r})"


def install_endpoints(client: OAuthClient, store: Store, clock: Clock, *, default_zone: str) -> Mapping[str, Endpoint]:
    """Return the pages by path; `default_zone` is the IANA zone of channels that have none."""
    flow = _Flow(client, store, clock, default_zone)

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
    """An endpoint that answers with `answer`, or with a page of its own while the database is away."""

    answer: Callable[[Request], Awaitable[Response]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await self.answer(Request(scope, receive))
        except StoreError as error:
            ref = reference()
            log.warning("slack: an install page failed (ref %s): %s", ref, error)
            text = f"The database is away (ref {ref}). Try again in a few minutes."
            response = to_starlette_response(_page(HTTPStatus.SERVICE_UNAVAILABLE, "Not now", text))
        await response(scope, receive, send)


class _Flow(AsyncOAuthFlow):
    """Bolt's OAuth flow with our pages and stores, and without its log lines, which would contain codes."""

    def __init__(self, app: OAuthClient, store: Store, clock: Clock, default_zone: str) -> None:
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
        """Return the page with the list of scopes and the link to Slack."""
        del request
        asked = "".join(f"<li>{html.escape(scope)}: {html.escape(why)}</li>" for scope, why in SCOPES.items())
        return _html(
            "Install paperround",
            "<p>New research papers that match what a channel cares about. It asks Slack for:</p>"
            f'<ul>{asked}</ul><p><a href="{html.escape(url)}">Add to Slack</a></p>',
        )

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:
        """Return the address where Slack asks the person; parameters of our own page's address are not passed on."""
        del request
        return self.settings.authorize_url_generator.generate(state=state)

    async def run_installation(self, code: str) -> BoltInstallation | None:
        """Exchange the code for a token; None if that fails, which the log explains."""
        asked = {"code": code, "client_id": self.client_id, "client_secret": self.settings.client_secret}
        if self.redirect_uri:
            asked["redirect_uri"] = self.redirect_uri
        try:
            async with asyncio.timeout(TOKEN_WITHIN.total_seconds()), bounded_session() as session:
                client = client_of(None, self.client.base_url, TOKEN_WITHIN, session)
                # Not `oauth_v2_access`, which builds a header in a way that aiohttp warns of.
                answer = await client.api_call("oauth.v2.access", data=asked)
        except SlackApiError as error:
            refusal = refusal_of(error)
            hint = (
                "check SLACK_CLIENT_ID and SLACK_CLIENT_SECRET if this repeats" if refusal.code else "try again later"
            )
            answered = refusal.code or f"with status {refusal.status}"
            log.warning("slack: an installation failed: Slack answered %s; %s", answered, hint)
            return None
        except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("slack: an installation failed: Slack cannot be reached (%s)", type(error).__name__)
            return None
        except (ValueError, AttributeError, RecursionError) as error:
            # What the SDK raises of an answer that is no JSON object.
            log.warning(
                "slack: an installation failed: what answered is not Slack (%s); `paperround doctor` says where it was "
                "asked",
                type(error).__name__,
            )
            return None
        return _bolt_installation_of(answer)

    async def store_installation(self, request: AsyncBoltRequest, installation: BoltInstallation) -> None:
        """Store the installation, and resume what was paused when the workspace was lost."""
        del request
        try:
            workspace = installation_of(installation).workspace
            await self.settings.installation_store.async_save(installation)
            resumed = await welcome_workspace_back(
                self._store, self._clock, Platform.SLACK, workspace, default_zone=self._default_zone
            )
        except PaperroundError as error:
            raise BoltError(str(error)) from error
        log.info("slack:%s: the app was installed; %d paused channels resumed", workspace, len(resumed))

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
            # Anybody can put a reason into the address, so it is quoted and cut.
            log.warning("slack: an installation failed (ref %s): %s", ref, args.error or f"{args.reason[:60]!r}")
            why = f"Something is wrong on this side (ref {ref}); whoever runs paperround finds it in the log."
        return _page(
            HTTPStatus(args.suggested_status_code),
            "Not installed",
            f'{why} <a href="{INSTALL}">Begin again</a>.',
            cookie=self.settings.state_utils.build_set_cookie_for_deletion(),
        )


def _bolt_installation_of(answer: AsyncSlackResponse) -> BoltInstallation:
    """Read the answer of oauth.v2.access.

    Source: https://docs.slack.dev/reference/methods/oauth.v2.access
    """
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
