"""Several services over one database: each slot is enqueued once, and posted once."""

import asyncio
import signal
from contextlib import ExitStack
from pathlib import Path

from adapters.sql.store import open_store
from bot.model.outcome import OutcomeKind, Stage
from tests.faults.day import a_day, wait_for_lines

CHANNELS = 60
SERVICES = 2


async def enqueued(url: str) -> list[str]:
    async with open_store(url) as store:
        outcomes = await store.outcomes.latest(Stage.ENQUEUE, "", 10 * CHANNELS)
    return [outcome.name for outcome in outcomes if outcome.kind is OutcomeKind.ENQUEUED]


def test_services_beside_one_another_enqueue_and_post_each_slot_once(empty_url: str, tmp_path: Path) -> None:
    day = asyncio.run(a_day(empty_url, tmp_path, CHANNELS))
    with ExitStack() as running:
        services = [running.enter_context(day.service()) for _ in range(SERVICES)]
        wait_for_lines(day, services[0], CHANNELS)
        for service in services:
            service.send_signal(signal.SIGTERM)
        ended = [(service.stderr.read(), service.wait()) for service in services]
    assert [status for _, status in ended] == [0] * SERVICES, ended
    assert day.lost_and_doubled() == (0, 0)
    names = asyncio.run(enqueued(empty_url))
    assert len(names) == len(set(names)) == CHANNELS
