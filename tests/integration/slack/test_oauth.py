"""Installation by OAuth: our real pages and the real SDK, against a Slack on loopback that gives tokens."""

import logging
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from cryptography.fernet import Fernet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.slack.installation import STATE_FOR
from adapters.slack.manifest import SCOPES
from adapters.slack.oauth import AT_ONCE, COOKIE, INSTALL, REDIRECT, OAuthClient, install_endpoints
from adapters.sql.store import SqlStore, open_store
from adapters.web.listening import address_of, listen_at
from adapters.web.metrics import Metrics
from adapters.web.server import Health, application, serving
from bot.model.channel import Channel, Platform
from bot.model.subscription import Pause, PauseReason
from tests.builders import NOW
from tests.conformance.deliveries import subscribe
from tests.fakes.clock import SteppingClock

TOKEN = "xoxb-1-teapot"  # an invented one
SECRET = "kettle"
WORLD_MODELS = Channel(Platform.SLACK, "T1", "C1")


@dataclass
class Slack:
    """Gives a token for the code `good`, once asked by the app's secret; a test changes the answer."""

    answer: Any = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    url: str = ""

    async def access(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        self.asked.append(form)
        if self.status != 200:
            return Response("<html>Bad gateway</html>", self.status, media_type="text/html")
        return JSONResponse(self.answer if form["code"] == "good" else {"ok": False, "error": "invalid_code"})


def granted(team: str = "T1", **more: Any) -> dict[str, Any]:
    return {
        "ok": True,
        "access_token": TOKEN,
        "token_type": "bot",
        "scope": ",".join(SCOPES),
        "bot_user_id": "U0BOT",
        "team": {"id": team, "name": "Tea & <b>Pots</b>"},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": "U1"},
        **more,
    }


@dataclass
class Site:
    """Our own pages, and Slack behind them."""

    slack: Slack
    store: SqlStore
    clock: SteppingClock
    browser: httpx.AsyncClient

    async def begin(self) -> tuple[str, str]:
        """Open the page as a person does; returns where its link leads, and the cookie."""
        page = await self.browser.get(INSTALL)
        assert page.status_code == 200
        (link,) = re.findall(r'href="([^"]+)"', page.text)
        return unescape(link), page.headers["set-cookie"].partition(";")[0]

    async def come_back(self, cookie: str = "", **query: str) -> httpx.Response:
        """Come back from Slack; the cookie is copied by hand, since a client keeps none that is `Secure` for http."""
        return await self.browser.get(REDIRECT, params=query, headers={"Cookie": cookie} if cookie else {})

    async def install(self, code: str = "good") -> httpx.Response:
        link, cookie = await self.begin()
        return await self.come_back(cookie, code=code, state=state_of(link))


def state_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["state"][0]


@pytest.fixture
async def site(migrated_sqlite_url: str) -> AsyncIterator[Site]:
    slack, clock = Slack(granted()), SteppingClock(NOW)
    async with AsyncExitStack() as opened:
        at_slack = opened.enter_context(listen_at("127.0.0.1", 0))
        theirs = Starlette(routes=[Route("/api/oauth.v2.access", slack.access, methods=["POST"])])
        await opened.enter_async_context(serving(theirs, at_slack))
        keys = [Fernet.generate_key().decode()]
        store = await opened.enter_async_context(open_store(migrated_sqlite_url, secret_keys=keys))
        app = OAuthClient(client_id="1.2", client_secret=SECRET, base_url=f"{address_of(at_slack)}/api")
        pages = install_endpoints(app, store, clock, default_zone="UTC")
        health = Health(store=store, clock=clock, loops=tuple, is_stopping=lambda: False)
        ours = application(health, Metrics(store, clock, tuple), [Route(path, page) for path, page in pages.items()])
        at_ours = opened.enter_context(listen_at("127.0.0.1", 0))
        await opened.enter_async_context(serving(ours, at_ours))
        browser = await opened.enter_async_context(httpx.AsyncClient(base_url=address_of(at_ours)))
        yield Site(slack, store, clock, browser)


async def test_the_page_asks_slack_for_the_scopes_of_the_manifest_and_ties_the_state_to_the_browser(site: Site) -> None:
    page = await site.browser.get(INSTALL)
    (link,) = re.findall(r'href="([^"]+)"', page.text)
    asked = parse_qs(urlsplit(unescape(link)).query)
    assert urlsplit(link).path == "/oauth/v2/authorize"
    assert asked["scope"] == [",".join(SCOPES)]
    assert asked["client_id"] == ["1.2"]
    cookie, *flags = page.headers["set-cookie"].split("; ")
    assert cookie == f"{COOKIE}={asked['state'][0]}"
    assert {"Secure", "HttpOnly", "Path=/", "Max-Age=600"} <= set(flags)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert SECRET not in page.text


async def test_a_workspace_installs_and_its_token_is_kept(site: Site) -> None:
    done = await site.install()
    assert (done.status_code, site.slack.asked[0]["code"]) == (200, "good")
    assert "Tea &amp; &lt;b&gt;Pots&lt;/b&gt;" in done.text
    assert "/invite @papers" in done.text
    assert done.headers["content-security-policy"].startswith("default-src 'none'")
    found = await site.store.installations.find("slack", "T1")
    assert found is not None
    assert (found.token.value, found.bot_user, found.scopes) == (TOKEN, "U0BOT", frozenset(SCOPES))


async def test_a_state_works_once(site: Site) -> None:
    link, cookie = await site.begin()
    first = await site.come_back(cookie, code="good", state=state_of(link))
    again = await site.come_back(cookie, code="good", state=state_of(link))
    assert (first.status_code, again.status_code) == (200, 401)
    assert len(site.slack.asked) == 1


async def test_a_state_ends_after_ten_minutes(site: Site) -> None:
    link, cookie = await site.begin()
    await site.clock.sleep(STATE_FOR.total_seconds())
    late = await site.come_back(cookie, code="good", state=state_of(link))
    assert (late.status_code, site.slack.asked) == (401, [])
    assert timedelta(minutes=10) >= STATE_FOR


async def test_a_state_of_another_browser_installs_nothing(site: Site) -> None:
    theirs, _ = await site.begin()
    _, mine = await site.begin()
    for cookie in ("", mine):
        refused = await site.come_back(cookie, code="good", state=state_of(theirs))
        assert refused.status_code == 400
    assert site.slack.asked == []
    assert await site.store.installations.workspaces("slack") == ()


async def test_an_invented_state_installs_nothing(site: Site) -> None:
    refused = await site.come_back(f"{COOKIE}=invented", code="good", state="invented")
    assert (refused.status_code, site.slack.asked) == (401, [])


async def test_a_state_stands_for_nothing_that_a_button_could_ask(site: Site) -> None:
    link, _ = await site.begin()
    for workspace in ("T1", ""):
        assert await site.store.requests.take(state_of(link), "slack", workspace, "U1", NOW) is None  # type: ignore[arg-type]  # as a button would send it


async def test_one_workspace_s_installation_leaves_that_of_another_alone(site: Site) -> None:
    await site.install()
    site.slack.answer = granted("T2", access_token="xoxb-2-saucer")
    await site.install()
    found = [await site.store.installations.find("slack", each) for each in ("T1", "T2")]
    assert [each and each.token.value for each in found] == [TOKEN, "xoxb-2-saucer"]


async def test_an_organisation_and_a_workspace_of_it_are_two_installations(site: Site) -> None:
    enterprise = {"id": "E1", "name": "Tea"}
    site.slack.answer = granted(enterprise=enterprise)
    await site.install()
    site.slack.answer = granted(enterprise=enterprise, is_enterprise_install=True) | {"team": None}
    assert "It is in Tea now" in (await site.install()).text
    assert await site.store.installations.workspaces("slack") == ("E1", "E1.T1")


async def test_after_an_installation_anew_goes_on_what_the_loss_of_the_workspace_paused(site: Site) -> None:
    away = Channel(Platform.SLACK, "T2", "C1")
    for each in (WORLD_MODELS, away):
        await subscribe(site.store, channel=each)
        lost = Pause(by="paperround", reason=PauseReason.ACCESS, since=NOW, detail="uninstalled")
        await site.store.subscriptions.pause_workspace("slack", each.workspace, lost)
    await site.install()
    assert [each.is_active for each in await site.store.subscriptions.of_channel(WORLD_MODELS)] == [True]
    assert [each.is_active for each in await site.store.subscriptions.of_channel(away)] == [False]


async def test_what_a_person_paused_stays_so_after_an_installation_anew(site: Site) -> None:
    await subscribe(site.store, channel=WORLD_MODELS)
    rest = Pause(by="U1", reason=PauseReason.PERSON, since=NOW)
    await site.store.subscriptions.pause_workspace("slack", "T1", rest)
    await site.install()
    assert [each.is_active for each in await site.store.subscriptions.of_channel(WORLD_MODELS)] == [False]


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({"error": "access_denied"}, 200, "You did not allow it in Slack"),
        ({"error": "<script>alert(1)</script>"}, 200, "Something is wrong on this side (ref "),
        ({"code": "bad"}, 401, "did not give a token"),
        ({}, 401, "without a code"),
    ],
)
async def test_what_goes_wrong_is_told_on_a_plain_page_with_the_way_back(
    site: Site, query: Mapping[str, str], status: int, told: str
) -> None:
    link, cookie = await site.begin()
    page = await site.come_back(cookie, state=state_of(link), **query)
    assert page.status_code == status
    assert told in page.text
    assert f'href="{INSTALL}"' in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert await site.store.installations.workspaces("slack") == ()


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": None},
        {"access_token": [TOKEN]},
        {"team": None},
        {"team": "T1"},
        {"team": {"id": ["T1"]}},
        {"team": {"id": "T1/C1"}},
        {"bot_user_id": None},
    ],
)
async def test_an_answer_that_names_no_bot_or_no_workspace_installs_nothing(site: Site, answer: dict[str, Any]) -> None:
    site.slack.answer = granted() | answer
    assert (await site.install()).status_code == 500
    assert await site.store.installations.workspaces("slack") == ()


