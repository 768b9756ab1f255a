"""The composition root: Settings in, an App out, everything opened here and closed here.

Only this module and the verbs of bot/cli import adapters. Tests build through it too, with overrides.
"""

import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TextIO

from adapters.arxiv.source import ArxivSource
from adapters.console.messenger import ConsoleMessenger
from adapters.http import HttpClient
from adapters.huggingface.source import HuggingFaceSource
from adapters.jsonl.source import JsonlImporter
from adapters.page.source import PageImporter
from adapters.sql.store import open_store
from bot.clock import SystemClock
from bot.commands.services import Services
from bot.pipeline.fetch import FetchContext, Report
from bot.ports import Clock, Messenger, PaperImporter, PaperSource, Store
from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything that runs, built and open.

    `sources` are the configured ones, `importers` those that read files; `holder` names this process in leases.
    """

    settings: Settings
    clock: Clock
    store: Store
    sources: Mapping[str, PaperSource]
    importers: Mapping[str, PaperImporter]
    messengers: Mapping[str, Messenger]
    services: Services
    holder: str

    @property
    def categories(self) -> frozenset[str]:
        """The arXiv categories that are always fetched."""
        return frozenset(self.settings.arxiv.categories)

    def fetch_context(self, report: Report) -> FetchContext:
        """Return what a fetch needs; `report` hears of each list."""
        return FetchContext(store=self.store, clock=self.clock, holder=self.holder, report=report)


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    sources: Sequence[PaperSource] | None = None,
    out: TextIO | None = None,
) -> AsyncIterator[App]:
    """Open the database and build the rest; whatever is given stands in for what the settings would make.

    Raises:
        StoreError: the database cannot be opened; it says what to do.
    """
    async with AsyncExitStack() as opened:
        clock = clock or SystemClock()
        store = await opened.enter_async_context(open_store(settings.database_url.get_secret_value(), clock))
        if sources is None:
            http = await opened.enter_async_context(HttpClient(clock, store.rate_limits, contact=settings.contact))
            sources = configured_sources(settings, http, clock)
        by_name = {source.name: source for source in sources}
        importers = {importer.name: importer for importer in (PageImporter(clock), JsonlImporter(clock))}
        messenger = ConsoleMessenger(settings.console.file, out or sys.stdout)
        yield App(
            settings=settings,
            clock=clock,
            store=store,
            sources=by_name,
            importers=importers,
            messengers={messenger.platform: messenger},
            services=Services(
                store=store,
                clock=clock,
                default_zone=settings.timezone,
                sources=by_name,
            ),
            holder=f"{socket.gethostname()}:{os.getpid()}",
        )


def configured_sources(settings: Settings, http: HttpClient, clock: Clock) -> tuple[PaperSource, ...]:
    """Return the sources that the settings name, in their order."""
    made: dict[str, PaperSource] = {
        "huggingface": HuggingFaceSource(http, clock, settings.huggingface.base_url),
        "arxiv": ArxivSource(http, clock, settings.arxiv.api_url, settings.arxiv.rss_url),
    }
    return tuple(made[name] for name in settings.sources)
