"""Files of papers into the library: in batches, once, further where an import was killed, or not at all."""

import gzip
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from adapters.jsonl.source import LINES_AT_ONCE, LONGEST_LINE, JsonlImporter
from adapters.page.source import LARGEST_PAGE, PageImporter
from adapters.sql.store import SqlStore, open_store
from bot.clock import FixedClock
from bot.errors import RefusedError
from bot.model.outcome import Stage
from bot.pipeline.importing import SKIPPED_NAMED, Imported, import_file
from bot.ports import ImportBatch, PaperImporter
from tests.builders import NOW, TODAY
from tests.fakes.web import packed
from tests.rows import change_numbers

CLOCK = FixedClock(NOW)
ABSTRACT = "We write about teapots, and how they learn to wait. " * 8
PAGE = f"Daily Papers\n\nAug 12\n\nPatient Teapots\n\n{ABSTRACT}\n\nTeapots Without Patience\n\n{ABSTRACT}\n"


class KilledError(Exception):
    """The import ends here."""


def line(number: int) -> bytes:
    paper = {
        "id": f"arxiv:2406.{number:05}",
        "title": f"Paper number {number} about teapots",
        "published": "2024-06-03",
    }
    return json.dumps(paper).encode() + b"\n"


def written(folder: Path, lines: Iterable[bytes], name: str = "papers.jsonl") -> Path:
    file = folder / name
    file.write_bytes(b"".join(lines))
    return file


async def imported(
    store: SqlStore,
    file: Path,
    importer: PaperImporter | None = None,
    on_progress: Callable[[ImportBatch], None] = lambda _: None,
) -> Imported:
    return await import_file(importer or JsonlImporter(CLOCK), file, store, CLOCK, on_progress)


async def count(store: SqlStore) -> int:
    return (await store.papers.statistics(NOW)).papers


# --- a page -----------------------------------------------------------------------------------------------------------


async def test_a_page_is_listed_by_hugging_face_on_the_day_of_import(store: SqlStore, tmp_path: Path) -> None:
    file = written(tmp_path, [PAGE.encode()])
    assert await imported(store, file, PageImporter(CLOCK)) == Imported(
        seen=2, new=2, skipped=0, named=(), resumed_at=0
    )
    listed = await store.papers.listed(TODAY, TODAY, NOW, ["huggingface"])
    assert sorted(each.paper.title for each in listed) == ["Patient Teapots", "Teapots Without Patience"]


async def test_a_page_that_is_imported_again_later_is_no_news(store: SqlStore, store_url: str, tmp_path: Path) -> None:
    file = written(tmp_path, [PAGE.encode()])
    await imported(store, file, PageImporter(CLOCK))
    changes = await change_numbers(store_url)
    next_week = FixedClock(NOW + timedelta(days=7))
    again = await import_file(PageImporter(next_week), file, store, next_week, lambda _: None)
    assert (again.seen, again.new) == (2, 0)
    assert await store.papers.listed(TODAY + timedelta(days=1), date.max, next_week.now()) == ()
    assert await change_numbers(store_url) == changes


async def test_a_page_saved_by_windows_is_read(store: SqlStore, tmp_path: Path) -> None:
    file = written(tmp_path, [PAGE.replace("\n", "\r\n").encode("utf-16")])
    assert (await imported(store, file, PageImporter(CLOCK))).new == 2


# --- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
async def test_lines_are_read_packed_or_not_and_counted_once(
    pack: Callable[[bytes], bytes], store: SqlStore, tmp_path: Path
) -> None:
    numbers = range(LINES_AT_ONCE + 3)
    file = written(tmp_path, [pack(b"\xef\xbb\xbf" + b"\r\n".join(map(line, numbers)))], "papers.anything")
    seen: list[float] = []
    first = await imported(store, file, on_progress=lambda batch: seen.append(batch.done))
    assert (first.seen, first.new, first.skipped) == (len(numbers), len(numbers), 0)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    again = await imported(store, file)
    assert (again.seen, again.new, again.resumed_at) == (len(numbers), 0, 0)
    assert await count(store) == len(numbers)


async def test_papers_are_listed_on_their_own_date(store: SqlStore, tmp_path: Path) -> None:
    await imported(store, written(tmp_path, [line(1)]))
    (stored,) = await store.papers.listed(date(2024, 6, 3), date(2024, 6, 3), NOW)
    assert stored.paper.sources == ("jsonl",)


async def test_bad_lines_are_counted_and_the_first_are_named(store: SqlStore, tmp_path: Path) -> None:
    bad = [b"not json\n"] * (SKIPPED_NAMED + 5)
    done = await imported(store, written(tmp_path, [line(1), *bad, line(2)]))
    assert (done.new, done.skipped) == (2, len(bad))
    assert len(done.named) == SKIPPED_NAMED
    assert done.named[0] == "line 2: not JSON"
    (outcome,) = await store.outcomes.latest(Stage.FETCH, "jsonl", 1)
    assert (outcome.seen, outcome.new, outcome.skipped) == (2, 2, len(bad))
    assert "line 2: not JSON" in outcome.reason


