"""What `doctor` finds out about Slack, against a Slack on loopback: what is well, what is not, the fix, no secret."""

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from adapters.slack.manifest import SCOPES
from adapters.sql.store import open_store
from bot.clock import SystemClock
from bot.model.installation import Installation, Secret
from tests.builders import NOW
from tests.console import Console, Ended

BOT, APP, SIGNING = "xoxb-1-teapot", "xapp-1-teapot", "kettle-and-cup"  # invented ones


@dataclass
class Slack:
    """Answers `auth.test` and `apps.connections.open`; a test changes what."""

    scopes: str = ",".join(SCOPES)
    errors: dict[str, str] = field(default_factory=dict)
    ahead: timedelta = timedelta()
    url: str = ""

    def answer(self, method: str) -> dict[str, Any]:
        if method in self.errors:
            return {"ok": False, "error": self.errors[method]}
        return {"ok": True, "team": "Tea", "team_id": "T1", "user_id": "U0BOT", "url": "wss://127.0.0.1:9"}


@pytest.fixture
def slack() -> Iterator[Slack]:
    told = Slack()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = json.dumps(told.answer(self.path.rpartition("/")[2])).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-OAuth-Scopes", told.scopes)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            del timestamp
            return format_datetime(SystemClock().now() + told.ahead, usegmt=True)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the name is http.server's
            del format, arguments

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_address[1]}/api"
        yield told
        server.shutdown()
        thread.join()


def doctor(folder: Path, slack: Slack, **environment: str) -> Ended:
    """Run it with no sources, which other tests look at."""
    settings = {"PAPERROUND_SLACK__BASE_URL": slack.url, "PAPERROUND_SOURCES": "hf", **environment}
    return Console(folder, settings)("doctor")


def of_slack(out: str) -> list[tuple[str, bool]]:
    """Return what was checked of Slack, by name, and whether it was well."""
    lines = [line for line in out.splitlines() if line.startswith(("ok  ", "FAIL"))]
    checks = [(line[6:].partition(":")[0], line.startswith("ok")) for line in lines]
    return [each for each in checks if each[0].startswith(("slack", "secret", "clock"))]


def no_secret_is_in(ended: Ended, *more: str) -> bool:
    return not any(secret in ended.out + ended.err for secret in (BOT, APP, SIGNING, "teapot", *more))


ONE = {"SLACK_BOT_TOKEN": BOT, "SLACK_APP_TOKEN": APP}


def test_a_slack_that_is_well_is_told_of_check_by_check(tmp_path: Path, slack: Slack) -> None:
    ended = doctor(tmp_path, slack, **ONE)
    assert of_slack(ended.out) == [
        ("slack token", True),
        ("slack scopes", True),
        ("clock", True),
        ("slack socket", True),
    ]
    assert "belongs to the bot of Tea (T1)" in ended.out
    assert no_secret_is_in(ended)


def test_a_slack_that_nobody_configured_is_not_looked_at(tmp_path: Path, slack: Slack) -> None:
    assert of_slack(doctor(tmp_path, slack).out) == []


def test_what_is_wrong_with_slack_has_its_fix(tmp_path: Path, slack: Slack) -> None:
    slack.errors = {"apps.connections.open": "not_allowed_token_type"}
    slack.scopes = "commands,chat:write,admin"
    slack.ahead = timedelta(minutes=9)
    ended = doctor(tmp_path, slack, **ONE)
    assert of_slack(ended.out) == [
        ("slack token", True),
        ("slack scopes", False),
        ("clock", False),
        ("slack socket", False),
    ]
    assert "users:read, channels:read, groups:read missing" in ended.out
    assert "Replace the app's manifest by that of `paperround export slack`" in ended.out
    assert " s apart from that of slack" in ended.out
    assert "Slack answers not_allowed_token_type" in ended.out
    assert "an app-level token with the scope connections:write" in ended.out
    assert (ended.status, no_secret_is_in(ended)) == (1, True)


