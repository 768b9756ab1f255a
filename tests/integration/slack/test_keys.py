"""A change of keys, as an operator does it: the new one before the old one, a start, the old one away."""

import asyncio
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from adapters.sql.store import open_store
from bot.errors import TokenError
from bot.model.installation import Installation, Secret
from tests.builders import NOW
from tests.console import Console

TOKEN = "xoxb-1-teapot"  # an invented one
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


async def install(folder: Path, key: str) -> None:
    async with open_store(f"sqlite:///{folder / 'paperround.db'}", secret_keys=[key]) as store:
        installed = Installation(platform="slack", workspace="T1", token=Secret(TOKEN), bot_user="U0BOT")
        await store.installations.save(installed, NOW)


async def token(folder: Path, key: str) -> str:
    async with open_store(f"sqlite:///{folder / 'paperround.db'}", secret_keys=[key]) as store:
        found = await store.installations.find("slack", "T1")
        return found.token.value if found else ""


def start_and_stop(folder: Path, keys: str) -> str:
    """Run the service until it is ready; returns its log."""
    settings = {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "kettle",
        "SLACK_SIGNING_SECRET": "kettle",
        "PAPERROUND_SLACK__BASE_URL": "http://127.0.0.1:9/api",
        "PAPERROUND_HTTP__PORT": "0",
        "PAPERROUND_SECRET_KEY": keys,
    }
    with Console(folder, settings).start("run", "--role", "gateway") as process:
        lines = []
        for line in iter(process.stderr.readline, ""):
            lines.append(line)
            if "paperround is ready" in line:
                process.terminate()
        return "".join(lines)


def test_a_start_with_a_new_key_lets_the_old_one_go(tmp_path: Path) -> None:
    asyncio.run(install(tmp_path, OLD))
    log = start_and_stop(tmp_path, f"{NEW},{OLD}")
    assert "PAPERROUND_SECRET_KEY: 1" in log
    assert asyncio.run(token(tmp_path, NEW)) == TOKEN
    with pytest.raises(TokenError):
        asyncio.run(token(tmp_path, OLD))
    assert all(secret not in log for secret in (TOKEN, NEW, OLD))


def test_a_start_without_the_old_key_says_whose_token_is_lost_and_goes_on(tmp_path: Path) -> None:
    asyncio.run(install(tmp_path, OLD))
    log = start_and_stop(tmp_path, NEW)
    assert "slack:T1: no key of PAPERROUND_SECRET_KEY reads its token" in log
    assert "paperround is ready" in log
    assert asyncio.run(token(tmp_path, OLD)) == TOKEN
