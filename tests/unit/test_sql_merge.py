"""What two descriptions of a paper make, and which ledger rows two papers that are one have twice."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.sql.library.merge import merged, normalised, united_sightings
from adapters.sql.library.unite import later_doubles
from bot.model.digest import LedgerState
from bot.model.paper import Links, Paper, PaperId, Sighting
from tests.builders import NOW, TODAY, a_paper, a_sighting

ARXIV, HF, PAGE = (a_paper(listed=(a_sighting(source=each),)) for each in ("arxiv", "huggingface", "page"))


def text_of(known: Paper, later: Paper) -> str:
    return merged(replace(known, title="known title"), replace(later, title="later, longer title")).title


@pytest.mark.parametrize(
    ("known", "later", "title"),
    [
        (ARXIV, HF, "known title"),
        (HF, ARXIV, "later, longer title"),
        (PAGE, HF, "later, longer title"),
        (HF, PAGE, "known title"),
        (HF, HF, "later, longer title"),
    ],
)
def test_the_source_that_knows_best_says_the_title_and_among_equals_the_longer_one(
    known: Paper, later: Paper, title: str
) -> None:
    assert text_of(known, later) == title


def test_an_empty_text_never_takes_the_place_of_one() -> None:
    said = replace(HF, abstract="An abstract.", authors=("Ada Byron", "Bo Cy"))
    silent = replace(ARXIV, abstract="", authors=())
    for found in (merged(said, silent), merged(silent, said)):
        assert (found.abstract, found.authors) == ("An abstract.", ("Ada Byron", "Bo Cy"))


def test_what_changes_over_time_is_the_later_ones_unless_it_does_not_say() -> None:
    known = replace(HF, upvotes=6, stars=2, tldr="old", keywords=("a",), organisation="Tea", links=Links(code="c"))
    later = replace(HF, upvotes=0, stars=None, tldr="", keywords=("b",), organisation="", links=Links(pdf="p"))
    found = merged(known, later)
    assert (found.upvotes, found.stars, found.tldr, found.keywords, found.organisation) == (0, 2, "old", ("b",), "Tea")
    assert (found.links.code, found.links.pdf) == ("c", "p")


def test_categories_and_ids_are_of_both_each_once() -> None:
    doi = PaperId("doi", "10.1000/X")
    known = replace(HF, categories=("cs.CL", "cs.AI"), aliases=(doi,))
    later = replace(HF, id=PaperId("doi", "10.1000/x"), categories=("cs.AI", "cs.LG"))
    found = merged(known, later)
    assert found.categories == ("cs.CL", "cs.AI", "cs.LG")
    assert (found.id, found.aliases) == (HF.id, (PaperId("doi", "10.1000/x"),))


def test_the_ids_of_a_paper_come_in_one_spelling() -> None:
    paper = replace(HF, id=PaperId("doi", "10.48550/arXiv.2606.00001"), aliases=(PaperId("arxiv", "2606.00001v3"),))
    assert (normalised(paper).id, normalised(paper).aliases) == (PaperId("arxiv", "2606.00001"), ())


def test_a_sighting_is_there_once_from_when_it_was_first_seen() -> None:
    first, again = a_sighting(), replace(a_sighting(), first_seen_at=NOW + timedelta(days=1))
    other = Sighting(source="arxiv", listed_on=TODAY, first_seen_at=NOW)
    earlier = a_sighting(TODAY - timedelta(days=1))
    assert united_sightings((again, other, first, earlier)) == (earlier, other, first)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What is read of a row of the ledger."""

    key: int
    channel: int = 1
    state: LedgerState = LedgerState.SHOWN
    is_rising: bool = False
    subscription: int = 1
    at: datetime = datetime(2026, 6, 16, tzinfo=UTC)


def doubles(*rows: Any) -> list[int]:
    return later_doubles(rows)


def test_of_a_paper_that_was_shown_twice_the_earliest_row_stays() -> None:
    day = timedelta(days=1)
    assert doubles(Row(key=1), Row(key=2, at=Row.at - day), Row(key=3)) == [1, 3]
    assert doubles(Row(key=1, subscription=1), Row(key=2, subscription=2)) == [2]


def test_rows_that_say_different_things_all_stay() -> None:
    passed = LedgerState.PASSED
    rows = (
        Row(key=1),
        Row(key=2, channel=2),
        Row(key=3, is_rising=True),
        Row(key=4, state=passed),
        Row(key=5, state=passed, subscription=2),
        Row(key=6, state=LedgerState.ROUNDED_UP),
    )
    assert doubles(*rows) == []
    assert doubles(Row(key=1, state=passed), Row(key=2, state=passed)) == [2]


def test_dates_alone_do_not_make_a_sighting_another() -> None:
    assert united_sightings(()) == ()
    assert len(united_sightings(a_sighting(date(2026, 6, day), source) for day in (1, 2) for source in ("a", "b"))) == 4
