"""Gateways that serve while a test talks to them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.ports import Gateway


@asynccontextmanager
async def serving_gateway(gateway: Gateway) -> AsyncIterator[asyncio.Task[None]]:
    """Let a gateway serve until the context is left; gives its task."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(gateway.serve())
        await asyncio.sleep(0)  # noqa: TID251 - no time passes: the task begins
        try:
            yield task
        finally:
            task.cancel()
