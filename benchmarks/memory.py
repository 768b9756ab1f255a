"""Memory: an idle console `run` with a full library, against a bare Python that sleeps.

Run it as `python benchmarks/memory.py [--papers 20000]`. The service ticks a few times with the web server on, which
tells when every loop has ended a tick; the kernel then says what is resident.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from adapters.sql.store import open_store
from benchmarks._made import corpus_name, listed, papers, report

ROOT = Path(__file__).resolve().parents[1]
BATCH = 500
TICKS = 3
DAYS = 365
"""The library's papers are spread over a year, so that a fortnight of them is in the window."""


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--papers", type=int, default=20_000)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(fill(folder, options.papers))
        idle, bare = resident_service(folder), resident_bare()
    report(
        {
            "benchmark": "memory",
            "corpus": corpus_name(),
            "papers": options.papers,
            "idle_run_megabytes": round(idle, 1),
            "bare_python_megabytes": round(bare, 1),
            "idle_run_over_bare": round(idle / bare, 1),
        }
    )


async def fill(folder: str, count: int) -> None:
    """Make a library of that many papers."""
    now = datetime.now(UTC)  # noqa: TID251 - the service has the machine's time
    made = listed(papers(count, Random(2026)), now.date() - timedelta(days=1), now - timedelta(days=1), days=DAYS)
    async with open_store(f"sqlite:///{folder}/paperround.db") as store:
        for start in range(0, len(made), BATCH):
            await store.papers.ingest(made[start : start + BATCH], now)


def resident_service(folder: str) -> float:
    """Return the resident megabytes of a service once its loops have ticked; it has a subscription that is not due."""
    nobody = "http://127.0.0.1:9"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "PAPERROUND_HTTP__PORT": "0",
        "PAPERROUND_TICK_SECONDS": "0.5",
        "PAPERROUND_HUGGINGFACE__BASE_URL": nobody,
        "PAPERROUND_ARXIV__API_URL": nobody,
        "PAPERROUND_ARXIV__RSS_URL": nobody,
    }
    subscribe = [sys.executable, "-m", "bot", "papers", "subscribe", "world models"]
    subprocess.run(subscribe, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)  # noqa: S603
    command = [sys.executable, "-m", "bot", "run"]
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stderr
        try:
            lines = iter(process.stderr.readline, "")
            address = next(
                found[0] for line in lines if (found := re.search(r"http://127\.0\.0\.1:\d+$", line.strip()))
            )
            while min(ticks(address)) < TICKS:
                pass
            return resident(process.pid)
        finally:
            process.terminate()
            process.stderr.read()


def ticks(address: str) -> list[float]:
    """Return how often each loop that ticks often has ended a tick."""
    with urllib.request.urlopen(f"{address}/metrics") as answer:  # noqa: S310 - our own server
        text = answer.read().decode()
    found = re.findall(
        r'paperround_ticks_total\{loop="(?:fetch|enqueue|deliver)",outcome="(?:done|failed)"\} (\S+)', text
    )
    counts = list(map(float, found))
    return [done + failed for done, failed in zip(counts[::2], counts[1::2], strict=True)] or [0]


def resident_bare() -> float:
    """Return the resident megabytes of a Python that imported nothing."""
    command = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout
        process.stdout.readline()
        found = resident(process.pid)
        process.communicate(b"\n")
    return found


def resident(pid: int) -> float:
    """Return what the kernel says of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
