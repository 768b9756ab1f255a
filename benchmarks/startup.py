"""Start-up: `--help` and a chat command against `python -c pass`, each in a process of its own, in turns.

Run it as `python benchmarks/startup.py [--rounds 7]`. The middle of the rounds counts: a busy machine slows a few.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._made import report

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = {
    "pass": ("-c", "pass"),
    "help": ("-m", "bot", "--help"),
    "papers_list": ("-m", "bot", "papers", "list"),
}


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds + 1):
            for name, command in COMMANDS.items():
                seconds[name].append(run(command, folder))
    # The first round writes bytecode and makes the database.
    middle = {name: median(each[1:]) for name, each in seconds.items()}
    report(
        {
            "benchmark": "startup",
            "rounds": options.rounds,
            **{f"{name}_seconds": round(each, 3) for name, each in middle.items()},
            **{f"{name}_over_pass": round(middle[name] / middle["pass"], 1) for name in COMMANDS if name != "pass"},
        }
    )


def run(command: tuple[str, ...], folder: str) -> float:
    """Run a command to its end; returns the seconds."""
    start = perf_counter()
    subprocess.run(  # noqa: S603 - commands of this file
        [sys.executable, *command],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return perf_counter() - start


if __name__ == "__main__":
    main()
