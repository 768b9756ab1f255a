"""A silence is told when chance alone would hardly bring it, and never when a source may be behind it."""

from collections.abc import Callable
from datetime import date, timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.paper import HUGGINGFACE, StoredPaper
from bot.model.subscription import SourceChoice, Subscription
from bot.pipeline.silence import IMPROBABLE, LONGEST, RATE_FROM, SHORTEST, Silence, Watched, counted, may_be_quiet
from bot.query.parse import parse
from tests.builders import TODAY, a_paper, a_sighting, a_subscription, stored

MONDAY = TODAY - timedelta(days=1)
LONG_AGO = TODAY - timedelta(days=300)
AGENTS = a_subscription(query="agents", floor_on=LONG_AGO)
BOTH = (SourceChoice(HUGGINGFACE), SourceChoice("arxiv"))

Papers = Callable[[date], list[StoredPaper]]


def papers_of(day: date, matching: int, *, others: int = 1, source: str = HUGGINGFACE) -> list[StoredPaper]:
    """List papers on a day, so many of which are about agents."""
    first = (TODAY - day).days * 100 + (50 if source == "arxiv" else 1)
    titles = ["Agents at work"] * matching + ["Teapots at rest"] * others
    return [
        stored(a_paper(first + index, title, upvotes=7, listed=(a_sighting(day, source),)))
        for index, title in enumerate(titles)
    ]


def judged(
    papers: Papers, *, subscription: Subscription = AGENTS, since: date = LONG_AGO, mutes: tuple[str, ...] = ()
) -> tuple[Silence | None, int]:
    """Return the silence that lasts on the tests' Tuesday, and how many days were looked at."""
    watched = Watched(subscription=subscription, mutes=tuple(map(parse, mutes)), since=since)
    day = TODAY
    while watched.needs_more:
        (watched,) = counted([watched], papers(day), day, TODAY)
        day -= timedelta(days=1)
    return watched.silence, len(watched.counts)


def usual(rate: int, last: date, *, others: int = 1) -> Papers:
    """List so many matching papers every weekday up to a day, and none after; others go on."""

    def papers(day: date) -> list[StoredPaper]:
        return papers_of(day, rate if day <= last else 0, others=others) if day.weekday() < 5 else []

    return papers


def silence_of(papers: Papers, *, subscription: Subscription = AGENTS, since: date = LONG_AGO) -> Silence:
    silence, _ = judged(papers, subscription=subscription, since=since)
    assert silence is not None
    return silence


def before(weekdays: int) -> date:
    """Return the last day before so many weekdays with nothing."""
    day = TODAY
    while weekdays >= 0:
        day -= timedelta(days=1)
        weekdays -= day.weekday() < 5
    return day


def test_a_silence_has_the_rate_of_the_days_before_it_and_the_weekdays_since() -> None:
    silence = silence_of(usual(7, before(3)))
    assert (silence.a_day, silence.days) == (7, 3)
    assert silence.probability == pytest.approx(exp(-21))


@pytest.mark.parametrize(("rate", "days"), [(7, 3), (2, 3), (1, 6)])
def test_the_rarer_the_papers_the_longer_the_silence_that_is_told(rate: int, days: int) -> None:
    assert silence_of(usual(rate, before(days))).is_improbable
    shorter, _ = judged(usual(rate, before(days - 1)))
    assert shorter is None or not shorter.is_improbable


def test_fewer_than_three_weekdays_are_no_silence_however_many_papers_are_usual() -> None:
    assert judged(usual(90, before(SHORTEST - 1)))[0] is None


def test_a_paper_of_today_ends_a_silence_and_a_list_of_today_without_one_does_not_lengthen_it() -> None:
    last = before(4)
    assert silence_of(usual(7, last)).days == 4

    def papers(day: date) -> list[StoredPaper]:
        return papers_of(day, 1) if day == TODAY else usual(7, last)(day)

    assert judged(papers) == (None, 1)


def test_days_on_which_a_source_listed_nothing_do_not_count() -> None:
    holidays = {MONDAY, before(1)}

    def papers(day: date) -> list[StoredPaper]:
        return [] if day in holidays else usual(7, before(5))(day)

    assert silence_of(papers).days == 5 - len(holidays)


def test_a_source_that_lists_nothing_any_more_makes_no_silence() -> None:
    last = before(10)
    assert judged(lambda day: usual(7, last)(day) if day <= last else [])[0] is None


