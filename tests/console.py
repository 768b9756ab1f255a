"""The console command as a person has it: a process of its own, in an empty folder, with an empty environment."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 120

STRICTLY = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
"""A warning is an error, but for one: discord.py imports audioop for voice, which we never use."""


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
    """A folder to work in, and the settings of its environment. Nothing listens at the default addresses."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def variables(self) -> dict[str, str]:
        unreachable = "http://127.0.0.1:9"
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PAPERROUND_HUGGINGFACE__BASE_URL": unreachable,
            "PAPERROUND_ARXIV__API_URL": f"{unreachable}/api/query",
            "PAPERROUND_ARXIV__RSS_URL": f"{unreachable}/rss",
            **self.environment,
        }

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        done = subprocess.run(
            [sys.executable, *STRICTLY, "-m", "bot", *arguments],
            cwd=self.folder,
            env=self.variables,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that goes on; the caller ends it."""
        return subprocess.Popen(
            [sys.executable, *STRICTLY, "-m", "bot", *arguments],
            cwd=self.folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write_papers(self, *papers: Mapping[str, object], name: str = "papers.jsonl") -> Path:
        """Write invented papers to a file that `fetch --source jsonl` reads."""
        file = self.folder / name
        file.write_text("".join(f"{json.dumps(paper)}\n" for paper in papers), encoding="utf-8")
        return file
