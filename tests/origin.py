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
import signal
import sys
from contextlib import suppress
from importlib import import_module
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


def forked() -> socket | None:
    """Fork whenever a test asks: returns in each new process, with its socket, and None when nobody asks any more."""
    asked = socket(fileno=sys.stdin.fileno())
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waking)
    running: dict[int, socket] = {}
    while True:
        ready, _, _ = select.select([asked.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 1024)
            tell_of_the_ended(running)
        if asked.fileno() in ready:
            byte, files, _, _ = recv_fds(asked, 1, FILES)
            if not byte:
                asked.close()
                return None
            process = os.fork()
            if not process:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for file in (asked.detach(), woken, waking, *(each.detach() for each in running.values())):
                    os.close(file)
                return with_files(files)
            *standard, ending = files
            for file in standard:
                os.close(file)
            running[process] = socket(fileno=ending)
            tell(running[process], process)


def tell_of_the_ended(running: dict[int, socket]) -> None:
    """Say of each process that has ended how it did."""
    while running:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        with running.pop(process) as ending:
            tell(ending, os.waitstatus_to_exitcode(status))


def tell(whom: socket, number: int) -> None:
    """Write a number; nobody may be there to read it any more."""
    with suppress(BrokenPipeError):
        whom.sendall(number.to_bytes(NUMBER_BYTES, signed=True))


def with_files(files: list[int]) -> socket:
    """Take stdin, stdout and stderr; returns the socket."""
    *standard, ending = files
    for number, file in enumerate(standard):
        os.dup2(file, number)
        os.close(file)
    return socket(fileno=ending)


def become(told: socket) -> None:
    """Run what is wanted, as this process."""
    with told, told.makefile("r", encoding="utf-8") as words:
        wanted = json.loads(words.readline())
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    sys.path[:1] = [wanted["folder"], str(ROOT)]
    sys.argv = [wanted["module"], *wanted["arguments"]]
    runpy.run_module(wanted["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    load()
    mine = forked()
    if mine is not None:
        become(mine)
