"""What goes into a digest: windows, ledger, caps, leads, rising, round-ups."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from bot.model.cadence import Cadence, Frequency
from bot.model.digest import Digest, LedgerRow, LedgerState, Place
from bot.model.paper import PaperKey, StoredPaper
from bot.model.subscription import SourceChoice, Subscription
from bot.pipeline.compose import compose, ledger_rows
from bot.pipeline.match import Library, match, window_start
from tests.builders import GENERAL, NOW, TODAY, a_paper, a_sighting, a_subscription, stored

WEEKLY = Cadence(frequency=Frequency.WEEKLY, weekdays=frozenset({1}))


def digest_of(
    papers: Sequence[StoredPaper],
    *subscriptions: Subscription,
    ledger: Sequence[LedgerRow] = (),
    cap: int = 10,
    now: datetime = NOW,
) -> Digest:
    library = Library(tuple(papers), now.date())
    return compose(
        channel=GENERAL,
        zone="UTC",
        cap=cap,
        slot=now,
        now=now,
        matches=match(library, subscriptions, now),
        ledger=ledger,
        library=library,
    )


def numbers(digest: Digest, place: Place | None = None) -> list[int]:
    return [pick.paper.key for pick in digest.picks if place in (None, pick.place)]


def liked(number: int, upvotes: int, title: str = "A world model", **more: object) -> StoredPaper:
    return stored(a_paper(number, f"{title} {number}", upvotes=upvotes, **more))  # type: ignore[arg-type]  # builder's own keywords


def row(number: int, state: LedgerState = LedgerState.SHOWN, **more: object) -> LedgerRow:
    fields = {"subscription": 1, "at": NOW - timedelta(days=1)} | more
    return LedgerRow(paper=PaperKey(number), state=state, **fields)  # type: ignore[arg-type]  # the row's own fields


# --- windows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("floor_on", "last_run", "expected"),
    [
        (date(2026, 1, 1), date(2026, 6, 15), date(2026, 6, 7)),
        (date(2026, 1, 1), date(2026, 6, 5), date(2026, 6, 3)),
        (date(2026, 1, 1), date(2026, 5, 1), date(2026, 6, 2)),
        (date(2026, 6, 16), None, date(2026, 6, 15)),
        (date(2026, 1, 1), None, date(2026, 6, 7)),
    ],
)
def test_a_window_starts_at_the_latest_of_its_three_bounds(
    floor_on: date, last_run: date | None, expected: date
) -> None:
    at = datetime(last_run.year, last_run.month, last_run.day, 9, tzinfo=NOW.tzinfo) if last_run else None
    assert window_start(a_subscription(floor_on=floor_on, last_run_at=at), TODAY) == expected


def test_only_sightings_of_the_subscriptions_own_sources_count() -> None:
    papers = [
        stored(a_paper(1, listed=(a_sighting(source="arxiv"),), categories=("cs.CV",))),
        stored(a_paper(2, listed=(a_sighting(source="arxiv"),), categories=("cs.CL",))),
        stored(a_paper(3)),
    ]
    wants_vision = a_subscription(sources=(SourceChoice("arxiv", "cs.CV"),))
    assert numbers(digest_of(papers, wants_vision)) == [1]
    assert numbers(digest_of(papers, a_subscription())) == [3]


def test_a_paper_that_hugging_face_lists_weeks_after_arxiv_still_comes() -> None:
    old = a_sighting(TODAY - timedelta(days=30), source="arxiv")
    assert numbers(digest_of([stored(a_paper(1, listed=(old, a_sighting())))], a_subscription())) == [1]


# --- floors, caps, turns --------------------------------------------------------------------------------------------


def test_a_paper_below_the_floor_is_neither_shown_nor_passed() -> None:
    digest = digest_of([liked(1, 9), liked(2, 10)], a_subscription(min_upvotes=10))
    assert numbers(digest) == [2]
    assert digest.cut == ()


def test_the_floor_lets_papers_through_that_nobody_counts_upvotes_of() -> None:
    papers = [stored(a_paper(1, upvotes=None, listed=(a_sighting(source="arxiv"),)))]
    both = (SourceChoice("arxiv"), SourceChoice("huggingface"))
    assert numbers(digest_of(papers, a_subscription(min_upvotes=10, sources=both))) == [1]
    assert numbers(digest_of(papers, a_subscription(min_upvotes=10, sources=both, upvoted_only=True))) == []


def test_the_first_five_are_leads_and_the_rest_are_lines() -> None:
    digest = digest_of([liked(n, 100 - n) for n in range(1, 9)], a_subscription())
    assert numbers(digest, Place.LEAD) == [1, 2, 3, 4, 5]
    assert numbers(digest, Place.LINE) == [6, 7, 8]


def test_what_the_cap_leaves_out_is_passed_and_never_silent() -> None:
    digest = digest_of([liked(n, 100 - n) for n in range(1, 5)], a_subscription(), cap=3)
    assert numbers(digest) == [1, 2, 3]
    assert [cut.paper.key for cut in digest.cut] == [4]
    assert digest.matched == 4
    passed = [each for each in ledger_rows(digest, NOW, ()) if each.state is LedgerState.PASSED]
    assert [(each.paper, each.subscription) for each in passed] == [(4, 1)]


def test_subscriptions_take_in_turn_by_number() -> None:
    papers = [liked(n, 100 - n) for n in (1, 2, 3)] + [liked(n, 100 - n, "An agent") for n in (4, 5)]
    digest = digest_of(papers, a_subscription(2, "agent"), a_subscription(1, "world model"))
    assert numbers(digest) == [1, 4, 2, 5, 3]


def test_a_paper_that_several_matched_is_there_once_and_names_them() -> None:
    both = liked(1, 50, "An agent with a world model")
    digest = digest_of([both], a_subscription(1, "world model"), a_subscription(2, "agent"))
    (pick,) = digest.picks
    assert [each.number for each in pick.matched_by] == [1, 2]


def test_a_paper_counts_only_against_the_cap_of_the_one_that_took_it() -> None:
    both = liked(1, 50, "An agent with a world model")
    other = liked(2, 40, "An agent")
    digest = digest_of([both, other], a_subscription(1, "world model", cap=1), a_subscription(2, "agent", cap=1))
    assert numbers(digest) == [1, 2]


# --- the ledger -----------------------------------------------------------------------------------------------------


def test_a_paper_the_channel_was_shown_does_not_come_again() -> None:
    assert numbers(digest_of([liked(1, 5), liked(2, 5)], a_subscription(), ledger=[row(1)])) == [2]


def test_a_passed_paper_is_kept_from_that_subscription_only() -> None:
    papers = [liked(1, 5, "An agent with a world model")]
    ledger = [row(1, LedgerState.PASSED)]
    assert numbers(digest_of(papers, a_subscription(1), ledger=ledger)) == []
    assert numbers(digest_of(papers, a_subscription(1), a_subscription(2, "agent"), ledger=ledger)) == [1]


# --- rising -----------------------------------------------------------------------------------------------------------


def a_day(top: int) -> list[StoredPaper]:
    return [liked(1, top), *(liked(n, 20, "Something else") for n in range(2, 12))]


def test_a_line_that_reaches_the_top_tenth_comes_once_more_as_a_lead() -> None:
    ledger = [row(1, below_top_tenth=True, upvotes=6)]
    (pick,) = digest_of(a_day(74), a_subscription(), ledger=ledger).picks
    assert (pick.place, pick.rising_from, pick.paper.paper.upvotes) == (Place.LEAD, 6, 74)


def test_a_passed_paper_rises_too() -> None:
    ledger = [row(1, LedgerState.PASSED, below_top_tenth=True, upvotes=6)]
    assert numbers(digest_of(a_day(74), a_subscription(), ledger=ledger), Place.LEAD) == [1]


@pytest.mark.parametrize(
    ("why_not", "ledger"),
    [
        ("it was a lead", [row(1, below_top_tenth=True, as_lead=True)]),
        ("it was in the top tenth already", [row(1, below_top_tenth=False)]),
        ("it has risen before", [row(1, below_top_tenth=True), row(1, is_rising=True, as_lead=True)]),
        ("it was shown too long ago", [row(1, below_top_tenth=True, at=NOW - timedelta(days=8))]),
    ],
)
def test_a_paper_does_not_rise_when(why_not: str, ledger: list[LedgerRow]) -> None:
    assert numbers(digest_of(a_day(74), a_subscription(), ledger=ledger)) == [], why_not


def test_a_paper_below_the_top_tenth_does_not_rise() -> None:
    assert numbers(digest_of(a_day(7), a_subscription(), ledger=[row(1, below_top_tenth=True)])) == []


def test_a_rising_paper_stands_before_better_matches_and_is_never_a_line() -> None:
    fresh = [liked(n, 30) for n in range(12, 20)]
    ledger = [row(1, below_top_tenth=True, upvotes=6)]
    digest = digest_of([*a_day(74), *fresh], a_subscription(), ledger=ledger)
    assert numbers(digest)[0] == 1


# --- round-ups --------------------------------------------------------------------------------------------------------


def test_a_round_up_reminds_of_what_the_channel_has_seen_after_what_is_fresh() -> None:
    seen = row(1, as_lead=True, href="https://chat.example/1")
    digest = digest_of([liked(1, 90), liked(2, 5)], a_subscription(cadence=WEEKLY), ledger=[seen])
    assert numbers(digest, Place.LEAD) == [2]
    (reminder,) = [pick for pick in digest.picks if pick.place is Place.SEEN]
    assert (reminder.paper.key, reminder.seen_href) == (1, "https://chat.example/1")
    assert [pick.paper.key for pick in digest.fresh] == [2]


def test_a_reminder_counts_towards_the_cap() -> None:
    digest = digest_of([liked(1, 90), liked(2, 5)], a_subscription(cadence=WEEKLY), ledger=[row(1)], cap=1)
    assert numbers(digest) == [1]


def test_a_round_up_brings_no_paper_that_an_earlier_one_held() -> None:
    ledger = [row(1), row(1, LedgerState.ROUNDED_UP)]
    assert numbers(digest_of([liked(1, 90)], a_subscription(cadence=WEEKLY), ledger=ledger)) == []


def test_a_round_up_remembers_what_it_showed_reminded_of_and_cut() -> None:
    papers = [liked(1, 90), liked(2, 50), liked(3, 5)]
    digest = digest_of(papers, a_subscription(cadence=WEEKLY), ledger=[row(1)], cap=2)
    remembered = ledger_rows(digest, NOW, ())
    assert {each.paper for each in remembered if each.state is LedgerState.ROUNDED_UP} == {1, 2, 3}
    assert {each.paper for each in remembered if each.state is LedgerState.SHOWN} == {2}


def test_what_the_ledger_has_is_not_written_twice() -> None:
    digest = digest_of(a_day(74), a_subscription(cadence=WEEKLY), ledger=[row(1, below_top_tenth=True)])
    has = [row(1, LedgerState.ROUNDED_UP)]
    assert [each.state for each in ledger_rows(digest, NOW, has)] == [LedgerState.SHOWN]
