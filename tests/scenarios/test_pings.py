"""Pings: on Discord a manager may have a role called to the digests of a subscription; nowhere else, and never all."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.console.render import render
from bot.clock import FixedClock
from bot.document import Code, Document
from bot.model.channel import Channel, Platform
from bot.pipeline.enqueue import enqueue_due
from bot.ports import Store
from bot.snapshot import document_of
from tests.builders import GENERAL, NOW
from tests.conformance.deliveries import LEASE
from tests.scenarios.asking import Person, button_of
from tests.scenarios.library import fill

TOMORROW = NOW + timedelta(days=1)
TEA = Channel(Platform.DISCORD, "900", "12")
READERS, WRITERS = "4242", "77"


@pytest.fixture
def ana(store: Store) -> Person:
    return Person(store, channel=TEA, user="1")


async def pings(store: Store, channel: Channel = TEA) -> list[str]:
    return [each.ping for each in await store.subscriptions.of_channel(channel)]


async def next_digest(store: Store) -> Document:
    assert await enqueue_due(store, FixedClock(TOMORROW), default_zone="Europe/Berlin") == 1
    (claim,) = await store.outbox.claim(TOMORROW, LEASE, 9, [Platform.DISCORD])
    return document_of(claim.document)


@pytest.mark.parametrize("typed", [f"<@&{READERS}>", READERS, f"@{READERS}"])
async def test_a_role_is_set_told_and_listed(store: Store, ana: Person, typed: str) -> None:
    assert f"weekdays at 09:00 Europe/Berlin, pinging @&{READERS}." in await ana.reads(
        f"subscribe teapots --ping {typed}"
    )
    assert await pings(store) == [READERS]
    assert f"pinging @&{READERS}" in await ana.reads("list")
    assert f"--ping {READERS}" in await ana.reads("edit 1")


@pytest.mark.parametrize("flag", ["--ping none", "--no-ping"])
async def test_a_role_is_changed_and_taken_away(store: Store, ana: Person, flag: str) -> None:
    await ana.asks("subscribe teapots")
    assert f"ping: nobody → @&{READERS}" in await ana.reads(f"edit 1 --ping {READERS}")
    await ana.asks("edit 1 --max 3")
    assert await pings(store) == [READERS]
    assert f"ping: @&{READERS} → nobody" in await ana.reads(f"edit 1 {flag}")
    assert await pings(store) == [""]


async def test_undo_brings_a_role_back(store: Store, ana: Person) -> None:
    await ana.asks(f"subscribe teapots --ping {READERS}")
    reply = await ana.asks(f"edit 1 --ping {WRITERS}")
    assert (await ana.presses(button_of(reply, "Undo"))).ok
    assert await pings(store) == [READERS]
    removed = await ana.asks("unsubscribe 1")
    assert (await ana.presses(button_of(removed, "Undo"))).ok
    assert await pings(store) == [READERS]


@pytest.mark.parametrize("channel", [GENERAL, Channel(Platform.SLACK, "T1", "C1")], ids=str)
@pytest.mark.parametrize("command", [f"subscribe teapots --ping {READERS}", f"edit 1 --ping {READERS}"])
async def test_elsewhere_a_role_is_refused_in_words(store: Store, channel: Channel, command: str) -> None:
    person = Person(store, channel=channel)
    await person.asks("subscribe kettles")
    assert await person.reads(command) == (
        "Pinging a role works on Discord only; I changed nothing.\n\nLeave --ping out."
    )
    assert await pings(store, channel) == [""]


@pytest.mark.parametrize("typed", ["@readers", "@everyone", "<@4242>", "<@&>", "9" * 21])
async def test_what_is_no_role_is_told_where_roles_are(ana: Person, typed: str) -> None:
    reply = await ana.asks(f"subscribe teapots --ping {typed}")
    assert (reply.ok, reply.understood) == (False, False)
    said = render(reply.document)
    assert "is no role that I can ping. Pinging a role works on Discord only, where you pick it from a list." in said


async def test_everybody_is_never_pinged(store: Store, ana: Person) -> None:
    await ana.asks("subscribe kettles")
    named = (TEA.workspace, f"0{TEA.workspace}", f"<@&{TEA.workspace}>", f"<@&00{TEA.workspace}>")
    for command in (f"{verb} --ping {each}" for verb in ("subscribe teapots", "edit 1") for each in named):
        assert (await ana.reads(command)).startswith("I don't ping everybody; I changed nothing.")
    file = f"import {{version: 1, subscriptions: [{{query: kettles, ping: {TEA.workspace}}}]}}"
    assert (await ana.reads(file)).startswith("I don't ping everybody")
    assert await pings(store) == [""]


async def test_only_a_manager_sets_a_role_and_others_may_change_the_rest(store: Store, ana: Person) -> None:
    await ana.asks("settings who-can-manage everyone")
    bo = replace(ana, user="2", is_manager=False)
    refused = "Only a manager may have a role pinged; I changed nothing."
    assert (await bo.reads(f"subscribe teapots --ping {READERS}")).startswith(refused)
    await ana.asks(f"subscribe teapots --ping {READERS}")
    assert (await bo.reads(f"edit 1 --ping {WRITERS}")).startswith(refused)
    assert (await bo.asks(f"edit 1 --max 3 --ping {READERS}")).ok
    file = "import --yes {version: 1, subscriptions: [{query: teapots, max: 3, ping: %s}, {query: stoves}]}"
    assert (await bo.reads(file % WRITERS)).startswith(refused)
    assert (await bo.asks(file % READERS)).ok
    assert await pings(store) == [READERS, ""]
    assert (await bo.asks("edit 1 --no-ping")).ok


async def test_nobody_is_pinged_in_a_persons_own_channel(ana: Person) -> None:
    said = await ana.reads(f"subscribe teapots --ping {READERS} --to me")
    assert said.startswith("In your own channel there is no role to ping.")


async def test_a_channel_with_roles_is_exported_and_imported_as_it_is(store: Store, ana: Person) -> None:
    await ana.asks(f"subscribe teapots --ping {READERS}")
    (block,) = (await ana.asks("export")).document.blocks
    assert isinstance(block, Code)
    assert f"ping: '{READERS}'" in block.text
    assert "is like this already" in await ana.reads(f"import {block.text}")
    assert f"ping {READERS} → none" in await ana.reads(f"import {block.text.replace(f'  ping: {READERS!r}', '')}")
    elsewhere = Person(store, channel=Channel(Platform.DISCORD, "900", "13"))
    assert (await elsewhere.asks(f"import --yes {block.text}")).ok
    assert await pings(store, elsewhere.channel) == [READERS]
    away = await Person(store).reads(f"import {block.text}")
    assert away.startswith("Pinging a role works on Discord only")


async def test_a_digest_calls_the_roles_of_those_that_it_has_papers_for_each_once(store: Store, ana: Person) -> None:
    await fill(store)
    for query, ping in (
        ("teapots", READERS),
        ("lighthouses", WRITERS),
        ('"world model"', READERS),
        ("doorbells", ""),
        ("krakens", "1"),
    ):
        flag = f"--ping {ping}" if ping else ""
        assert (await ana.asks(f"subscribe {query} {flag}")).ok
    assert (await next_digest(store)).pings == (READERS, WRITERS)


async def test_a_preview_calls_nobody_and_a_run_stands_in_for_the_digest(store: Store, ana: Person) -> None:
    await fill(store)
    await ana.asks(f"subscribe teapots --ping {READERS}")
    preview = await ana.asks("preview 1")
    assert (len(preview.papers), preview.document.pings) == (1, ())
    reply = await ana.asks("run 1")
    assert reply.document.pings == ()
    (claim,) = await store.outbox.claim(NOW, LEASE, 9, [Platform.DISCORD])
    assert document_of(claim.document).pings == (READERS,)
