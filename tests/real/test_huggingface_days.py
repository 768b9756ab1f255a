"""Real answers of Hugging Face: 85 days that can be read whole, and three that were archived broken."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.http import HttpClient
from adapters.huggingface.parse import Page, parse_page
from adapters.huggingface.source import HuggingFaceSource
from bot.model.outcome import OutcomeKind
from bot.pipeline.fetch import FetchContext, fetch_dates
from bot.ports import Store
from bot.text.normalise import clean
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.huggingface import FakeHuggingFace
from tests.fakes.web import web


@pytest.fixture(scope="session")
def pages(shared_data: Path) -> dict[date, Page]:
    files = sorted((shared_data / "hf_daily").glob("*.json"))
    days = {date.fromisoformat(file.stem): file for file in files}
    return {day: parse_page(file.read_bytes(), day, NOW) for day, file in days.items()}


def test_every_item_of_every_day_is_read(pages: dict[date, Page]) -> None:
    assert len(pages) == 85
    assert sum(page.items for page in pages.values()) == sum(len(page.papers) for page in pages.values()) == 2_175
    assert not any(page.skipped for page in pages.values())


def test_a_paper_that_was_listed_twice_is_one_paper_with_its_own_days(pages: dict[date, Page]) -> None:
    times = Counter(paper.id.value for page in pages.values() for paper in page.papers)
    assert {number for number, count in times.items() if count > 1} == {"2604.07429", "2606.11176"}
    assert all(paper.sightings[0].listed_on == day for day, page in pages.items() for paper in page.papers)


def test_what_papers_carry_is_kept(pages: dict[date, Page]) -> None:
    papers = [paper for page in pages.values() for paper in page.papers]
    assert sum(bool(paper.tldr) for paper in papers) == 2_114
    assert sum(bool(paper.keywords) for paper in papers) == 2_110  # four more carry one empty word
    assert sum(paper.stars is not None for paper in papers) == 1_245
    assert sum(bool(paper.links.code) for paper in papers) == 1_300
    assert sum(bool(paper.links.project) for paper in papers) == 1_056
    assert sum(bool(paper.organisation) for paper in papers) >= 1_314
    assert max(len(paper.authors) for paper in papers) == 573
    assert max(paper.upvotes or 0 for paper in papers) == 250


def test_every_text_is_fit_to_store_and_to_show(pages: dict[date, Page]) -> None:
    for page in pages.values():
        for paper in page.papers:
            assert all(text and text == clean(text) for text in (paper.title, paper.abstract, *paper.authors))
            assert paper.published_at is not None
            assert paper.published_at.date() <= paper.sightings[0].listed_on


async def test_days_that_were_archived_broken_are_errors_and_store_nothing(store: Store, shared_data: Path) -> None:
    files = sorted((shared_data / "hf_daily_broken").glob("*.json"))
    days = {date.fromisoformat(file.stem): json.loads(file.read_text(encoding="utf-8")) for file in files}
    clock = SteppingClock(NOW)
    async with web(FakeHuggingFace(clock, days)) as server, HttpClient(clock, store.rate_limits) as http:
        source = HuggingFaceSource(http, clock, server.url)
        context = FetchContext(store=store, clock=clock, holder="me")
        records = await fetch_dates(context, source, min(days), max(days), categories=frozenset())
    assert [(record.ok, record.kind) for record in records] == [(False, OutcomeKind.DOWN)] * 3
    assert [int(record.reason.split()[3]) for record in records] == [26, 18, 23]
    assert (await store.papers.statistics(clock.now())).papers == 0


async def test_a_real_day_is_had_over_http_as_it_was_recorded(
    store: Store, shared_data: Path, pages: dict[date, Page]
) -> None:
    day = date(2026, 5, 12)  # cut at 50 items when it was recorded: the first page alone must not be the end
    items = json.loads((shared_data / "hf_daily" / f"{day}.json").read_text(encoding="utf-8"))
    clock = SteppingClock(datetime.combine(day, NOW.timetz()) + timedelta(days=1))
    async with web(FakeHuggingFace(clock, {day: items})) as server, HttpClient(clock, store.rate_limits) as http:
        source = HuggingFaceSource(http, clock, server.url)
        context = FetchContext(store=store, clock=clock, holder="me")
        (record,) = await fetch_dates(context, source, day, day, categories=frozenset())
    assert (record.seen, record.new, record.skipped, len(server.asked)) == (50, 50, 0, 2)
    stored = await store.papers.listed(day, day, clock.now())
    assert {paper.paper.id for paper in stored} == {paper.id for paper in pages[day].papers}
