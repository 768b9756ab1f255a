"""Whatever is typed gets an answer, breaks nothing, and changes no channel but the one it is typed in."""

import logging
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.console.render import render
from adapters.slack.render import messages
from adapters.sql.store import open_store
from bot.commands.services import Limits
from bot.document import Reply
from bot.model.channel import Channel, Platform
from bot.ports import Store
from tests.builders import GENERAL
from tests.rows import Rows, rows_of
from tests.scenarios import hostile
from tests.scenarios.asking import Person
from tests.scenarios.library import LIGHTHOUSES, fill, id_of

EACH = 1000
SEEDS = [*range(1, 5), *(pytest.param(seed, marks=pytest.mark.faults) for seed in range(5, 25))]
"""4,000 texts at every run, 20,000 others with `make test-faults`."""

ENOUGH = Limits(subscriptions=1_000_000, searches_per_minute=1_000_000)
OTHERS = (
    replace(GENERAL, id="tea"),
    Channel(Platform.CONSOLE, "away", "general"),
    Channel(Platform.SLACK, "local", "general"),
)
FURNISHED = ("subscribe lighthouses", "subscribe trending", "settings mute kraken", "settings max 3", "pause 2")


async def furnish(store: Store) -> None:
    """Give the other channels something to lose."""
    await fill(store)
    for channel in OTHERS:
        bo = Person(store, channel=channel, user="bo")
        for text in FURNISHED:
            assert (await bo.asks(text)).ok, text
        assert (await bo.presses(f"save:{id_of(LIGHTHOUSES)}")).ok
        assert (await bo.presses(f"discuss:{id_of(LIGHTHOUSES)}")).ok


async def others(url: str) -> list[Rows]:
    """Return everything that is not ana's in #general."""
    mine = await rows_of(url, Platform.CONSOLE, "local", but=("general", "@ana"))
    return [mine, await rows_of(url, Platform.CONSOLE, "away"), await rows_of(url, Platform.SLACK, "local")]


async def answers(ana: Person, texts: Iterable[str]) -> None:
    """Ask everything, and press a part of it; every answer can be shown."""
    for number, text in enumerate(texts):
        try:
            reply = await (ana.presses(text) if number % 10 == 9 else ana.asks(text))
            assert isinstance(reply, Reply)
            assert render(reply.document)
            assert messages(reply.document)
        except Exception as error:
            error.add_note(f"said to {text[:300]!r}")
            raise


@pytest.mark.parametrize("seed", SEEDS, ids="seed-{}".format)
async def test_hostile_texts_are_answered_break_nothing_and_change_no_other_channel(
    seed: int, migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(migrated_sqlite_url) as store:
        await furnish(store)
        before = await others(migrated_sqlite_url)
        with caplog.at_level(logging.ERROR):
            await answers(Person(store, is_manager=False, limits=ENOUGH), hostile.texts(seed, EACH))
        assert [record.getMessage() for record in caplog.records] == []
        assert await others(migrated_sqlite_url) == before


any_text = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda verb, pieces, between: between.join([verb, *pieces]),
        st.sampled_from(hostile.VERBS),
        st.lists(st.sampled_from((*hostile.FIXED, *hostile.FLAGS)) | st.text(max_size=9), max_size=8),
        st.sampled_from((" ", " ", "", "=", "\n")),
    ),
    st.builds(
        lambda example, at, text: example[:at] + text,
        st.sampled_from(hostile.EXAMPLES),
        st.integers(0, 60),
        st.text(max_size=30),
    ),
)


# All examples share one store: what one of them leaves behind makes the next ones harder.
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts=st.lists(any_text, min_size=10, max_size=10))
async def test_no_text_that_can_be_thought_of_breaks_a_manager_s_command(
    texts: list[str], migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    away = (Platform.CONSOLE, "away")
    async with open_store(migrated_sqlite_url) as store:
        if not await store.subscriptions.of_channel(OTHERS[1]):
            await furnish(store)
        before = await rows_of(migrated_sqlite_url, *away)
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            await answers(Person(store, limits=ENOUGH), texts)
        assert [record.getMessage() for record in caplog.records] == []
        assert await rows_of(migrated_sqlite_url, *away) == before
