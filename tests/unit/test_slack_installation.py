"""Bolt's stores over our ports."""

import logging

import pytest
from cryptography.fernet import Fernet

from adapters.slack.installation import BoltInstallations
from adapters.sql.store import open_store
from bot.clock import FixedClock
from bot.errors import TokenError
from bot.model.installation import Installation, Secret
from tests.builders import NOW

TOKEN = "xoxb-1-teapot"  # an invented one
CLOCK = FixedClock(NOW)


def installed(workspace: str = "T1") -> Installation:
    return Installation(
        platform="slack", workspace=workspace, token=Secret(TOKEN), bot_user="U0BOT", scopes=frozenset({"commands"})
    )


@pytest.mark.parametrize(
    ("workspace", "ids"),
    [
        ("T1", {"enterprise_id": None, "team_id": "T1", "is_enterprise_install": False}),
        ("E1.T1", {"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": False}),
        ("E1", {"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": True}),
    ],
)
async def test_bolt_finds_the_bot_of_each_kind_of_workspace(
    workspace: str, ids: dict[str, str | bool | None], migrated_sqlite_url: str
) -> None:
    keys = [Fernet.generate_key().decode()]
    async with open_store(migrated_sqlite_url, secret_keys=keys) as store:
        await store.installations.save(installed(workspace), NOW)
        bolts = BoltInstallations(store.installations, CLOCK)
        bot = await bolts.async_find_bot(**ids)  # type: ignore[arg-type]  # as Bolt passes what a request says
        other = await bolts.async_find_bot(enterprise_id=None, team_id="T9")
    assert bot is not None
    assert (bot.bot_token, bot.bot_user_id, bot.bot_scopes) == (TOKEN, "U0BOT", ["commands"])
    assert bot.is_enterprise_install is (workspace == "E1")
    assert other is None


async def test_a_token_that_bolt_cannot_have_is_an_error_of_the_log(
    migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_store(migrated_sqlite_url, secret_keys=[Fernet.generate_key().decode()]) as store:
        await store.installations.save(installed(), NOW)
    async with open_store(migrated_sqlite_url, secret_keys=[Fernet.generate_key().decode()]) as store:
        with pytest.raises(TokenError):
            await BoltInstallations(store.installations, CLOCK).async_find_bot(enterprise_id=None, team_id="T1")
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "slack:T1: no usable token" in record.message
    assert "Put that key back" in record.message
    assert TOKEN not in caplog.text
