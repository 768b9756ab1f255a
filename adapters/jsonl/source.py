"""Reads files with one paper a line, plain or gzip, in batches: no file is ever in memory as a whole."""

import asyncio
import gzip
import io
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from adapters.files import digest_of, opened
from adapters.jsonl.parse import UnreadableError, parse_line
from bot.errors import RefusedError
from bot.model.paper import JSONL, Paper
from bot.ports import Clock, ImportBatch

LINES_AT_ONCE: Final = 500
"""Lines of a batch: what a killed import reads again, and what the store takes in one piece."""

LONGEST_LINE: Final = 1_000_000
"""Bytes: a hundred times the longest line seen. A longer one is skipped."""

HOPELESS_LINE: Final = 100_000_000
"""Bytes after which a line without an end is no line: the file is something else."""

BOMB_FROM, BOMB_RATIO = 100_000_000, 200
"""Unpacked bytes from which a gzip file is watched, and how many times its size is too much: real ones have 3 to 10."""

_GZIP: Final = b"\x1f\x8b"
_WAY_OUT: Final = 'jsonl wants one paper a line, as in {"id": "arxiv:2406.01234", "title": "...", "abstract": "..."}'


class JsonlImporter:
    """Such a file as a PaperImporter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def name(self) -> str:
        """The importer's name."""
        return JSONL

    def digest(self, path: Path) -> str:
        """Name the file's content, packed as it is.

        Raises:
            RefusedError: it cannot be read.
        """
        return digest_of(path, self.name)

    async def read(self, path: Path, start: int) -> AsyncIterator[ImportBatch]:
        """Yield the file's papers; lines that are none are skipped and named.

        Raises:
            RefusedError: the file cannot be read, its first lines hold no paper, or it ends within a packed block.
        """
        with ExitStack() as stack:
            raw = await asyncio.to_thread(stack.enter_context, opened(path))
            lines = _Lines(raw, path)
            batches = self._batches(lines, start)
            while batch := await asyncio.to_thread(next, batches, None):
                yield batch

    def _batches(self, lines: "_Lines", start: int) -> Iterator[ImportBatch]:
        numbered = enumerate(lines, start=1)
        for _ in islice(numbered, start):
            pass
        number = start
        has_papers = start > 0
        while some := list(islice(numbered, LINES_AT_ONCE)):
            number = some[-1][0]
            papers: list[Paper] = []
            skipped: list[str] = []
            for each, line in some:
                try:
                    if line is None:
                        skipped.append(f"line {each}: longer than {LONGEST_LINE // 1_000_000} MB")
                    elif line.strip():
                        papers.append(parse_line(line, self._clock.now()))
                except UnreadableError as error:
                    skipped.append(f"line {each}: {error}")
            has_papers = has_papers or bool(papers)
            if not has_papers:
                why = f" ({skipped[0]})" if skipped else ""
                raise RefusedError(f"{lines.path}: none of its first {number} lines is a paper{why}; {_WAY_OUT}")
            yield ImportBatch(papers=tuple(papers), skipped=tuple(skipped), position=number, done=lines.done)
        if not number:
            raise RefusedError(f"{lines.path} is empty; {_WAY_OUT}")


@dataclass(slots=True)
class _Lines:
    """The lines of a file, unpacked; None stands for one that is too long to be held."""

    raw: io.BufferedReader
    path: Path
    _size: int = field(init=False)

    def __post_init__(self) -> None:
        self._size = self.raw.seek(0, io.SEEK_END) or 1
        self.raw.seek(0)

    @property
    def done(self) -> float:
        """The part of the file read so far."""
        return min(self.raw.tell() / self._size, 1.0)

    def __iter__(self) -> Iterator[bytes | None]:
        """Yield the lines.

        Raises:
            RefusedError: the file is broken, or made to fill memory or disk.
        """
        is_packed = self.raw.read(len(_GZIP)) == _GZIP
        self.raw.seek(0)
        number = 0
        try:
            with gzip.open(self.raw) if is_packed else nullcontext(self.raw) as file:
                unpacked = 0
                while line := file.readline(LONGEST_LINE + 1):
                    number += 1
                    whole: bytes | None = line
                    length = len(line)
                    while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                        whole = None
                        line = file.readline(LONGEST_LINE + 1)
                        length += len(line)
                        if length > HOPELESS_LINE:
                            raise RefusedError(f"{self.path}: line {number} has no end; {_WAY_OUT}")
                    unpacked += length
                    if is_packed and unpacked > max(BOMB_FROM, BOMB_RATIO * self.raw.tell()):
                        raise RefusedError(f"{self.path} unpacks to more than {BOMB_RATIO} times its size; {_WAY_OUT}")
                    yield whole
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise RefusedError(
                f"{self.path} is cut off or damaged after line {number}; get the file again. "
                "An import of the whole file starts from its first line"
            ) from error
