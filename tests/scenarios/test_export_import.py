"""Export and import: a channel as a file, the difference before anything is changed, and all of it or nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.console.render import render
from bot.document import Code
from bot.model.channel import Channel, Platform
from bot.ports import Store
from tests.builders import GENERAL
from tests.scenarios.asking import Person, button_of, labels_of

TEA = Channel(Platform.CONSOLE, "local", "tea")
ELSEWHERE = Channel(Platform.CONSOLE, "away", "general")

FILE = """version: 1
settings: {timezone: Asia/Tokyo}
subscriptions:
- query: Teapot
  daily: 10:00
- query: '"world models" -survey'
  weekly: fri 16:00
"""


async def furnish(person: Person) -> None:
    """Give a channel of every kind of thing that a file holds."""
    for command in (
        'subscribe "world models" -survey --daily 10:00 --days mon,wed --max 5 --source hf,arxiv:cs.CV',
        "subscribe trending --weekly fri 16:00 --tz Asia/Tokyo",
        "subscribe (agents OR no) --instant --min-upvotes 10 --upvoted-only",
        "subscribe author:lecun",
        "pause 2 --until 2026-12-01",
        "pause 4",
        "settings timezone Europe/Paris",
        "settings max 7",
        "settings mute author:Mallory",
    ):
        assert (await person.asks(command)).ok, command


async def exported(person: Person) -> str:
    (block,) = (await person.asks("export")).document.blocks
    assert isinstance(block, Code)
    return block.text


async def queries(store: Store, channel: Channel = GENERAL) -> list[tuple[int, str]]:
    return [(each.number, each.query.typed) for each in await store.subscriptions.of_channel(channel)]


async def test_export_is_yaml_that_only_the_person_sees(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    reply = await person.asks("export")
    assert (reply.ok, reply.visible_to_channel) == (True, False)
    assert "- query: teapots\n  daily: '09:00'\n" in await exported(person)


@pytest.mark.parametrize("channel", [TEA, ELSEWHERE], ids=str)
async def test_export_then_import_into_an_empty_channel_gives_an_identical_export(
    channel: Channel, store: Store
) -> None:
    person = Person(store)
    await furnish(person)
    text = await exported(person)
    other = replace(person, channel=channel)
    assert (await other.asks(f"import --yes\n{text}")).ok
    assert await exported(other) == text
    assert await exported(person) == text


async def test_import_first_shows_what_would_change_and_changes_nothing(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kettles")
    reply = await person.asks(f"import\n{FILE}")
    assert (reply.ok, reply.visible_to_channel, labels_of(reply)) == (True, True, ["Apply"])
    assert render(reply.document).splitlines() == [
        "This would change #general:",
        "",
        "- set timezone default → Asia/Tokyo",
        '- add "world models" -survey · weekly fri 16:00 · source huggingface',
        "- change #1 teapots · query teapots → Teapot · daily 09:00 → 10:00",
        "- remove #2 kettles",
        "",
        "Apply does all of it or nothing; so does /papers import --yes.",
    ]
    assert await queries(store) == [(1, "teapots"), (2, "kettles")]


async def test_apply_makes_the_channel_what_was_shown_and_undo_takes_it_back(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    await person.asks("subscribe kettles")
    before = await exported(person)
    shown = await person.asks(f"import\n{FILE}")
    done = await person.presses(button_of(shown, "Apply"))
    assert (done.ok, done.visible_to_channel, labels_of(done)) == (True, True, ["Undo"])
    assert "@ana imported subscriptions and settings into #general:" in render(done.document)
    assert await queries(store) == [(1, "Teapot"), (3, '"world models" -survey')]
    assert (await store.subscriptions.settings(GENERAL)).timezone == "Asia/Tokyo"
    assert (await person.presses(button_of(done, "Undo"))).ok
    assert await exported(person) == before


async def test_pressing_apply_twice_has_one_effect(store: Store) -> None:
    person = Person(store)
    button = button_of(await person.asks(f"import\n{FILE}"), "Apply")
    assert (await person.presses(button)).ok
    await person.asks("unsubscribe 1")
    assert not (await person.presses(button)).ok
    assert await queries(store) == [(2, '"world models" -survey')]


async def test_a_channel_that_changed_meanwhile_is_shown_again_and_not_changed(store: Store) -> None:
    person = Person(store)
    button = button_of(await person.asks(f"import\n{FILE}"), "Apply")
    await replace(person, user="bo").asks("subscribe kettles")
    reply = await person.presses(button)
    assert not reply.ok
    said = render(reply.document)
    assert "The channel was changed since this was shown; nothing was applied. Now:" in said
    assert "- remove #1 kettles" in said
    assert await queries(store) == [(1, "kettles")]
    assert (await person.presses(button_of(reply, "Apply"))).ok
    assert await queries(store) == [(2, "Teapot"), (3, '"world models" -survey')]


async def test_a_change_that_makes_no_difference_to_the_file_is_no_obstacle(store: Store) -> None:
    person = Person(store)
    button = button_of(await person.asks(f"import\n{FILE}"), "Apply")
    await person.asks("subscribe kettles")
    await person.asks("unsubscribe 1")
    assert (await person.presses(button)).ok


async def test_a_channel_that_is_like_its_file_is_told_so_and_not_changed(store: Store) -> None:
    person = Person(store)
    await furnish(person)
    text = await exported(person)
    changes = len(await store.changes.latest(GENERAL, 50))
    for command in ("import", "import --yes"):
        reply = await person.asks(f"{command}\n{text}")
        assert (reply.ok, labels_of(reply)) == (True, [])
        assert "#general is like this already; nothing to change." in render(reply.document)
    assert len(await store.changes.latest(GENERAL, 50)) == changes


async def test_a_file_with_mistakes_changes_nothing_and_names_them_all(store: Store) -> None:
    person = Person(store)
    await person.asks("subscribe teapots")
    before = await exported(person)
    reply = await person.asks("import --yes\nversion: 1\nsettings: {max: 5}\nsubscriptions: [{qery: x}, {query: '('}]")
    assert (reply.ok, reply.understood, reply.visible_to_channel) == (False, False, False)
    said = render(reply.document)
    assert "The file has mistakes; nothing was changed:" in said
    for place in ("subscriptions[1].query", "subscriptions[1].qery", "subscriptions[2].query"):
        assert f"- {place} (line 3): " in said
    assert await exported(person) == before


async def test_who_may_not_manage_may_export_and_not_import(store: Store) -> None:
    manager = Person(store)
    assert (await manager.asks("settings who-can-manage managers")).ok
    button = button_of(await manager.asks(f"import\n{FILE}"), "Apply")
    other = replace(manager, user="bo", is_manager=False)
    assert (await other.asks("export")).ok
    assert not (await other.asks(f"import --yes\n{FILE}")).ok
    assert not (await other.presses(button)).ok
    assert await queries(store) == []
    assert (await manager.presses(button)).ok


async def test_an_import_touches_its_channel_alone(store: Store) -> None:
    here, there, away = (Person(store, channel=channel) for channel in (GENERAL, TEA, ELSEWHERE))
    for person in (here, there, away):
        await person.asks("subscribe kettles")
    others = [await exported(there), await exported(away)]
    button = button_of(await here.asks(f"import\n{FILE}"), "Apply")
    assert not (await away.presses(button)).ok
    assert await queries(store) == [(1, "kettles")]
    assert (await here.asks(f"import --yes\n{FILE}")).ok
    assert [await exported(there), await exported(away)] == others


async def test_the_button_is_good_for_a_week(store: Store) -> None:
    person = Person(store)
    button = button_of(await person.asks(f"import\n{FILE}"), "Apply")
    assert not (await replace(person, now=person.now + timedelta(days=8)).presses(button)).ok
    assert await queries(store) == []


async def test_a_file_may_be_much_longer_than_a_command(store: Store) -> None:
    person = Person(store)
    listed = "\n".join(f"- query: topic{number} AND subject{number}" for number in range(100))
    shown = await person.asks(f"import\nversion: 1\nsubscriptions:\n{listed}\n")
    assert (await person.presses(button_of(shown, "Apply"))).ok
    assert len(await queries(store)) == 100


@pytest.mark.parametrize(
    "text",
    [
        "import {version: 1, subscriptions: [{query: kettles}]}",
        "import ```yaml\nversion: 1\nsubscriptions: [{query: kettles}]\n```",
        "/papers import\n    version: 1\n    subscriptions:\n      - query: kettles\n",
        "import --yes version: 1\nsubscriptions: [{query: kettles}]",
        "import\r\nversion: 1\r\nsubscriptions:\r\n- query: kettles\r\n",
    ],
)
async def test_a_file_is_read_however_a_chat_brings_it(text: str, store: Store) -> None:
    assert "add kettles" in await Person(store).reads(text)


async def test_import_without_a_file_says_what_is_missing(store: Store) -> None:
    reply = await Person(store).asks("import")
    assert (reply.ok, reply.understood) == (False, False)
    assert "import needs a file after it." in render(reply.document)


async def test_pauses_of_a_file_are_by_whoever_imports_it(store: Store) -> None:
    person = Person(store)
    await person.asks("import --yes {version: 1, subscriptions: [{query: teapots, paused: yes}]}")
    (made,) = await store.subscriptions.of_channel(GENERAL)
    assert made.pause is not None
    assert (made.is_active, made.pause.by, made.creator) == (False, "ana", "ana")
    assert await store.subscriptions.due(person.now + timedelta(days=30), 10) == ()
