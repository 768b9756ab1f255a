"""paperround in a Discord, unattended: the real service, a real day, presses of every kind, a restart between them."""

import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import discord
import pytest

from adapters.discord.commands import commands_json
from adapters.discord.syncing import is_same
from bot.clock import SystemClock
from bot.commands.catalog import COMMANDS
from tests.console import ROOT, STRICTLY, Console
from tests.fakes.discord import BOT
from tests.fakes.discord_gateway import MENU, TalkingDiscord, talking
from tests.fakes.discord_guilds import USUAL, Message
from tests.fakes.discord_people import Person
from tests.fakes.discord_talk import Said
from tests.fakes.huggingface import FakeHuggingFace
from tests.fakes.web import web
from tests.peers.discord_spec import complaints, named_bodies
from tests.peers.discord_words import words_of
from tests.peers.real_days import papers_with, real_days
from tests.peers.service import ShiftedClock
from tests.peers.session import Session
from tests.peers.waiting import eventually, running

pytestmark = pytest.mark.peers

Json = Any

DAY, NEXT_DAY = date(2026, 5, 12), date(2026, 5, 13)
"""A Tuesday and a Wednesday, of whose papers some are about world models."""

MORNING = datetime(2026, 5, 12, 8, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 5, 13, 6, tzinfo=UTC)
NINE = datetime(2026, 5, 13, 7, 0, 1, tzinfo=UTC)
"""Ten, eight and nine o'clock in Berlin."""

LAB, PAPERS, CLUB, ELSEWHERE = "110000000000000001", "110000000000000002", "220000000000000001", "220000000000000002"
ALICE, BOB, CAROL = "330000000000000001", "330000000000000002", "330000000000000003"

PAGE = ROOT / "docs" / "discord-session.md"
HEAD = """# A session in Discord

The real service and a Discord of the tests, through its gateway, on two real days of Hugging Face. `make test-peers`
plays it and fails when this page is stale; `make test-peers WRITE=1` writes it. Titles, names and numbers are the
papers' own; their summaries are left out here (`[...]`). `[Labels]` are buttons. Alice may manage the channel, Bob may
not, and Carol is in another server.
"""


@dataclass
class Town:
    """A Discord, and paperround at work in it."""

    discord: TalkingDiscord
    clock: ShiftedClock
    folder: Path
    environment: dict[str, str]
    started: int = 0

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Path]:
        """Run the service until the context is left; returns its log."""
        self.started += 1
        log = self.folder / f"paperround-{self.started}.log"
        command = [sys.executable, *STRICTLY, "-m", "tests.peers.service", str(self.folder / "shift")]
        variables = Console(self.folder, self.environment).variables
        async with running(command, log, variables):
            try:
                await self.discord.until(lambda fake: fake.is_heard)
                yield log
            except (AssertionError, TimeoutError) as error:
                error.add_note(log.read_text())
                raise
        await self.discord.until(lambda fake: not fake.is_heard)


class Talk:
    """What people do in the channel, one thing after another, and what comes of each."""

    def __init__(self, fake: TalkingDiscord) -> None:
        self.discord = fake
        self.session = Session(PAGE, HEAD)
        self.alice = Person(fake=fake, user=ALICE, channel=PAPERS)
        self.bob = Person(fake=fake, user=BOB, channel=PAPERS)

    async def type(self, verb: str, *, by: Person | None = None, **options: Json) -> Said:
        """Give a command; returns the answer."""
        person = by or self.alice
        self.session.typed(_written(verb, options), by=_name(person) if person.user != ALICE else "")
        return self.note(await person.types(verb, **options), person)

    async def complete(self, verb: str, option: str, typed: str, **options: Json) -> list[str]:
        """Type into an option; returns what is suggested."""
        choices = list(await self.alice.completes(verb, option, typed, **options))
        self.session.typing(_written(verb, {**options, option: typed}), choices)
        return choices

    async def press(self, said: Said, label: str, *, by: Person | None = None) -> Said:
        """Press a button of an answer; returns the answer."""
        person = by or self.alice
        self.session.pressed(label)
        return self.note(await person.presses(said, label), person)

    async def press_paper(self, digest: Message, number: int) -> Said:
        """Press *Open* at a paper of a digest; returns the answer."""
        shown = Said(how="message", body=digest.body, to_channel=True, message=digest.id)
        self.session.pressed("Open", f"at paper {number} of the digest")
        return self.note(await self.alice.presses_id(digest.json, shown.opens[number - 1]), self.alice)

    def note(self, said: Said, person: Person) -> Said:
        """Note an answer."""
        self.session.heard(words_of(said.body), only="" if said.to_channel else _name(person))
        return said

    async def posted(self, number: int) -> Message:
        """Wait for a message of ours that answers nobody."""
        await self.discord.until(lambda fake: len(ours(fake)) >= number)
        message = ours(self.discord)[number - 1]
        self.session.heard(words_of(message.body))
        return message


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = ShiftedClock(tmp_path / "shift")
    clock.jump(MORNING)
    fake = TalkingDiscord(clock=SystemClock(), names={ALICE: "alice", BOB: "bob", CAROL: "carol"})
    for guild, channel, people in ((LAB, PAPERS, (ALICE, BOB)), (CLUB, ELSEWHERE, (CAROL,))):
        fake.add_guild(guild, usual=USUAL)
        fake.add_channel(guild, channel)
        fake.guilds[guild].add_role(f"{guild[:-1]}9", "managers", discord.Permissions(manage_channels=True))
        fake.guilds[guild].members |= {person: [] for person in people}
    fake.guilds[LAB].members[ALICE] = [f"{LAB[:-1]}9"]
    fake.guilds[CLUB].members[CAROL] = [f"{CLUB[:-1]}9"]
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(talking(fake))
        source = await opened.enter_async_context(web(FakeHuggingFace(clock, real_days(until=NEXT_DAY))))
        environment = {
            "DISCORD_BOT_TOKEN": fake.token,
            "PAPERROUND_DISCORD__API_URL": fake.url,
            "PAPERROUND_DISCORD__GATEWAY_URL": fake.gateway_url,
            "PAPERROUND_SOURCES": "hf",
            "PAPERROUND_HUGGINGFACE__BASE_URL": source.url,
            "PAPERROUND_TICK_SECONDS": "0.2",
        }
        yield Town(fake, clock, tmp_path, environment)


