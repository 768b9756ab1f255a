"""A worker that posts to Discord and ends itself at one step, as kill -9 would: run as a process of its own.

python -m tests.faults.dying_discord URL DISCORD STEP MOMENT
"""

import asyncio
import sys
from datetime import datetime

from adapters.discord.client import DiscordApi
from adapters.discord.members import Guilds
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from adapters.sql.store import open_store
from bot.model.installation import Secret
from tests.fakes.clock import SteppingClock
from tests.fakes.discord_calls import TOKEN
from tests.faults.dying import deliver_and_die

FIRST = "first "
"""Before a step: it is that of the first part, which in a forum makes the post that the others are in."""


async def work(url: str, discord: str, step: str, moment: datetime) -> None:
    """Deliver what is due at a moment, and end at a step."""
    clock = SteppingClock(moment)
    async with open_store(url) as store:
        api = DiscordApi(Secret(TOKEN), store.rate_limits, clock, discord)
        messenger = DiscordMessenger(api, Places(api, clock, Guilds()), clock)
        post = 1 if step.startswith(FIRST) else 2
        await deliver_and_die(store, messenger, clock, step.removeprefix(FIRST), post)
        await api.close()


if __name__ == "__main__":
    _, the_url, the_discord, the_step, the_moment = sys.argv
    asyncio.run(work(the_url, the_discord, the_step, datetime.fromisoformat(the_moment)))
