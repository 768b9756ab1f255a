"""A worker that posts to Discord and ends itself at one step, as kill -9 would: run as a process of its own.

python -m tests.faults.dying_discord URL DISCORD STEP MOMENT
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime

from adapters.discord.client import DiscordApi
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from adapters.sql.store import open_store
from bot.model.delivery import Claim, Part, Receipt
from bot.model.installation import Secret
from bot.pipeline.deliver import deliver_due
from bot.ports import Store
from tests.fakes.clock import SteppingClock
from tests.fakes.discord_calls import TOKEN
from tests.faults.dying import KILLED, NEVER, Dying


class DyingDiscordMessenger(DiscordMessenger):
    """Posts to Discord; its process may end before or after a part: the first of a forum's post, else the second."""

    step = NEVER
    dies_at = 1

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post, or end."""
        if self.step == "before post" and part.index == self.dies_at:
            os._exit(KILLED)
        receipt = await super().post(claim, part, parts)
        if self.step == "after post" and part.index == self.dies_at:
            os._exit(KILLED)
        return receipt


async def work(url: str, discord: str, step: str, moment: datetime) -> None:
    """Deliver what is due at a moment, and end at a step; "first" before it is the first part's."""
    clock = SteppingClock(moment)
    async with open_store(url) as opened:
        api = DiscordApi(Secret(TOKEN), opened.rate_limits, clock, discord)
        messenger = DyingDiscordMessenger(api, Places(api, clock), clock)
        messenger.step = step.removeprefix("first ")
        messenger.dies_at = 0 if step.startswith("first ") else 1
        store: Store = opened if "post" in step or step == NEVER else Dying(opened, step)
        await deliver_due(store, {messenger.platform: messenger}, clock)
        await api.close()


if __name__ == "__main__":
    _, the_url, the_discord, the_step, the_moment = sys.argv
    asyncio.run(work(the_url, the_discord, the_step, datetime.fromisoformat(the_moment)))
