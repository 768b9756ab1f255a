"""Four real months, a round a weekday: every paper that somebody asked for comes, and comes once.

What is expected is worked out here by plain comparison of words, and knows nothing of windows, ledgers and caps. The
lists grow during their day, and a fifth of the papers is found late by the crowd, so that rounds see what a service
would: half a list, and papers that rise.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.sql.migrate import migrate
from bot.bootstrap import open_app
from bot.cli.border import DONE
from bot.cli.once import go_round
from bot.model.cadence import WEEKDAYS, Cadence, Frequency
from bot.model.channel import Channel, ChannelSettings, Platform
from bot.model.digest import LedgerState
from bot.model.subscription import DEFAULT_SOURCES, NewSubscription
from bot.pipeline.deliver import deliver_due
from bot.ports import Store
from bot.query.parse import parse
from bot.settings import Settings
from bot.settings.groups import ConsoleSettings, HuggingFaceSettings
from bot.text.latex import unicode_of
from bot.text.normalise import tokens
from tests.changing import add, set_settings
from tests.fakes.clock import SteppingClock
from tests.fakes.huggingface import FakeHuggingFace, Item
from tests.fakes.web import web

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)
"""A Sunday, the day before the first list."""

LATE = timedelta(days=2)
"""When the crowd finds the papers that it overlooks at first."""

NO_CAP = 1_000

Words = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One item of one day's list, as the comparison needs it."""

    id: str
    day: date
    text: str
    upvotes: int
    is_late: bool

    def has(self, phrase: str) -> bool:
        """Say whether title or abstract hold these words in a row."""
        return f" {phrase} " in self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A subscription, and what it expects in plain words."""

    query: str
    expects: Callable[[Listed], bool]
    weekday: int | None = None
    cap: int | None = None
    min_upvotes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A channel with its zone, its cap and its subscriptions."""

    name: str
    zone: str
    cap: int
    wishes: tuple[Wish, ...]

    @property
    def channel(self) -> Channel:
        return Channel(Platform.CONSOLE, "lab", self.name)


BERLIN = Reader(
    name="berlin",
    zone="Europe/Berlin",
    cap=NO_CAP,
    wishes=(
        Wish(query="agents", expects=lambda paper: paper.has("agent")),
        Wish(query='"world models"', expects=lambda paper: paper.has("world model")),
        Wish(
            query="diffusion -video",
            expects=lambda paper: paper.has("diffusion") and not paper.has("video"),
            weekday=0,
        ),
    ),
)
LOS_ANGELES = Reader(
    name="los-angeles",
    zone="America/Los_Angeles",
    cap=NO_CAP,
    wishes=(
        Wish(
            query='("reinforcement learning" OR RLHF) reasoning',
            expects=lambda paper: (paper.has("reinforcement learning") or paper.has("rlhf")) and paper.has("reasoning"),
        ),
    ),
)
TOKYO = Reader(
    name="tokyo",
    zone="Asia/Tokyo",
    cap=10,
    wishes=(
        Wish(query="trending", expects=lambda _: True, cap=4, min_upvotes=15),
        Wish(query="language-model", expects=lambda paper: paper.has("language model"), cap=3),
    ),
)
READERS = (BERLIN, LOS_ANGELES, TOKYO)


def is_late(item: Item) -> bool:
    return int(item["paper"]["id"][-1]) in (3, 7)


def seen_on(today: date, item: Item) -> Item:
    """Keep the upvotes of some papers back until they are two days old."""
    if not is_late(item) or today >= day_of(item) + LATE:
        return item
    return {**item, "paper": {**item["paper"], "upvotes": 0}}


def day_of(item: Item) -> date:
    return date.fromisoformat(item["paper"]["submittedOnDailyAt"][:10])


def listed(item: Item) -> Listed:
    paper = item["paper"]
    parts = (paper["title"], paper["summary"])
    return Listed(
        id=f"arxiv:{paper['id']}",
        day=day_of(item),
        text=" . ".join(f" {' '.join(tokens(unicode_of(part)))} " for part in parts),
        upvotes=paper.get("upvotes", 0),
        is_late=is_late(item),
    )


def moments(days: list[date]) -> Iterator[datetime]:
    """Yield when each day's round is made: some before the hour of a digest, some after, the last one at night."""
    for number, day in enumerate(days):
        hour = {len(days) - 2: 5, len(days) - 1: 23}.get(number, 5 + number * 7 % 16)
        yield datetime.combine(day, time(hour, number * 13 % 60), UTC)


