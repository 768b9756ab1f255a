"""Discord: digests to as many channels, all due at once, at Discord's own limits, by two worker processes.

Run it as `python benchmarks/discord_posts.py [--digests 10000] [--guilds 50] [--workers 2]`.
Discord is played by a process of its own: it takes 50 requests in any second, and five messages of a channel in five
seconds, and answers all others with a 429. The workers are processes that share one PostgreSQL and nothing else. What
is possible is 50 messages a second; each look at a server's channels and each log-in takes one away. A digest has ten
papers and is one message. 10,000 take about 210 seconds.
"""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from random import Random
from time import process_time

from aiohttp import ClientSession, web

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.discord.client import DiscordApi
from adapters.discord.members import Guilds
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from benchmarks._databases import databases
from benchmarks._made import corpus_name, papers, report, with_tokens
from bot.cli.service import spare_what_is_loaded
from bot.clock import SystemClock
from bot.document import Document, Text
from bot.model.channel import Channel, Platform
from bot.model.delivery import Kind
from bot.model.installation import Secret
from bot.pipeline.deliver import deliver_due
from bot.ports import Enqueued
from bot.views.papers import lead_of, line_of
from tests.fakes.discord import Discord, serving
from tests.fakes.discord_calls import PREFIX, TOKEN

POSSIBLE = 50
"""Requests a second. Source: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit"""

LEADS, PAPERS = 3, 10
AT_ONCE = 16
"""Digests enqueued side by side."""

NOTHING_DUE_SECONDS = 0.2
FIGURES = "/figures"


def main() -> None:
    """Measure and print; or be Discord, or a worker."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--digests", type=int, default=10_000)
    arguments.add_argument("--guilds", type=int, default=50)
    arguments.add_argument("--workers", type=int, default=2)
    arguments.add_argument("--serve", action="store_true", help="be the Discord")
    arguments.add_argument("--work", nargs=2, default=(), metavar=("DATABASE", "DISCORD"), help="be a worker")
    options = arguments.parse_args()
    if options.serve:
        asyncio.run(_serve(options.digests, options.guilds))
    elif options.work:
        asyncio.run(_work(*options.work))
    else:
        with databases("postgresql", 1) as (url,):
            report(asyncio.run(_measure(url, options.digests, options.guilds, options.workers)))


def _channels(digests: int, guilds: int) -> list[Channel]:
    return [Channel(Platform.DISCORD, f"1{at % guilds:05}", f"2{at:05}") for at in range(digests)]


async def _serve(digests: int, guilds: int) -> None:
    """Be a Discord with so many channels, until stdin ends."""
    with suppress(PermissionError):
        # Discord has machines of its own; on this one it is not to see late, and so all at once, what came in time.
        os.nice(-15)
    # Nor does it stop to look through what it remembers for the figures.
    gc.disable()
    played = Discord(clock=SystemClock())
    for channel in _channels(digests, guilds):
        if channel.workspace not in played.guilds:
            played.add_guild(channel.workspace)
        played.add_channel(channel.workspace, channel.id)

    async def figures(_: web.Request) -> web.Response:
        first, last = played.asked[0].at, max(each.at for each in played.asked)
        return web.json_response(
            {
                "seconds": (last - first).total_seconds(),
                "messages": len(played.messages),
                "channels_with_one": len({each.channel for each in played.messages}),
                "requests": len(played.asked),
                "answered_429": len(played.limited),
                "refused_bodies": len(played.wrong),
            }
        )

    def add(router: web.UrlDispatcher) -> None:
        router.add_get(f"{PREFIX}{FIGURES}", figures)

    async with serving(played, add):
        print(played.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def _work(url: str, discord: str) -> None:
    """Post whatever is due, from a line on stdin until nothing is left; print the CPU seconds."""
    clock = SystemClock()
    async with open_store(url) as store:
        api = DiscordApi(Secret(TOKEN), store.rate_limits, clock, discord)
        messenger = DiscordMessenger(api, Places(api, clock, Guilds()), clock)
        spare_what_is_loaded()
        print("ready", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        begun = process_time()
        while True:
            await deliver_due(store, {messenger.platform: messenger}, clock)
            if not await store.outbox.pending(clock.now()):
                break
            await clock.sleep(NOTHING_DUE_SECONDS)
        await api.close()
    print(process_time() - begun, flush=True)


async def _measure(url: str, digests: int, guilds: int, workers: int) -> Mapping[str, str | float]:
    await migrate(url)
    await _enqueue(url, digests, guilds)
    async with AsyncExitStack() as opened:
        scale = ("--digests", str(digests), "--guilds", str(guilds))
        discord = await opened.enter_async_context(_process("--serve", *scale))
        address = await _said(discord)
        working = [await opened.enter_async_context(_process("--work", url, address)) for _ in range(workers)]
        assert [await _said(each) for each in working] == ["ready"] * workers
        load = os.getloadavg()[0]
        for each in working:
            assert each.stdin is not None
            each.stdin.write(b"begin\n")
        cpu = [float(await _said(each)) for each in working]
        async with ClientSession() as client, client.get(f"{address}{FIGURES}") as answer:
            figures = await answer.json()
    a_second = figures["messages"] / figures["seconds"]
    return {
        "benchmark": "discord_posts",
        "corpus": corpus_name(),
        "digests": digests,
        "guilds": guilds,
        "workers": workers,
        "load_before": round(load, 2),
        "load_after": round(os.getloadavg()[0], 2),
        **figures,
        "worker_cpu_seconds": round(sum(cpu), 1),
        "messages_a_second": round(a_second, 2),
        "share_of_possible": round(a_second / POSSIBLE, 4),
        "share_with_looks_and_log_ins": round(figures["requests"] / figures["seconds"] / POSSIBLE, 4),
    }


@asynccontextmanager
async def _process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run this file as another process, until its stdin is closed."""
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-W", "ignore::DeprecationWarning", __file__, *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _said(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


async def _enqueue(url: str, digests: int, guilds: int) -> None:
    clock = SystemClock()
    now = clock.now()
    document = _digest()

    def sent(channel: Channel) -> Enqueued:
        return Enqueued(
            channel=channel, kind=Kind.RUN, slot=now, at=now, runs=(), document=document, ledger=(), outcomes=()
        )

    channels = _channels(digests, guilds)
    async with open_store(url) as store:
        for at in range(0, digests, AT_ONCE):
            some = channels[at : at + AT_ONCE]
            assert all(await asyncio.gather(*(store.outbox.enqueue(sent(channel)) for channel in some)))


def _digest() -> Document:
    stored = [with_tokens(*each) for each in enumerate(papers(PAPERS, Random(2026)))]
    leads = (lead_of(each, number=at) for at, each in enumerate(stored[:LEADS], start=1))
    lines = (line_of(each, number=at) for at, each in enumerate(stored[LEADS:], start=LEADS + 1))
    return Document(heading=(Text("Papers of the day"),), blocks=(*leads, *lines), title="Papers of the day")


if __name__ == "__main__":
    main()
