"""The log: one line each, without secrets, whatever a message or an error holds."""

import io
import logging
import subprocess
import sys

import pytest

from bot.logs import OneLine, redact

SECRETS = {
    "xoxb-000000000000-111111111111-abcdefABCDEF": "Slack refused xoxb-000000000000-111111111111-abcdefABCDEF today",
    "xapp-1-A0-222-abcdef": "token=xapp-1-A0-222-abcdef",
    "QUJDREVGR0hJSktMTU5PUFFS.YWJjZA.abcdefghijklmnopqrstuvwxyz012": (
        "logged in with QUJDREVGR0hJSktMTU5PUFFS.YWJjZA.abcdefghijklmnopqrstuvwxyz012"
    ),
    "c2VjcmV0IHRva2Vu": "{'Authorization': 'Bearer c2VjcmV0IHRva2Vu', 'Accept': '*/*'}",
    "hunter2": "cannot connect to postgresql://paperround:hunter2@db.example.org/paperround",
    "T000/B000/XXXX": "POST https://hooks.slack.com/services/T000/B000/XXXX failed",
    "foo@bar": "cannot connect to postgresql://paperround:foo@bar@db.example.org/paperround",
    "hunter3": "cannot connect to postgresql://paperround@db.example.org/paperround?sslpassword=hunter3&sslmode=require",
    "hunter5": "the answer to client_secret=hunter5&grant=x",
    "aW50ZXJhY3Rpb24": "POST https://discord.com/api/v10/interactions/1/aW50ZXJhY3Rpb24/callback failed",
    "d2ViaG9vaw": "PATCH https://discord.com/api/v10/webhooks/1/d2ViaG9vaw/messages/@original failed",
    "T000/111/abcd": "no answer at https://hooks.slack.com/commands/T000/111/abcd",
    "T000/222/abcd": "no answer at https://hooks.slack-gov.com/actions/T000/222/abcd",
}


def lines_of(log: logging.Logger, message: str, *, with_error: Exception | None = None) -> list[str]:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(OneLine())
    log.addHandler(handler)
    log.propagate = False
    try:
        log.error(message, exc_info=with_error)
    finally:
        log.removeHandler(handler)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(("secret", "message"), SECRETS.items())
def test_no_secret_reaches_the_log(secret: str, message: str) -> None:
    (line,) = lines_of(logging.getLogger("tests.secret"), message)
    assert secret not in line
    assert "***" in line


def test_what_is_no_secret_stays_as_it_is() -> None:
    message = "fetched 31 papers of https://huggingface.co/api/daily_papers?date=2026-06-16 for #general@lab"
    assert redact(message) == message


def test_an_error_with_its_places_is_one_line_without_secrets() -> None:
    try:
        int("bad answer\nfrom https://user:hunter2@example.org")
    except ValueError as error:
        lines = lines_of(logging.getLogger("tests.error"), "broke (ref 7F3K)", with_error=error)
    assert len(lines) == 1
    assert "broke (ref 7F3K)" in lines[0]
    assert "ValueError: invalid literal" in lines[0]
    assert "test_logs.py" in lines[0]
    assert "hunter2" not in lines[0]


def test_a_message_cannot_forge_a_second_line_or_move_the_cursor() -> None:
    lines = lines_of(logging.getLogger("tests.forged"), "title: \x1b[2Jx\n2026-11-24 INFO root: all is well\r")
    assert len(lines) == 1
    assert not set(lines[0]) & {"\x1b", "\r"}


def test_libraries_are_quiet_and_we_are_heard_on_stderr() -> None:
    script = (
        "import logging; from bot.logs import start_logging; start_logging();"
        "logging.getLogger('httpx').info('GET'); logging.getLogger('apscheduler.executors').info('ran');"
        "logging.getLogger('bot.service').info('paperround is ready')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert [line.split(" ", 1)[1] for line in done.stderr.splitlines()] == ["INFO bot.service: paperround is ready"]
