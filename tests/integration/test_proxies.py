"""Slack and Discord through a proxy that the environment names, with a name and a password for it."""

from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from adapters.discord.client import DiscordApi
from adapters.proxies import proxy_for
from adapters.slack.client import SlackApi
from bot.cli.checking import Unpaced
from bot.clock import FixedClock
from bot.model.installation import Secret
from tests.builders import NOW

KEY = f"Basic {b64encode(b'me:hunter2').decode()}"


@asynccontextmanager
async def a_proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[str]]:
    """Serve a proxy that wants a password, and answers everything itself; gives the addresses it was asked for."""
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.headers.get("Proxy-Authorization") != KEY:
            return web.Response(status=407)
        asked.append(str(request.url))
        # No charset may stand there: discord.py would not take it for JSON.
        return web.Response(body=b'{"ok": true, "id": "1"}', content_type="application/json")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("HTTP_PROXY", f"http://me:hunter2@127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield asked
    finally:
        await runner.cleanup()


async def ask_slack() -> None:
    await SlackApi("http://slack.example/api/").read(Secret("xoxb-1"), "auth.test", {})


async def ask_discord() -> None:
    api = DiscordApi(Secret("secret"), Unpaced(), FixedClock(NOW), "http://discord.example/api/v10")
    try:
        await api.myself()
    finally:
        await api.close()


@pytest.mark.parametrize(
    ("ask", "address"),
    [
        (ask_slack, "http://slack.example/api/auth.test"),
        (ask_discord, "http://discord.example/api/v10/users/@me"),
    ],
)
async def test_a_proxy_that_wants_a_password_gets_it(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Awaitable[Any]], address: str
) -> None:
    async with a_proxy(monkeypatch) as asked:
        await ask()
    assert asked == [address]


def test_a_proxy_is_asked_for_others_and_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "slack.example")
    urls = ("https://slack.com/api/", "https://slack.example/api/", "http://127.0.0.1:8080/api/", "http://[::1]:80/")
    assert [proxy_for(url) for url in urls] == ["http://proxy.example:3128", None, None, None]
