"""`doctor` against real servers on loopback: what is well, what is not, and the fix for each."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from tests.console import Console


class Source(BaseHTTPRequestHandler):
    """A source that answers everything with an empty list, and the machine's time."""

    def do_GET(self) -> None:
        body = json.dumps([]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is http.server's
        del format, arguments


@pytest.fixture
def source() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def well(folder: Path, source: str, **environment: str) -> Console:
    """Return a console whose sources answer."""
    return Console(
        folder,
        {"PAPERROUND_HUGGINGFACE__BASE_URL": source, "PAPERROUND_ARXIV__RSS_URL": f"{source}/rss", **environment},
    )


def failures(out: str) -> list[tuple[str, str]]:
    """Return what failed, and the fix under it."""
    lines = out.splitlines()
    return [(line.removeprefix("FAIL  "), below.strip()) for line, below in pairwise(lines) if line.startswith("FAIL")]


def test_where_all_is_well_every_check_says_so_and_the_status_is_0(tmp_path: Path, source: str) -> None:
    ended = well(tmp_path, source, PAPERROUND_HTTP__PORT="0", PAPERROUND_CONSOLE__FILE="digests.jsonl")("doctor")
    assert (ended.status, ended.err, failures(ended.out)) == (0, "", [])
    names = [line.split(":")[0].removeprefix("ok    ") for line in ended.out.splitlines()]
    assert names == [
        "settings", "time zones", "database", "console", "web server", "huggingface", "clock", "arxiv", "clock",
    ]  # fmt: skip
    assert "at version 00" in ended.out


def test_every_failed_check_has_its_fix_and_the_status_is_1(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = Console(
            tmp_path,
            {
                "PAPERROUND_DATABASE_URL": "postgresql://127.0.0.1:9/papers",
                "PAPERROUND_CONSOLE__FILE": "no-such-folder/digests.jsonl",
                "PAPERROUND_HTTP__PORT": str(taken.getsockname()[1]),
                "PAPERROUND_TIMEZOME": "UTC",
            },
        )("doctor")
    assert ended.status == 1
    found = failures(ended.out)
    assert [name.split(":")[0] for name, _ in found] == [
        "settings", "database", "console", "web server", "huggingface", "arxiv",
    ]  # fmt: skip
    assert all(fix for _, fix in found)
    assert found[2][0] == "console: digests cannot be appended to no-such-folder/digests.jsonl"
    assert "Traceback" not in ended.out + ended.err


def test_wrong_settings_are_all_named_with_their_fix(tmp_path: Path) -> None:
    ended = Console(tmp_path, {"PAPERROUND_TIMEZONE": "CETT", "PAPERROUND_HTTP__PORT": "high"})("doctor")
    assert ended.status == 1
    assert 'PAPERROUND_TIMEZONE: I don\'t know the zone "CETT"; did you mean "CET"?' in ended.out
    assert "PAPERROUND_HTTP__PORT: this is no whole number; write one, as in 8080" in ended.out
    assert not (tmp_path / "paperround.db").exists()


def test_a_paperround_that_runs_and_has_the_port_is_well(tmp_path: Path, source: str) -> None:
    with running(well(tmp_path, source, PAPERROUND_HTTP__PORT="0")) as port:
        ended = well(tmp_path, source, PAPERROUND_HTTP__PORT=port)("doctor")
    assert (ended.status, failures(ended.out)) == (0, [])
    assert f"web server: paperround answers at 127.0.0.1 port {port}" in ended.out


@contextmanager
def running(console: Console) -> Iterator[str]:
    """Run the service; gives the port of its web server."""
    with console.start("run", "--role", "gateway") as process:
        lines = iter(process.stderr.readline, "")
        yield next(line for line in lines if "health and metrics are at" in line).strip().rpartition(":")[2]
        process.terminate()
        process.stderr.read()
