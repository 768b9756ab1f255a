"""Installation by OAuth and scopes in somebody else's Slack: the real service, a person with a browser."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet

from adapters.slack.client import SlackApi
from adapters.slack.manifest import SCOPES
from adapters.sql.store import open_store
from bot.errors import DeliveryError, Verdict
from bot.model.installation import Installation, Secret
from tests.console import Console
from tests.peers.emulate import (
    CLIENT_ID,
    CLIENT_SECRET,
    SIGNING_SECRET,
    TOKEN_WITHOUT_SCOPES,
    allow,
    emulate,
    free_port,
)
from tests.peers.waiting import answering, running

pytestmark = pytest.mark.peers


@dataclass
class Town:
    """A Slack that gives tokens, and paperround that waits for workspaces."""

    slack: httpx.AsyncClient
    ours: httpx.AsyncClient
    folder: Path
    key: str

    async def installed(self) -> tuple[Installation, ...]:
        url = f"sqlite:///{self.folder / 'paperround.db'}"
        async with open_store(url, secret_keys=[self.key]) as store:
            names = await store.installations.workspaces("slack")
            found = [await store.installations.find("slack", each) for each in names]
            return tuple(each for each in found if each is not None)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    key, port = Fernet.generate_key().decode(), free_port()
    ours = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as opened:
        slack = await opened.enter_async_context(emulate(tmp_path, f"{ours}/slack/oauth_redirect", list(SCOPES)))
        environment = {
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            # Slack itself takes the app's first address where none is named; emulate does not.
            "SLACK_REDIRECT_URI": f"{ours}/slack/oauth_redirect",
            "PAPERROUND_SLACK__BASE_URL": f"{slack.base_url}/api".replace("//api", "/api"),
            "PAPERROUND_HTTP__PORT": str(port),
            "PAPERROUND_SECRET_KEY": key,
        }
        variables = Console(tmp_path, environment).variables
        command = [sys.executable, "-W", "error", "-m", "bot", "run", "--role", "gateway"]
        await opened.enter_async_context(running(command, tmp_path / "paperround.log", variables))
        browser = await opened.enter_async_context(httpx.AsyncClient(base_url=ours))
        await answering(browser, "/healthz")
        yield Town(slack, browser, tmp_path, key)


async def test_a_workspace_installs_paperround_and_its_token_speaks(town: Town) -> None:
    page = await town.ours.get("/slack/install")
    (link,) = re.findall(r'href="([^"]+)"', page.text)
    back = await allow(town.slack, unescape(link))
    cookie = page.headers["set-cookie"].partition(";")[0]
    done = await town.ours.get(back, headers={"Cookie": cookie})
    assert "paperround is installed" in done.text
    assert "It is in Tea now" in done.text
    (installed,) = await town.installed()
    assert installed.scopes == frozenset(SCOPES)
    who = await town.slack.post("/api/auth.test", headers={"Authorization": f"Bearer {installed.token.value}"})
    assert who.json()["team_id"] == installed.workspace
    again = await town.ours.get(back, headers={"Cookie": cookie})
    assert "Not installed" in again.text
    written = [file.read_bytes() for file in town.folder.iterdir() if file.is_file() and file.name != "emulate.yaml"]
    assert [each for each in written if installed.token.value.encode() in each] == []


async def test_a_browser_that_did_not_begin_it_installs_nothing(town: Town) -> None:
    page = await town.ours.get("/slack/install")
    (link,) = re.findall(r'href="([^"]+)"', page.text)
    back = await allow(town.slack, unescape(link))
    assert (await town.ours.get(back)).status_code == 400
    assert await town.installed() == ()


async def test_a_token_without_the_scope_stops_the_workspace(town: Town) -> None:
    api = SlackApi(f"{town.slack.base_url}/api/".replace("//api", "/api"))
    with pytest.raises(DeliveryError) as refused:
        await api.post(Secret(TOKEN_WITHOUT_SCOPES), "chat.postMessage", {"channel": "general", "text": "a digest"})
    assert refused.value.verdict is Verdict.STOP_WORKSPACE
    assert "missing_scope" in refused.value.reason
