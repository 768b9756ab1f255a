"""Waiting for other people's programs, which tell nobody when they are done."""

from collections.abc import Callable

import httpx

from bot.clock import SystemClock

PATIENCE_SECONDS = 90
LOOK_EVERY_SECONDS = 0.1


async def eventually(is_so: Callable[[], bool], what_is: Callable[[], str]) -> None:
    """Look again and again until it is so; else fail, and say what is."""
    clock = SystemClock()
    for _ in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
        if is_so():
            return
        await clock.sleep(LOOK_EVERY_SECONDS)
    raise AssertionError(what_is())


async def answering(client: httpx.AsyncClient, path: str) -> None:
    """Wait for a server that was just started."""
    clock = SystemClock()
    for _ in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
        try:
            await client.get(path)
        except httpx.TransportError:
            await clock.sleep(LOOK_EVERY_SECONDS)
        else:
            return
    raise AssertionError(f"{client.base_url} does not answer")