@pytest.fixture(scope="session")
def days(shared_data: Path) -> Mapping[date, list[Item]]:
    files = sorted((shared_data / "hf_daily").glob("*.json"))
    return {date.fromisoformat(file.stem): json.loads(file.read_text(encoding="utf-8")) for file in files}


async def subscribe(store: Store, reader: Reader) -> None:
    await set_settings(store, reader.channel, ChannelSettings(timezone=reader.zone, cap=reader.cap))
    for wish in reader.wishes:
        weekly = wish.weekday is not None
        new = NewSubscription(
            channel=reader.channel,
            query=parse(wish.query),
            cadence=Cadence(
                frequency=Frequency.WEEKLY if weekly else Frequency.DAILY,
                weekdays=frozenset({wish.weekday}) if wish.weekday is not None else WEEKDAYS,
            ),
            cap=wish.cap,
            min_upvotes=wish.min_upvotes,
            upvoted_only=False,
            sources=DEFAULT_SOURCES,
            creator="ana",
        )
        assert await add(store, new, BEGUN, BEGUN + timedelta(hours=12))


def expected(wish: Wish, papers: list[Listed], last: date) -> set[str]:
    """Return the papers that a wish expects at the end, shown or passed over by a cap."""
    return {
        paper.id
        for paper in papers
        if wish.expects(paper)
        and (
            not wish.min_upvotes
            or (paper.upvotes >= wish.min_upvotes and not (paper.is_late and last < paper.day + LATE))
        )
    }


async def passed(store: Store, reader: Reader, now: datetime) -> Mapping[int, set[str]]:
    """Return the papers that a cap cut, by the number of the subscription."""
    stored = await store.papers.listed(BEGUN.date(), now.date(), now)
    names = {paper.key: str(paper.paper.id) for paper in stored}
    found: dict[int, set[str]] = defaultdict(set)
    for row in (await store.outbox.ledger([reader.channel], BEGUN.date()))[reader.channel]:
        if row.state is LedgerState.PASSED:
            found[row.subscription].add(names[row.paper])
    return found


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.mark.parametrize(("url", "rounds"), [("sqlite_url", 85), ("postgresql_url", 22)], indirect=["url"])
async def test_every_paper_that_was_asked_for_comes_once(
    url: str, rounds: int, days: Mapping[date, list[Item]], tmp_path: Path
) -> None:
    # Both ends are a Tuesday: what is weekly has run on everything.
    days = dict(list(days.items())[:rounds])
    await migrate(url)
    file = tmp_path / "digests.jsonl"
    clock = SteppingClock(BEGUN)
    fake = FakeHuggingFace(clock, days, does_grow=True, seen_on=seen_on)
    async with web(fake) as server:
        settings = Settings(
            database_url=SecretStr(url),
            sources=("huggingface",),
            huggingface=HuggingFaceSettings(base_url=server.url),
            console=ConsoleSettings(file=file),
        )
        async with open_app(settings, clock=clock) as app:
            for reader in READERS:
                await subscribe(app.store, reader)
        for _, week in groupby(moments(list(days)), key=lambda moment: moment.isocalendar().week):
            async with open_app(settings, clock=clock) as app:
                for clock.moment in week:
                    assert await go_round(app, fetch=True) == DONE
        async with open_app(settings, clock=clock) as app:
            assert await deliver_due(app.store, app.messengers, app.clock) == 0
            cut = await passed(app.store, TOKYO, clock.now())

    papers = [listed(item) for items in days.values() for item in items]
    last = max(days)
    digests = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    for reader in READERS:
        own = [digest for digest in digests if digest["channel"] == str(reader.channel)]
        wanted = [expected(wish, papers, last) for wish in reader.wishes]
        shown = Counter(paper for digest in own for paper in digest["papers"])
        assert shown.keys() <= set().union(*wanted)
        if reader.cap == NO_CAP:
            assert set().union(*wanted) == shown.keys()
            assert_repeats_are_rising(own)
        else:
            for number, each in enumerate(wanted, start=1):
                assert each - shown.keys() - cut[number] == set()
        assert max(shown.values()) <= 2
    assert sum(digest["text"].count("rising: ") for digest in digests) > 0


def assert_repeats_are_rising(digests: list[dict[str, Any]]) -> None:
    """Check that a paper comes again only as one that rises, and that nothing rises that did not come before."""
    had: set[str] = set()
    slots: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for digest in digests:
        slots[digest["slot"]].append(digest)
    for parts in slots.values():
        here = [paper for part in parts for paper in part["papers"]]
        assert len(here) == len(set(here))
        assert sum(part["text"].count("rising: ") for part in parts) == len(had.intersection(here))
        had.update(here)
