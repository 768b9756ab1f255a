"""A worker that dies between any two steps of a delivery: the next one goes on where it stood."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from bot.model.delivery import LEASE
from tests.builders import GENERAL, NOW
from tests.conformance.deliveries import an_enqueued, shown, stored_papers, subscribe, the_id
from tests.faults.dying import KILLED, NEVER, STEPS
from tests.forked import status_of

PAPERS = [the_id(number) for number in range(1, 4)]


async def a_delivery(url: str) -> None:
    await migrate(url)
    async with open_store(url) as store:
        keys = await stored_papers(store, len(PAPERS))
        rows = tuple(shown(key) for key in keys.values())
        assert await store.outbox.enqueue(an_enqueued(await subscribe(store), papers=tuple(PAPERS), ledger=rows))


def work(url: str, file: Path, step: str, moment: datetime) -> int:
    return status_of("tests.faults.dying", url, str(file), step, moment.isoformat())


async def can_be_claimed(url: str, moment: datetime) -> bool:
    async with open_store(url) as store:
        return bool(await store.outbox.claim(moment, LEASE, 1, [GENERAL.platform]))


async def is_over(url: str) -> bool:
    async with open_store(url) as store:
        return not await store.outbox.pending(NOW)


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_loses_nothing_and_doubles_only_what_was_in_flight(empty_url: str, tmp_path: Path, step: str) -> None:
    asyncio.run(a_delivery(empty_url))
    file = tmp_path / "posted.jsonl"
    assert work(empty_url, file, step, NOW) == KILLED
    # Its lease still holds: nobody takes the delivery from a worker that may be alive.
    assert not asyncio.run(can_be_claimed(empty_url, NOW + LEASE / 2))
    assert work(empty_url, file, NEVER, NOW + LEASE + timedelta(seconds=1)) == 0
    posted = [json.loads(line)["papers"] for line in file.read_text(encoding="utf-8").splitlines()]
    in_flight = [PAPERS[1]] if step == "after post" else []
    assert posted == [[paper] for paper in (*PAPERS[:1], *in_flight, *PAPERS[1:])]
    assert asyncio.run(is_over(empty_url))
