"""Every real answer of arXiv beside the checkout is read as what it is."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.arxiv.parse import parse_feed, parse_results
from bot.errors import SourceError

SEEN = datetime(2026, 8, 2, 9, tzinfo=UTC)

FEEDS = {
    "arxiv_cs_ai.rss.xml": (date(2026, 4, 27), ["2604.21935", "2604.21936", "2604.21937"]),
    "arxiv_cs_cl.rss.xml": (date(2026, 4, 27), ["2604.22002", "2604.22027", "2604.22038"]),
    "arxiv_cs_lg.rss.xml": (date(2026, 4, 27), ["2604.21952", "2604.21953", "2604.21956"]),
    "cs.AI-2025-08-20.atom.xml": (
        date(2025, 8, 20),
        ["2508.13426", "2508.13428", "2508.13429", "2508.13434", "2508.13435", "2508.14001", "2508.14002"],
    ),
    "weekend_empty.rss.xml": (date(2026, 8, 1), []),
}
BY_ID = {
    "id_0000.0000_": [],
    "id_0808.05394_s0": [],
    "id_0808.05394_1707.08567_": ["1707.08567"],
    "id_1605.08386_": ["1605.08386"],
    "id_1707.08567_": ["1707.08567"],
    "id_2104.12255v1_": ["2104.12255"],
    "id_astro-ph_0601001_": ["astro-ph/0601001"],
    "id_quant-ph_0201082v1_": ["quant-ph/0201082"],
}
TESTING = 214_881
"""Results of the query of the recorded pages."""


def test_every_recorded_feed_is_named_here(shared_data: Path) -> None:
    assert {file.name for file in (shared_data / "arxiv_rss").iterdir()} == set(FEEDS)
    assert len(list((shared_data / "arxiv_api").iterdir())) == 20


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_lists_its_papers_on_the_day_of_the_announcement(shared_data: Path, name: str) -> None:
    day, numbers = FEEDS[name]
    read = parse_feed((shared_data / "arxiv_rss" / name).read_bytes(), SEEN)
    assert (read.day, [paper.id.value for paper in read.papers], read.skipped) == (day, numbers, ())
    assert {sighting.listed_on for paper in read.papers for sighting in paper.sightings} <= {day}
    assert all(paper.title and paper.abstract and paper.authors and paper.categories for paper in read.papers)
    assert not any("Announce Type" in paper.abstract for paper in read.papers)


def test_an_author_of_one_name_is_told_from_the_one_before(shared_data: Path) -> None:
    read = parse_feed((shared_data / "arxiv_rss" / "arxiv_cs_cl.rss.xml").read_bytes(), SEEN)
    assert read.papers[0].authors == ("Anamta Khan", "Ratna Kandala", "Deepti", "Sheza Munir", "Joyojeet Pal")


@pytest.mark.parametrize("prefix", BY_ID)
def test_an_answer_by_id_holds_the_papers_that_arxiv_has(shared_data: Path, prefix: str) -> None:
    (file,) = (shared_data / "arxiv_api").glob(f"{prefix}*")
    read = parse_results(file.read_bytes())
    assert [paper.id.value for paper in read.papers] == BY_ID[prefix]
    assert (read.total, read.skipped) == (len(BY_ID[prefix]), ())


def test_every_page_of_a_query_is_read_whole(shared_data: Path) -> None:
    files = sorted((shared_data / "arxiv_api").glob("q_testing_*"))
    assert len(files) == 11
    for file in files:
        read = parse_results(file.read_bytes())
        asked_for = int(file.name.partition("_m")[2].partition("_")[0])
        assert (len(read.papers), read.entries, read.total) == (asked_for, asked_for, TESTING), file.name
        for paper in read.papers:
            assert all((paper.title, paper.abstract, paper.authors, paper.categories, paper.published_at))


def test_pages_that_overlap_agree(shared_data: Path) -> None:
    (whole,) = (shared_data / "arxiv_api").glob("q_testing_s0_m100_*")
    by_id = {paper.id: paper for paper in parse_results(whole.read_bytes()).papers}
    for file in (shared_data / "arxiv_api").glob("q_testing_*"):
        for paper in parse_results(file.read_bytes()).papers:
            assert by_id.get(paper.id, paper) == paper


def test_dois_of_publishers_are_aliases(shared_data: Path) -> None:
    (whole,) = (shared_data / "arxiv_api").glob("q_testing_s0_m100_*")
    aliases = [alias for paper in parse_results(whole.read_bytes()).papers for alias in paper.aliases]
    assert len(aliases) == 32
    assert {alias.scheme for alias in aliases} == {"doi"}


def test_the_error_answer_is_never_a_paper(shared_data: Path) -> None:
    (file,) = (shared_data / "arxiv_api").glob("id_abc_*.400.xml")
    for parse in (parse_results, lambda body: parse_feed(body, SEEN)):
        with pytest.raises(SourceError, match="arXiv says: incorrect id format for abc"):
            parse(file.read_bytes())
