"""Every fetch is recorded, trouble of a source stays its own, and what was missed is caught up, each paper once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.http import HttpClient
from adapters.huggingface.source import HuggingFaceSource
from bot.clock import FixedClock
from bot.errors import SourceError
from bot.model.fetching import Fetched, FetchPlanInput, FetchRecord, FetchTask, Skip
from bot.model.outcome import OutcomeKind, Stage
from bot.model.paper import HUGGINGFACE, Paper, PaperId
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.pipeline.fetch import FetchContext, fetch_dates, fetch_due
from bot.ports import PaperSource, Store
from tests.builders import GENERAL, NOW, TODAY, a_paper
from tests.fakes.clock import SteppingClock
from tests.fakes.huggingface import FakeHuggingFace, an_item
from tests.fakes.messenger import FakePlatform
from tests.fakes.web import Reply, web
from tests.rows import change_numbers
from tests.scenarios.rounds import list_papers, subscribe

Answer = Fetched | Exception


def fetched(*papers: Paper, skipped: tuple[Skip, ...] = ()) -> Fetched:
    return Fetched(kind=OutcomeKind.FETCHED, reason="a list", papers=papers, skipped=skipped, etag='"a"')


@dataclass
class Listing:
    """A source of the tests' own: `answers` by the key of the list, asked for in order; a list without one fails."""

    answers: dict[str, Answer]
    name: str = "arxiv"
    asked: list[str] = field(default_factory=list)
    known: FetchPlanInput | None = None
    before: Callable[[], object] = lambda: None

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:
        self.known = known
        return tuple(FetchTask(source=self.name, key=key) for key in self.answers)

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:
        del first, last, categories
        return tuple(FetchTask(source=self.name, key=key) for key in self.answers)

    async def fetch(self, task: FetchTask) -> Fetched:
        self.asked.append(task.key)
        self.before()
        answer = self.answers[task.key]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def paper(self, paper: PaperId) -> Paper | None:
        del paper
        return None

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        del words, limit
        return ()


async def fetch(
    store: Store, *sources: PaperSource, now: datetime = NOW, holder: str = "me", backfill_days: int = 0
) -> tuple[FetchRecord, ...]:
    context = FetchContext(store=store, clock=FixedClock(now), holder=holder)
    return await fetch_due(context, sources, categories=frozenset({"cs.CL"}), backfill_days=backfill_days)


def endings(records: tuple[FetchRecord, ...]) -> list[tuple[str, str, bool]]:
    return [(record.source, record.key, record.ok) for record in records]


# --- what is remembered -----------------------------------------------------------------------------------------------


async def test_a_fetch_is_recorded_with_what_was_seen_new_and_skipped_and_why(store: Store) -> None:
    await list_papers(store, a_paper(1))
    skips = tuple(Skip(f"item {number}", "no title") for number in range(3, 8))
    (record,) = await fetch(store, Listing({"today": fetched(a_paper(1), a_paper(2), skipped=skips)}))
    assert (record.at, record.ok, record.seen, record.new, record.skipped) == (NOW, True, 2, 1, 5)
    assert record.reason == "a list; skipped item 3: no title; item 4: no title; item 5: no title and 2 more"
    assert await store.outcomes.fetch_records("arxiv", NOW) == (record,)
    assert await store.outcomes.latest(Stage.FETCH, "arxiv", 9) == (record.outcome(),)


async def test_an_error_is_recorded_and_waited_after_longer_each_time(store: Store) -> None:
    source = Listing({"today": SourceError("no answer in 30 s")})
    waits = []
    for _ in range(5):
        (record,) = await fetch(store, source)
        assert (record.ok, record.kind, record.reason) == (False, OutcomeKind.DOWN, "no answer in 30 s")
        assert record.retry_at is not None
        waits.append(int((record.retry_at - NOW).total_seconds() / 60))
    assert (waits, record.failures) == ([1, 5, 15, 60, 60], 5)


async def test_a_wait_that_the_source_asks_for_is_kept(store: Store) -> None:
    (record,) = await fetch(store, Listing({"today": SourceError("429", retry_after=timedelta(hours=3))}))
    assert record.retry_at == NOW + timedelta(hours=3)


async def test_an_answer_ends_the_errors_in_a_row(store: Store) -> None:
    source = Listing({"today": SourceError("502")})
    await fetch(store, source)
    source.answers = {"today": fetched()}
    (record,) = await fetch(store, source)
    assert (record.ok, record.failures, record.retry_at, record.etag) == (True, 0, None, '"a"')


async def test_a_source_is_planned_from_the_clock_its_own_records_and_the_categories_alone(store: Store) -> None:
    await subscribe(store, "cat:cs.RO robots")
    source, other = Listing({"today": fetched()}), Listing({"x": fetched()}, name=HUGGINGFACE)
    records = await fetch(store, source, other)
    await fetch(store, source, now=NOW + timedelta(days=1), backfill_days=30)
    assert source.known == FetchPlanInput(
        now=NOW + timedelta(days=1),
        records=tuple(record for record in records if record.source == "arxiv"),
        categories=frozenset({"cs.CL", "cs.RO"}),
        backfill_days=30,
    )