async def test_a_server_subscribes_reads_and_steers(town: Town) -> None:
    fake, talk = town.discord, Talk(town.discord)
    async with town.at_work() as log:
        await fake.until(lambda _: bool(fake.menu))
        assert is_same(fake.menu, commands_json(COMMANDS))
        await eventually(lambda: f"day:{DAY}: fetched" in log.read_text(), log.read_text)
        await subscribes(talk)
        digest = await gets_a_digest(talk, town, log)
        gone = await acts(talk, digest)
    talk.session.at("paperround is started again")
    async with town.at_work():
        assert not (await talk.press_paper(digest, 2)).to_channel
        await takes_back(talk, gone)
        await searches(talk)
        assert "world model" in (await talk.type("list")).text
    assert len(fake.calls("PUT", MENU)) == 1
    assert fake.wrong == []
    assert set(complaints(named_bodies(fake.asked))) == {""}
    talk.session.compare()
    assert not [each for each in abstracts() if each in PAGE.read_text(encoding="utf-8")]


async def subscribes(talk: Talk) -> None:
    assert "Europe/Berlin" in await talk.complete("subscribe", "tz", "berl", query='"world model"')
    confirmed = await talk.type("subscribe", query='"world model"', daily="09:00", tz="Europe/Berlin")
    assert "@alice subscribed this channel to" in words_of(confirmed.body)
    assert confirmed.to_channel
    assert (await talk.press(confirmed, "Post the latest 5 now")).to_channel
    assert len(papers_of((await talk.posted(1)).body)) == 5
    assert not (await talk.type("list")).to_channel
    assert "Manage Channels" in (await talk.type("unsubscribe", by=talk.bob, number="1")).text


async def gets_a_digest(talk: Talk, town: Town, log: Path) -> Message:
    town.clock.jump(NEXT_MORNING)
    await eventually(lambda: f"day:{NEXT_DAY}: fetched" in log.read_text(), log.read_text)
    assert len(ours(talk.discord)) == 1
    town.clock.jump(NINE)
    talk.session.at("Wednesday, 09:00")
    digest = await talk.posted(2)
    assert sorted(papers_of(digest.body)) == sorted(papers_with(NEXT_DAY, "world model"))
    return digest


async def acts(talk: Talk, digest: Message) -> Said:
    card = await talk.press_paper(digest, 1)
    assert not card.to_channel
    saved = await talk.press(card, "Save")
    assert not saved.to_channel
    assert papers_of((await talk.type("saved")).body) == papers_of(digest.body)[:1]
    gone = await talk.type("unsubscribe", number="1")
    assert gone.to_channel
    return gone


async def takes_back(talk: Talk, gone: Said) -> None:
    carol = Person(fake=talk.discord, user=CAROL, channel=ELSEWHERE)
    talk.session.pressed("Undo", "by carol, in another server")
    stolen = talk.note(await carol.presses_id(talk.alice.shown(gone), gone.buttons["Undo"]), carol)
    assert "Undone" not in stolen.text
    assert not stolen.to_channel
    undone = await talk.press(gone, "Undo")
    assert "Undone by @alice" in words_of(undone.body)
    assert undone.to_channel


async def searches(talk: Talk) -> None:
    first = await talk.type("search", by=talk.bob, query="agent")
    second = await talk.press(first, "Next", by=talk.bob)
    assert {first.to_channel, second.to_channel} == {False}
    assert set(papers_of(second.body)).isdisjoint(papers_of(first.body))
    assert len(papers_of(second.body)) == len(papers_of(first.body))


def ours(fake: TalkingDiscord) -> list[Message]:
    """Return what stands in the channel and answers nobody, oldest first."""
    return [each for each in fake.in_channel(PAPERS) if each.author == BOT]


def abstracts() -> Iterator[str]:
    """Yield how the abstracts of the days begin: none belongs on the page."""
    for items in real_days(until=NEXT_DAY).values():
        yield from (item["paper"]["summary"].strip()[:60] for item in items)


def _written(verb: str, options: Mapping[str, Json]) -> str:
    return " ".join([f"/papers {verb}", *(f"{name}:{value}" for name, value in options.items())])


def _name(person: Person) -> str:
    return person.fake.names[person.user]


def papers_of(body: Json) -> list[str]:
    """Return the numbers of the papers that a message links to, in order."""
    return list(dict.fromkeys(re.findall(r"huggingface\.co/papers/([\d.]+)", str(body))))
