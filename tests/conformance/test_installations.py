"""The `Installations` port: one row a workspace, and no token in clear anywhere."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from adapters.sql.address import address_of
from adapters.sql.engine import Database
from adapters.sql.store import SqlStore, open_store
from bot.errors import StoreError, TokenError
from bot.model.installation import Installation, Rotation, Secret
from tests.builders import NOW

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
TOKEN = "xoxb-1-teapot"  # an invented one
HOUR = timedelta(hours=1)


def an_installation(workspace: str = "T1", token: str = TOKEN) -> Installation:
    return Installation(
        platform="slack",
        workspace=workspace,
        token=Secret(token),
        bot_user="U0BOT",
        scopes=frozenset({"chat:write", "commands"}),
    )


@asynccontextmanager
async def opened(url: str, *keys: str) -> AsyncIterator[SqlStore]:
    async with open_store(url, secret_keys=keys) as store:
        yield store


async def rows(url: str) -> list[str]:
    """Return everything that the table holds, as the database has it."""
    database = Database(address_of(url))
    try:
        async with database.read() as connection:
            return [str(tuple(row)) for row in await connection.execute(text("SELECT * FROM installation"))]
    finally:
        await database.close()


def everything(error: BaseException | None) -> str:
    """Return what an error says, and what each of those says that it came from."""
    return "" if error is None else f"{error!r} {error} {everything(error.__cause__ or error.__context__)}"


async def test_an_installation_is_found_as_it_was_saved_and_in_its_own_workspace_alone(store_url: str) -> None:
    async with opened(store_url, NEW) as store:
        await store.installations.save(an_installation(), NOW)
        assert await store.installations.find("slack", "T1") == an_installation()
        assert await store.installations.find("slack", "T2") is None
        assert await store.installations.find("discord", "T1") is None


async def test_every_installation_of_a_platform_comes_in_order(store_url: str) -> None:
    async with opened(store_url, NEW) as store:
        for each in (an_installation("T2"), an_installation("T1"), replace(an_installation("9"), platform="discord")):
            await store.installations.save(each, NOW)
        assert await store.installations.workspaces("slack") == ("T1", "T2")


async def test_an_installation_anew_takes_the_place_of_the_first(store_url: str) -> None:
    async with opened(store_url, NEW) as store:
        again = replace(an_installation(token="xoxb-2-kettle"), bot_user="U9", scopes=frozenset({"commands"}))
        await store.installations.save(an_installation(), NOW)
        await store.installations.save(again, NOW + HOUR)
        assert await store.installations.find("slack", "T1") == again
    assert len(await rows(store_url)) == 1


async def test_a_purged_token_is_gone_and_purging_again_does_nothing(store_url: str) -> None:
    async with opened(store_url, NEW) as store:
        for each in ("T1", "T2"):
            await store.installations.save(an_installation(each), NOW)
        assert await store.installations.purge("slack", "T1", NOW + HOUR)
        assert not await store.installations.purge("slack", "T1", NOW + HOUR)
        assert await store.installations.workspaces("slack") == ("T2",)
    assert len(await rows(store_url)) == 1


async def test_an_uninstall_that_is_heard_late_leaves_the_new_installation_alone(store_url: str) -> None:
    async with opened(store_url, NEW) as store:
        await store.installations.save(an_installation(), NOW + HOUR)
        assert not await store.installations.purge("slack", "T1", NOW)
        assert await store.installations.find("slack", "T1") == an_installation()


async def test_the_newest_key_takes_over_and_the_old_one_can_go(store_url: str) -> None:
    async with opened(store_url, OLD) as store:
        await store.installations.save(an_installation("T1"), NOW)
    async with opened(store_url, NEW, OLD) as store:
        await store.installations.save(an_installation("T2"), NOW)
        assert await store.installations.find("slack", "T1") == an_installation("T1")
        assert await store.installations.rotate() == Rotation(changed=1)
        assert await store.installations.rotate() == Rotation(changed=0)
    async with opened(store_url, NEW) as store:
        assert await store.installations.find("slack", "T1") == an_installation("T1")
        assert await store.installations.find("slack", "T2") == an_installation("T2")


async def test_a_token_that_no_key_reads_is_named_with_the_way_out(store_url: str) -> None:
    async with opened(store_url, OLD) as store:
        await store.installations.save(an_installation(), NOW)
    async with opened(store_url, NEW) as store:
        with pytest.raises(TokenError, match=r"slack:T1 was encrypted with key \w{12}.+Put that key back.+install"):
            await store.installations.find("slack", "T1")
        assert await store.installations.rotate() == Rotation(unreadable=("slack:T1",))
    async with opened(store_url, OLD) as store:
        assert await store.installations.find("slack", "T1") == an_installation()


async def test_one_token_that_no_key_reads_hides_no_other(store_url: str) -> None:
    async with opened(store_url, OLD) as store:
        await store.installations.save(an_installation("T1"), NOW)
    async with opened(store_url, NEW) as store:
        await store.installations.save(an_installation("T2"), NOW)
        assert await store.installations.workspaces("slack") == ("T1", "T2")
        assert await store.installations.unreadable("slack") == ("T1",)
        assert await store.installations.unreadable("discord") == ()
        assert await store.installations.find("slack", "T2") == an_installation("T2")


async def test_an_unreadable_token_gives_way_to_an_installation_anew(store_url: str) -> None:
    async with opened(store_url, OLD) as store:
        await store.installations.save(an_installation(), NOW)
    async with opened(store_url, NEW) as store:
        await store.installations.save(an_installation(), NOW + HOUR)
        assert await store.installations.find("slack", "T1") == an_installation()


async def test_without_a_key_nothing_is_stored_and_nobody_is_missed(store_url: str) -> None:
    async with opened(store_url) as store:
        assert await store.installations.find("slack", "T1") is None
        with pytest.raises(StoreError, match="Set PAPERROUND_SECRET_KEY"):
            await store.installations.save(an_installation(), NOW)
    assert await rows(store_url) == []


async def test_no_row_no_error_no_log_and_no_repr_holds_a_token_in_clear(
    store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with opened(store_url, OLD) as store:
        await store.installations.save(an_installation(), NOW)
        found = await store.installations.find("slack", "T1")
        assert await store.installations.purge("slack", "T9", NOW) is False
    stored = await rows(store_url)
    async with opened(store_url, NEW) as store:
        with pytest.raises(TokenError) as unread:
            await store.installations.find("slack", "T1")
    await break_table(store_url)
    async with opened(store_url, NEW) as store:
        with pytest.raises(StoreError) as unsaved:
            await store.installations.save(an_installation(), NOW)
    said = [str(stored), repr(found), str(found), everything(unread.value), everything(unsaved.value), caplog.text]
    assert all("T1" in each for each in said[:2])
    for secret in (TOKEN, "teapot", OLD, NEW):
        assert [each for each in said if secret in each] == []


async def break_table(url: str) -> None:
    """Take a column away, so that storing fails within the driver."""
    database = Database(address_of(url))
    try:
        async with database.write() as connection:
            await connection.execute(text("ALTER TABLE installation DROP COLUMN bot_user"))
    finally:
        await database.close()
