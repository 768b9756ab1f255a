"""Opens files that a person names; whatever is wrong with one becomes a `RefusedError` with its reason."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from bot.errors import RefusedError


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file for reading bytes; errors inside the `with` block are translated as well.

    Raises:
        RefusedError: there is no such file, it is no regular file, or it cannot be read.
    """
    try:
        with os.fdopen(_descriptor_of(path), "rb") as file:
            kind = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(kind):
                raise RefusedError(f"{path} is {'a folder' if stat.S_ISDIR(kind) else 'no ordinary file'}; name a file")
            yield file
    except FileNotFoundError as error:
        raise RefusedError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise RefusedError(f"{path} is a folder; name a file") from error
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror or error}") from error


def _descriptor_of(path: Path) -> int:
    try:
        # Non-blocking: opening a pipe that nobody writes to would otherwise hang here.
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError as error:
        raise RefusedError("a path cannot have a NUL in it") from error


def digest_of(path: Path, kind: str) -> str:
    """Return a digest of a file's content and its `kind`, so that two importers of one file keep their places apart.

    Raises:
        RefusedError: the file cannot be read.
    """
    with opened(path) as file:
        return hashlib.file_digest(file, lambda: hashlib.sha256(kind.encode() + b"\0")).hexdigest()