@pytest.mark.parametrize(("days", "known"), [(39, 1), (300, 1)])
async def test_a_source_that_was_asked_long_ago_is_not_taken_for_a_new_one(store: Store, days: int, known: int) -> None:
    source = Listing({"today": fetched()})
    await fetch(store, source)
    await fetch(store, source, now=NOW + timedelta(days=days))
    assert source.known is not None
    assert len(source.known.records) == known


async def test_only_a_fetch_that_changes_papers_is_news_to_instant_subscriptions(store: Store, store_url: str) -> None:
    source = Listing({"today": fetched(a_paper(1))}, name=HUGGINGFACE)
    numbers = []
    for upvotes in (0, 0, 9):
        source.answers = {"today": fetched(a_paper(1, upvotes=upvotes))}
        await fetch(store, source)
        numbers.append((await change_numbers(store_url))[HUGGINGFACE])
    assert numbers == [1, 1, 2]


# --- trouble stays where it is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [SourceError("no answer in 30 s"), ZeroDivisionError("a bug in a parser")])
async def test_a_source_that_fails_changes_nothing_for_the_others(store: Store, trouble: Exception) -> None:
    broken, fine = Listing({"today": trouble}), Listing({"today": fetched(a_paper(1))}, name=HUGGINGFACE)
    records = await fetch(store, broken, fine)
    assert endings(records) == [("arxiv", "today", False), (HUGGINGFACE, "today", True)]
    assert (await store.papers.statistics(NOW)).papers == 1


async def test_sources_are_fetched_side_by_side(store: Store) -> None:
    met = asyncio.Barrier(2)

    class Meeting(Listing):
        async def fetch(self, task: FetchTask) -> Fetched:
            async with asyncio.timeout(60):
                await met.wait()
            return await super().fetch(task)

    records = await fetch(store, Meeting({"a": fetched()}), Meeting({"b": fetched()}, name=HUGGINGFACE))
    assert endings(records) == [("arxiv", "a", True), (HUGGINGFACE, "b", True)]


async def test_a_source_that_does_not_answer_twice_is_left_alone_until_later(store: Store) -> None:
    source = Listing({"a": SourceError("502"), "b": SourceError("502"), "c": fetched()})
    assert endings(await fetch(store, source)) == [("arxiv", "a", False), ("arxiv", "b", False)]


async def test_lists_that_cannot_be_read_do_not_keep_out_the_newer_ones(store: Store) -> None:
    bad = SourceError("the answer is not JSON", answered=True)
    source = Listing({"a": bad, "b": ZeroDivisionError(), "c": bad, "d": fetched(a_paper(1))})
    assert [record.ok for record in await fetch(store, source)] == [False, False, False, True]
    assert (await store.papers.statistics(NOW)).papers == 1


async def test_a_source_that_another_process_fetches_is_left_to_it(store: Store) -> None:
    assert await store.leases.acquire("arxiv", "other", FixedClock(NOW).wall(), timedelta(minutes=5))
    source, free = Listing({"today": fetched()}), Listing({"today": fetched()}, name=HUGGINGFACE)
    assert endings(await fetch(store, source, free)) == [(HUGGINGFACE, "today", True)]
    await store.leases.release("arxiv", "other")
    assert endings(await fetch(store, source)) == [("arxiv", "today", True)]


async def test_many_processes_fetch_a_list_once_at_a_time(store: Store) -> None:
    source = Listing({"today": fetched(a_paper(1))})
    results = await asyncio.gather(*(fetch(store, source, holder=f"p{number}") for number in range(5)))
    assert len(source.asked) == sum(len(records) for records in results) >= 1
    assert await fetch(store, source, holder="p9")


async def test_dates_that_people_name_are_fetched_whatever_was_fetched_before(store: Store) -> None:
    context = FetchContext(store=store, clock=FixedClock(NOW), holder="me")
    source = Listing({"a": fetched(a_paper(1)), "b": fetched(a_paper(2))})
    for new in (1, 0):
        records = await fetch_dates(context, source, TODAY, TODAY, categories=frozenset())
        assert [(record.key, record.new) for record in records] == [("a", new), ("b", new)]


# --- Hugging Face over days -------------------------------------------------------------------------------------------


@dataclass
class Round:
    """A service of one source over HTTP, one channel and one platform, and the clock of all."""

    store: Store
    clock: SteppingClock
    fake: FakeHuggingFace
    sources: tuple[PaperSource, ...]
    platform: FakePlatform = field(default_factory=FakePlatform)

    async def at(self, moment: datetime) -> tuple[FetchRecord, ...]:
        """Fetch, enqueue and deliver as the service would at this moment."""
        self.clock.moment = moment
        context = FetchContext(store=self.store, clock=self.clock, holder="me")
        records = await fetch_due(context, self.sources, categories=frozenset())
        await enqueue_due(self.store, self.clock, default_zone="UTC")
        await deliver_due(self.store, {self.platform.platform: self.platform}, self.clock)
        return records

    @property
    def posted(self) -> list[str]:
        return [paper.removeprefix("arxiv:2606.000") for paper in self.platform.papers]


