"""Dispatch: every command gets an answer, whatever is typed and whatever breaks."""

import logging
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace

import pytest

from adapters.console.render import render
from adapters.sql.migrate import migrate
from adapters.sql.store import open_store
from bot.clock import FixedClock
from bot.commands.catalog import COMMANDS
from bot.commands.command import Visibility
from bot.commands.dispatch import dispatch, dispatch_options
from bot.commands.request import Requester
from bot.commands.services import Services
from bot.document import Reply
from tests.builders import GENERAL, NOW

REQUESTER = Requester(channel=GENERAL, user="ana", is_manager=True)
BROKEN = re.compile(r"Something broke on my side \(ref ([0-9A-Z]{4})\)\. Your subscriptions are safe\.")


@pytest.fixture
async def services(sqlite_url: str) -> AsyncIterator[Services]:
    await migrate(sqlite_url)
    clock = FixedClock(NOW)
    async with open_store(sqlite_url) as store:
        yield Services(store=store, clock=clock, default_zone="UTC", sources={})


async def test_every_example_of_the_catalog_is_answered_with_the_visibility_of_its_command(services: Services) -> None:
    for command in COMMANDS:
        for example in command.examples:
            reply = await dispatch(f"/papers {example}", REQUESTER, services)
            assert (reply.verb, reply.understood) == (command.name, True)
            assert reply.visible_to_channel is (reply.ok and command.visibility is Visibility.CHANNEL)
            assert not BROKEN.search(words_of(reply))


async def test_nothing_typed_is_answered_by_help(services: Services) -> None:
    assert await dispatch("", REQUESTER, services) == await dispatch("help", REQUESTER, services)


async def test_what_is_not_understood_changes_nothing_and_only_the_person_sees_it(services: Services) -> None:
    reply = await dispatch("subscribe agents --dayly 09:00", REQUESTER, services)
    assert (reply.verb, reply.ok, reply.understood, reply.visible_to_channel) == ("subscribe", False, False, False)
    assert await services.store.subscriptions.of_channel(GENERAL) == ()


async def test_an_unknown_verb_is_answered_by_help_with_the_verb_that_was_meant(services: Services) -> None:
    reply = await dispatch("subscrib agents", REQUESTER, services)
    assert (reply.verb, reply.ok, reply.understood) == ("help", False, False)
    assert "Did you mean subscribe?" in words_of(reply)


async def test_what_is_refused_was_understood(services: Services) -> None:
    for reply in (
        await dispatch("unsubscribe 99", REQUESTER, services),
        await dispatch_options("unsubscribe", {"number": 99}, REQUESTER, services),
    ):
        assert (reply.verb, reply.ok, reply.understood, reply.visible_to_channel) == ("unsubscribe", False, True, False)


async def test_a_source_that_nobody_configured_is_refused_by_name(services: Services) -> None:
    reply = await dispatch("subscribe agents --source arxiv", REQUESTER, services)
    assert (reply.ok, reply.understood) == (False, True)
    assert "arxiv" in words_of(reply)
    assert await services.store.subscriptions.of_channel(GENERAL) == ()


async def test_typed_options_do_what_the_text_does(services: Services) -> None:
    by_options = await dispatch_options("preview", {"target": "agents", "days": 30}, REQUESTER, services)
    assert by_options == await dispatch("preview agents --days 30", REQUESTER, services)


async def test_a_database_that_fails_is_told_with_the_reference_of_the_log(
    services: Services, sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DROP TABLE subscription")
    with caplog.at_level(logging.ERROR):
        reply = await dispatch("list", REQUESTER, services)
    assert (reply.verb, reply.ok, reply.understood, reply.visible_to_channel) == ("list", False, True, False)
    told = BROKEN.fullmatch(words_of(reply))
    assert told
    assert f"the command list failed (ref {told[1]})" in caplog.text


async def test_a_fault_of_ours_is_told_with_the_reference_of_the_log(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    broken = replace(services, default_zone="Not/AZone")
    with caplog.at_level(logging.ERROR):
        reply = await dispatch("/papers subscribe agents --source jsonl", REQUESTER, broken)
    told = BROKEN.fullmatch(words_of(reply))
    assert told
    assert (reply.verb, reply.ok, reply.understood) == ("subscribe", False, True)
    assert f"the command subscribe failed (ref {told[1]})" in caplog.text


async def test_an_option_that_the_catalog_has_not_is_a_fault_of_ours(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    for verb, options in (("subscribe", {"querry": "agents"}), ("subscrib", {})):
        reply = await dispatch_options(verb, options, REQUESTER, services)
        assert BROKEN.fullmatch(words_of(reply))
    assert caplog.text.count("failed (ref ") == 2


def words_of(reply: Reply) -> str:
    return render(reply.document)
