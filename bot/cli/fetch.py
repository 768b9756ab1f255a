"""`fetch`: papers into the library, from the sources or from a file, with a progress bar on a terminal."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED, clock_at, complain, say
from bot.cli.service import BACKFILL_DAYS
from bot.errors import NotUnderstoodError
from bot.model.fetching import FetchRecord
from bot.model.outcome import OutcomeKind
from bot.pipeline.fetch import fetch_dates, fetch_due
from bot.pipeline.importing import import_file
from bot.ports import ImportBatch, PaperImporter, PaperSource
from bot.settings import Settings
from bot.settings.checks import SHORT_SOURCES, SOURCES
from bot.text.suggest import did_you_mean

IMPORTERS = ("page", "jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchChoice:
    """What was asked for on the command line. Without `source`, `day`, `since` and `file`: whatever is due."""

    source: str | None
    day: date | None
    since: date | None
    file: Path | None
    as_of: datetime | None

    def checked(self, settings: Settings, today: date) -> "FetchChoice":
        """Return the choice with the source's full name.

        Raises:
            NotUnderstoodError: the flags contradict each other, or there is no such source.
        """
        if self.day and self.since:
            raise NotUnderstoodError("--date is one day and --since many; give one of them")
        first = self.day or self.since
        if first and first > today:
            raise NotUnderstoodError(f"{first} is in the future")
        if self.file and (self.day or self.since):
            raise NotUnderstoodError("--file brings its own dates; leave out --date and --since")
        if self.file and not self.source:
            raise NotUnderstoodError(f"--file needs --source, one of {', '.join(IMPORTERS)}")
        source = SHORT_SOURCES.get(self.source, self.source) if self.source else None
        known = (*settings.sources, *IMPORTERS)
        if source and source not in known:
            if source in SOURCES:
                raise NotUnderstoodError(f"{source} is not configured; add it to PAPERROUND_SOURCES")
            hint = did_you_mean(source, known) or f"; choose from {', '.join(known)}"
            raise NotUnderstoodError(f'I don\'t know the source "{source}"{hint}')
        if self.file and source not in IMPORTERS:
            raise NotUnderstoodError(f"{source} reads no file; --file goes with {' or '.join(IMPORTERS)}")
        if source in IMPORTERS and not self.file:
            raise NotUnderstoodError(f"{source} reads a file; add --file PATH")
        return FetchChoice(source=source, day=self.day, since=self.since, file=self.file, as_of=self.as_of)


async def run_fetch(settings: Settings, *, choice: FetchChoice) -> int:
    """Fetch what `choice` asks for and print a line per list; returns the exit status."""
    clock = clock_at(choice.as_of)
    choice = choice.checked(settings, clock.now().date())
    async with open_app(settings, clock=clock) as app:
        if choice.file and choice.source:
            return await _import(app, app.importers[choice.source], choice.file)
        sources = [app.sources[choice.source]] if choice.source else list(app.sources.values())
        first = choice.day or choice.since
        if first:
            return await _fetch_dates(app, sources, first, choice.day or app.clock.now().date())
        return await _fetch_due(app, sources)


async def _fetch_due(app: App, sources: Sequence[PaperSource]) -> int:
    statistics = await app.store.papers.statistics(app.clock.now())
    backfill_days = 0 if statistics.papers else BACKFILL_DAYS
    with _bar(total=None) as bar:
        records = await fetch_due(
            app.fetch_context(bar.show_list), sources, categories=app.categories, backfill_days=backfill_days
        )
    if not records:
        say("Nothing was fetched: no list is due now, or another process is at it.")
    return _report(records)


async def _fetch_dates(app: App, sources: Sequence[PaperSource], first: date, last: date) -> int:
    records: list[FetchRecord] = []
    total = sum(len(source.tasks_for(first, last, app.categories)) for source in sources)
    with _bar(total=total) as bar:
        for source in sources:
            records += await fetch_dates(
                app.fetch_context(bar.show_list), source, first, last, categories=app.categories
            )
    status = _report(records)
    missing = [source.name for source in sources if source.name not in {record.source for record in records}]
    for name in missing:
        complain(f"{name}: nothing was fetched; another process is at it, try again in a moment")
    return FAILED if missing else status


def _report(records: Sequence[FetchRecord]) -> int:
    status = DONE
    for record in records:
        counts = f", {record.seen} seen, {record.new} new, {record.skipped} skipped" if record.ok else ""
        say(f"{record.source} {record.key}: {record.kind}{counts}{f' ({record.reason})' if record.reason else ''}")
        if not record.ok:
            status = FAILED
    if records and all(record.kind is OutcomeKind.DOWN for record in records):
        complain(
            "no source answered; `paperround doctor` says what is in the way. Papers in a file need no network: "
            "`paperround fetch --source jsonl --file papers.jsonl`"
        )
    return status


async def _import(app: App, importer: PaperImporter, file: Path) -> int:
    with _bar(total=1) as bar:
        imported = await import_file(importer, file, app.store, app.clock, bar.show_batch)
    resumed = f", going on after line {imported.resumed_at}" if imported.resumed_at else ""
    say(f"{importer.name} {file}: {imported.seen} seen, {imported.new} new, {imported.skipped} skipped{resumed}")
    for line in imported.named:
        say(f"  skipped {line}")
    if imported.skipped > len(imported.named):
        say(f"  and {imported.skipped - len(imported.named)} more")
    return DONE


class _Bar:
    """A progress bar on stderr, there only when stderr is a terminal."""

    def __init__(self, progress: Progress, total: float | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total, papers="")
        self._papers = 0

    def show_list(self, record: FetchRecord) -> None:
        self._papers += record.seen
        self._progress.update(self._task, advance=1, description=f"{record.source} {record.key}")
        self._say()

    def show_batch(self, batch: ImportBatch) -> None:
        self._papers += len(batch.papers)
        self._progress.update(self._task, completed=batch.done)
        self._say()

    def _say(self) -> None:
        self._progress.update(self._task, papers=f"{self._papers:,} papers")


@contextmanager
def _bar(total: float | None) -> Iterator[_Bar]:
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        BarColumn(),
        TextColumn("{task.fields[papers]}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # stdout stays what it is: results must never go where the bar goes.
    with Progress(
        *columns, console=console, transient=True, redirect_stdout=False, disable=not sys.stderr.isatty()
    ) as progress:
        yield _Bar(progress, total)
