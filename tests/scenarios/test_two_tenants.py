"""Two workspaces in one database: whatever one of them types and presses, it neither sees nor changes the other's.

    alone       beta and the Slack workspace of the same name, by themselves
    together    the same, beside alpha, whose channel has the same id and its people the same names

Every command of the catalog is tried by its own examples, and every button of the answers is pressed: what beta hears
is the same in both databases, and alpha's rows are as they were.
"""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.console.render import render
from adapters.sql.store import SqlStore, open_store
from bot.clock import FixedClock
from bot.commands.buttons import UNDO, action_id
from bot.commands.catalog import COMMANDS, HIDDEN
from bot.commands.command import Command
from bot.commands.press import PAPER_COMMANDS
from bot.document import Action, Reply
from bot.model.channel import Channel, Platform
from bot.model.interaction import DO, new_request
from bot.model.paper import PaperId
from bot.pipeline.deliver import deliver_due
from bot.pipeline.enqueue import enqueue_due
from tests.builders import NOW, a_paper
from tests.fakes.messenger import FakePlatform
from tests.rows import rows_of
from tests.scenarios.asking import Person
from tests.scenarios.library import LIGHTHOUSES, fill, id_of

ALPHA = Channel(Platform.CONSOLE, "alpha", "general")
BETA = Channel(Platform.CONSOLE, "beta", "general")
NAMESAKE = Channel(Platform.SLACK, "alpha", "general")
TENANTS = (BETA, NAMESAKE)

IN_EXAMPLES = replace(a_paper(7, "World Models of Agents", upvotes=9), id=PaperId("arxiv", "2310.06825"))
TOMORROW = NOW + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worlds:
    """The two databases, and the ids of every button that alpha has."""

    alone: Path
    together: Path
    buttons: tuple[str, ...]


async def furnish(store: SqlStore, channel: Channel, word: str) -> list[str]:
    """Give a channel of everything that can be kept, with a word of its own; returns the ids of its buttons."""
    ana, pressed = Person(store, channel=channel), []
    for text in (
        f'subscribe "world models" -{word}',
        f"subscribe {word}",
        f"subscribe lighthouse OR {word}",
        f"subscribe trending {word} --in tea",
        f"subscribe {word} --to me",
        f"edit 2 {word} OR doorbell --min-upvotes 1",
        "pause 2",
        f"settings mute {word} --max 7 --tz Pacific/Chatham",
        f"import {{version: 1, settings: {{mutes: [kraken, {word}]}}}}",
        "search world models",
        "show 2310.06825",
        "trending month",
        "unsubscribe all",
    ):
        reply = await ana.asks(text)
        assert reply.ok or text == "unsubscribe all", text
        pressed += [action_id(action) for action in reply.document.actions]
    assert (await ana.presses(f"save:{id_of(LIGHTHOUSES)}")).ok
    assert (await ana.presses(f"discuss:{id_of(LIGHTHOUSES)}")).ok
    kept = [new_request(channel, example, NOW) for command in (*COMMANDS, *HIDDEN) for example in command.examples]
    await store.requests.keep(kept)
    return [*pressed, *(f"{DO}:{each.id}" for each in kept)]


async def run_the_service(store: SqlStore) -> None:
    """Post what there is to post on the console, and leave what Slack has pending."""
    await enqueue_due(store, FixedClock(TOMORROW), default_zone="Europe/Berlin")
    console = FakePlatform()
    await deliver_due(store, {console.platform: console}, FixedClock(TOMORROW))


@pytest.fixture
async def worlds(migrated_file: Path, tmp_path: Path) -> Worlds:
    """Give the two databases, furnished."""
    buttons: list[str] = []
    for name, channels in (("alone", TENANTS), ("together", (*TENANTS, ALPHA))):
        async with at(shutil.copy(migrated_file, tmp_path / f"{name}.db")) as store:
            await fill(store)
            await store.papers.ingest([IN_EXAMPLES], NOW - timedelta(hours=2))
            for channel in channels:
                word = {ALPHA: "zebrafish", BETA: "teapot", NAMESAKE: "teapot"}[channel]
                made = await furnish(store, channel, word)
                buttons += made if channel == ALPHA else []
            await run_the_service(store)
    return Worlds(alone=tmp_path / "alone.db", together=tmp_path / "together.db", buttons=tuple(buttons))


