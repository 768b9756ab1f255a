"""A digest that somebody asks for at the console comes out at once, and stdout stays what scripts read."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.console import Console

NOON = ("--as-of", "2026-06-16T12:00:00+00:00")
PAPERS = tuple(
    {
        "id": f"arxiv:2606.{number:05}",
        "title": f"Teapots, Part {number}",
        "abstract": "They wait.",
        "authors": ["Ada Brill"],
        "published": f"2026-06-{10 + number}",
    }
    for number in range(1, 7)
)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    console = Console(tmp_path, {})
    console.write_papers(*PAPERS)
    assert console("fetch", "--source", "jsonl", "--file", "papers.jsonl", *NOON).status == 0
    assert console("papers", *NOON, "subscribe", "teapots", "--source", "jsonl").status == 0
    return console


def delivered(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_answer_comes_first_and_then_the_digest(console: Console) -> None:
    ended = console("papers", *NOON, "run", "1")
    assert ended.status == 0
    assert ended.out.startswith("Posting 2 papers for teapots (#1) now.")
    assert ended.out.index("No digest repeats them.") < ended.out.index("[console:local/general]")
    assert "1. Teapots, Part 6" in ended.out
    assert "[console:" not in console("once", "--no-fetch", *NOON).out


def test_json_stays_one_object_and_the_digest_waits_for_the_next_round(console: Console) -> None:
    answer = console("papers", "--as", "json", *NOON, "run", "1").json
    assert answer["papers"] == ["arxiv:2606.00006", "arxiv:2606.00005"]
    assert "[console:local/general]" in console("once", "--no-fetch", *NOON).out


def test_with_a_file_the_digest_is_there_whatever_the_form(console: Console) -> None:
    digests = console.folder / "digests.jsonl"
    with_file = Console(console.folder, {"PAPERROUND_CONSOLE__FILE": str(digests)})
    answer = with_file("papers", "--as", "json", *NOON, "run", "1").json
    (digest,) = delivered(digests)
    assert digest["papers"] == answer["papers"]
    assert (digest["channel"], digest["part"], digest["parts"]) == ("console:local/general", 1, 1)


def test_pressing_post_the_latest_brings_five_at_once_and_once(console: Console) -> None:
    subscribed = console("papers", "--as", "json", *NOON, "subscribe", "wait", "--source", "jsonl").json
    (press,) = (each["id"] for each in subscribed["actions"] if each["label"].startswith("Post the latest"))
    assert "1. Teapots, Part 6" in console("press", *NOON, press).out
    assert "[console:" not in console("press", *NOON, press).out


def test_nothing_waiting_is_a_success_that_posts_nothing(console: Console) -> None:
    console("papers", *NOON, "run", "1")
    ended = console("papers", *NOON, "run", "1")
    assert ended.status == 0
    assert "Nothing is waiting for teapots (#1)" in ended.out
    assert "[console:" not in ended.out


def test_a_pause_with_an_end_is_over_by_itself_when_its_day_begins(console: Console) -> None:
    assert console("papers", *NOON, "pause", "1", "--until", "2026-06-18").status == 0
    console.write_papers({**PAPERS[0], "id": "arxiv:2606.00009", "published": "2026-06-18"}, name="more.jsonl")
    during, after = ("--as-of", "2026-06-17T23:00:00+00:00"), ("--as-of", "2026-06-18T09:00:00+00:00")
    assert console("fetch", "--source", "jsonl", "--file", "more.jsonl", *during).status == 0
    assert "[console:" not in console("once", "--no-fetch", *during).out
    assert "paused by @local" in console("papers", *during, "list").out
    assert "Teapots, Part 1" in console("once", "--no-fetch", *after).out
    assert "paused" not in console("papers", *after, "list").out
