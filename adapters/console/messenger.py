"""Posts to the console: digests go to stdout, or are appended to a file, one JSON object a part."""

import asyncio
import errno
import fcntl
import json
import os
import select
import stat
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Final, TextIO

from adapters.console.render import messages
from adapters.console.terminal import shown
from bot.document import Document
from bot.errors import DeliveryError, Verdict
from bot.model.channel import Platform
from bot.model.delivery import Claim, Part, Receipt, Rendered
from bot.snapshot import document_of

READER_WITHIN: Final = 5
"""Seconds in which the reader of a pipe takes something of a line."""


class ConsoleMessenger:
    """The console's Messenger. `file` None means `out`."""

    def __init__(self, file: Path | None, out: TextIO) -> None:
        self._file = file
        self._out = out

    @property
    def platform(self) -> str:
        """The platform's name."""
        return Platform.CONSOLE

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Turn a document into parts of plain text."""
        return messages(document)

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Print a part, or append it to the file and wait until it is on the disk.

        Raises:
            DeliveryError: nothing of it was written, and it can be tried again.
        """
        try:
            if self._file is None:
                self._print(claim, part)
            else:
                await asyncio.to_thread(_append, self._file, _line_of(claim, part, len(parts)))
        except (OSError, ValueError) as error:
            where = self._file or "stdout"
            raise DeliveryError(Verdict.RETRY_LATER, f"cannot write to {where}: {_why(error)}") from error
        return Receipt(message=f"{claim.key}.{part.index}")

    async def find(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
        """Return None: what was printed cannot be read back, and the file may be anybody's."""
        del claim, part, parts
        return None

    def _print(self, claim: Claim, part: Part) -> None:
        payload = part.rendered.payload
        text = shown(document_of(payload["document"]), self._out) if self._out.isatty() else payload["text"]
        self._out.write(f"[{claim.channel}]\n\n{text}\n\n")
        self._out.flush()


def _why(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _line_of(claim: Claim, part: Part, parts: int) -> bytes:
    slot = claim.slot.astimezone(UTC).isoformat().replace("+00:00", "Z")
    said = {
        "channel": str(claim.channel),
        "slot": slot,
        "part": part.index + 1,
        "parts": parts,
        "papers": list(document_of(part.rendered.payload["document"]).brought),
        "text": part.rendered.payload["text"],
    }
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _append(path: Path, line: bytes) -> None:
    """Append a whole line or nothing, with one write, and return when it is on the disk.

    Several processes may write to the file: each holds a lock meanwhile. A line that a killed process left torn is
    ended first, so that it spoils no other.
    """
    with suppress(FileNotFoundError):
        if stat.S_ISFIFO(path.stat().st_mode):
            _send(path, line)
            return
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        before = os.fstat(descriptor)
        if before.st_size and os.pread(descriptor, 1, before.st_size - 1) != b"\n":
            line = b"\n" + line
        try:
            _write(descriptor, line, is_file=stat.S_ISREG(before.st_mode))
        except OSError:
            with suppress(OSError):  # what is no file cannot be shortened
                os.ftruncate(descriptor, before.st_size)
            raise
    finally:
        os.close(descriptor)


def _send(pipe: Path, line: bytes) -> None:
    """Write a line to a pipe that somebody reads; a reader that stops reading is not waited for without end."""
    descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)  # fails where there is no reader, and waits for none
    try:
        taker = select.poll()
        taker.register(descriptor, select.POLLOUT)
        left = memoryview(line)
        while left:
            if not taker.poll(READER_WITHIN * 1000):
                raise OSError(errno.EAGAIN, "nobody reads from this pipe")
            with suppress(BlockingIOError):
                left = left[os.write(descriptor, left) :]
    finally:
        os.close(descriptor)


def _write(descriptor: int, line: bytes, *, is_file: bool) -> None:
    if os.write(descriptor, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    if is_file:
        os.fsync(descriptor)
