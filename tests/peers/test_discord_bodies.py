"""What Discord is sent, by the schema that Discord publishes of its API; what that does not count is counted here."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.discord.commands import commands_json
from adapters.discord.modals import Kept, modal
from bot.commands.catalog import COMMANDS
from bot.model.delivery import Kind
from tests.components import judged
from tests.console import ROOT
from tests.discord_world import FORUM, HERE, LONG, NEWS, THREAD, a_world
from tests.documents import AT_ONCE, SEEDS, a_document
from tests.peers.discord_spec import COMMAND, MESSAGE, complaints, named_bodies

pytestmark = pytest.mark.peers

Json = Any

GOLDEN = sorted((ROOT / "tests" / "golden").glob("discord-*.json"))


def test_discord_takes_the_golden_messages() -> None:
    bodies = [(MESSAGE, body) for golden in GOLDEN for body in json.loads(golden.read_text(encoding="utf-8"))]
    assert len(bodies) >= len(GOLDEN) > 0
    assert set(complaints(bodies)) == {""}


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_discord_takes_every_generated_document(first: int) -> None:
    seeds: list[int] = []

    def bodies() -> Iterator[tuple[str, Json]]:
        for seed in range(first, first + AT_ONCE):
            try:
                payloads = judged(a_document(Random(seed)))
            except AssertionError as error:
                error.add_note(f"the document of seed {seed}")
                raise
            for payload in payloads:
                seeds.append(seed)
                yield MESSAGE, payload

    found = complaints(bodies())
    assert len(found) >= AT_ONCE
    assert [f"{seed}: {each}" for seed, each in zip(seeds, found, strict=True) if each] == []


async def test_discord_takes_what_the_messenger_posts(tmp_path: Path) -> None:
    async with a_world(f"sqlite:///{tmp_path / 'store.db'}") as world:
        for channel in (HERE, NEWS, FORUM, THREAD):
            await world.digest(channel, LONG)
        await world.finish()
        await world.digest(HERE, kind=Kind.DISCUSSION)
        await world.finish()
        assert world.discord.wrong == []
        bodies = list(named_bodies(world.discord.asked))
    assert {name for name, _ in bodies} == {
        MESSAGE,
        "CreateForumThreadRequest",
        "CreateTextThreadWithMessageRequest",
    }
    assert set(complaints(bodies)) == {""}


FILLED = {"query": "agents", "often": "weekly", "when": "fri 17:00", "source": "hf", "max": "5"}
FORMS: tuple[Mapping[str, str], ...] = ({}, FILLED, {"query": "x" * 512})


def test_discord_takes_the_menu_and_forms() -> None:
    menu = [(COMMAND, each) for each in commands_json(COMMANDS)]
    forms = [{"type": 9, "data": modal(Kept(number="7", acts_in="", had_cap=True), fields)} for fields in FORMS]
    assert set(complaints([*menu, *(("ModalInteractionCallbackRequest", form) for form in forms)])) == {""}


TEXT = {"type": 10, "content": "words"}
BUTTON = {"type": 2, "style": 2, "label": "Open", "custom_id": "a"}
SECTION = {"type": 9, "components": [TEXT], "accessory": BUTTON}
RIGHT = {"flags": 1 << 15, "components": [{"type": 17, "components": [TEXT, SECTION]}], "nonce": "n" * 25}
WRONG = {
    "a long nonce": {**RIGHT, "nonce": "n" * 26},
    "an unknown key": {**RIGHT, "colour": "red"},
    "an unknown key within": {**RIGHT, "components": [{"type": 17, "components": [{**TEXT, "colour": "red"}]}]},
    "a section of four texts": {**RIGHT, "components": [{**SECTION, "components": [TEXT] * 4}]},
    "a text beside a section": {**RIGHT, "components": [{**SECTION, "accessory": TEXT}]},
    "an empty text": {**RIGHT, "components": [{**TEXT, "content": ""}]},
    "a long custom_id": {**RIGHT, "components": [{"type": 1, "components": [{**BUTTON, "custom_id": "i" * 101}]}]},
    "six buttons in a row": {**RIGHT, "components": [{"type": 1, "components": [BUTTON] * 6}]},
}


def test_the_schema_refuses_what_discord_refuses() -> None:
    right, *refused = complaints((MESSAGE, body) for body in (RIGHT, *WRONG.values()))
    assert not right
    assert [wrong for wrong, found in zip(WRONG, refused, strict=True) if not found] == []
