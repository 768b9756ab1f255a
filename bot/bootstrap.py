"""The composition root: Settings in, an App out, everything opened here and closed here.

Only this module and the verbs of bot/cli import adapters. Tests build through it too, with overrides. What asks the
network is imported and made when it is first used: most chat commands ask only the store, and are typed by people.
"""

import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TextIO

from adapters.console.messenger import ConsoleMessenger
from adapters.jsonl.source import JsonlImporter
from adapters.page.source import PageImporter
from adapters.sql.store import open_store
from bot.clock import SystemClock
from bot.commands.services import ChannelCheck, Limits, Services
from bot.pipeline.fetch import FetchContext, Reporter
from bot.ports import Clock, Gateway, Messenger, PaperImporter, PaperSource, RateLimits, Store
from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything that runs, built and open.

    `sources` are the configured ones, `importers` those that read files; `holder` names this process in leases.
    `gateways` builds what hears the configured platforms.
    """

    settings: Settings
    clock: Clock
    store: Store
    sources: Mapping[str, PaperSource]
    importers: Mapping[str, PaperImporter]
    messengers: Mapping[str, Messenger]
    services: Services
    holder: str
    gateways: Callable[[], Sequence[Gateway]]

    @property
    def categories(self) -> frozenset[str]:
        """The arXiv categories that are always fetched."""
        return frozenset(self.settings.arxiv.categories)

    def fetch_context(self, report: Reporter) -> FetchContext:
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
        store = await opened.enter_async_context(
            open_store(settings.database_url.get_secret_value(), secret_keys=settings.secret_keys)
        )
        by_name: Mapping[str, PaperSource] = (
            ConfiguredSources(settings, clock, store.rate_limits, opened)
            if sources is None
            else {source.name: source for source in sources}
        )
        importers = {importer.name: importer for importer in (PageImporter(clock), JsonlImporter(clock))}
        console = ConsoleMessenger(settings.console.file, out or sys.stdout)
        platforms = tuple(_platforms(settings, store, clock, opened))
        messengers = {each.platform: each for each in (console, *(each.messenger for each in platforms))}
        services = Services(
            store=store,
            clock=clock,
            default_zone=settings.timezone,
            sources=by_name,
            limits=Limits(
                subscriptions=settings.limits.subscriptions,
                searches_per_minute=settings.limits.searches_per_minute,
            ),
            channel_checks={each.messenger.platform: each.check for each in platforms},
        )
        yield App(
            settings=settings,
            clock=clock,
            store=store,
            sources=by_name,
            importers=importers,
            messengers=messengers,
            services=services,
            holder=f"{socket.gethostname()}:{os.getpid()}",
            gateways=lambda: tuple(each.gateway(services) for each in platforms),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """A platform that the settings name: how it posts, what it says of a channel, how it hears."""

    messenger: Messenger
    check: ChannelCheck
    gateway: Callable[[Services], Gateway]


def _platforms(settings: Settings, store: Store, clock: Clock, opened: AsyncExitStack) -> Iterator[Configured]:
    """Yield the platforms that are configured; of the others nothing is loaded."""
    if settings.slack.is_configured:
        from adapters.slack.parts import SlackApp, SlackParts

        secret = settings.slack.secret
        app = SlackApp(
            base_url=settings.slack.base_url,
            bot_token=secret("bot_token"),
            app_token=secret("app_token"),
            signing_secret=secret("signing_secret"),
            client_id=settings.slack.client_id or "",
            client_secret=secret("client_secret"),
        )
        parts = SlackParts(app, store, clock)
        yield Configured(messenger=parts.messenger, check=parts.members.check, gateway=parts.gateway)
    if (token := settings.discord.token) is not None:
        from adapters.discord.parts import DiscordApp, DiscordParts

        bot = DiscordApp(token=token, api_url=settings.discord.api_url, gateway_url=settings.discord.gateway_url)
        discord = DiscordParts(bot, store.rate_limits, clock)
        opened.push_async_callback(discord.close)
        yield Configured(messenger=discord.messenger, check=discord.members.check, gateway=discord.gateway)


class ConfiguredSources(Mapping[str, PaperSource]):
    """The sources that the settings name, in their order; the first one that is used opens the web client for all."""

    def __init__(self, settings: Settings, clock: Clock, rate_limits: RateLimits, opened: AsyncExitStack) -> None:
        self._settings = settings
        self._clock = clock
        self._rate_limits = rate_limits
        self._opened = opened

    def __getitem__(self, name: str) -> PaperSource:
        if name not in self:
            raise KeyError(name)
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._settings.sources

    def __iter__(self) -> Iterator[str]:
        return iter(self._settings.sources)

    def __len__(self) -> int:
        return len(self._settings.sources)

    @cached_property
    def _made(self) -> Mapping[str, PaperSource]:
        from adapters.arxiv.source import ArxivSource
        from adapters.http import HttpClient
        from adapters.huggingface.source import HuggingFaceSource

        http = HttpClient(self._clock, self._rate_limits, contact=self._settings.contact)
        self._opened.push_async_exit(http)
        return {
            "huggingface": HuggingFaceSource(http, self._clock, self._settings.huggingface.base_url),
            "arxiv": ArxivSource(http, self._clock, self._settings.arxiv.api_url, self._settings.arxiv.rss_url),
        }
