"""What processes share so as not to trouble a source or a platform: pacing, and who is fetching."""

import asyncio
from datetime import timedelta

from adapters.sql.store import SqlStore, open_store
from tests.builders import NOW

SECOND = timedelta(seconds=1)
NOTHING = timedelta()
PACE = timedelta(seconds=3)
LEASE = timedelta(minutes=5)


async def test_the_first_has_no_wait_and_each_other_waits_one_interval_longer(store: SqlStore) -> None:
    waits = [await store.rate_limits.reserve("host", PACE, NOW) for _ in range(4)]
    assert waits == [NOTHING, PACE, 2 * PACE, 3 * PACE]


async def test_a_moment_that_passed_unused_is_not_saved_up(store: SqlStore) -> None:
    await store.rate_limits.reserve("host", PACE, NOW)
    later = NOW + timedelta(hours=1)
    assert [await store.rate_limits.reserve("host", PACE, later) for _ in range(2)] == [NOTHING, PACE]


async def test_one_key_never_delays_another(store: SqlStore) -> None:
    await store.rate_limits.hold("one", NOW + LEASE)
    assert await store.rate_limits.reserve("two", PACE, NOW) == NOTHING


async def test_processes_share_the_pace(store: SqlStore, store_url: str) -> None:
    async with open_store(store_url) as other:
        waits = await asyncio.gather(
            *(each.rate_limits.reserve("host", PACE, NOW) for each in (store, other) for _ in range(10))
        )
    assert sorted(waits) == [number * PACE for number in range(20)]


async def test_a_key_that_is_free_is_forgotten_and_one_that_is_not_is_kept(store: SqlStore) -> None:
    for key, pace in (("free", SECOND), ("held", LEASE)):
        await store.rate_limits.take(key, pace, 1, NOW)
    assert await store.rate_limits.purge(NOW + SECOND) == 1
    waits = [await store.rate_limits.take(key, PACE, 1, NOW + SECOND) for key in ("free", "held")]
    assert waits == [NOTHING, LEASE - SECOND]


async def test_nobody_has_a_moment_before_a_hold_ends(store: SqlStore) -> None:
    await store.rate_limits.hold("host", NOW + LEASE)
    assert await store.rate_limits.reserve("host", PACE, NOW) == LEASE
    assert await store.rate_limits.reserve("host", PACE, NOW) == LEASE + PACE


async def test_a_hold_is_never_shortened(store: SqlStore) -> None:
    await store.rate_limits.hold("host", NOW + LEASE)
    await store.rate_limits.hold("host", NOW + SECOND)
    assert await store.rate_limits.reserve("host", PACE, NOW) == LEASE
    await store.rate_limits.hold("host", NOW + 2 * LEASE)
    assert await store.rate_limits.reserve("host", PACE, NOW) == 2 * LEASE


async def test_a_hold_shorter_than_what_is_reserved_changes_nothing(store: SqlStore) -> None:
    for _ in range(3):
        await store.rate_limits.reserve("host", PACE, NOW)
    await store.rate_limits.hold("host", NOW + SECOND)
    assert await store.rate_limits.reserve("host", PACE, NOW) == 3 * PACE


async def test_holds_of_many_processes_leave_the_longest(store: SqlStore, store_url: str) -> None:
    async with open_store(store_url) as other:
        holds = [each.rate_limits.hold("host", NOW + n * SECOND) for n in range(10) for each in (store, other)]
        await asyncio.gather(*holds)
    assert await store.rate_limits.reserve("host", PACE, NOW) == 9 * SECOND


async def test_a_moment_too_far_off_is_not_taken(store: SqlStore) -> None:
    async def reserve(patience: timedelta) -> timedelta:
        return await store.rate_limits.reserve("host", PACE, NOW, patience=patience)

    assert [await reserve(PACE) for _ in range(4)] == [NOTHING, PACE, 2 * PACE, 2 * PACE]
    assert await reserve(2 * PACE) == 2 * PACE
    assert await reserve(2 * PACE) == 3 * PACE


async def test_asking_when_a_moment_is_free_takes_none(store: SqlStore) -> None:
    assert await store.rate_limits.free_in("host", NOW) == NOTHING
    await store.rate_limits.hold("host", NOW + LEASE)
    assert [await store.rate_limits.free_in("host", NOW) for _ in range(2)] == [LEASE, LEASE]
    assert await store.rate_limits.free_in("host", NOW + 2 * LEASE) == NOTHING
    assert await store.rate_limits.reserve("host", PACE, NOW) == LEASE


async def test_a_burst_is_free_at_once_and_then_one_moment_an_interval(store: SqlStore) -> None:
    async def take(seconds: int) -> timedelta:
        return await store.rate_limits.take("search", PACE, 3, NOW + seconds * SECOND)

    assert [await take(0) for _ in range(4)] == [NOTHING, NOTHING, NOTHING, PACE]
    assert await take(2) == SECOND
    assert [await take(3), await take(3)] == [NOTHING, PACE]
    assert [await take(3600) for _ in range(4)] == [NOTHING, NOTHING, NOTHING, PACE]


async def test_a_moment_that_was_refused_is_not_taken(store: SqlStore) -> None:
    for _ in range(20):
        await store.rate_limits.take("search", PACE, 2, NOW)
    assert await store.rate_limits.take("search", PACE, 2, NOW + PACE) == NOTHING


async def test_processes_share_a_burst(store: SqlStore, store_url: str) -> None:
    async with open_store(store_url) as other:
        takes = [each.rate_limits.take("search", PACE, 5, NOW) for each in (store, other) for _ in range(10)]
        assert sorted(await asyncio.gather(*takes)) == [NOTHING] * 5 + [PACE] * 15


async def test_a_source_is_fetched_by_one_process_at_a_time(store: SqlStore) -> None:
    assert await store.leases.acquire("arxiv", "one", NOW, LEASE)
    assert not await store.leases.acquire("arxiv", "two", NOW + LEASE - SECOND, LEASE)
    assert await store.leases.acquire("huggingface", "two", NOW, LEASE)


async def test_a_holder_may_renew_its_lease(store: SqlStore) -> None:
    assert await store.leases.acquire("arxiv", "one", NOW, LEASE)
    assert await store.leases.acquire("arxiv", "one", NOW + LEASE - SECOND, LEASE)
    assert not await store.leases.acquire("arxiv", "two", NOW + LEASE, LEASE)


async def test_a_lease_that_ran_out_is_anybody_s(store: SqlStore) -> None:
    await store.leases.acquire("arxiv", "one", NOW, LEASE)
    assert await store.leases.acquire("arxiv", "two", NOW + LEASE, LEASE)
    assert not await store.leases.acquire("arxiv", "one", NOW + LEASE, LEASE)


async def test_a_lease_given_back_is_anybody_s_and_only_its_holder_gives_it_back(store: SqlStore) -> None:
    await store.leases.acquire("arxiv", "one", NOW, LEASE)
    await store.leases.release("arxiv", "two")
    assert not await store.leases.acquire("arxiv", "two", NOW, LEASE)
    await store.leases.release("arxiv", "one")
    assert await store.leases.acquire("arxiv", "two", NOW, LEASE)


async def test_of_many_that_want_a_lease_at_once_one_has_it(store: SqlStore, store_url: str) -> None:
    async with open_store(store_url) as other:
        wanted = [each.leases.acquire("arxiv", str(n), NOW, LEASE) for n, each in enumerate((store, other) * 5)]
        assert sum(await asyncio.gather(*wanted)) == 1
