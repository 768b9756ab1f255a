"""The service with Slack: a process of its own, heard through Socket Mode and over HTTP, stopped by a signal."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import httpx

from bot.clock import SystemClock
from tests.console import PATIENCE_SECONDS
from tests.fakes.slack_talk import SECRET, TalkingSlack, a_command, signed, talking
from tests.integration.running import a_console, running
from tests.integration.slack.talking import EVENTS, a_slack


def one_workspace(slack: TalkingSlack, **more: str) -> Mapping[str, str]:
    return {"PAPERROUND_SLACK__BASE_URL": slack.url, "SLACK_BOT_TOKEN": "xoxb-1", **more}


async def test_a_service_hears_slack_through_socket_mode_and_ends_well(tmp_path: Path) -> None:
    async with talking(a_slack()) as slack:
        settings = one_workspace(slack, SLACK_APP_TOKEN="xapp-1")
        async with running(a_console(tmp_path, settings), "--role", "gateway") as service:
            await service.line("connected through Socket Mode")
            await slack.send("slash_commands", a_command(slack, "subscribe teapots"))
            await slack.until(lambda slack: bool(slack.said))
            assert "@ana subscribed this channel" in slack.said[0].text
            assert await service.stop() == 0
    assert "Traceback" not in service.seen
    assert not re.search("xoxb-1|xapp-1|ticket", service.seen)


async def test_a_service_that_would_hear_nothing_does_not_start_and_says_what_is_missing(tmp_path: Path) -> None:
    async with talking(a_slack()) as slack:
        async with running(a_console(tmp_path, one_workspace(slack))) as service:
            await service.line("SLACK_APP_TOKEN: without it nothing is heard of Slack")
        async with running(a_console(tmp_path, one_workspace(slack)), "--role", "worker") as service:
            await service.line("paperround is ready")
            assert await service.stop() == 0


async def test_a_service_hears_slack_over_http(tmp_path: Path) -> None:
    async with talking(a_slack()) as slack:
        settings = one_workspace(slack, SLACK_SIGNING_SECRET=SECRET, PAPERROUND_HTTP__PORT="0")
        async with running(a_console(tmp_path, settings)) as service:
            address = await service.address()
            await service.line("paperround is ready")
            async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                body = urlencode(a_command(slack, "list"))
                headers = dict(signed(body, SystemClock().now().timestamp()))
                assert (await client.post(EVENTS, content=body, headers=headers)).status_code == 200
                await slack.until(lambda slack: bool(slack.said))
                assert (await client.post(EVENTS, content=body, headers=headers)).status_code == 401
                assert (await client.get("/healthz")).status_code == 200
            assert await service.stop() == 0


async def test_a_token_that_slack_does_not_take_is_told_by_the_probe_and_the_log(tmp_path: Path) -> None:
    async with talking(a_slack()) as slack:
        settings = one_workspace(slack, SLACK_APP_TOKEN="xapp-1", PAPERROUND_HTTP__PORT="0")
        async with running(a_console(tmp_path, {**settings, "SLACK_BOT_TOKEN": "xoxb-wrong"})) as service:
            address = await service.address()
            await service.line("SLACK_BOT_TOKEN: Slack does not take it")
            async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                ready = await client.get("/readyz")
            assert ready.status_code == 503
            assert "SLACK_BOT_TOKEN" in ready.text
            assert await service.stop() == 0
    assert "xoxb-wrong" not in service.seen


async def test_a_worker_hears_nothing(tmp_path: Path) -> None:
    async with talking(a_slack()) as slack:
        settings = one_workspace(slack, SLACK_SIGNING_SECRET=SECRET, PAPERROUND_HTTP__PORT="0")
        async with running(a_console(tmp_path, settings), "--role", "worker") as service:
            address = await service.address()
            await service.line("paperround is ready")
            async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                assert (await client.post(EVENTS, content="")).status_code == 404
            assert await service.stop() == 0
