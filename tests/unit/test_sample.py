"""The bundled sample is what the demo needs: two weeks of real lists, and the oddities of real papers."""

from collections import Counter
from datetime import date, timedelta

import pytest

from adapters.sample.source import SampleSource
from bot.errors import RefusedError
from bot.model.fetching import FetchPlanInput
from bot.model.paper import Paper
from bot.text.tldr import TLDR_LENGTH

ALWAYS = (date.min, date.max)


async def listed() -> dict[date, tuple[Paper, ...]]:
    source = SampleSource()
    lists = {}
    for task in source.tasks_for(*ALWAYS, frozenset()):
        assert task.day
        lists[task.day] = (await source.fetch(task)).papers
    return lists


async def test_it_has_ten_weekdays_with_an_empty_weekend_between() -> None:
    days = list(await listed())
    assert len(days) == 10
    assert [day.weekday() for day in days] == [0, 1, 2, 3, 4] * 2
    assert days[-1] - days[0] == timedelta(days=11)
    weekend = days[4] + timedelta(days=1)
    with pytest.raises(RefusedError, match="the bundled sample has lists from"):
        SampleSource().tasks_for(weekend, weekend + timedelta(days=1), frozenset())


async def test_it_has_about_a_hundred_papers_and_one_was_listed_twice() -> None:
    times = Counter(paper.id for papers in (await listed()).values() for paper in papers)
    assert 90 <= len(times) <= 110
    assert [count for _, count in times.most_common(2)] == [2, 1]
    (twice,) = [paper for paper, count in times.items() if count == 2]
    latest = await SampleSource().paper(twice)
    assert latest is not None
    assert latest.upvotes == 42


async def test_every_paper_has_what_a_digest_shows() -> None:
    papers = [paper for papers in (await listed()).values() for paper in papers]
    assert all(paper.title and paper.authors and paper.published_at and paper.links.hf for paper in papers)
    assert all(paper.upvotes is not None and 0 < len(paper.tldr) <= TLDR_LENGTH for paper in papers)
    assert len({paper.tldr for paper in papers}) == len({paper.id for paper in papers})
    assert max(len(paper.authors) for paper in papers) > 500


async def test_the_sample_is_seen_on_its_own_days_and_before_its_present() -> None:
    source = SampleSource()
    for day, papers in (await listed()).items():
        for paper in papers:
            (sighting,) = paper.sightings
            assert (sighting.source, sighting.listed_on, sighting.first_seen_at.date()) == (source.name, day, day)
            assert sighting.first_seen_at < source.last_moment


async def test_as_a_source_it_lists_what_was_not_had_yet() -> None:
    source = SampleSource()
    assert source.plan(FetchPlanInput(now=source.last_moment, records=())) == source.tasks_for(*ALWAYS, frozenset())
