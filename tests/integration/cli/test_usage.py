"""What holds for every verb: help, exit statuses, wrong usage, and what goes where."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console import ROOT, Console

VERBS = (
    "demo",
    "run",
    "once",
    "fetch",
    "papers",
    "press",
    "shell",
    "status",
    "doctor",
    "migrate",
    "export",
    "channels",
    "apply",
)


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path, {})


def test_help_names_every_verb(console: Console) -> None:
    ended = console("--help")
    assert ended.status == 0
    listed = [line.split()[0] for line in ended.out.partition("Commands:")[2].splitlines() if line.strip()]
    assert sorted(listed) == sorted(VERBS)
    assert "..." not in ended.out.replace("COMMAND [ARGS]...", "")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, console: Console) -> None:
    ended = console(verb, "--help")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.startswith(f"Usage: paperround {verb}")


def test_help_loads_nothing_that_only_a_verb_needs() -> None:
    heavy = ("pydantic", "sqlalchemy", "httpx", "apscheduler", "numpy", "slack_bolt", "discord", "prompt_toolkit")
    script = f"""
import sys
sys.argv = ["paperround", "--help"]
from bot.cli import main
try:
    main()
except SystemExit:
    sys.stderr.write(",".join(name for name in {heavy!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("no-such-verb",), "no-such-verb"),
        (("papers",), "VERB"),
        (("papers", "--as", "xml", "help"), "xml"),
        (("papers", "--channel", "general", "help"), "console:local/general"),
        (("papers", "--dayly", "help"), "--dayly"),
        (("once", "--as-of", "2026-06-16T09:00:00"), "offset"),
        (("papers", "--user", "two\nlines", "list"), "can be seen"),
        (("papers", "--user", "", "list"), "1 to 200"),
        (("papers", "--channel", f"console:local/{'x' * 200}", "list"), "1 to 200"),
        (("press", "--user", "half\udcff", "1"), "can be seen"),
        (("once", "--as-of", "yesterday"), "2026-06-16T09:00:00"),
        (("once", "--as-of", "0001-01-01T00:00:00+14:00"), "between 1990 and 2200"),
        (("papers", "--as-of", "9999-12-31T23:59:59Z", "list"), "between 1990 and 2200"),
        (("run", "--role", "boss"), "boss"),
        (("fetch", "--date", "16.06.2026"), "2026-06-16"),
        (("fetch", "--date", "2026-06-16", "--since", "2026-06-01"), "--since"),
        (("fetch", "--source", "page", "--file", "x", "--date", "2026-06-16"), "--date"),
        (("fetch", "--source", "hf", "--file", "x"), "page or jsonl"),
        (("fetch", "--file", "x"), "--source"),
        (("fetch", "--source", "page"), "--file"),
        (("fetch", "--source", "hugingface"), 'did you mean "huggingface"?'),
        (("fetch", "--since", "2999-01-01"), "future"),
        (("export", "everything"), "everything"),
    ],
)
def test_wrong_usage_is_status_2_with_the_way_out_and_makes_no_database(
    arguments: tuple[str, ...], hint: str, console: Console
) -> None:
    ended = console(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert hint in ended.err
    assert "Traceback" not in ended.err
    assert not (console.folder / "paperround.db").exists()


@pytest.mark.parametrize("verb", ["run", "once", "fetch", "status", "migrate", "shell", "demo"])
def test_wrong_settings_are_status_2_and_all_named_at_once(verb: str, tmp_path: Path) -> None:
    console = Console(tmp_path, {"PAPERROUND_TIMEZONE": "CETT", "PAPERROUND_SOURCES": "arxv"})
    ended = console(verb)
    assert (ended.status, ended.out) == (2, "")
    assert 'PAPERROUND_TIMEZONE: I don\'t know the zone "CETT"; did you mean "CET"?' in ended.err
    assert 'PAPERROUND_SOURCES: I don\'t know the source "arxv"; did you mean "arxiv"?' in ended.err


def test_a_variable_that_nothing_reads_is_warned_about_on_stderr(tmp_path: Path) -> None:
    ended = Console(tmp_path, {"PAPERROUND_TIMEZOME": "UTC"})("status")
    assert ended.status == 0
    assert 'PAPERROUND_TIMEZOME: nothing reads this variable; did you mean "PAPERROUND_TIMEZONE"?' in ended.err


def test_the_command_line_names_another_database(tmp_path: Path) -> None:
    assert Console(tmp_path, {})("--database-url", "sqlite:///other.db", "status").status == 0
    assert (tmp_path / "other.db").exists()
    assert not (tmp_path / "paperround.db").exists()


@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1:9/papers", "sqlite:////nowhere/at/all/papers.db", "sqlite:///folder.db"]
)
@pytest.mark.parametrize("verb", ["status", "once", "migrate"])
def test_a_database_that_cannot_be_opened_is_one_clear_message_and_status_1(
    verb: str, url: str, tmp_path: Path
) -> None:
    (tmp_path / "folder.db").mkdir()
    ended = Console(tmp_path, {"PAPERROUND_DATABASE_URL": url})(verb)
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("paperround: ")
    assert "Traceback" not in ended.err


def test_a_file_that_is_no_database_is_one_clear_message_and_stays_as_it_is(console: Console) -> None:
    file = console.folder / "paperround.db"
    file.write_bytes(b"not a database at all, but something a person would miss" * 100)
    before = file.read_bytes()
    ended = console("status")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("paperround: ")
    assert "Traceback" not in ended.err
    assert file.read_bytes() == before


def test_a_reader_that_leaves_early_is_no_cause_for_noise(console: Console) -> None:
    with console.start("export", "settings") as process:
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() in {0, 1}


def test_a_stdout_that_cannot_be_written_is_status_1_without_a_traceback(console: Console) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "export", "settings"],
            cwd=console.folder,
            env=console.variables,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == f"paperround: output: {os.strerror(28)}\n"
