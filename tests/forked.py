"""`python -m MODULE` as a process of its own, forked from one that has loaded the program (tests/origin.py).

To load the program takes a processor most of a second, to fork a few hundredths, and tests start hundreds of processes.
Each has its own memory, folder, environment, arguments and pipes, and dies of a signal like any other. What a start
loads, and that it works at all, is for the tests that start Python itself.
"""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, send_fds, socket, socketpair
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[1]

STRICTLY = ("-W", "error", "-W", "ignore:'audioop' is deprecated:DeprecationWarning")
"""A warning is an error, but for one: discord.py imports audioop for voice, which we never use."""

NUMBER_BYTES = 8
"""How long the origin writes a number: the id of a process, and how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to run, where, with which environment."""

    module: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]

    def line(self) -> bytes:
        """Write it for the process that is to become it."""
        return f"{json.dumps({**asdict(self), 'folder': str(self.folder)})}\n".encode()


class Forked:
    """A process, used as a `subprocess.Popen`."""

    def __init__(self, wanted: Wanted, stdin: int, stdout: int, stderr: int) -> None:
        self._ending, theirs = socketpair()
        with theirs:
            self._ending.sendall(wanted.line())
            send_fds(_origin(), [b"!"], [stdin, stdout, stderr, theirs.fileno()])
        self.pid = self._number()
        self.returncode: int | None = None

    def _number(self) -> int:
        read = self._ending.recv(NUMBER_BYTES)
        assert len(read) == NUMBER_BYTES, "the origin has ended; what it said is on stderr"
        return int.from_bytes(read, signed=True)

    def poll(self) -> int | None:
        """Return how it ended, None when it goes on."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return how it ended: its status, or minus the number of the signal.

        Raises:
            subprocess.TimeoutExpired: it goes on after that many seconds.
        """
        if self.returncode is None:
            over, _, _ = select.select([self._ending], [], [], timeout)
            if not over:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            self.returncode = self._number()
            self._ending.close()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if it goes on."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it, whatever it does."""
        self.send_signal(signal.SIGKILL)


class Started(Forked):
    """A process that is read while it runs; leaving waits for its end."""

    def __init__(self, wanted: Wanted) -> None:
        with ExitStack() as theirs:
            (self.stdout, stdout), (self.stderr, stderr) = _pipe(theirs), _pipe(theirs)
            nothing = theirs.enter_context(Path(os.devnull).open())
            super().__init__(wanted, nothing.fileno(), stdout, stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()


def _pipe(theirs: ExitStack) -> tuple[IO[str], int]:
    reading, writing = os.pipe()
    theirs.callback(os.close, writing)
    return open(reading, encoding="utf-8"), writing  # noqa: PTH123 - a pipe, closed when the process is left


def run(wanted: Wanted, *, stdin: str = "", timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run to the end; what takes longer than `timeout` seconds is killed.

    Raises:
        subprocess.TimeoutExpired: it was killed.
    """
    with _text() as asked, _text() as out, _text() as err:
        asked.write(stdin)
        asked.seek(0)
        process = Forked(wanted, asked.fileno(), out.fileno(), err.fileno())
        try:
            process.wait(timeout)
        finally:
            process.kill()
            status = process.wait()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(wanted.arguments, status, out.read(), err.read())


def status_of(module: str, *arguments: str) -> int:
    """Run one of our own modules to its end; what it complains of is part of the test's output."""
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    done = run(Wanted(module=module, arguments=arguments, folder=ROOT, environment=environment))
    sys.stderr.write(done.stderr)
    return done.returncode


def _text() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8")


@cache
def _origin() -> socket:
    """Start the origin, once; returns the socket that it listens to, and lives as long as."""
    asking, asked = socketpair(AF_UNIX, SOCK_STREAM)
    with asked:
        # Without threads: only a process of one is forked whole.
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, *STRICTLY, "-m", "tests.origin"]
        origin = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=asked.fileno(), stdout=subprocess.DEVNULL)
    atexit.register(_end, asking, origin)
    return asking


def _end(asking: socket, origin: "subprocess.Popen[bytes]") -> None:
    asking.close()
    origin.wait()
