"""The console command as a person has it: a process of its own, in an empty folder, with an empty environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests import forked

ROOT = forked.ROOT
STRICTLY = forked.STRICTLY
PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Console:
    """A folder to work in, and the settings of its environment. There is nothing at the default addresses."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def variables(self) -> dict[str, str]:
        nowhere = a_server_without_pages()
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PAPERROUND_HUGGINGFACE__BASE_URL": nowhere,
            "PAPERROUND_ARXIV__API_URL": f"{nowhere}/api/query",
            "PAPERROUND_ARXIV__RSS_URL": f"{nowhere}/rss",
            **self.environment,
        }

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        done = forked.run(self._wanted(arguments), stdin=stdin, timeout=PATIENCE_SECONDS)
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> forked.Started:
        """Start a command that goes on; the caller ends it."""
        return forked.Started(self._wanted(arguments))

    def _wanted(self, arguments: tuple[str, ...]) -> forked.Wanted:
        return forked.Wanted(module="bot", arguments=arguments, folder=self.folder, environment=self.variables)

    def write_papers(self, *papers: Mapping[str, object], name: str = "papers.jsonl") -> Path:
        """Write invented papers to a file that `fetch --source jsonl` reads."""
        file = self.folder / name
        file.write_text("".join(f"{json.dumps(paper)}\n" for paper in papers), encoding="utf-8")
        return file


@cache
def a_server_without_pages() -> str:
    """Give the address of a server that says so at once: where nobody listens is asked again and again."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _WithoutPages)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class _WithoutPages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
