"""What most tests of Discord's gateway begin with."""

from collections.abc import AsyncIterator

import pytest

from tests.integration.discord.talking import Talk, talk
from tests.scenarios.library import fill


@pytest.fixture
async def discord_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    """A Discord and a gateway that is connected, with papers in the library."""
    async with talk(migrated_sqlite_url) as begun:
        await fill(begun.store)
        yield begun
