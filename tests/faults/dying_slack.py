"""A worker that posts to Slack and ends itself at one step, as kill -9 would: run as a process of its own.

python -m tests.faults.dying_slack URL SLACK KEY STEP MOMENT
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime

from adapters.slack.client import SlackApi
from adapters.slack.messenger import SlackMessenger
from adapters.sql.store import open_store
from bot.model.delivery import Claim, Part, Receipt
from bot.pipeline.deliver import deliver_due
from bot.ports import Store
from tests.fakes.clock import SteppingClock
from tests.faults.dying import KILLED, NEVER, Dying


class DyingSlackMessenger(SlackMessenger):
    """Posts to Slack; its process may end before or after the second part."""

    step = NEVER

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post, or end."""
        if self.step == "before post" and part.index == 1:
            os._exit(KILLED)
        receipt = await super().post(claim, part, parts)
        if self.step == "after post" and part.index == 1:
            os._exit(KILLED)
        return receipt


async def work(url: str, slack: str, key: str, step: str, moment: datetime) -> None:
    """Deliver what is due at a moment, and end at a step."""
    clock = SteppingClock(moment)
    async with open_store(url, secret_keys=[key]) as opened:
        messenger = DyingSlackMessenger(SlackApi(slack), opened.installations, opened.rate_limits, clock)
        messenger.step = step
        store: Store = opened if "post" in step or step == NEVER else Dying(opened, step)
        await deliver_due(store, {messenger.platform: messenger}, clock)


if __name__ == "__main__":
    _, the_url, the_slack, the_key, the_step, the_moment = sys.argv
    asyncio.run(work(the_url, the_slack, the_key, the_step, datetime.fromisoformat(the_moment)))