def test_a_day_counts_only_if_every_source_of_the_subscription_listed_something() -> None:
    reads_both = a_subscription(query="agents", sources=BOTH, floor_on=LONG_AGO)
    last = before(6)

    def papers(day: date) -> list[StoredPaper]:
        return usual(7, last)(day) + (papers_of(day, 0, source="arxiv") if day <= last else [])

    assert judged(papers, subscription=reads_both)[0] is None
    assert silence_of(papers).days == 6


def test_what_a_category_listed_counts_for_those_who_read_the_category() -> None:
    vision = a_subscription(query="agents", sources=(SourceChoice("arxiv", "cs.CV"),), floor_on=LONG_AGO)
    assert judged(lambda day: papers_of(day, 3, source="arxiv"), subscription=vision)[0] is None


def test_papers_that_are_muted_or_under_the_floor_do_not_end_a_silence() -> None:
    last = before(4)

    def papers(day: date) -> list[StoredPaper]:
        muted = [stored(a_paper(90_000 + day.day, "Agents of teapots", upvotes=9, listed=(a_sighting(day),)))]
        low = [stored(a_paper(91_000 + day.day, "Agents alone", upvotes=1, listed=(a_sighting(day),)))]
        return usual(7, last)(day) + (muted + low if day > last else [])

    picky = a_subscription(query="agents", min_upvotes=5, floor_on=LONG_AGO)
    silence, _ = judged(papers, subscription=picky, mutes=("teapots",))
    assert silence is not None
    assert silence.days == 4
    assert judged(papers, subscription=picky)[0] is None


def test_a_paper_counts_once_on_the_first_day_that_one_of_its_sources_had_it() -> None:
    reads_both = a_subscription(query="agents", sources=BOTH, floor_on=LONG_AGO)
    last = before(4)

    def papers(day: date) -> list[StoredPaper]:
        old = (a_sighting(last, "arxiv"), a_sighting(day))
        again = [stored(a_paper(95_000 + day.day, "Agents again", listed=old))] if day > last else []
        return usual(7, last)(day) + papers_of(day, 0, source="arxiv") + again

    assert silence_of(papers, subscription=reads_both).days == 4
    assert judged(papers)[0] is None


def test_no_silence_begins_before_the_channels_last_digest() -> None:
    since = MONDAY - timedelta(days=3)
    assert judged(usual(0, TODAY), since=since)[0] is None
    assert judged(usual(7, before(9)), since=before(2) + timedelta(days=1))[0] is None


def test_a_rate_of_a_few_days_is_a_guess_and_says_nothing() -> None:
    last = before(4)
    first = last - timedelta(days=6)
    assert judged(lambda day: usual(7, last)(day) if day >= first else [])[0] is None


def test_a_subscription_that_brought_something_lately_is_left_after_one_look() -> None:
    assert judged(usual(7, TODAY)) == (None, 1)


def test_counting_ends_however_long_the_silence_is() -> None:
    silence, looked_at = judged(usual(0, TODAY))
    assert silence is None
    assert looked_at <= (LONGEST + RATE_FROM).days


RATES = st.integers(1, 4).flatmap(lambda most: st.lists(st.integers(1, most), min_size=50, max_size=50))


@given(st.integers(0, 12), RATES)
def test_a_silence_is_told_when_the_rarest_day_makes_it_improbable_and_not_when_the_busiest_does_not(
    silent: int, papers_a_weekday: list[int]
) -> None:
    last = before(silent)

    def papers(day: date) -> list[StoredPaper]:
        rate = papers_a_weekday[(last - day).days % len(papers_a_weekday)] if day <= last else 0
        return papers_of(day, rate) if day.weekday() < 5 else []

    silence, _ = judged(papers)
    is_told = silence is not None and silence.is_improbable
    if silent < SHORTEST or exp(-max(papers_a_weekday) * silent) >= IMPROBABLE:
        assert not is_told
    elif exp(-min(papers_a_weekday) * silent) < IMPROBABLE:
        assert is_told
    if silence is not None:
        assert silence.days == silent
        assert min(papers_a_weekday) <= silence.a_day <= max(papers_a_weekday)


@pytest.mark.parametrize(
    ("floor_on", "since", "may"),
    [
        (LONG_AGO, before(3), True),
        (LONG_AGO, MONDAY, False),
        (TODAY - timedelta(days=13), TODAY - timedelta(days=13), False),
        (TODAY - timedelta(days=14), TODAY - timedelta(days=14), True),
    ],
)
def test_neither_a_new_subscription_nor_one_that_just_posted_is_looked_at(
    floor_on: date, since: date, *, may: bool
) -> None:
    assert may_be_quiet(a_subscription(floor_on=floor_on), since, TODAY) is may
