"""Reads a Daily Papers page that a person saved as text."""

import asyncio
import codecs
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from adapters.files import digest_of, opened
from adapters.page.parse import NoPageError, Page, parse_page
from bot.errors import RefusedError
from bot.model.paper import HUGGINGFACE, Sighting
from bot.ports import Clock, ImportBatch

LARGEST_PAGE: Final = 10_000_000
"""Bytes: eighty times a page of 72 papers."""

_ENCODINGS: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
"""What Windows calls Unicode; everything else is UTF-8, with or without its mark."""

_WAY_OUT: Final = "open https://huggingface.co/papers in a browser and save the page as text"


class PageImporter:
    """The page as a PaperImporter: one batch, because a page is one list.

    Its papers count as listed by Hugging Face, whose page it is, on the day of import: the page names no year.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @property
    def name(self) -> str:
        """The importer's name."""
        return "page"

    def digest(self, path: Path) -> str:
        """Name the page's content.

        Raises:
            RefusedError: it cannot be read.
        """
        return digest_of(path, self.name)

    async def read(self, path: Path, start: int) -> AsyncIterator[ImportBatch]:
        """Yield the page's papers, unless an earlier import had them.

        Raises:
            RefusedError: it is no Daily Papers page.
        """
        page = await asyncio.to_thread(self._read, path)
        if start < page.lines:
            yield ImportBatch(papers=page.papers, skipped=page.skipped, position=page.lines, done=1.0)

    def _read(self, path: Path) -> Page:
        with opened(path) as file:
            body = file.read(LARGEST_PAGE + 1)
        if len(body) > LARGEST_PAGE:
            raise RefusedError(f"{path} has more than {LARGEST_PAGE // 1_000_000} MB: that is no page; {_WAY_OUT}")
        now = self._clock.now()
        try:
            text = body.decode(next((name for mark, name in _ENCODINGS if body.startswith(mark)), "utf-8-sig"))
            return parse_page(text, Sighting(source=HUGGINGFACE, listed_on=now.date(), first_seen_at=now))
        except UnicodeDecodeError as error:
            raise RefusedError(f"{path} is no text; {_WAY_OUT}") from error
        except NoPageError as error:
            raise RefusedError(f"{path} is no Daily Papers page ({error}); {_WAY_OUT}") from error
