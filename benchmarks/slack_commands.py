"""Slack's commands over HTTP: a thousand in ten seconds, signed, and how soon each is acknowledged.

Run it as `python benchmarks/slack_commands.py [--commands 1000] [--seconds 10]`.
The server is a process of its own, over SQLite; Slack is played here, and takes the answers. Commands come at even
distances, whether or not those before them are done. The same number is sent to a bare route of the same server, and
the two are compared: what is left is Bolt, the signature, and the work that goes on meanwhile.
"""

import argparse
import asyncio
import hashlib
import hmac
import itertools
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlencode

from aiohttp import ClientSession, TCPConnector, web
from cryptography.fernet import Fernet
from starlette.responses import PlainTextResponse
from starlette.routing import Route

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from starlette.applications import Starlette

from adapters.slack.parts import SlackApp, SlackParts
from adapters.sql.store import open_store
from adapters.web.listening import address_of, listen_at
from adapters.web.server import mounted, serving
from benchmarks._made import percentile, report
from bot.clock import FixedClock, SystemClock
from bot.commands.services import Services
from bot.model.channel import Platform
from bot.model.installation import Installation, Secret
from tests.builders import NOW
from tests.scenarios.asking import FakeSource
from tests.scenarios.library import fill

SECRET = "signing-secret"  # noqa: S105 - of this benchmark alone
TEXTS = ("list", "search world models", "trending", "subscribe teapots", "show 2606.00001", "help", "status")
CHANNELS = 50

PATIENCE_SECONDS = 120
"""How long the answers may take after the last acknowledgement."""


def main() -> None:
    """Measure and print, or serve."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--commands", type=int, default=1000)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--serve", default="", help="serve, for the Slack at this address")
    options = arguments.parse_args()
    if options.serve:
        asyncio.run(_serve(options.serve))
    else:
        report(asyncio.run(_measure(options.commands, options.seconds)))


async def _serve(slack: str) -> None:
    clock = FixedClock(NOW)
    key = Fernet.generate_key().decode()
    with TemporaryDirectory() as folder:
        async with open_store(f"sqlite:///{folder}/paperround.db", secret_keys=(key,)) as store:
            await fill(store)
            one = Installation(platform=Platform.SLACK, workspace="T1", token=Secret("xoxb-1"), bot_user="U0")
            await store.installations.save(one, NOW)
            parts = SlackParts(SlackApp(base_url=f"{slack}/api", signing_secret=Secret(SECRET)), store, clock)
            sources = {name: FakeSource(name) for name in ("huggingface", "arxiv")}
            services = Services(store=store, clock=clock, default_zone="UTC", sources=sources)
            gateway = parts.gateway(services)

            async def bare(_: object) -> PlainTextResponse:
                return PlainTextResponse("")

            app = Starlette(routes=[*mounted(gateway.endpoints), Route("/bare", bare, methods=["POST"])])
            with listen_at("127.0.0.1", 0) as listening:
                async with asyncio.TaskGroup() as group, serving(app, listening):
                    working = group.create_task(gateway.serve())
                    print(address_of(listening), flush=True)
                    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
                    working.cancel()


async def _measure(commands: int, seconds: float) -> Mapping[str, str | float]:
    async with _slack() as (slack, answered), _server(slack) as address:
        # A connection each: the server closes those that are kept after a while.
        connector = TCPConnector(force_close=True, limit=50)
        async with ClientSession(address, connector=connector) as client:
            await _send(client, "/slack/events", slack, 20, 1)
            bare = await _send(client, "/bare", slack, commands, seconds)
            before = len(answered)
            begun = perf_counter()
            acknowledged = await _send(client, "/slack/events", slack, commands, seconds)
            while len(answered) - before < commands and perf_counter() - begun < PATIENCE_SECONDS:
                await SystemClock().sleep(0.1)
            all_done = perf_counter() - begun
    return {
        "benchmark": "slack_commands",
        "commands": commands,
        "a_second": commands / seconds,
        "ack_p50_ms": percentile(acknowledged, 50) * 1000,
        "ack_p99_ms": percentile(acknowledged, 99) * 1000,
        "ack_slowest_ms": max(acknowledged) * 1000,
        "bare_p50_ms": percentile(bare, 50) * 1000,
        "bare_p99_ms": percentile(bare, 99) * 1000,
        "p50_ratio": percentile(acknowledged, 50) / percentile(bare, 50),
        "p99_ratio": percentile(acknowledged, 99) / percentile(bare, 99),
        "answered": len(answered) - before,
        "all_answered_after_s": all_done,
    }


_numbers = itertools.count(1)


async def _send(client: ClientSession, path: str, slack: str, commands: int, seconds: float) -> list[float]:
    """Send commands at even distances; returns how long each took to be acknowledged, waiting for a connection too."""
    begun = perf_counter()
    clock = SystemClock()

    async def one(index: int) -> float:
        due = begun + index * seconds / commands
        await clock.sleep(max(0, due - perf_counter()))
        body, headers = _signed(slack)
        async with client.post(path, data=body, headers=headers) as answer:
            assert (answer.status, await answer.text()) == (200, "")
        return perf_counter() - due

    return list(await asyncio.gather(*(one(index) for index in range(commands))))


def _signed(slack: str) -> tuple[str, dict[str, str]]:
    number = next(_numbers)
    fields = {
        "command": "/papers",
        "text": TEXTS[number % len(TEXTS)],
        "team_id": "T1",
        "channel_id": f"C{number % CHANNELS:04}",
        "user_id": f"U{number % CHANNELS:04}",
        "response_url": f"{slack}/respond/{number}",
        "trigger_id": f"t.{number}",
        "is_enterprise_install": "false",
    }
    body = urlencode(fields)
    timestamp = f"{SystemClock().now().timestamp():.0f}"
    mac = hmac.new(SECRET.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return body, {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={mac}",
    }


@asynccontextmanager
async def _slack() -> AsyncIterator[tuple[str, set[str]]]:
    """Play the part of Slack that takes answers; gives its address, and which commands were answered."""
    answered: set[str] = set()

    async def respond(request: web.Request) -> web.Response:
        await request.read()
        answered.add(request.match_info["number"])
        return web.Response(text="ok")

    async def call(request: web.Request) -> web.Response:
        thing = {"name": "x", "is_member": True, "tz": "Europe/Berlin"}
        return web.json_response({"ok": True, "user": thing, "channel": thing, "method": request.path})

    application = web.Application()
    application.router.add_post("/respond/{number}", respond)
    application.router.add_route("*", "/api/{method}", call)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", answered
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _server(slack: str) -> AsyncIterator[str]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, "--serve", slack, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


if __name__ == "__main__":
    main()
