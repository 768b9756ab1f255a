"""emulate: somebody else's Slack for what local-slack lacks: OAuth, and scopes that are held against tokens.

It knows no Socket Mode, no commands and no buttons.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from re import findall

import httpx

from adapters.web.listening import listen_at
from tests.console import ROOT
from tests.peers.waiting import answering, running

PROGRAM = ROOT / ".peers" / "node_modules" / "emulate" / "dist" / "index.js"

CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET = "12345.67890", "kettle", "emusecret"  # invented ones
TOKEN_WITHOUT_SCOPES = "xoxb-noscope"


@asynccontextmanager
async def emulate(folder: Path, redirect_uri: str, scopes: Sequence[str]) -> AsyncIterator[httpx.AsyncClient]:
    """Run an emulate that knows our app; gives a browser to visit it with."""
    seed = folder / "emulate.yaml"
    seed.write_text(
        f"""
slack:
  team: {{ name: Tea, domain: tea }}
  users: [{{ name: ana, real_name: Ana, email: ana@example.com }}]
  channels: [{{ name: general }}]
  bots: [{{ name: papers }}]
  signing_secret: {SIGNING_SECRET}
  oauth_apps:
    - client_id: "{CLIENT_ID}"
      client_secret: {CLIENT_SECRET}
      app_id: A000000001
      name: paperround
      redirect_uris: ["{redirect_uri}"]
      scopes: {list(scopes)}
      bot_name: papers
  tokens: [{{ token: {TOKEN_WITHOUT_SCOPES}, user: ana, scopes: ["users:read"] }}]
  strict_scopes: true
"""
    )
    port = free_port()
    command = ["node", str(PROGRAM), "start", "-s", "slack", "-p", str(port), "--seed", str(seed)]
    async with (
        running(command, folder / "emulate.log"),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as browser,
    ):
        await answering(browser, "/")
        yield browser


async def allow(browser: httpx.AsyncClient, page: str) -> str:
    """Press the first person's button on the page that asks; returns where the browser is sent."""
    asked = await browser.get(page)
    assert asked.status_code == 200, asked.text
    form = asked.text.partition("<form")[2].partition("</form>")[0]
    fields = {unescape(name): unescape(value) for name, value in findall(r'name="([^"]*)" value="([^"]*)"', form)}
    allowed = await browser.post("/oauth/v2/authorize/callback", data=fields)
    assert allowed.status_code == 302, allowed.text
    return allowed.headers["location"]


def free_port() -> int:
    """Return a port that nobody listens at."""
    with listen_at("127.0.0.1", 0) as free:
        port: int = free.getsockname()[1]
    return port
