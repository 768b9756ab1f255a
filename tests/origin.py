"""The process from which tests/forked.py has others forked: it has loaded the program, and does nothing itself.

a test ─── a byte, and stdin, stdout, stderr, a socket ───> the origin ─── fork ──> the process
  ├─────── what to become, by that socket ───────────────────────────────────────────────^
  └<────── its id, and how it ended, by that socket ───────────┘
"""

import gc
import json
import os
import runpy
import select
import sys
from contextlib import suppress
from importlib import import_module
from multiprocessing.context import ForkProcess
from pkgutil import walk_packages
from socket import recv_fds, socket

from tests.forked import NUMBER_BYTES, ROOT

PROGRAM = ("bot", "adapters")
RUN_WHEN_LOADED = ("bot.__main__", "adapters.sql.migrations.env")

FILES = 4
"""stdin, stdout, stderr and a socket."""


def load() -> None:
    """Import the program, and all that it imports. What cannot be imported fails where it is used."""
    for package in PROGRAM:
        for module in walk_packages([str(ROOT / package)], f"{package}.", onerror=lambda _: None):
            if module.name not in RUN_WHEN_LOADED:
                with suppress(Exception):
                    import_module(module.name)
    gc.freeze()


def serve(asked: socket) -> None:
    """Fork whenever a test asks, and tell it how its process ended, until nobody asks any more."""
    running: dict[int, tuple[ForkProcess, socket]] = {}
    while True:
        ready, _, _ = select.select([asked.fileno(), *running], [], [])
        for each in ready:
            if each in running:
                process, told = running.pop(each)
                process.join()
                with told:
                    tell(told, process.exitcode or 0)
                continue
            byte, files, _, _ = recv_fds(asked, 1, FILES)
            if not byte:
                return
            process = ForkProcess(target=become, args=files, daemon=True)
            process.start()
            *standard, last = files
            for file in standard:
                os.close(file)
            running[process.sentinel] = process, socket(fileno=last)
            tell(running[process.sentinel][1], process.pid or 0)


def tell(whom: socket, number: int) -> None:
    """Write a number; nobody may be there to read it any more."""
    with suppress(BrokenPipeError):
        whom.sendall(number.to_bytes(NUMBER_BYTES, signed=True))


def become(*files: int) -> None:
    """Run what is wanted, as this process; leaving it spares the taking apart of all that is loaded."""
    *standard, last = files
    with socket(fileno=last) as told, told.makefile("r", encoding="utf-8") as words:
        wanted = json.loads(words.readline())
    for number, file in enumerate(standard):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - multiprocessing has closed it
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.path[:1] = [wanted["folder"], str(ROOT)]
    sys.argv = [wanted["module"], *wanted["arguments"]]
    status: str | int | None = None
    try:
        runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code
    gc.collect()  # whatever was not closed is complained of
    sys.exit(status)


if __name__ == "__main__":
    load()
    with socket(fileno=sys.stdin.fileno()) as the_tests:
        serve(the_tests)
