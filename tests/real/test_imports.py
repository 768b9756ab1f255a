"""Real files: the page that the product starts from, and twenty thousand papers."""

import gzip
import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from adapters.jsonl.source import JsonlImporter
from adapters.page.source import PageImporter
from adapters.sample.source import SampleSource
from adapters.sql.store import SqlStore, open_store
from bot.clock import FixedClock
from bot.model.paper import Paper, PaperId
from bot.pipeline.importing import import_file
from bot.ports import ImportBatch
from bot.text.latex import unicode_of
from tests.builders import NOW, TODAY

CLOCK = FixedClock(NOW)


@pytest.fixture
async def store(migrated_sqlite_url: str) -> AsyncIterator[SqlStore]:
    async with open_store(migrated_sqlite_url) as opened:
        yield opened


async def test_the_page_is_exactly_its_72_papers_in_order_and_once(shared_data: Path, store: SqlStore) -> None:
    records = json.loads((shared_data / "daily_papers_page.json").read_text(encoding="utf-8"))
    page = shared_data / "daily_papers_page.txt"
    first = await import_file(PageImporter(CLOCK), page, store, CLOCK, lambda _: None)
    assert (first.seen, first.new, first.skipped) == (72, 72, 0)
    listed = await store.papers.listed(TODAY, TODAY, NOW, ["huggingface"])
    assert [(each.paper.title, each.paper.abstract) for each in listed] == [
        (unicode_of(record["title"]), unicode_of(record["abstract"])) for record in records
    ]
    again = await import_file(PageImporter(CLOCK), page, store, CLOCK, lambda _: None)
    assert (again.seen, again.new) == (72, 0)
    assert (await store.papers.statistics(NOW)).papers == 72


async def test_every_line_of_the_corpus_is_a_paper(shared_data: Path) -> None:
    file = shared_data / "corpus_20k.jsonl.gz"
    batches: list[ImportBatch] = [batch async for batch in JsonlImporter(CLOCK).read(file, 0)]
    papers: list[Paper] = [paper for batch in batches for paper in batch.papers]
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        records: list[dict[str, Any]] = list(map(json.loads, lines))
    assert [str(paper.id) for paper in papers] == [record["id"] for record in records]
    assert [line for batch in batches for line in batch.skipped] == []
    assert (batches[-1].position, batches[-1].done) == (20_000, 1.0)
    assert Counter(paper.id.scheme for paper in papers) == {"arxiv": 15_000, "acl": 5_000}
    assert [str(paper.published_at)[:4] for paper in papers] == [record["published"][:4] for record in records]
    assert all(paper.sources == ("jsonl",) for paper in papers)
    with_doi = [record["doi"] for record in records if record.get("doi", "").startswith("10.")]
    assert len([paper for paper in papers if paper.aliases]) == len(with_doi) > 3_000


async def test_the_corpus_goes_into_the_library_and_a_second_import_adds_none(
    shared_data: Path, store: SqlStore, tmp_path: Path
) -> None:
    file = tmp_path / "some.jsonl"
    with gzip.open(shared_data / "corpus_20k.jsonl.gz") as lines:
        some = [line for _, line in zip(range(2_000), lines, strict=False)]
    file.write_bytes(b"".join(some))
    first = await import_file(JsonlImporter(CLOCK), file, store, CLOCK, lambda _: None)
    assert (first.seen, first.skipped) == (2_000, 0)
    ids = [PaperId.parse(json.loads(line)["id"]) for line in some]
    found = await store.papers.find(ids, NOW)
    assert len(found) == 2_000
    assert len({stored.key for stored in found.values()}) == first.new
    again = await import_file(JsonlImporter(CLOCK), file, store, CLOCK, lambda _: None)
    assert (again.seen, again.new) == (2_000, 0)


async def test_the_sample_holds_facts_as_they_were_listed_and_no_sentence_of_anybody(shared_data: Path) -> None:
    source = SampleSource()
    for task in source.tasks_for(source.last_moment.date().min, source.last_moment.date(), frozenset()):
        listed = json.loads((shared_data / "hf_daily" / f"{task.day}.json").read_text(encoding="utf-8"))
        items = {item["paper"]["id"]: item["paper"] for item in listed}
        for paper in (await source.fetch(task)).papers:
            item = items[paper.id.value]
            assert paper.title == unicode_of(item["title"])
            assert paper.upvotes == item["upvotes"]
            assert list(paper.authors) == [" ".join(author["name"].split()) for author in item["authors"]]
            assert not _shared(paper.tldr, f"{item['summary']} {item.get('ai_summary', '')}")


def _shared(ours: str, theirs: str) -> set[tuple[str, ...]]:
    """Return the runs of eight words that two texts share."""
    one, other = (re.findall(r"\w+", text.lower()) for text in (ours, theirs))
    runs = [{tuple(words[at : at + 8]) for at in range(len(words) - 7)} for words in (one, other)]
    return runs[0] & runs[1]
