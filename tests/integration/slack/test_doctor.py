"""What `doctor` finds out about Slack, against a Slack on loopback: what is well, what is not, the fix, no secret."""

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
from pydantic import SecretStr

from adapters.slack.manifest import HISTORY_SCOPES, SCOPES
from adapters.sql.store import open_store
from bot.cli.doctor_slack import NAMED, slack_checks
from bot.clock import SystemClock
from bot.model.installation import Installation, Secret
from bot.settings import HttpSettings, Settings
from bot.settings.slack import SlackSettings
from tests.builders import NOW
from tests.console import Console, Ended

BOT, APP, SIGNING = "xoxb-1-teapot", "xapp-1-teapot", "kettle-and-cup"  # invented ones


@dataclass
class Slack:
    """Answers `auth.test` and `apps.connections.open`; a test changes what."""

    scopes: str = ",".join(SCOPES)
    errors: dict[str, str] = field(default_factory=dict)
    team: str = "Tea"
    ahead: timedelta = timedelta()
    url: str = ""

    def answer(self, method: str) -> dict[str, Any]:
        if method in self.errors:
            return {"ok": False, "error": self.errors[method]}
        return {"ok": True, "team": self.team, "team_id": "T1", "user_id": "U0BOT", "url": "wss://127.0.0.1:9"}


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


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found, as doctor prints it, and whether all is well."""

    out: str
    is_well: bool


async def checked(slack: Slack, settings: Settings) -> Found:
    """Look at Slack alone, in this process."""
    checks = [each async for each in slack_checks(settings, SystemClock())]
    lines = [f"{'FAIL' if each.fix else 'ok  '}  {each.name}: {each.found}\n      {each.fix}" for each in checks]
    assert slack.url in settings.slack.base_url
    return Found(out="\n".join(lines), is_well=not any(each.fix for each in checks))


def one(slack: Slack) -> Settings:
    """Return the settings of one workspace, heard through Socket Mode."""
    tokens = SlackSettings(bot_token=SecretStr(BOT), app_token=SecretStr(APP), base_url=slack.url)
    return Settings(slack=tokens)


def many(slack: Slack, url: str, key: str) -> Settings:
    """Return the settings of many workspaces."""
    app = SlackSettings(
        client_id="1.2", client_secret=SecretStr(SIGNING), signing_secret=SecretStr(SIGNING), base_url=slack.url
    )
    return Settings(database_url=SecretStr(url), secret_key=SecretStr(key), slack=app, http=HttpSettings(port=0))


def of_slack(out: str) -> list[tuple[str, bool]]:
    """Return what was checked of Slack, by name, and whether it was well."""
    lines = [line for line in out.splitlines() if line.startswith(("ok  ", "FAIL"))]
    checks = [(line[6:].partition(":")[0], line.startswith("ok")) for line in lines]
    return [each for each in checks if each[0].startswith(("slack", "secret", "clock"))]


def no_secret_is_in(said: str, *more: str) -> bool:
    return not any(secret in said for secret in (BOT, APP, SIGNING, "teapot", *more))


def test_a_slack_that_is_well_is_told_of_check_by_check(tmp_path: Path, slack: Slack) -> None:
    ended = doctor(tmp_path, slack, SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP)
    assert of_slack(ended.out) == [
        ("slack token", True),
        ("slack scopes", True),
        ("clock", True),
        ("slack socket", True),
    ]
    assert "belongs to the bot of Tea (T1)" in ended.out
    assert no_secret_is_in(ended.out + ended.err)


def test_no_name_of_a_workspace_steers_the_terminal(tmp_path: Path, slack: Slack) -> None:
    slack.team = "T\x1b[2Je\x9ba\u202e"
    ended = doctor(tmp_path, slack, SLACK_BOT_TOKEN=BOT, SLACK_APP_TOKEN=APP)
    assert "belongs to the bot of T[2Jea (T1)" in ended.out


def test_a_slack_that_would_not_be_heard_is_told_of(tmp_path: Path, slack: Slack) -> None:
    ended = doctor(tmp_path, slack, SLACK_BOT_TOKEN=BOT)
    assert of_slack(ended.out)[-1] == ("slack requests", False)
    assert "SLACK_APP_TOKEN: without it nothing is heard of Slack" in ended.out


def test_a_slack_that_nobody_configured_is_not_looked_at(tmp_path: Path, slack: Slack) -> None:
    assert of_slack(doctor(tmp_path, slack).out) == []


async def test_what_is_wrong_with_slack_has_its_fix(slack: Slack) -> None:
    slack.errors = {"apps.connections.open": "not_allowed_token_type"}
    slack.scopes = "commands,chat:write,admin"
    slack.ahead = timedelta(minutes=9)
    found = await checked(slack, one(slack))
    assert of_slack(found.out) == [
        ("slack token", True),
        ("slack scopes", False),
        ("clock", False),
        ("slack socket", False),
    ]
    assert "users:read, channels:read, groups:read missing" in found.out
    assert "Replace the app's manifest by that of `paperround export slack`" in found.out
    assert " s apart from that of slack" in found.out
    assert "Slack answers not_allowed_token_type" in found.out
    assert "an app-level token with the scope connections:write" in found.out
    assert (found.is_well, no_secret_is_in(found.out)) == (False, True)


@pytest.mark.parametrize("scope", sorted(HISTORY_SCOPES))
async def test_scopes_that_let_posts_be_looked_up_are_welcome(slack: Slack, scope: str) -> None:
    slack.scopes += f",{scope}"
    found = await checked(slack, one(slack))
    assert "slack scopes: as asked for; what was posted can be looked up" in found.out
    assert (found.is_well, "not needed" in found.out) == (True, False)


async def test_scopes_that_nobody_uses_are_named_and_are_no_fault(slack: Slack) -> None:
    slack.scopes += ",admin,channels:history"
    found = await checked(slack, one(slack))
    assert "not needed: admin\n" in found.out
    assert found.is_well


async def test_a_token_that_slack_refuses_has_its_fix(slack: Slack) -> None:
    slack.errors = {"auth.test": "invalid_auth"}
    found = await checked(slack, one(slack))
    assert of_slack(found.out) == [("slack token", False), ("slack socket", True)]
    assert "Copy the Bot User OAuth Token" in found.out
    assert no_secret_is_in(found.out)


async def test_a_slack_out_of_reach_has_its_fix() -> None:
    away = Slack(url="http://127.0.0.1:9/api")
    found = await checked(away, one(away))
    assert of_slack(found.out) == [("slack", False), ("slack socket", False)]
    assert "correct PAPERROUND_SLACK__BASE_URL" in found.out
    assert no_secret_is_in(found.out)


async def test_over_http_the_signing_secret_is_there_and_not_shown(slack: Slack) -> None:
    tokens = SlackSettings(bot_token=SecretStr(BOT), signing_secret=SecretStr(SIGNING), base_url=slack.url)
    found = await checked(slack, Settings(slack=tokens, http=HttpSettings(port=0)))
    assert ("slack requests", True) in of_slack(found.out)
    assert no_secret_is_in(found.out)


@pytest.fixture
def keys() -> tuple[str, str]:
    return Fernet.generate_key().decode(), Fernet.generate_key().decode()


async def install(url: str, key: str, *workspaces: str) -> None:
    async with open_store(url, secret_keys=[key]) as store:
        for workspace in workspaces:
            each = Installation(platform="slack", workspace=workspace, token=Secret(BOT), bot_user="U0BOT")
            await store.installations.save(each, NOW)


async def test_the_tokens_of_installed_workspaces_are_read_and_tried(
    migrated_sqlite_url: str, slack: Slack, keys: tuple[str, str]
) -> None:
    await install(migrated_sqlite_url, keys[0], "T1", "T2")
    found = await checked(slack, many(slack, migrated_sqlite_url, keys[0]))
    assert "secret key: reads the tokens of 2 installed workspaces" in found.out
    assert {("slack T1 token", True), ("slack T2 scopes", True)} <= set(of_slack(found.out))
    assert no_secret_is_in(found.out, *keys)


async def test_a_key_that_reads_no_stored_token_has_its_fix(
    migrated_sqlite_url: str, slack: Slack, keys: tuple[str, str]
) -> None:
    names = [f"T{number}" for number in range(NAMED + 2)]
    await install(migrated_sqlite_url, keys[0], *names)
    found = await checked(slack, many(slack, migrated_sqlite_url, keys[1]))
    assert of_slack(found.out)[0] == ("secret key", False)
    assert f"not of {', '.join(names[:NAMED])}, 2 more" in found.out
    assert "Put the key that is missing back behind the others" in found.out
    assert (found.is_well, no_secret_is_in(found.out, *keys)) == (False, True)


async def test_one_token_that_no_key_reads_is_named_and_the_others_are_tried(
    migrated_sqlite_url: str, slack: Slack, keys: tuple[str, str]
) -> None:
    await install(migrated_sqlite_url, keys[0], "T1")
    await install(migrated_sqlite_url, keys[1], "T2")
    found = await checked(slack, many(slack, migrated_sqlite_url, keys[1]))
    assert "secret key: reads the tokens of 1 installed workspaces, and not of T1" in found.out
    assert [each for each in of_slack(found.out) if each[0].endswith("token")] == [("slack T2 token", True)]


async def test_a_database_that_is_away_has_its_fix(slack: Slack, tmp_path: Path, keys: tuple[str, str]) -> None:
    found = await checked(slack, many(slack, f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}", keys[0]))
    assert of_slack(found.out)[0] == ("secret key", False)
    assert "See to the database" in found.out
