"""A worker that dies between any two steps of a long digest to Discord: it is complete, and no part is there twice.

Outside of the time in which Discord suppresses a repeat, and where history may not be read, the part that it took just
before the end comes twice: nothing else does.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from bot.model.channel import Channel
from bot.model.delivery import LEASE
from tests.builders import NOW
from tests.discord_world import FORUM, HERE, LONG, World, a_world
from tests.fakes.discord import MESSAGES
from tests.faults.dying import KILLED, NEVER
from tests.forked import status_of

STEPS = ("attempt_part", "before post", "after post", "accept_part")
"""Those around a post; the others ask nothing of a platform."""

SOON = LEASE + timedelta(seconds=5)
LATER = timedelta(hours=1)
"""After any window of Discord's."""


async def work(world: World, url: str, step: str, after: timedelta) -> int:
    world.clock.moment = NOW + after
    moment = world.clock.moment.isoformat()
    return await asyncio.to_thread(status_of, "tests.faults.dying_discord", url, world.discord.url, step, moment)


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_in_the_middle_of_a_long_digest_loses_nothing_and_doubles_nothing(
    migrated_sqlite_url: str, step: str
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.buckets = {}
        document = await world.digest(HERE, LONG)
        assert await work(world, migrated_sqlite_url, step, timedelta()) == KILLED
        # Its lease still holds: nobody takes the digest from a worker that may be alive.
        assert await world.store.outbox.claim(NOW + LEASE / 2, LEASE, 1, [HERE.platform]) == ()
        assert await work(world, migrated_sqlite_url, NEVER, SOON) == 0
        assert world.said() == world.parts(document)
        assert await world.store.outbox.pending(NOW) == ()
        assert world.discord.wrong == []
        sent = Counter(each.body["nonce"] for each in world.discord.calls("POST", MESSAGES))
        assert len(sent) == len(world.parts(document))


@pytest.mark.parametrize(
    ("step", "channel", "reads", "doubled"),
    [
        ("after post", HERE, True, 0),
        ("after post", HERE, False, 1),
        ("first after post", FORUM, True, 0),
        ("after post", FORUM, True, 0),
    ],
    ids=["reads", "blind", "forum", "in a forum's post"],
)
async def test_a_crash_that_is_noticed_late_doubles_at_most_what_cannot_be_seen(
    migrated_sqlite_url: str,
    step: str,
    channel: Channel,
    reads: bool,  # noqa: FBT001 - a table
    doubled: int,
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.buckets = {}
        if not reads:
            world.discord.deny(channel.id, read_message_history=True)
        document = await world.digest(channel, LONG)
        assert await work(world, migrated_sqlite_url, step, timedelta()) == KILLED
        assert await work(world, migrated_sqlite_url, NEVER, LATER) == 0
        said = [each for place in world.discord.places for each in world.said(place)]
        assert list(dict.fromkeys(said)) == world.parts(document)
        assert len(said) - len(set(said)) == doubled
        assert await world.store.outbox.pending(world.clock.now()) == ()
