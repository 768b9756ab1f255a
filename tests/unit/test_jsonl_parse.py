"""One line of a file of papers: what it may hold, and what makes it no paper."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.jsonl.parse import UnreadableError, parse_line
from bot.model.paper import LONGEST_NAME, LONGEST_TITLE, Links, Paper, PaperId, Sighting
from tests.builders import NOW, TODAY

WHOLE = {
    "id": "arxiv:2406.01234v2",
    "title": "Patient $\\alpha$-Teapots",
    "abstract": "We teach a\nteapot  to wait.",
    "authors": ["Ada Brill", 'Bj\\"orn Ek'],
    "categories": ["cs.CL", "cs.RO"],
    "published": "2024-06-03",
    "doi": "10.1000/Tea",
    "hf_upvotes": 99,
}


def parsed(**fields: Any) -> Paper:
    return parse_line(json.dumps({"title": "Patient Teapots", **fields}).encode(), NOW)


def test_a_whole_line_is_a_whole_paper_listed_on_its_own_date() -> None:
    assert parse_line(json.dumps(WHOLE).encode(), NOW) == Paper(
        id=PaperId("arxiv", "2406.01234"),
        title="Patient \N{GREEK SMALL LETTER ALPHA}-Teapots",
        abstract="We teach a teapot to wait.",
        authors=("Ada Brill", "Björn Ek"),
        categories=("cs.CL", "cs.RO"),
        published_at=datetime(2024, 6, 3, tzinfo=UTC),
        sightings=(Sighting(source="jsonl", listed_on=date(2024, 6, 3), first_seen_at=NOW),),
        links=Links(abs="https://arxiv.org/abs/2406.01234", pdf="https://arxiv.org/pdf/2406.01234"),
        aliases=(PaperId("doi", "10.1000/tea"),),
    )


def test_a_title_is_enough() -> None:
    paper = parsed()
    assert paper.id.scheme == "title"
    assert paper.published_at is None
    assert paper.sightings == (Sighting(source="jsonl", listed_on=TODAY, first_seen_at=NOW),)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("arxiv:2406.01234", "arxiv:2406.01234"),
        ("arXiv:2406.01234v12", "arxiv:2406.01234"),
        ("2406.01234v1", "arxiv:2406.01234"),
        ("https://arxiv.org/abs/2406.01234", "arxiv:2406.01234"),
        ("hep-th/9901001v2", "arxiv:hep-th/9901001"),
        ("acl:2024.emnlp-main.383", "acl:2024.emnlp-main.383"),
        ("doi:10.1000/x", "doi:10.1000/x"),
        ("10.48550/arXiv.2406.01234", "arxiv:2406.01234"),
        ("openreview:aBc_1", "openreview:aBc_1"),
    ],
)
def test_ids_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert str(parsed(id=written).id) == meant


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-06-16", date(2026, 6, 16)),
        ("1963", date(1963, 1, 1)),
        ("2026-06-16T23:30:00-05:00", date(2026, 6, 17)),
        ("2026-06-16 08:00:00", date(2026, 6, 16)),
    ],
)
def test_dates_are_days_moments_and_years(written: str, day: date) -> None:
    assert [sighting.listed_on for sighting in parsed(published=written).sightings] == [day]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"not json", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"title": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b"[]", "not an object"),
        (b"7", "not an object"),
        (b"{}", "no title"),
        (b'{"title": " \\u0000 "}', "no title"),
        (b'{"title": 7}', "title is no text"),
        (b'{"title": "a", "id": 7}', "id is no text"),
        (b'{"title": "a", "id": ""}', "scheme:value"),
        (b'{"title": "a", "id": "4983"}', "scheme:value"),
        (b'{"title": "a", "id": "acl:"}', "scheme:value"),
        (b'{"title": "a", "id": "arxiv:abc"}', "no arxiv id"),
        (b'{"title": "a", "id": "doi:abc"}', "no doi id"),
        (b'{"title": "a", "abstract": []}', "abstract is no text"),
        (b'{"title": "a", "authors": "Ada"}', "authors is no list of texts"),
        (b'{"title": "a", "categories": [1]}', "categories is no list of texts"),
        (b'{"title": "a", "published": "soon"}', "published is no date"),
        (b'{"title": "a", "published": "0000"}', "published is no date"),
        (b'{"title": "a", "published": "0001-01-01T00:00:00+10:00"}', "published is no date"),
    ],
)
def test_what_is_no_paper_says_why_and_nothing_of_itself(line: bytes, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        parse_line(line, NOW)


@pytest.mark.parametrize("doi", ["10.1000/a\0b", "10.1000/\ud800", "10.1000/\u202ex", f"10.1000/{'a' * 9_000}"])
def test_a_doi_that_no_database_keeps_is_none(doi: str) -> None:
    assert parse_line(json.dumps({**WHOLE, "doi": doi}).encode(), NOW).aliases == ()
    with pytest.raises(UnreadableError, match="the id is"):
        parse_line(json.dumps({**WHOLE, "id": f"doi:{doi}"}).encode(), NOW)


def test_texts_are_as_long_as_a_reader_bears() -> None:
    line = {"title": r"\cite{" * 100_000 + "T", "authors": ["A" * 900_000], "categories": ["c" * 900_000]}
    paper = parse_line(json.dumps(line).encode(), NOW)
    assert len(paper.title) <= LONGEST_TITLE
    assert [len(text) for text in (*paper.authors, *paper.categories)] == [LONGEST_NAME, LONGEST_NAME]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
records = st.dictionaries(st.sampled_from([*WHOLE, "other"]), json_values)


@given(st.binary(max_size=200) | st.one_of(records, json_values).map(lambda value: json.dumps(value).encode()))
def test_whatever_a_line_holds_it_is_a_paper_or_it_is_named(line: bytes) -> None:
    try:
        paper = parse_line(line, NOW)
    except UnreadableError:
        return
    assert paper.title.isprintable()
    assert paper.abstract.encode()
    assert str(paper.id).encode()
    assert len(paper.sightings) == 1
