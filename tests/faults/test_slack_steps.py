"""A worker that dies between any two steps of a long digest to Slack: the thread is complete, and no part twice.

Where history may not be read, the part that Slack took just before the end comes twice: nothing else does.
"""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.model.delivery import LEASE
from tests.builders import NOW
from tests.faults.dying import KILLED, NEVER, STEPS
from tests.forked import status_of
from tests.slack_world import HERE, LONG, READING, World, a_world

BLIND = frozenset({"chat:write"})
CASES = [*((step, READING) for step in STEPS), ("after post", BLIND)]


async def work(world: World, url: str, step: str, moment: datetime) -> int:
    worker = ("tests.faults.dying_slack", url, world.slack.url, world.key, step, moment.isoformat())
    return await asyncio.to_thread(status_of, *worker)


@pytest.mark.parametrize(("step", "scopes"), CASES, ids=[*STEPS, "after post, blind"])
async def test_a_crash_in_the_middle_of_a_long_digest_loses_nothing_and_doubles_what_cannot_be_seen(
    store_url: str, step: str, scopes: frozenset[str]
) -> None:
    async with a_world(store_url, scopes=scopes) as world:
        # The server's own clock stands still.
        world.slack.a_second = LONG
        await world.digest(HERE, LONG)
        assert await work(world, store_url, step, NOW) == KILLED
        # Its lease still holds: nobody takes the digest from a worker that may be alive.
        assert await world.store.outbox.claim(NOW + LEASE / 2, LEASE, 1, [HERE.platform]) == ()
        assert await work(world, store_url, NEVER, NOW + LEASE + timedelta(seconds=5)) == 0
        in_flight = [1] if scopes is BLIND else []
        assert [each.mark[1] for each in world.slack.messages] == [0, 1, *in_flight, 2]
        assert await world.store.outbox.pending(NOW) == ()
        assert world.slack.wrong == []