async def test_a_line_too_long_to_be_held_is_skipped_and_the_next_is_read(store: SqlStore, tmp_path: Path) -> None:
    monster = b'{"title": "' + b"x" * (3 * LONGEST_LINE) + b'"}\n'
    done = await imported(store, written(tmp_path, [line(1), monster, line(2)]))
    assert (done.new, done.named) == (2, ("line 2: longer than 1 MB",))


async def test_a_killed_import_goes_on_after_its_last_batch(store: SqlStore, tmp_path: Path) -> None:
    numbers = range(3 * LINES_AT_ONCE)
    file = written(tmp_path, map(line, numbers))
    batches: list[ImportBatch] = []

    def kill(batch: ImportBatch) -> None:
        batches.append(batch)
        if len(batches) == 2:
            raise KilledError

    with pytest.raises(KilledError):
        await imported(store, file, on_progress=kill)
    assert await count(store) == 2 * LINES_AT_ONCE
    rest = await imported(store, file)
    assert (rest.seen, rest.new, rest.resumed_at) == (LINES_AT_ONCE, LINES_AT_ONCE, 2 * LINES_AT_ONCE)
    assert (await imported(store, file)).resumed_at == 0


async def test_bad_lines_after_a_resumed_import_have_the_numbers_of_the_file(store: SqlStore, tmp_path: Path) -> None:
    file = written(tmp_path, [*map(line, range(LINES_AT_ONCE)), b"[]\n"])

    def kill(_: ImportBatch) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        await imported(store, file, on_progress=kill)
    assert (await imported(store, file)).named == (f"line {LINES_AT_ONCE + 1}: not an object",)


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.fixture
async def library(migrated_sqlite_url: str) -> AsyncIterator[SqlStore]:
    """Give an empty store: what is refused does not reach a second kind of database either."""
    async with open_store(migrated_sqlite_url) as opened:
        yield opened


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def holding(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def a_sparse_file(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 * LARGEST_PAGE)


REFUSED_BY_BOTH: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda _: None, "no such file"),
    "folder": (a_folder, "a folder"),
    "pipe": (a_pipe, "no ordinary file"),
    "binary": (holding(bytes(range(256)) * 64), "open https|jsonl wants"),
    "empty": (holding(b""), "open https|empty"),
    "blank": (holding(b"\n" * 5_000), "open https|first 500 lines"),
    "sparse": (a_sparse_file, "more than 10 MB|first 1 lines"),
}


@pytest.mark.parametrize("importer", [PageImporter(CLOCK), JsonlImporter(CLOCK)], ids=["page", "jsonl"])
@pytest.mark.parametrize("kind", REFUSED_BY_BOTH)
async def test_what_is_no_file_of_papers_is_refused_by_name_and_changes_nothing(
    kind: str, importer: PaperImporter, library: SqlStore, tmp_path: Path
) -> None:
    make, why = REFUSED_BY_BOTH[kind]
    file = tmp_path / "given"
    make(file)
    with pytest.raises(RefusedError, match=why) as refused:
        await imported(library, file, importer)
    assert str(file) in str(refused.value)
    assert await count(library) == 0
    assert await library.outcomes.latest(Stage.FETCH, "", 10) == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<!doctype html>\n<title>Daily Papers</title>\n", "first 2 lines is a paper"),
        (gzip.compress(b"".join(map(line, range(300))))[:-400], "cut off or damaged"),
        (gzip.compress(line(1)) + b"and something else", "cut off or damaged"),
        (b"\x1f\x8bnot really packed", "cut off or damaged"),
        (packed(bytes(1_000_000), 200), "has no end"),
    ],
    ids=["html", "truncated", "trailing", "unpackable", "bomb of one line"],
)
async def test_lines_that_cannot_be_had_are_refused_and_change_nothing(
    content: bytes, why: str, library: SqlStore, tmp_path: Path
) -> None:
    file = written(tmp_path, [content])
    with pytest.raises(RefusedError, match=why):
        await imported(library, file)
    assert await count(library) == 0


async def test_a_bomb_behind_a_good_paper_ends_the_import(library: SqlStore, tmp_path: Path) -> None:
    file = written(tmp_path, [gzip.compress(line(1)), packed(b"\n".rjust(500_000) * 2, 150)])
    with pytest.raises(RefusedError, match="unpacks to more than 200 times its size"):
        await imported(library, file)


async def test_a_file_cut_off_after_whole_batches_keeps_them(library: SqlStore, tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(map(line, range(LINES_AT_ONCE))))
    file = written(tmp_path, [whole, gzip.compress(line(LINES_AT_ONCE))[:-8]])
    with pytest.raises(RefusedError, match=f"after line {LINES_AT_ONCE + 1}"):
        await imported(library, file)
    assert await count(library) == LINES_AT_ONCE
