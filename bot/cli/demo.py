"""`demo`: a digest without a token and without settings, by the way that every digest takes.

newest real list, when Hugging Face answers within 2 seconds ──┐
the bundled sample, else ──────────────────────────────────────┴──> ingest ──> subscribe ──> enqueue ──> deliver

Then the same digest is drawn as Slack and Discord would show it, from the payloads that they would get.

It works in a database of its own, which is gone afterwards. The environment may name another Hugging Face (a proxy);
`paperround.toml` is not read, so that nothing in a folder stands between a person and the first digest.
"""

import asyncio
import shutil
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies

from adapters.console.terminal import wants_colour, width_of_terminal
from adapters.http import HttpClient, RequestLimits
from adapters.huggingface.source import HuggingFaceSource
from adapters.sample.source import SampleSource
from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED, complain, say
from bot.cli.phones import phones
from bot.clock import FixedClock, SystemClock
from bot.document import Document
from bot.errors import SourceError
from bot.model.cadence import EVERY_DAY, Cadence
from bot.model.change import ChangeId, ChangeKind, ChannelPlan, NewChange
from bot.model.channel import Channel, Platform
from bot.model.delivery import Claim, Part, Receipt, Rendered
from bot.model.fetching import Fetched
from bot.model.interaction import new_id
from bot.model.subscription import DEFAULT_SOURCES, NewSubscription
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Messenger, PaperSource
from bot.query.parse import parse
from bot.settings import Settings, load_settings

ANSWER_WITHIN = timedelta(seconds=2)
"""How long Hugging Face may take before the sample is shown instead."""

ONE_TRY = RequestLimits(tries=1)
"""Who waits for the first digest does not wait for a second try."""

DAYS_BACK = 6
"""Days looked at for a list that is not empty: a long weekend, and some."""

SUBSCRIBED_FOR = timedelta(days=DAYS_BACK + 1)
"""How long ago the demo's channel subscribed: so long, that whatever list is found belongs to its digest."""

CHANNEL = Channel(Platform.CONSOLE, "demo", "general")
TOPICS = ("agent", "reasoning", 'diffusion OR "video generation"')
WHEN_NONE_MATCHES = ("trending",)
"""A list that is only begun may hold nothing about the topics; everything on it is trending."""


def run_demo(*, offline: bool) -> int:
    """Show a digest, live or of the sample, and say what to type next; returns the exit status."""
    return asyncio.run(_demo(offline=offline))


async def _demo(*, offline: bool) -> int:
    with TemporaryDirectory(prefix="paperround-demo-", ignore_cleanup_errors=True) as folder:
        settings = _settings(Path(folder) / "demo.db")
        is_shown = not offline and await _show_live(settings)
        if not is_shown and not await _show_sample(settings, offline=offline):
            complain("the demo has no paper to show; please report this")
            return FAILED
    command = _command()
    say(
        f"""What to type next:

    {command} fetch    the newest papers, and the last 30 days of Hugging Face, into your own library
    {command} shell    then, for example: trending, search "world models", subscribe "diffusion models", help
"""
    )
    return DONE


def _settings(database: Path) -> Settings:
    flags = {"database_url": f"sqlite:///{database}", "console": {"file": None}}
    return load_settings(flags, file=None)


async def _show_live(settings: Settings) -> bool:
    """Show a digest of the newest list of Hugging Face; False when it does not answer in time, or has nothing."""
    async with open_app(settings, clock=FixedClock(SystemClock().now()), sources=()) as app:
        newest = await _newest_list(app)
        if newest is None:
            return False
        day, fetched = newest
        await app.store.papers.ingest(fetched.papers, app.clock.now())
        return await _show(app, f"Live from Hugging Face: its list of {day:%A %d %B %Y}.")


async def _show_sample(settings: Settings, *, offline: bool) -> bool:
    """Show a digest of the sample, on the evening of its last day."""
    source = SampleSource()
    clock = FixedClock(source.last_moment)
    async with open_app(settings, clock=clock, sources=()) as app:
        for task in source.tasks_for(date.min, date.max, frozenset()):
            await app.store.papers.ingest((await source.fetch(task)).papers, clock.now())
        why = "Offline" if offline else f"Hugging Face gave no list within {ANSWER_WITHIN.seconds} seconds"
        return await _show(
            app,
            f"{why}, so this is the bundled sample: real papers of two weeks in {clock.now():%B %Y}, "
            "with one-sentence summaries of our own.",
        )