async def test_an_answer_that_makes_no_sense_is_told_on_our_page(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    senseless: list[Any] = ["a text", 5, [], {"ok": False, "error": ["no"]}]
    for site.slack.answer in senseless:
        page = await site.install()
        assert (page.status_code, "Begin again" in page.text) == (401, True)
    assert "Traceback" not in caplog.text
    site.slack.answer = granted() | {"team": {"id": "T1", "name": ["Tea"]}, "scope": 5}
    assert (await site.install()).status_code == 200


async def test_the_link_to_slack_takes_nothing_of_the_page_s_own_address(site: Site) -> None:
    page = await site.browser.get(INSTALL, params={"team": "T1&client_id=6.6", "client_id": "6.6"})
    assert "6.6" not in page.text


async def test_a_slack_in_trouble_installs_nothing_and_no_log_holds_a_secret(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="adapters")
    site.slack.status = 502
    page = await site.install(code="good")
    assert page.status_code == 401
    assert "Slack answered with status 502" in caplog.text
    site.slack.status = 200
    await site.install()
    for secret in (SECRET, TOKEN, "code=good"):
        assert secret not in caplog.text + page.text


async def test_a_crowd_that_only_opens_the_page_is_asked_to_wait(site: Site) -> None:
    pages = [(await site.browser.get(INSTALL)).status_code for _ in range(AT_ONCE + 1)]
    assert pages == [200] * AT_ONCE + [429]
    await site.clock.sleep(60)
    assert (await site.browser.get(INSTALL)).status_code == 200


async def test_the_pages_are_opened_and_nothing_else(site: Site) -> None:
    assert [(await site.browser.post(path)).status_code for path in (INSTALL, REDIRECT)] == [405, 405]


def test_the_app_s_secret_is_in_no_repr() -> None:
    assert SECRET not in repr(OAuthClient(client_id="1.2", client_secret=SECRET, base_url="https://slack.com/api"))
