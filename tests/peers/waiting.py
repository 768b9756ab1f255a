"""Programs that run beside a test, and waiting for what other people's tell nobody of."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

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


@asynccontextmanager
async def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> AsyncIterator[None]:
    """Run a program, whose words go to a file, until the context is left."""
    with log.open("w") as words:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=log.parent, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=words, stderr=words
        )
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