@asynccontextmanager
async def a_round(store: Store, *others: PaperSource) -> AsyncIterator[Round]:
    """Run over HTTP; the list of each day of June holds one paper, whose number is the day's."""
    clock = SteppingClock(NOW)
    june = [date(2026, 6, number) for number in range(1, 31)]
    fake = FakeHuggingFace(clock, {day: [an_item(day.day)] for day in june if day.weekday() < 5})
    async with web(fake) as server, HttpClient(clock, store.rate_limits) as http:
        yield Round(store, clock, fake, (*others, HuggingFaceSource(http, clock, server.url)))


def ten(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


async def test_a_source_that_was_down_for_three_days_is_caught_up_each_paper_once(store: Store) -> None:
    await subscribe(store, due=ten(9, 9), at=ten(8))
    async with a_round(store) as here:
        await here.at(ten(9))
        assert sorted(here.posted) == ["08", "09"]
        here.fake.is_down = True
        for day in (10, 11, 12):
            assert not any(record.ok for record in await here.at(ten(day)))
        assert sorted(here.posted) == ["08", "09"]
        here.fake.is_down = False
        await here.at(ten(15))
    assert sorted(here.posted) == ["08", "09", "10", "11", "12", "15"]


async def test_silence_while_a_source_is_down_is_explained_and_on_a_weekend_too(store: Store) -> None:
    await subscribe(store, due=ten(9, 9), at=ten(8))
    async with a_round(store) as here:
        await here.at(ten(9))
        here.fake.is_down = True
        await here.at(ten(10))
        (outcome, *_) = await store.outcomes.latest(Stage.ENQUEUE, str(GENERAL), 1)
        assert (outcome.kind, outcome.reason) == (OutcomeKind.DOWN, "huggingface: 127.0.0.1 answered 503")
        here.fake.is_down = False
        await here.at(ten(12))
        await here.at(ten(13))
        (outcome, *_) = await store.outcomes.latest(Stage.FETCH, HUGGINGFACE, 1)
    assert outcome.kind is OutcomeKind.NOTHING_PUBLISHED
    assert outcome.reason == "Hugging Face publishes no list on Saturday and Sunday; the next is Monday 15 June"


async def test_arxiv_being_down_does_not_hold_up_hugging_face(store: Store) -> None:
    await subscribe(store, due=ten(9, 9), at=ten(9, 8))
    arxiv = Listing({"rss": SourceError("export.arxiv.org did not answer in 30 s")})
    async with a_round(store, arxiv) as here:
        records = await here.at(ten(9))
    assert {record.source: record.ok for record in records} == {"arxiv": False, HUGGINGFACE: True}
    assert set(here.posted) == {"08", "09"}


async def test_a_day_whose_items_are_all_broken_stores_nothing_and_the_other_days_come(store: Store) -> None:
    async with a_round(store) as here:
        broken = [ten(day).date() for day in (11, 12)]
        here.fake.days = {**here.fake.days, **{day: ["{'paper': 1}"] * 26 for day in broken}}
        records = await here.at(ten(16))
        stored = await store.papers.listed(date(2026, 6, 1), TODAY, here.clock.now())
    reasons = {record.key: record.reason for record in records if not record.ok}
    assert reasons == {
        f"day:{day}": "none of the 26 items can be read (the item is a text instead of an object)" for day in broken
    }
    assert sorted(paper.paper.id.value[-2:] for paper in stored) == ["09", "10", "15", "16"]


async def test_a_page_that_fails_in_the_middle_stores_nothing_of_its_day(store: Store) -> None:
    async with a_round(store) as here:
        here.fake.days = {TODAY: [an_item(number, upvotes=500 - number) for number in range(150)]}
        here.fake.troubles = [None] * 6 + [Reply(body=b"<html>")]
        records = await here.at(ten(16))
        assert endings(records)[-1] == (HUGGINGFACE, "day:2026-06-16", False)
        assert (await store.papers.statistics(here.clock.now())).papers == 0
        await here.at(ten(16, 11))
        assert (await store.papers.statistics(here.clock.now())).papers == 150


async def test_a_list_that_grows_is_looked_at_again_and_its_late_papers_come(store: Store) -> None:
    await subscribe(store, due=ten(16, 4), at=ten(15))
    async with a_round(store) as here:
        here.fake.days = {TODAY: [an_item(number, upvotes=20 - number) for number in range(1, 11)]}
        here.fake.does_grow = True
        await here.at(ten(16, 4))
        assert len(here.posted) == 5
        await here.at(ten(16, 9))
        await here.at(ten(17, 9))
    assert sorted(here.posted) == [f"{number:02}" for number in range(1, 11)]


async def test_a_back_fill_of_a_new_store_asks_for_thirty_days(store: Store) -> None:
    async with a_round(store) as here:
        here.clock.moment = ten(30)
        await fetch(store, *here.sources, now=ten(30), backfill_days=30)
        assert (here.fake.days_asked[0], len(here.fake.days_asked)) == (date(2026, 6, 1), 22)
