"""Socket Mode over loopback: heard, acknowledged, and connected again when the connection is dead."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from adapters.slack.connection import FIRST_WAIT, LONGEST_REFUSED, SILENT_FOR, NotConnectedError
from adapters.slack.gateway import SlackGateway
from adapters.slack.socket_mode import EARLY_ENDS, OF_USE_AFTER, Client
from bot.clock import SystemClock
from tests.fakes.slack import Fault
from tests.fakes.slack_talk import a_button, a_command, a_form, a_press, an_event
from tests.integration.slack.talking import PATIENCE, Talk, talk


class Ahead(SystemClock):
    """A clock that can be set ahead."""

    ahead = timedelta()

    def wall(self) -> datetime:
        """Return the present, so far ahead."""
        return super().wall() + self.ahead


@pytest.fixture
async def slack_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url, is_over_http=False) as begun:
        await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 1)
        yield begun


async def test_a_command_is_acknowledged_with_nothing_and_answered_where_slack_says(slack_talk: Talk) -> None:
    slack = slack_talk.slack
    assert await slack.send("slash_commands", a_command(slack, "subscribe teapots")) is None
    await slack.until(lambda slack: bool(slack.said))
    assert slack.said[0].to_channel
    assert await slack_talk.subscribed() == {"teapot": "active"}
    assert await slack.send("interactive", a_press(slack, a_button(slack.said[0].buttons["Undo"])), "e2") is None
    await slack.until(lambda slack: len(slack.said) == 2)
    assert await slack_talk.subscribed() == {}


async def test_a_mistake_in_a_form_is_in_the_acknowledgement(slack_talk: Talk) -> None:
    slack = slack_talk.slack
    await slack.send("slash_commands", a_command(slack, "subscribe"))
    await slack.until(lambda slack: bool(slack.views))
    form = a_form(slack.views["V1"], {"query": {"value": '"teapots'}})
    told = await slack.send("interactive", form, "e2")
    assert (told["response_action"], list(told["errors"])) == ("errors", ["query"])


async def test_an_event_is_heard(slack_talk: Talk) -> None:
    slack = slack_talk.slack
    await slack.send("slash_commands", a_command(slack, "subscribe teapots"))
    await slack.until(lambda slack: bool(slack.said))
    await slack.send("events_api", an_event("channel_archive", channel="C01"), "e2")
    await slack.send("slash_commands", a_command(slack, "help"), "e3")
    assert isinstance(slack_talk.gateway, SlackGateway)
    await slack_talk.gateway.work.settled(PATIENCE)
    assert await slack_talk.subscribed() == {"teapot": "paused"}


async def test_nothing_is_heard_over_http_as_well(slack_talk: Talk) -> None:
    assert slack_talk.gateway.endpoints == {}
    assert (await slack_talk.post("x")).status_code == 404


async def test_a_connection_that_lives_is_left_alone(slack_talk: Talk) -> None:
    for _ in range(3):
        await slack_talk.gateway.look_after()
    assert len(slack_talk.slack.sockets) == 1


async def test_a_connection_that_answers_no_ping_is_replaced(migrated_sqlite_url: str) -> None:
    clock = Ahead()
    async with talk(migrated_sqlite_url, is_over_http=False, clock=clock) as begun:
        await begun.gateway.look_after()
        clock.ahead = SILENT_FOR + timedelta(seconds=5)
        await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 2)
        assert await begun.slack.send("slash_commands", a_command(begun.slack, "list")) is None
        await begun.slack.until(lambda slack: bool(slack.said))


async def test_a_connection_whose_task_ended_is_replaced_at_once(slack_talk: Talk) -> None:
    receiver = client_of(slack_talk).message_receiver
    assert receiver is not None
    receiver.cancel()
    await asyncio.wait([receiver])
    await slack_talk.gateway.look_after()
    await slack_talk.slack.until(lambda slack: len(slack.sockets) == 2)


def client_of(begun: Talk) -> Client:
    """Return the client of the present connection."""
    assert isinstance(begun.gateway, SlackGateway)
    assert begun.gateway.connection is not None
    assert begun.gateway.connection.handler is not None
    return begun.gateway.connection.handler.client


async def slack_hangs_up(begun: Talk) -> None:
    """Let Slack end the connection, and wait until the client has done what it does then."""
    noticed = asyncio.Event()

    async def notice(_: object) -> None:
        noticed.set()

    client_of(begun).on_close_listeners.append(notice)
    await begun.slack.sockets[-1].close()
    async with asyncio.timeout(PATIENCE.total_seconds()):
        await noticed.wait()


async def test_the_first_connections_that_end_early_are_replaced_at_once(slack_talk: Talk) -> None:
    for number, reason in enumerate(("warning", "refresh_requested"), start=2):
        await slack_talk.slack.sockets[-1].send_json({"type": "disconnect", "reason": reason})
        await slack_talk.slack.until(lambda slack, number=number: len(slack.sockets) == number)  # type: ignore[misc]
    assert len(slack_talk.slack.calls("apps.connections.open")) == 1 + EARLY_ENDS
    await slack_hangs_up(slack_talk)
    assert client_of(slack_talk).has_ended_early


async def test_connections_that_end_as_soon_as_they_are_made_are_waited_for_longer_every_time(
    migrated_sqlite_url: str,
) -> None:
    clock = Ahead()
    async with talk(migrated_sqlite_url, is_over_http=False, clock=clock) as begun:
        await begun.gateway.look_after()
        for _ in range(1 + EARLY_ENDS):
            await slack_hangs_up(begun)
        assert len(begun.slack.sockets) == 1 + EARLY_ENDS
        await begun.gateway.look_after()
        for wait in (FIRST_WAIT, 3 * FIRST_WAIT):
            before = len(begun.slack.sockets)
            await slack_hangs_up(begun)
            for _ in range(2):
                with pytest.raises(NotConnectedError, match="soon after"):
                    await begun.gateway.look_after()
            assert len(begun.slack.sockets) == before
            clock.ahead += wait
            await begun.gateway.look_after()
            assert len(begun.slack.sockets) == before + 1


async def test_a_connection_that_was_of_use_is_replaced_at_once_when_slack_says_so(migrated_sqlite_url: str) -> None:
    clock = Ahead()
    async with talk(migrated_sqlite_url, is_over_http=False, clock=clock) as begun:
        await begun.gateway.look_after()
        clock.ahead = OF_USE_AFTER
        told = {"type": "disconnect", "reason": "refresh_requested"}
        await begun.slack.sockets[0].send_json(told)
        await begun.slack.until(lambda slack: len(slack.sockets) == 2 and slack.sockets[0].closed)
        assert not client_of(begun).has_ended_early


@pytest.mark.parametrize(
    ("code", "words"),
    [("invalid_auth", "SLACK_APP_TOKEN"), ("missing_scope", "connections:write"), ("internal_error", "internal_error")],
)
async def test_a_connection_that_is_refused_says_why_and_is_tried_again(
    code: str, words: str, migrated_sqlite_url: str
) -> None:
    async with talk(migrated_sqlite_url, is_over_http=False) as begun:
        begun.slack.refused_sockets = [code]
        with pytest.raises(NotConnectedError, match=words) as caught:
            await begun.gateway.look_after()
        assert "xapp" not in str(caught.value)
        await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 1)


async def test_a_connection_that_is_refused_is_asked_for_less_and_less_often(migrated_sqlite_url: str) -> None:
    clock = Ahead()
    async with talk(migrated_sqlite_url, is_over_http=False, clock=clock) as begun:
        begun.slack.refused_sockets = ["internal_error"] * 60
        looks, reasons = 360, set()
        for _ in range(looks):
            with pytest.raises(NotConnectedError) as caught:
                await begun.gateway.look_after()
            reasons.add(str(caught.value))
            clock.ahead += timedelta(seconds=10)
        asked = 60 - len(begun.slack.refused_sockets)
        assert timedelta(hours=1) / LONGEST_REFUSED <= asked < looks / 6
        # One reason is one line of the log.
        assert len(reasons) == 1
        begun.slack.refused_sockets = ["invalid_auth"]
        clock.ahead += LONGEST_REFUSED
        with pytest.raises(NotConnectedError, match="SLACK_APP_TOKEN"):
            await begun.gateway.look_after()
        with pytest.raises(NotConnectedError, match="SLACK_APP_TOKEN"):
            await begun.gateway.look_after()
        clock.ahead += LONGEST_REFUSED
        await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 1)


async def test_a_connection_is_asked_for_again_when_slack_says(migrated_sqlite_url: str) -> None:
    clock = Ahead()
    async with talk(migrated_sqlite_url, is_over_http=False, clock=clock) as begun:
        busy = Fault(code="ratelimited", status=429, retry_after=600)
        begun.slack.fail(busy, workspace="app", method="apps.connections.open")
        for _ in range(2):
            with pytest.raises(NotConnectedError, match="asks to wait"):
                await begun.gateway.look_after()
            clock.ahead += timedelta(seconds=590)
        await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 1)


@pytest.mark.parametrize(("body", "content_type"), [(b"Not Found", "text/html"), (b'"no"', "application/json")])
async def test_an_answer_that_is_not_slacks_says_so_and_is_asked_for_again(
    body: bytes, content_type: str, migrated_sqlite_url: str
) -> None:
    async with talk(migrated_sqlite_url, is_over_http=False) as begun:
        fault = Fault(status=404, body=body, content_type=content_type)
        begun.slack.fail(fault, workspace="app", method="apps.connections.open")
        with pytest.raises(NotConnectedError, match="is not Slack"):
            await begun.gateway.look_after()
        await begun.gateway.look_after()
        await begun.slack.until(lambda slack: len(slack.sockets) == 1)


async def test_when_it_stops_nothing_more_is_heard_and_what_was_begun_is_finished(migrated_sqlite_url: str) -> None:
    async with talk(migrated_sqlite_url, is_over_http=False) as begun:
        await begun.gateway.look_after()
        slack = begun.slack
        await slack.send("slash_commands", a_command(slack, "subscribe teapots"))
    assert [each.to_channel for each in slack.said] == [True]
    assert all(socket.closed for socket in slack.sockets)


async def test_bolt_takes_nothing_from_the_environment_by_itself(
    migrated_sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "adapters.slack")
    theirs = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "kettle"}
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    async with talk(migrated_sqlite_url, is_over_http=False):
        assert {name: os.environ[name] for name in theirs} == theirs
    assert [each.message for each in caplog.records if "adapters.slack" in each.name] == []


async def test_no_log_and_no_repr_tells_a_secret(slack_talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    # The database's drivers and the Slack of this test talk of what no operator sees.
    for others in ("aiosqlite", "aiohttp.access", "httpcore", "httpx"):
        caplog.set_level("ERROR", others)
    slack = slack_talk.slack
    await slack.send("slash_commands", a_command(slack, "subscribe teapots"))
    await slack.until(lambda slack: bool(slack.said))
    slack.takes = 0
    await slack.send("slash_commands", a_command(slack, "list"), "e2")
    await slack.until(lambda slack: len(slack.said) == 2)
    said = caplog.text + repr(slack_talk.gateway) + json.dumps(slack.acks)
    for secret in ("xoxb-1", "xapp-1", "signing-secret", "ticket=secret", "/respond/"):
        assert secret not in said