@asynccontextmanager
async def at(file: str | Path) -> AsyncIterator[SqlStore]:
    """Open a database."""
    async with open_store(f"sqlite:///{file}") as store:
        yield store


def texts_of(command: Command) -> Iterator[str]:
    """Yield its examples, each for this channel, for another one, and for oneself."""
    for example in command.examples:
        yield example
        if command.acts_in_channel:
            verb, _, rest = example.partition(" ")
            yield f"{verb} --in tea {rest}"
            yield f"{verb} --to me {rest}"


async def heard(command: Command, tenant: Channel, file: Path) -> list[Reply]:
    """Return all that a tenant hears who tries a command in every way, and presses all that it offers."""
    async with at(file) as store:
        ana = Person(store, channel=tenant, now=TOMORROW + timedelta(minutes=1))
        replies = []
        for text in texts_of(command):
            if command in COMMANDS:
                reply = await ana.asks(text)
            else:
                kept = new_request(tenant, text, ana.now)
                await store.requests.keep([kept])
                reply = await ana.presses(f"{DO}:{kept.id}")
            replies.append(reply)
            replies += [await ana.presses(action_id(action)) for action in reply.document.actions]
        replies += [
            await ana.presses(f"{verb}:{paper}")
            for verb, name in PAPER_COMMANDS.items()
            if name == command.name
            for paper in (IN_EXAMPLES.id, LIGHTHOUSES.id)
        ]
        return replies


def without_ids(reply: Reply) -> Reply:
    """Return a reply without what is drawn by lot."""

    def plain(action: Action) -> Action:
        return replace(action, target="") if action.verb in {DO, UNDO} else action

    actions = tuple(map(plain, reply.document.actions))
    return replace(reply, document=replace(reply.document, actions=actions))


@pytest.mark.parametrize("tenant", TENANTS, ids=str)
async def test_no_verb_and_no_button_of_a_tenant_shows_or_changes_what_another_has(
    tenant: Channel, worlds: Worlds
) -> None:
    url = f"sqlite:///{worlds.together.with_name('tried.db')}"
    before = await rows_of(f"sqlite:///{worlds.together}", ALPHA.platform, ALPHA.workspace)
    # Commands do not touch how a workspace was installed.
    assert {name for name, rows in before.items() if not rows} <= {"installation"}
    done: set[str] = set()
    for command in (*COMMANDS, *HIDDEN):
        alone = await heard(command, tenant, Path(shutil.copy(worlds.alone, worlds.alone.with_name("tried.db"))))
        together = await heard(command, tenant, Path(shutil.copy(worlds.together, url.removeprefix("sqlite:///"))))
        assert list(map(without_ids, together)) == list(map(without_ids, alone)), command.name
        assert await rows_of(url, ALPHA.platform, ALPHA.workspace) == before, command.name
        done |= {reply.verb for reply in together if reply.ok}
    # A verb that came to nothing has proved nothing: furnish the channels, or give it an example that does something.
    assert {command.name for command in (*COMMANDS, *HIDDEN)} - done == set()


async def test_no_button_of_another_tenant_is_good_for_anything(worlds: Worlds) -> None:
    url = f"sqlite:///{worlds.together}"
    before = await rows_of(url, ALPHA.platform, ALPHA.workspace)
    stateful = [button for button in worlds.buttons if button.partition(":")[0] not in PAPER_COMMANDS]
    assert {button.partition(":")[0] for button in stateful} == {DO, UNDO}
    async with at(worlds.together) as store:
        for tenant in TENANTS:
            mine = await rows_of(url, tenant.platform, tenant.workspace)
            for button in stateful:
                reply = await Person(store, channel=tenant, now=NOW + timedelta(minutes=1)).presses(button)
                assert (reply.ok, reply.visible_to_channel, reply.papers) == (False, False, ())
                assert render(reply.document).startswith("This button is no longer good; nothing was done.")
            assert await rows_of(url, tenant.platform, tenant.workspace) == mine
    assert await rows_of(url, ALPHA.platform, ALPHA.workspace) == before
