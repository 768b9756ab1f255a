"""A worker that posts to Slack and ends itself at one step, as kill -9 would: run as a process of its own.

python -m tests.faults.dying_slack URL SLACK KEY STEP MOMENT
"""

import asyncio
import sys
from datetime import datetime

from adapters.slack.client import SlackApi
from adapters.slack.messenger import SlackMessenger
from adapters.sql.store import open_store
from tests.fakes.clock import SteppingClock
from tests.faults.dying import deliver_and_die


async def work(url: str, slack: str, key: str, step: str, moment: datetime) -> None:
    """Deliver what is due at a moment, and end at a step."""
    clock = SteppingClock(moment)
    async with open_store(url, secret_keys=[key]) as store:
        messenger = SlackMessenger(SlackApi(slack), store.installations, store.rate_limits, clock)
        await deliver_and_die(store, messenger, clock, step)


if __name__ == "__main__":
    _, the_url, the_slack, the_key, the_step, the_moment = sys.argv
    asyncio.run(work(the_url, the_slack, the_key, the_step, datetime.fromisoformat(the_moment)))