async def _newest_list(app: App) -> tuple[date, Fetched] | None:
    """Ask for today's list, yesterday's and so on, all within two seconds."""
    address = app.settings.huggingface.base_url
    try:
        async with (
            asyncio.timeout(ANSWER_WITHIN.total_seconds()),
            HttpClient(app.clock, app.store.rate_limits, contact=app.settings.contact, limits=ONE_TRY) as http,
        ):
            if await _is_found(address):
                return await _first_with_papers(HuggingFaceSource(http, app.clock, address), app.clock.now().date())
    except (TimeoutError, SourceError):
        pass
    return None


async def _first_with_papers(source: PaperSource, today: date) -> tuple[date, Fetched] | None:
    for day in (today - timedelta(days=back) for back in range(DAYS_BACK + 1)):
        for task in source.tasks_for(day, day, frozenset()):
            fetched = await source.fetch(task)
            if fetched.papers:
                return day, fetched
    return None


async def _is_found(address: str) -> bool:
    """Say whether the host's name can be looked up.

    The event loop looks names up in threads that the end of the process waits for, and without a network that may
    take half a minute: so it is only asked for a name that a thread nobody waits for has found.
    """
    if getproxies():
        return True  # then it is the proxy who looks it up
    loop = asyncio.get_running_loop()
    found = loop.create_future()

    def settle(answer: bool) -> None:  # noqa: FBT001 - a callback
        if not found.done():
            found.set_result(answer)

    def look_up() -> None:
        try:
            answer = bool(socket.getaddrinfo(urlsplit(address).hostname, None))
        except (OSError, UnicodeError):
            answer = False
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, answer)

    Thread(target=look_up, daemon=True).start()
    return bool(await found)


async def _show(app: App, what: str) -> bool:
    """Subscribe a channel, and post its digest under a line that says what it is made of; False when none is due."""
    now = app.clock.now()
    for topics in (TOPICS, WHEN_NONE_MATCHES):
        for topic in topics:
            new = NewSubscription(
                channel=CHANNEL,
                query=parse(topic),
                cadence=Cadence(at=now.time(), weekdays=EVERY_DAY),
                cap=None,
                min_upvotes=0,
                upvoted_only=False,
                sources=DEFAULT_SOURCES,
                creator="demo",
            )
            plan = ChannelPlan(add=((new, now),))
            subscribed = NewChange(
                id=ChangeId(new_id()), by="demo", at=now - SUBSCRIBED_FOR, kind=ChangeKind.SUBSCRIBED
            )
            await app.store.subscriptions.change(CHANNEL, plan, subscribed)
        if await enqueue_due(app.store, app.clock, default_zone=app.settings.timezone):
            say(f"{what}\nA channel that subscribed to {', '.join(map(str, topics))} gets this digest:\n\n")
            console = _Remembering(app.messengers[Platform.CONSOLE])
            delivered = await deliver_due(app.store, {console.platform: console}, app.clock)
            for document in console.shown:
                drawn = phones(document, width=width_of_terminal(sys.stdout), colour=wants_colour(sys.stdout))
                say(f"The same digest on a phone, in Slack and in Discord:\n\n{drawn}\n\n")
            return bool(delivered)
    return False


class _Remembering:
    """A Messenger that remembers which documents it was given, and leaves the rest to another."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self.shown: list[Document] = []

    @property
    def platform(self) -> str:
        return self._messenger.platform

    def render(self, document: Document) -> tuple[Rendered, ...]:
        self.shown.append(document)
        return self._messenger.render(document)

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        return await self._messenger.post(claim, part, parts)

    async def find(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
        return await self._messenger.find(claim, part, parts)


def _command() -> str:
    """Return how to call paperround from here: by its name, by its path in the checkout, or as a module."""
    if shutil.which("paperround"):
        return "paperround"
    beside = Path(sys.executable).with_name("paperround")
    if not beside.exists():
        return "python -m bot"
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)
