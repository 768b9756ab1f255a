"""`once`, `fetch` and `run`: rounds from the command line, with and without a source, a file, a signal."""

import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.console import Console

HEADING = (
    "new",
    "Get trending papers in your email inbox!",
    "Subscribe",
    "Daily Papers",
    "byAK and the research community",
    "Jun 16",
)
PAPERS = (
    ("Patient Teapots Learn to Wait for Water", "We teach a teapot to wait. It waits, and nobody knows why."),
    ("Lighthouses for World Models of the Sea", "A lighthouse keeps a world model of its sea, and tells no ship."),
)

SUBSCRIBED_AT = "2026-06-15T12:00:00Z"
IMPORTED_AT = "2026-06-16T06:00:00Z"
SLOT = "2026-06-16T09:00:00Z"


def write_page(folder: Path) -> None:
    # What tells an abstract from a title is its length.
    paragraphs = [*HEADING, *(text for title, abstract in PAPERS for text in (title, " ".join([abstract] * 4)))]
    (folder / "page.txt").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")


def prepared(folder: Path, environment: dict[str, str] | None = None) -> Console:
    """Return a console whose channel subscribed to teapots, and whose library has a page of the day after."""
    console = Console(folder, environment or {})
    write_page(folder)
    assert console("papers", "--as-of", SUBSCRIBED_AT, "subscribe", "teapots").status == 0
    assert console("fetch", "--source", "page", "--file", "page.txt", "--as-of", IMPORTED_AT).status == 0
    return console


def test_a_round_prints_the_digest_that_is_due_once(tmp_path: Path) -> None:
    console = prepared(tmp_path)
    first = console("once", "--no-fetch", "--as-of", SLOT)
    assert first.status == 0
    assert "Patient Teapots Learn to Wait for Water" in first.out
    assert "Lighthouses" not in first.out
    second = console("once", "--no-fetch", "--as-of", SLOT)
    assert (second.status, second.out) == (0, "")


def test_before_its_hour_nothing_is_posted(tmp_path: Path) -> None:
    console = prepared(tmp_path)
    early = console("once", "--no-fetch", "--as-of", "2026-06-16T08:59:59Z")
    assert (early.status, early.out) == (0, "")


def test_a_digest_is_appended_to_the_file_that_the_settings_name(tmp_path: Path) -> None:
    console = prepared(tmp_path, {"PAPERROUND_CONSOLE__FILE": "digests.jsonl"})
    ended = console("once", "--no-fetch", "--as-of", SLOT)
    assert (ended.status, ended.out) == (0, "")
    (line,) = (tmp_path / "digests.jsonl").read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert list(said) == ["channel", "slot", "part", "parts", "papers", "text"]
    assert (said["channel"], said["slot"], said["part"], said["parts"]) == ("console:local/general", SLOT, 1, 1)
    assert len(said["papers"]) == 1
    assert "Patient Teapots Learn to Wait for Water" in said["text"]


def test_a_digest_that_cannot_be_written_is_status_1_and_comes_later(tmp_path: Path) -> None:
    console = prepared(tmp_path, {"PAPERROUND_CONSOLE__FILE": "folder/digests.jsonl"})
    failed = console("once", "--no-fetch", "--as-of", SLOT)
    assert (failed.status, failed.out) == (1, "")
    assert "Traceback" not in failed.err
    (tmp_path / "folder").mkdir()
    assert console("once", "--no-fetch", "--as-of", "2026-06-16T09:10:00Z").status == 0
    assert len((tmp_path / "folder/digests.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_a_source_that_is_away_holds_up_no_digest(tmp_path: Path) -> None:
    ended = prepared(tmp_path)("once", "--as-of", SLOT)
    assert ended.status == 0
    assert "Patient Teapots Learn to Wait for Water" in ended.out
    assert "Without Hugging Face (no answer since " in ended.out


def test_a_fetch_from_a_source_that_is_away_is_status_1_and_says_so(tmp_path: Path) -> None:
    ended = Console(tmp_path, {})("fetch", "--source", "hf", "--date", "2026-06-16")
    assert ended.status == 1
    assert ended.out.startswith("huggingface day:2026-06-16: down")
    assert "paperround: no source answered; `paperround doctor` says what is in the way." in ended.err
    assert "Traceback" not in ended.err


def test_status_tells_what_happened(tmp_path: Path) -> None:
    console = prepared(tmp_path)
    console("once", "--no-fetch", "--as-of", SLOT)
    told = console("status", "--json", "--as-of", SLOT)
    assert told.status == 0
    assert set(told.json) == {"sources", "schedules", "deliveries", "late"}
    rows = [row for rows in told.json.values() for row in rows]
    assert rows
    assert all(set(row) == {"name", "outcome", "reason", "at"} for row in rows)
    assert any(row["name"] == "console:local/general" for row in told.json["deliveries"])
    assert "console:local/general" in console("status", "--as-of", SLOT).out


def running(folder: Path, *arguments: str) -> tuple[Console, Path]:
    """Return a console with a digest that is due by the machine's clock."""
    console = Console(folder, {"PAPERROUND_CONSOLE__FILE": "digests.jsonl", "PAPERROUND_TICK_SECONDS": "0.2"})
    write_page(folder)
    a_week_ago = (datetime.now(UTC) - timedelta(days=7)).isoformat()  # noqa: TID251 - the service has the real time
    assert console("papers", "--as-of", a_week_ago, "subscribe", "teapots").status == 0
    assert console("fetch", "--source", "page", "--file", "page.txt", *arguments).status == 0
    return console, folder / "digests.jsonl"


@pytest.mark.parametrize("role", ["all", "worker"])
@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_service_posts_what_is_due_and_leaves_with_status_0(
    role: str, stop: signal.Signals, tmp_path: Path
) -> None:
    console, file = running(tmp_path)
    with console.start("run", "--role", role) as process:
        lines = iter(process.stderr.readline, "")
        assert any("paperround is ready" in line for line in lines)
        assert any("delivered 1" in line for line in lines)
        process.send_signal(stop)
        assert "stopped" in process.stderr.read()
        assert process.wait() == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1


def test_a_gateway_posts_nothing(tmp_path: Path) -> None:
    console, file = running(tmp_path)
    with console.start("run", "--role", "gateway") as process:
        assert any("paperround is ready" in line for line in iter(process.stderr.readline, ""))
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
    assert not file.exists()
