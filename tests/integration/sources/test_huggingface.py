"""Hugging Face is asked for whole days over HTTP, politely, and an answer that is no good stores nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from adapters.http import HttpClient
from adapters.huggingface.plan import task_of
from adapters.huggingface.source import HuggingFaceSource
from adapters.sql.store import SqlStore, open_store
from bot.errors import RefusedError, SourceError
from bot.model.fetching import Fetched, FetchTask, Skip
from bot.model.outcome import OutcomeKind
from bot.model.paper import PaperId
from tests.builders import NOW, TODAY
from tests.fakes.clock import SteppingClock
from tests.fakes.huggingface import FakeHuggingFace, Item, an_item
from tests.fakes.web import Reply, Web, web

MONDAY, SATURDAY = TODAY - timedelta(days=1), TODAY + timedelta(days=4)


@pytest.fixture
async def store(migrated_sqlite_url: str) -> AsyncIterator[SqlStore]:
    """Keep the moments of the host in SQLite; what the source does is the same over either database."""
    async with open_store(migrated_sqlite_url) as opened:
        yield opened


def items(count: int, first: int = 1) -> list[Item]:
    return [an_item(number, upvotes=1_000 - number) for number in range(first, first + count)]


class Asking:
    """A source, the Hugging Face it asks, and the clock of both."""

    def __init__(self, source: HuggingFaceSource, fake: FakeHuggingFace, server: Web, clock: SteppingClock) -> None:
        self.source, self.fake, self.server, self.clock = source, fake, server, clock

    async def fetch(self, day: date = TODAY, etag: str = "") -> Fetched:
        task = task_of(day)
        return await self.source.fetch(FetchTask(source=task.source, key=task.key, day=day, etag=etag))

    async def refused(self, day: date = TODAY) -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self.fetch(day)
        return caught.value


@asynccontextmanager
async def asking(store: SqlStore, *listed: object, now: datetime = NOW, day: date = TODAY) -> AsyncIterator[Asking]:
    clock = SteppingClock(now)
    fake = FakeHuggingFace(clock, {day: list(listed)})
    async with web(fake) as server, HttpClient(clock, store.rate_limits) as http:
        yield Asking(HuggingFaceSource(http, clock, f"{server.url}/"), fake, server, clock)


# --- a day ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("largest_page", [100, 30])
@pytest.mark.parametrize("count", [1, 30, 50, 92, 100, 250])
async def test_all_pages_of_a_day_are_had_whatever_page_the_server_gives(
    store: SqlStore, largest_page: int, count: int
) -> None:
    async with asking(store, *items(count)) as here:
        here.fake.largest_page = largest_page
        fetched = await here.fetch()
    assert fetched.kind is OutcomeKind.FETCHED
    assert [paper.id.value for paper in fetched.papers] == [f"2606.{number:05}" for number in range(1, count + 1)]
    assert {sighting.listed_on for paper in fetched.papers for sighting in paper.sightings} == {TODAY}


async def test_a_short_day_costs_one_request(store: SqlStore) -> None:
    async with asking(store, *items(23)) as here:
        await here.fetch()
        assert len(here.server.asked) == 1


async def test_a_server_that_ignores_the_page_is_not_asked_for_ever(store: SqlStore) -> None:
    async with asking(store, *items(120)) as here:
        here.fake.ignores_pages = True
        assert len((await here.fetch()).papers) == 100
        assert len(here.server.asked) == 2


async def test_an_item_that_moved_to_the_next_page_meanwhile_comes_once(store: SqlStore) -> None:
    async with asking(store, *items(100), *items(20, first=91)) as here:
        fetched = await here.fetch()
    assert [paper.id.value for paper in fetched.papers] == [f"2606.{number:05}" for number in range(1, 111)]


async def test_an_unchanged_day_is_answered_without_its_papers(store: SqlStore) -> None:
    async with asking(store, *items(3)) as here:
        first = await here.fetch()
        second = await here.fetch(etag=first.etag)
        here.fake.days = {TODAY: items(4)}
        third = await here.fetch(etag=second.etag)
    assert [each.kind for each in (first, second, third)] == [
        OutcomeKind.FETCHED,
        OutcomeKind.UNCHANGED,
        OutcomeKind.FETCHED,
    ]
    assert [len(each.papers) for each in (first, second, third)] == [3, 0, 4]


async def test_a_day_of_several_pages_has_no_validator_because_one_page_says_nothing_of_the_others(
    store: SqlStore,
) -> None:
    async with asking(store, *items(60)) as here:
        here.fake.largest_page = 40
        assert (await here.fetch()).etag == ""


async def test_the_list_of_today_grows(store: SqlStore) -> None:
    async with asking(store, *items(20), now=datetime(2026, 6, 16, 4, tzinfo=UTC)) as here:
        here.fake.does_grow = True
        early = await here.fetch()
        here.clock.moment += timedelta(hours=6)
        late = await here.fetch(etag=early.etag)
    assert (len(early.papers), len(late.papers)) == (10, 20)


# --- days without a list ----------------------------------------------------------------------------------------------


async def test_on_a_weekend_nobody_is_asked_and_the_reason_says_when_the_next_list_comes(store: SqlStore) -> None:
    async with asking(store) as here:
        fetched = await here.fetch(SATURDAY)
        assert here.server.asked == []
    assert fetched.kind is OutcomeKind.NOTHING_PUBLISHED
    assert fetched.reason == "Hugging Face publishes no list on Saturday and Sunday; the next is Monday 22 June"


async def test_a_day_that_hugging_face_has_not_begun_is_not_published_yet(store: SqlStore) -> None:
    async with asking(store) as here:
        here.fake.trouble_of = {TODAY: Reply(status=400, body=b'{"error": "date must not be in the future"}')}
        assert (await here.fetch()).kind is OutcomeKind.NOTHING_PUBLISHED
        here.fake.trouble_of = {MONDAY: Reply(status=400)}
        assert (await here.refused(MONDAY)).reason == "Hugging Face answered 400 for 2026-06-15"


@pytest.mark.parametrize(
    ("day", "hour", "kind"),
    [
        (TODAY, 4, OutcomeKind.NOTHING_PUBLISHED),
        (TODAY, 12, OutcomeKind.STALE),
        (MONDAY, 4, OutcomeKind.STALE),
    ],
)
async def test_an_empty_list_is_early_in_its_morning_and_stale_afterwards(
    store: SqlStore, day: date, hour: int, kind: OutcomeKind
) -> None:
    async with asking(store, now=datetime(2026, 6, 16, hour, tzinfo=UTC)) as here:
        fetched = await here.fetch(day)
    assert (fetched.kind, fetched.papers) == (kind, ())
    assert str(day) in fetched.reason


# --- trouble ----------------------------------------------------------------------------------------------------------


async def test_items_that_cannot_be_read_are_skipped_and_counted_on_every_page(store: SqlStore) -> None:
    async with asking(store, *items(99), *["a text"] * 3) as here:
        fetched = await here.fetch()
    assert len(fetched.papers) == 99
    assert fetched.skipped == (
        Skip("item 100", "the item is a text instead of an object"),
        Skip("item 1", "the item is a text instead of an object"),
        Skip("item 2", "the item is a text instead of an object"),
    )


@pytest.mark.parametrize("count", [1, 26, 130])
async def test_a_day_without_a_readable_item_is_an_error(store: SqlStore, count: int) -> None:
    async with asking(store, *[f"{{'paper': {number}}}" for number in range(count)]) as here:
        error = await here.refused()
    assert error.reason == f"none of the {count} items can be read (the item is a text instead of an object)"
    assert error.answered


@pytest.mark.parametrize(
    ("trouble", "answered"),
    [
        (Reply(status=500), False),
        (Reply(status=403), True),
        (Reply(body=b"<html>Maintenance</html>"), True),
        (Reply(body=b'[{"paper"', cut_at=5), False),
        (Reply(body=b'{"error": "no"}'), True),
    ],
)
async def test_a_page_that_fails_in_the_middle_gives_nothing_of_the_day(
    store: SqlStore, trouble: Reply, *, answered: bool
) -> None:
    async with asking(store, *items(150)) as here:
        here.fake.troubles = [None, trouble, trouble, trouble]
        assert (await here.refused()).answered is answered
        here.fake.troubles = []
        assert len((await here.fetch()).papers) == 150


async def test_when_the_bucket_is_empty_nobody_asks_until_the_next_window(store: SqlStore) -> None:
    async with asking(store, *items(3)) as here:
        here.fake.bucket = 2
        await here.fetch()
        await here.fetch()
        asked = len(here.server.asked)
        error = await here.refused()
        assert error.retry_after is not None
        assert timedelta(minutes=4) < error.retry_after <= timedelta(minutes=5)
        assert len(here.server.asked) == asked
        here.clock.moment += error.retry_after
        assert len((await here.fetch()).papers) == 3


async def test_a_bucket_that_others_emptied_is_waited_for_too(store: SqlStore) -> None:
    async with asking(store, *items(3)) as here:
        here.fake.bucket = 0
        error = await here.refused()
        assert error.reason == "127.0.0.1 answered 429"
        assert error.retry_after == timedelta(minutes=5)
        here.fake.bucket = 500
        assert (await here.refused()).reason == "127.0.0.1 asked us to wait"
        assert len(here.server.asked) == 1


# --- days that people name, and one paper -----------------------------------------------------------------------------


async def test_people_may_name_any_days_up_to_today(store: SqlStore) -> None:
    async with asking(store) as here:
        tasks = here.source.tasks_for(TODAY - timedelta(days=2), TODAY + timedelta(days=3), frozenset())
        assert [task.day for task in tasks] == [TODAY - timedelta(days=number) for number in (2, 1, 0)]
        with pytest.raises(RefusedError, match="2026-06-17 is in the future; today is 2026-06-16"):
            here.source.tasks_for(TODAY + timedelta(days=1), TODAY + timedelta(days=1), frozenset())


async def test_one_paper_is_had_by_its_id(store: SqlStore) -> None:
    async with asking(store, *items(3)) as here:
        paper = await here.source.paper(PaperId("arxiv", "2606.00002"))
        assert paper is not None
        assert (paper.title, paper.upvotes) == ("Paper number 2 about world models", 998)
        assert await here.source.paper(PaperId("arxiv", "2606.99999")) is None


async def test_people_who_ask_for_many_papers_leave_the_lists_their_requests(store: SqlStore) -> None:
    async with asking(store, *items(3)) as here:
        numbers, end = count(), here.clock.moment + timedelta(minutes=5)
        while here.clock.moment < end:
            await here.source.paper(PaperId("arxiv", f"2607.{next(numbers):05}"))
        assert len(here.server.asked) <= here.fake.bucket / 2 + 1
        assert len((await here.fetch()).papers) == 3


@pytest.mark.parametrize("other", [PaperId("doi", "10.1000/x"), PaperId("arxiv", "../daily_papers")])
async def test_what_is_no_arxiv_id_is_never_asked_for(store: SqlStore, other: PaperId) -> None:
    async with asking(store) as here:
        assert await here.source.paper(other) is None
        assert here.server.asked == []


async def test_one_paper_that_cannot_be_had_is_an_error(store: SqlStore) -> None:
    async with asking(store) as here:
        here.fake.troubles = [Reply(status=403)]
        with pytest.raises(SourceError, match=r"Hugging Face answered 403 for 2606\.00001"):
            await here.source.paper(PaperId("arxiv", "2606.00001"))
