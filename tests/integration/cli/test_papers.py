"""`papers` and `shell`: chat commands from the command line, their answers, their exit statuses."""

from pathlib import Path

import pytest

from bot.commands.catalog import VERBS
from tests.console import Console

JSON_KEYS = ["verb", "ok", "visibility", "text", "papers", "cut", "actions"]


def paper(number: int, title: str, abstract: str) -> dict[str, object]:
    return {
        "id": f"arxiv:2406.{number:05}",
        "title": title,
        "abstract": abstract,
        "authors": ["Ada Brill", "Cyd Dorn"],
        "categories": ["cs.CL"],
        "published": f"2026-06-{10 + number:02}",
    }


PAPERS = (
    paper(1, "Patient Teapots", "We teach a teapot to wait. A survey of kettles is left out."),
    paper(2, "Lighthouses for World Models", "A lighthouse keeps a world model of its sea."),
    paper(3, "A Survey of Lighthouses", "Every lighthouse that was ever invented, with its world model."),
)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    console = Console(tmp_path, {})
    console.write_papers(*PAPERS)
    assert console("fetch", "--source", "jsonl", "--file", "papers.jsonl").status == 0
    return console


def test_help_as_json_lists_every_verb(console: Console) -> None:
    ended = console("papers", "--as", "json", "help")
    assert (ended.status, list(ended.json)) == (0, JSON_KEYS)
    assert [verb for verb in VERBS if f"/papers {verb}: " not in ended.json["text"]] == []


def test_search_finds_an_imported_paper_first(console: Console) -> None:
    ended = console("papers", "search", "patient teapots")
    assert ended.status == 0
    assert "1. Patient Teapots" in ended.out or "Patient Teapots" in ended.out.splitlines()[2]


def test_json_is_exactly_one_object_with_the_keys_that_scripts_read(console: Console) -> None:
    answer = console("papers", "--as", "json", "search", '"world model" -survey').json
    assert list(answer) == JSON_KEYS
    assert answer["verb"] == "search"
    assert answer["ok"] is True
    assert answer["visibility"] == "user"
    assert answer["papers"] == ["arxiv:2406.00002"]
    assert "Lighthouses for World Models" in answer["text"]
    assert all(set(action) == {"label", "id"} for action in answer["actions"])


def test_flags_after_the_verb_belong_to_the_command(console: Console) -> None:
    answer = console("papers", "--as", "json", "subscribe", "lighthouse", "-survey", "--daily", "07:30", "--max", "3")
    assert answer.status == 0
    assert answer.json["visibility"] == "channel"
    listed = console("papers", "list").out
    assert "lighthouse -survey" in listed
    assert "07:30" in listed


def test_channels_are_apart(console: Console) -> None:
    console("papers", "--channel", "console:local/tea", "subscribe", "teapots")
    assert "teapots" in console("papers", "--channel", "console:local/tea", "list").out
    assert "teapots" not in console("papers", "list").out


def test_a_repeated_subscribe_is_done_and_changes_nothing(console: Console) -> None:
    console("papers", "subscribe", "teapots")
    again = console("papers", "--as", "json", "subscribe", "teapots")
    assert (again.status, again.json["ok"]) == (0, True)
    assert console("papers", "list").out.count("#") == 1


@pytest.mark.parametrize(
    "command",
    [
        ["subscrib", "teapots"],
        ["subscribe", '"teapots'],
        ["subscribe", "-teapots"],
        ["subscribe", "teapots", "--dayly", "09:00"],
        ["subscribe", "teapots", "--daily", "25:00"],
        ["subscribe", "teapots", "--tz", "CETT"],
        ["subscribe", "teapots", "--weekly", "moonday"],
        ["subscribe", "teapots", "--source", "hugingface"],
        ["subscribe", "teapots", "--source", "arxiv:cs.XX"],
        ["subscribe", "teapots", "--max", "26"],
        ["preview", "teapots", "--days", "0"],
    ],
)
def test_what_is_not_understood_is_status_2_on_stdout_and_changes_nothing(command: list[str], console: Console) -> None:
    ended = console("papers", "--as", "json", *command)
    assert (ended.status, ended.err) == (2, "")
    assert ended.json["ok"] is False
    assert ended.json["visibility"] == "user"
    assert ended.json["text"]
    assert console("papers", "--as", "json", "list").json["text"].count("#1") == 0


def test_what_is_understood_and_refused_is_status_1_on_stdout(console: Console) -> None:
    ended = console("papers", "--as", "json", "unsubscribe", "99")
    assert (ended.status, ended.err) == (1, "")
    assert (ended.json["ok"], ended.json["visibility"]) == (False, "user")


def test_preview_lists_what_matches_of_many_days_without_a_cap(console: Console) -> None:
    answer = console("papers", "--as", "json", "preview", '"world model" -survey', "--days", "3650").json
    assert answer["papers"] == ["arxiv:2406.00002"]
    assert answer["cut"] == []


def test_show_gives_the_whole_abstract(console: Console) -> None:
    ended = console("papers", "show", "2406.00003")
    assert ended.status == 0
    assert "Every lighthouse that was ever invented, with its world model." in ended.out


def test_the_past_does_not_know_what_was_stored_later(console: Console) -> None:
    before = console("papers", "--as", "json", "--as-of", "2020-01-01T00:00:00Z", "search", "teapots")
    assert before.json["papers"] == []


def test_an_import_adds_nothing_the_second_time(console: Console) -> None:
    again = console("fetch", "--source", "jsonl", "--file", "papers.jsonl")
    assert again.status == 0
    assert " 0 new" in again.out


def test_bad_lines_of_a_file_are_counted_and_named(console: Console) -> None:
    (console.folder / "mixed.jsonl").write_text('{"id": "arxiv:2406.09999", "title": "Door Bells"}\nnot json\n[]\n')
    ended = console("fetch", "--source", "jsonl", "--file", "mixed.jsonl")
    assert ended.status == 0
    assert "1 new, 2 skipped" in ended.out
    assert "line 2" in ended.out


@pytest.mark.parametrize("source", ["page", "jsonl"])
@pytest.mark.parametrize("file", ["missing.txt", ".", "binary"])
def test_a_file_that_cannot_be_read_is_status_1_and_changes_nothing(source: str, file: str, console: Console) -> None:
    (console.folder / "binary").write_bytes(bytes(range(256)) * 64)
    ended = console("fetch", "--source", source, "--file", file)
    assert ended.status == 1
    assert ended.err.startswith("paperround: ")
    assert "Traceback" not in ended.err


def test_the_shell_answers_line_by_line_until_exit(console: Console) -> None:
    ended = console("shell", stdin="/papers search teapots\nsubscrib x\n\nexit\nlist\n")
    assert ended.status == 0
    assert "Patient Teapots" in ended.out
    assert "subscribe" in ended.out
    assert "No subscriptions" not in ended.out


def test_the_shell_ends_with_its_input(console: Console) -> None:
    ended = console("shell", "--channel", "console:local/tea", stdin="list")
    assert ended.status == 0
    assert "No subscriptions" in ended.out


def test_an_option_behind_the_verb_is_answered_with_its_place(console: Console) -> None:
    misplaced = console("papers", "list", "--as", "json")
    assert misplaced.status == 2
    assert "stand before the verb, as in `paperround papers --as json list`" in misplaced.err
    assert console("papers", "status", "--json").err == misplaced.err
    assert console("papers", "list", "--al").err == ""
