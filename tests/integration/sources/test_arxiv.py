"""arXiv over real HTTP: asked slowly, read whole, and never taken for quiet when it is behind or broken."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.arxiv.connection import PACE
from adapters.arxiv.plan import ListKind, task_of
from adapters.arxiv.query import PAGE
from adapters.arxiv.source import REACH, ArxivSource
from adapters.http import PEOPLES_WAIT, HttpClient
from adapters.sql.store import SqlStore
from bot.errors import RefusedError, SourceError
from bot.model.fetching import Fetched, FetchTask
from bot.model.outcome import OutcomeKind
from bot.model.paper import PaperId
from bot.pipeline.fetch import FetchContext, fetch_dates, fetch_due
from tests.builders import NOW, TODAY
from tests.fakes.arxiv import API, RATE_EXCEEDED, RSS, FakeArxiv, Submission, feed, results, submissions
from tests.fakes.clock import SteppingClock
from tests.fakes.web import Reply, web

FRIDAY, SATURDAY, MONDAY = date(2026, 6, 12), date(2026, 6, 13), date(2026, 6, 15)
MORNING = datetime(2026, 6, 15, 8, tzinfo=UTC)
"""Monday, before the cut-off: announced on Tuesday."""

_UNCOUNTED = re.compile(rb"<opensearch:totalResults>.*?</opensearch:totalResults>")

EMPTY_PAGE = Reply(body=results([], total=250))


@asynccontextmanager
async def asking(
    store: SqlStore, *papers: Submission, now: datetime = NOW
) -> AsyncIterator[tuple[ArxivSource, FakeArxiv]]:
    clock = SteppingClock(now)
    fake = FakeArxiv(clock, list(papers))
    async with web(fake.answer) as server, HttpClient(clock, store.rate_limits) as http:
        yield ArxivSource(http, clock, server.url + API, server.url + RSS), fake


def the_feed(day: date = TODAY, *categories: str, etag: str = "") -> FetchTask:
    task = task_of(ListKind.FEED, day, categories or ("cs.CL",))
    return FetchTask(source="arxiv", key=task.key, day=day, categories=task.categories, etag=etag)


def submitted(day: date = MONDAY, *categories: str, kind: ListKind = ListKind.SUBMITTED) -> FetchTask:
    return task_of(kind, day, categories or ("cs.CL",))


async def error_of(source: ArxivSource, task: FetchTask) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await source.fetch(task)
    return caught.value


def numbers(fetched: Fetched) -> list[str]:
    return [paper.id.value for paper in fetched.papers]


# --- feeds ------------------------------------------------------------------------------------------------------------


async def test_the_announcement_of_all_categories_is_had_in_one_request(store: SqlStore) -> None:
    papers = (*submissions(2, MORNING, TODAY), *submissions(1, MORNING, TODAY, first=3, categories=["cs.AI"]))
    async with asking(store, *papers) as (source, fake):
        fetched = await source.fetch(the_feed(TODAY, "cs.CL", "cs.AI"))
    assert (fetched.kind, len(fetched.papers)) == (OutcomeKind.FETCHED, 3)
    assert {sighting.listed_on for paper in fetched.papers for sighting in paper.sightings} == {TODAY}
    assert fake.asked == ["cs.AI+cs.CL"]


async def test_a_feed_that_did_not_change_since_yesterday_is_stale(store: SqlStore) -> None:
    async with asking(store, *submissions(1, MORNING, MONDAY)) as (source, fake):
        fake.stuck_on = MONDAY
        yesterday = await source.fetch(the_feed(MONDAY))
        today = await source.fetch(the_feed(TODAY, etag=yesterday.etag))
    assert yesterday.kind is OutcomeKind.FETCHED
    assert (today.kind, today.papers, today.etag) == (OutcomeKind.STALE, (), yesterday.etag)


async def test_a_feed_of_an_earlier_day_is_stale_and_its_papers_keep_their_day(store: SqlStore) -> None:
    async with asking(store, *submissions(1, MORNING, MONDAY)) as (source, fake):
        fake.stuck_on = MONDAY
        fetched = await source.fetch(the_feed())
    assert fetched.kind is OutcomeKind.STALE
    assert "2026-06-15" in fetched.reason
    assert fetched.papers[0].sightings[0].listed_on == MONDAY


async def test_an_empty_feed_of_the_day_is_no_stale_one(store: SqlStore) -> None:
    async with asking(store) as (source, _):
        fetched = await source.fetch(the_feed())
    assert (fetched.kind, fetched.papers, fetched.etag) == (OutcomeKind.NOTHING_PUBLISHED, (), "")


async def test_on_a_weekend_nothing_is_asked_and_the_outcome_says_why(store: SqlStore) -> None:
    async with asking(store) as (source, fake):
        fetched = await source.fetch(the_feed(SATURDAY))
    assert (fetched.kind, fetched.reason) == (
        OutcomeKind.NOTHING_PUBLISHED,
        "arXiv announces nothing on Saturday and Sunday",
    )
    assert fake.asked == []


async def test_a_full_feed_is_fetched_again_category_by_category(store: SqlStore) -> None:
    papers = (
        *submissions(1_999, MORNING, TODAY),
        *submissions(400, MORNING, TODAY, first=2_001, categories=["cs.AI"]),
    )
    async with asking(store, *papers) as (source, fake):
        fetched = await source.fetch(the_feed(TODAY, "cs.CL", "cs.AI"))
    assert fake.asked == ["cs.AI+cs.CL", "cs.AI", "cs.CL"]
    assert len(fetched.papers) == 2_399
    assert not fetched.skipped


async def test_a_category_whose_own_feed_is_cut_is_named(store: SqlStore) -> None:
    async with asking(store, *submissions(2_005, MORNING, TODAY)) as (source, _):
        fetched = await source.fetch(the_feed(TODAY, "cs.CL", "cs.AI"))
    assert [(skip.item, skip.why) for skip in fetched.skipped] == [("cs.CL", "its feed is cut at 2,000 items")]


async def test_a_category_arxiv_does_not_know_does_not_silence_the_others(store: SqlStore) -> None:
    async with asking(store, *submissions(2, MORNING, TODAY)) as (source, fake):
        fake.unknown = {"cs.XX"}
        fetched = await source.fetch(the_feed(TODAY, "cs.CL", "cs.XX"))
    assert (fetched.kind, len(fetched.papers)) == (OutcomeKind.FETCHED, 2)
    assert [(skip.item, skip.why) for skip in fetched.skipped] == [("cs.XX", "arXiv says: Bad category cs.XX")]


async def test_a_feed_of_only_unknown_categories_is_an_error_in_arxivs_words(store: SqlStore) -> None:
    async with asking(store) as (source, fake):
        fake.unknown = {"cs.XX", "cs.YY"}
        assert (await error_of(source, the_feed(TODAY, "cs.XX"))).reason == "arXiv says: Bad category cs.XX"
        assert (await error_of(source, the_feed(TODAY, "cs.XX", "cs.YY"))).answered


async def test_a_feed_without_a_date_is_an_error(store: SqlStore) -> None:
    async with asking(store) as (source, fake):
        fake.faults = [Reply(body=b"<rss version='2.0'><channel><title>updates</title></channel></rss>")]
        assert (await error_of(source, the_feed())).reason == "the feed has no date"


# --- what was submitted -----------------------------------------------------------------------------------------------


async def test_a_day_is_had_page_by_page_each_paper_once(store: SqlStore) -> None:
    others = submissions(1, MORNING - timedelta(days=1), MONDAY, first=900)
    async with asking(store, *submissions(250, MORNING, TODAY), *others) as (source, fake):
        fetched = await source.fetch(submitted())
    assert numbers(fetched) == [f"2606.{number:05}" for number in range(1, 251)]
    assert fake.asked == [API] * 3


async def test_the_last_second_of_a_day_belongs_to_it_and_the_next_does_not(store: SqlStore) -> None:
    midnight = datetime(2026, 6, 16, tzinfo=UTC)
    papers = (
        *submissions(1, midnight - timedelta(seconds=1), TODAY),
        *submissions(1, midnight, TODAY, first=2),
    )
    async with asking(store, *papers) as (source, _):
        assert numbers(await source.fetch(submitted())) == ["2606.00001"]
        assert numbers(await source.fetch(submitted(TODAY))) == ["2606.00002"]


async def test_pages_that_come_back_short_lose_nothing(store: SqlStore) -> None:
    async with asking(store, *submissions(150, MORNING, TODAY)) as (source, fake):
        fake.short = 40
        assert len((await source.fetch(submitted())).papers) == 150


@pytest.mark.parametrize("many", [150, 200])
async def test_where_nobody_counts_a_full_page_is_not_the_last(store: SqlStore, many: int) -> None:
    papers = submissions(many, MORNING, TODAY)
    pages = [results(papers[start : start + PAGE], total=0) for start in range(0, many + 1, PAGE)]
    async with asking(store) as (source, fake):
        fake.faults = [Reply(body=_UNCOUNTED.sub(b"", page)) for page in pages]
        assert len((await source.fetch(submitted())).papers) == many


@pytest.mark.parametrize("empty", [EMPTY_PAGE, Reply(body=b""), Reply(body=results([], total=0))])
async def test_an_empty_page_in_the_middle_is_asked_for_again(store: SqlStore, empty: Reply) -> None:
    async with asking(store, *submissions(250, MORNING, TODAY)) as (source, fake):
        fake.faults = [None, empty, empty]
        assert len((await source.fetch(submitted())).papers) == 250


async def test_an_empty_page_is_never_taken_for_the_end(store: SqlStore) -> None:
    async with asking(store, *submissions(250, MORNING, TODAY)) as (source, fake):
        fake.faults = [None, EMPTY_PAGE, EMPTY_PAGE, EMPTY_PAGE]
        error = await error_of(source, submitted())
    assert error.reason == "arXiv gave an empty page at 100 of 250 results"
    assert len(fake.asked) == 4


async def test_more_than_two_thousand_are_asked_for_in_parts_of_a_day(store: SqlStore) -> None:
    early = submissions(1_500, datetime(2026, 6, 15, 3, tzinfo=UTC), TODAY)
    late = submissions(600, datetime(2026, 6, 15, 15, tzinfo=UTC), TODAY, first=2_001)
    async with asking(store, *early, *late) as (source, _):
        assert len((await source.fetch(submitted())).papers) == 2_100


async def test_more_than_two_thousand_at_one_moment_are_an_error(store: SqlStore) -> None:
    async with asking(store) as (source, fake):
        fake.faults = [Reply(body=results(submissions(1, MORNING, TODAY), total=2_001))] * 30
        assert "more than 2,000 papers submitted at 2026-06-15 00:00" in (await error_of(source, submitted())).reason
    assert len(fake.asked) < 15


async def test_an_archive_stands_for_all_its_categories(store: SqlStore) -> None:
    papers = (
        *submissions(1, MORNING, TODAY, categories=["cs.RO"]),
        *submissions(1, MORNING, TODAY, first=2, categories=["hep-th"]),
        *submissions(1, MORNING, TODAY, first=3, categories=["math.CO"]),
    )
    async with asking(store, *papers) as (source, _):
        assert numbers(await source.fetch(submitted(MONDAY, "cs", "hep-th"))) == ["2606.00001", "2606.00002"]


async def test_what_a_person_back_fills_is_listed_on_its_own_date(store: SqlStore) -> None:
    async with asking(store, *submissions(1, MORNING, TODAY)) as (source, _):
        fetched = await source.fetch(submitted())
    (sighting,) = fetched.papers[0].sightings
    assert (sighting.source, sighting.listed_on, sighting.first_seen_at.date()) == ("arxiv", MONDAY, TODAY)


async def test_what_was_missed_is_listed_on_the_day_it_was_announced(store: SqlStore) -> None:
    friday_evening = datetime(2026, 6, 12, 20, tzinfo=UTC)
    async with asking(store, *submissions(1, friday_evening, TODAY)) as (source, _):
        fetched = await source.fetch(submitted(FRIDAY, kind=ListKind.MISSED))
    assert fetched.papers[0].sightings[0].listed_on == TODAY


async def test_what_was_missed_long_ago_is_listed_where_digests_still_look(store: SqlStore) -> None:
    long_ago = datetime(2026, 6, 3, 8, tzinfo=UTC)
    async with asking(store, *submissions(1, long_ago, date(2026, 6, 4))) as (source, _):
        fetched = await source.fetch(submitted(long_ago.date(), kind=ListKind.MISSED))
    assert fetched.papers[0].sightings[0].listed_on == TODAY - REACH


async def test_a_day_without_papers_is_an_outcome(store: SqlStore) -> None:
    async with asking(store) as (source, _):
        fetched = await source.fetch(submitted())
    assert (fetched.kind, fetched.papers) == (OutcomeKind.NOTHING_PUBLISHED, ())


async def test_days_that_arxiv_cannot_give_are_refused(store: SqlStore) -> None:
    some = frozenset({"cs.CL"})
    async with asking(store) as (source, _):
        for first, categories in ((date(2026, 6, 17), some), (date(1980, 1, 1), some), (MONDAY, frozenset[str]())):
            with pytest.raises(RefusedError):
                source.tasks_for(first, first, categories)
        assert [task.day for task in source.tasks_for(MONDAY, date(2026, 7, 1), some)] == [MONDAY, TODAY]


# --- one paper --------------------------------------------------------------------------------------------------------


async def test_a_paper_is_found_by_its_id_and_an_unknown_one_is_none(store: SqlStore) -> None:
    async with asking(store, *submissions(1, MORNING, TODAY)) as (source, fake):
        found = await source.paper(PaperId("arxiv", "2606.00001"))
        assert found is not None
        assert (found.id.value, found.sightings) == ("2606.00001", ())
        assert await source.paper(PaperId("arxiv", "2606.00002")) is None
        assert len(fake.asked) == 2


async def test_what_is_no_arxiv_id_is_not_asked_for(store: SqlStore) -> None:
    async with asking(store) as (source, fake):
        assert await source.paper(PaperId("doi", "10.1000/x")) is None
        assert await source.paper(PaperId("arxiv", "2606.00001&max_results=9")) is None
        assert fake.asked == []


# --- manners and errors -----------------------------------------------------------------------------------------------


async def test_feeds_and_the_query_api_together_are_asked_once_in_three_seconds(store: SqlStore) -> None:
    async with asking(store, *submissions(250, MORNING, TODAY)) as (source, fake):
        await source.fetch(the_feed())
        await source.fetch(submitted())
        await source.paper(PaperId("arxiv", "2606.00001"))
    gaps = [later - earlier for earlier, later in zip(fake.times, fake.times[1:], strict=False)]
    assert fake.rude == []
    assert len(gaps) == 4
    assert min(gaps) >= timedelta(seconds=3)


async def test_people_who_ask_for_much_keep_no_list_waiting(store: SqlStore) -> None:
    async with asking(store, *submissions(1, MORNING, TODAY)) as (source, fake):
        await store.rate_limits.hold(PACE.key, NOW + PEOPLES_WAIT + timedelta(seconds=1))
        for number in range(20):
            with pytest.raises(SourceError):
                await source.paper(PaperId("arxiv", f"2607.{number:05}"))
            with pytest.raises(SourceError):
                await source.search(("agents", str(number)), 10)
        fetched = await source.fetch(the_feed())
    assert len(fetched.papers) == 1
    assert fake.asked == ["cs.CL"]


async def test_two_processes_share_the_three_seconds(store: SqlStore) -> None:
    clock = SteppingClock(NOW)
    fake = FakeArxiv(clock)
    async with (
        web(fake.answer) as server,
        HttpClient(clock, store.rate_limits) as one,
        HttpClient(clock, store.rate_limits) as other,
    ):
        for http in (one, other, one):
            await ArxivSource(http, clock, server.url + API, server.url + RSS).fetch(the_feed())
    assert (len(fake.times), fake.rude) == (3, [])


async def test_after_too_many_requests_arxiv_is_left_alone_for_ten_minutes(store: SqlStore) -> None:
    async with asking(store, *submissions(1, MORNING, TODAY)) as (source, fake):
        fake.faults = [RATE_EXCEEDED]
        error = await error_of(source, the_feed())
        assert error.retry_after == timedelta(minutes=10)
        assert (await error_of(source, submitted())).retry_after is not None
        assert len(fake.asked) == 1
        await fake.clock.sleep(600)
        assert len((await source.fetch(the_feed())).papers) == 1


@pytest.mark.parametrize("status", [301, 403, 404, 406])
async def test_another_status_is_an_error(store: SqlStore, status: int) -> None:
    async with asking(store) as (source, fake):
        fake.faults = [Reply(status=status, body=feed(TODAY, []))]
        assert (await error_of(source, the_feed())).reason == f"arXiv answered {status}"


async def test_an_error_entry_of_the_api_is_never_stored(store: SqlStore) -> None:
    entry = "<entry><id>https://arxiv.org/api/errors#x</id><title>Error</title><summary>start must be</summary></entry>"
    for status in (200, 400):
        async with asking(store) as (source, fake):
            fake.faults = [Reply(status=status, body=results([], total=1, entries=entry))]
            assert (await error_of(source, submitted())).reason == "arXiv says: start must be"
        await store.rate_limits.hold("arxiv", NOW)


# --- from the plan to the library -------------------------------------------------------------------------------------


async def test_after_an_outage_every_paper_is_there_once(store: SqlStore) -> None:
    days = [FRIDAY, MONDAY, TODAY, date(2026, 6, 17), date(2026, 6, 18)]
    papers: list[Submission] = []
    for number, day in enumerate(days):
        morning = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        papers += submissions(3, morning, _next(day), first=1 + 10 * number)
    start = datetime(2026, 6, 15, 6, tzinfo=UTC)
    async with asking(store, *papers, now=start) as (source, fake):
        context = FetchContext(store=store, clock=fake.clock, holder="test")
        wanted = frozenset({"cs.CL"})
        await fetch_due(context, [source], categories=wanted)
        fake.faults = [Reply(status=403)] * 2
        fake.clock.moment = start + timedelta(days=1)
        assert [record.kind for record in await fetch_due(context, [source], categories=wanted)] == [OutcomeKind.DOWN]
        fake.faults = []
        fake.clock.moment = start + timedelta(days=4)
        records = await fetch_due(context, [source], categories=wanted)
        assert await fetch_due(context, [source], categories=wanted) == ()
        stored = await store.papers.listed(date(2026, 6, 1), date(2026, 6, 30), fake.clock.now())
    assert all(record.ok for record in records)
    assert sorted(each.paper.id.value for each in stored) == sorted(paper.number for paper in papers)
    listed = {each.paper.id.value: max(s.listed_on for s in each.paper.sightings) for each in stored}
    assert listed == {paper.number: paper.announced for paper in papers}
    assert fake.rude == []


async def test_a_back_fill_stores_days_by_their_own_date(store: SqlStore) -> None:
    async with asking(store, *submissions(2, MORNING, TODAY)) as (source, fake):
        context = FetchContext(store=store, clock=fake.clock, holder="test")
        records = await fetch_dates(context, source, FRIDAY, TODAY, categories=frozenset({"cs.CL"}))
        stored = await store.papers.listed(MONDAY, MONDAY, fake.clock.now())
    assert [record.new for record in records] == [0, 0, 0, 2, 0]
    assert len(stored) == 2


def _next(day: date) -> date:
    return day + timedelta(days=3 if day == FRIDAY else 1)
