"""The library and what fills it: sources, importers, the paper store, full text."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from bot.model.fetching import Fetched, FetchPlanInput, FetchTask, ImportProgress, Ingested
from bot.model.paper import Paper, PaperId, StoredPaper
from bot.model.subscription import SourceChoice
from bot.query.ast import Query, Words


class PaperSource(Protocol):
    """A place that lists papers by date."""

    @property
    def name(self) -> str:
        """The source's name, as people type it."""

    def plan(self, known: FetchPlanInput) -> tuple[FetchTask, ...]:
        """Decide what to ask for at this moment: pure, in the order to ask, empty when nothing is due."""

    def tasks_for(self, first: date, last: date, categories: frozenset[str]) -> tuple[FetchTask, ...]:
        """Return the tasks that fetch these dates (inclusive) again, whatever was fetched before.

        Raises:
            RefusedError: when the source cannot give these dates.
        """

    async def fetch(self, task: FetchTask) -> Fetched:
        """Ask for one list, whole.

        Raises:
            SourceError: the list could not be had or read; nothing of it may be stored.
        """

    async def paper(self, paper: PaperId) -> Paper | None:
        """Ask for one paper by its id; None when the source does not have it.

        Raises:
            SourceError: the source could not be asked.
        """

    async def search(self, words: Sequence[str], limit: int) -> tuple[Paper, ...]:
        """Ask for papers about all of these words and phrases, the best first by the source's own lights.

        They carry no sightings: that a source has a paper does not say that it listed it.

        Raises:
            SourceError: the source could not be asked.
        """


class PaperImporter(Protocol):
    """A file of papers."""

    @property
    def name(self) -> str:
        """The importer's name, as people type it."""

    def read(self, path: Path, start: int) -> AsyncIterator["ImportBatch"]:
        """Yield the file's papers in batches, from line `start` on (0 is the first).

        Raises:
            RefusedError: the file cannot be read, or is not of this kind.
        """

    def digest(self, path: Path) -> str:
        """Name the file's content, so that a later import of the same content goes on where this one ended.

        Raises:
            RefusedError: the file cannot be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBatch:
    """Some papers of a file, the lines that could not be read, and where the batch ends.

    `position` counts lines done; `done` is the part of the file read so far, from 0.0 to 1.0, for a progress bar.
    """

    papers: tuple[Paper, ...]
    skipped: tuple[str, ...]
    position: int
    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryStatistics:
    """How many papers are stored, and the first and last date on which a source listed one."""

    papers: int
    first_listed: date | None
    last_listed: date | None


class PaperStore(Protocol):
    """The library: every paper once, however many sources listed it under however many ids.

    Papers read back as of a moment hold only the sightings first seen until then; upvotes are the stored ones.
    """

    async def ingest(self, papers: Sequence[Paper], at: datetime, progress: ImportProgress | None = None) -> Ingested:
        """Store papers and their sightings; merge those that turn out to be one.

        A second sighting refreshes upvotes, stars, TL;DR, keywords, organisation and links, and never erases a known
        value with an empty one. The change number of every source that brought something new rises in the same
        transaction, and `progress` is stored in it.
        """

    async def listed(
        self,
        since: date,
        until: date,
        as_of: datetime,
        sources: Collection[str] = (),
        about: Query | None = None,
    ) -> tuple[StoredPaper, ...]:
        """Return the papers with a sighting listed on these dates (inclusive), newest listing first, by key within.

        `sources` are those whose sightings count; none given: all. With `about`, they are those alone that match it,
        as the matcher has it.
        """

    async def count_listed(
        self,
        since: date,
        until: date,
        as_of: datetime,
        choices: Collection[SourceChoice],
        about: Query | None = None,
    ) -> int:
        """Count the papers that one of these choices covers by a sighting listed on these dates (inclusive).

        With `about`, those alone that match it are counted, as the matcher has it.
        """

    async def find(self, ids: Sequence[PaperId], as_of: datetime) -> Mapping[PaperId, StoredPaper]:
        """Resolve outer ids through the aliases; unknown ids are left out."""

    async def statistics(self, as_of: datetime) -> LibraryStatistics:
        """Count the library."""

    async def progress(self, digest: str) -> ImportProgress | None:
        """Return how far a file of this content was imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What to search for, in which order; the query's `since` (inclusive) bounds the day of publication or listing."""

    query: Query
    as_of: datetime
    limit: int
    offset: int = 0
    sort: str = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """One page of hits, best first; `total` counts all of them.

    `is_relaxed` says that no paper had all the words, so that these have only some.
    """

    papers: tuple[StoredPaper, ...]
    total: int
    is_relaxed: bool = False


class SearchIndex(Protocol):
    """Full text over the library, selected by the tokens of the one tokeniser and ranked."""

    async def search(self, request: SearchRequest) -> SearchPage:
        """Return one page of what matches."""

    async def counts(self, words: Sequence[Words]) -> tuple[int, ...]:
        """Count, for each word or phrase, the stored papers that have it: how rare it is."""