def test_a_token_that_slack_refuses_has_its_fix(tmp_path: Path, slack: Slack) -> None:
    slack.errors = {"auth.test": "invalid_auth"}
    ended = doctor(tmp_path, slack, **ONE)
    assert of_slack(ended.out) == [("slack token", False), ("slack socket", True)]
    assert "Copy the Bot User OAuth Token" in ended.out
    assert no_secret_is_in(ended)


def test_a_slack_out_of_reach_has_its_fix(tmp_path: Path) -> None:
    ended = doctor(tmp_path, Slack(url="http://127.0.0.1:9/api"), **ONE)
    assert of_slack(ended.out) == [("slack", False), ("slack socket", False)]
    assert "correct PAPERROUND_SLACK__BASE_URL" in ended.out
    assert no_secret_is_in(ended)


def test_over_http_the_signing_secret_is_there_and_not_shown(tmp_path: Path, slack: Slack) -> None:
    over_http = {"SLACK_BOT_TOKEN": BOT, "SLACK_SIGNING_SECRET": SIGNING, "PAPERROUND_HTTP__PORT": "0"}
    ended = doctor(tmp_path, slack, **over_http)
    assert ("slack requests", True) in of_slack(ended.out)
    assert no_secret_is_in(ended)
    without = doctor(tmp_path, slack, SLACK_BOT_TOKEN=BOT)
    assert "SLACK_SIGNING_SECRET" in without.out
    assert without.status == 1


@pytest.fixture
def keys() -> tuple[str, str]:
    return Fernet.generate_key().decode(), Fernet.generate_key().decode()


def many(key: str) -> dict[str, str]:
    return {
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": SIGNING,
        "SLACK_SIGNING_SECRET": SIGNING,
        "PAPERROUND_HTTP__PORT": "0",
        "PAPERROUND_SECRET_KEY": key,
    }


async def install(folder: Path, key: str, *workspaces: str) -> None:
    async with open_store(f"sqlite:///{folder / 'paperround.db'}", SystemClock(), secret_keys=[key]) as store:
        for workspace in workspaces:
            each = Installation(platform="slack", workspace=workspace, token=Secret(BOT), bot_user="U0BOT")
            await store.installations.save(each, NOW)


def test_the_tokens_of_installed_workspaces_are_read_and_tried(
    tmp_path: Path, slack: Slack, keys: tuple[str, str]
) -> None:
    asyncio.run(install(tmp_path, keys[0], "T1", "T2"))
    ended = doctor(tmp_path, slack, **many(keys[0]))
    assert "secret key: reads the tokens of 2 installed workspaces" in ended.out
    assert {("slack T1 token", True), ("slack T2 scopes", True)} <= set(of_slack(ended.out))
    assert no_secret_is_in(ended, *keys)


def test_a_key_that_reads_no_stored_token_has_its_fix(tmp_path: Path, slack: Slack, keys: tuple[str, str]) -> None:
    asyncio.run(install(tmp_path, keys[0], "T1", "T2"))
    ended = doctor(tmp_path, slack, **many(keys[1]))
    assert of_slack(ended.out)[0] == ("secret key", False)
    assert "Put the key that is missing back behind the others" in ended.out
    assert (ended.status, no_secret_is_in(ended, *keys)) == (1, True)


def test_one_token_that_no_key_reads_is_named_and_the_others_are_tried(
    tmp_path: Path, slack: Slack, keys: tuple[str, str]
) -> None:
    asyncio.run(install(tmp_path, keys[0], "T1"))
    asyncio.run(install(tmp_path, keys[1], "T2"))
    ended = doctor(tmp_path, slack, **many(keys[1]))
    assert "secret key: reads the tokens of 1 installed workspaces, and not of T1" in ended.out
    assert [each for each in of_slack(ended.out) if each[0].endswith("token")] == [("slack T2 token", True)]
