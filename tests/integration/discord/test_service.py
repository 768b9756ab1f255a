"""The service with Discord: a process of its own, heard through the gateway, stopped by a signal."""

import re
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.console import PATIENCE_SECONDS
from tests.fakes.discord_calls import TOKEN
from tests.fakes.discord_gateway import MENU, TalkingDiscord, talking
from tests.fakes.discord_people import Person
from tests.integration.discord.talking import ANA, TEA, a_discord
from tests.integration.running import a_console, running


def settings(fake: TalkingDiscord, **more: str) -> Mapping[str, str]:
    return {
        "DISCORD_BOT_TOKEN": TOKEN,
        "PAPERROUND_DISCORD__API_URL": fake.url,
        "PAPERROUND_DISCORD__GATEWAY_URL": fake.gateway_url,
        **more,
    }


async def test_a_service_hears_discord_and_ends_well(tmp_path: Path) -> None:
    async with talking(a_discord()) as fake:
        async with running(a_console(tmp_path, settings(fake))) as service:
            await service.line("the menu of commands was sent")
            said = await Person(fake=fake, user=ANA, channel=TEA).types("subscribe", query="teapots", tz="UTC")
            assert "@ana subscribed this channel" in said.text
            assert await service.stop() == 0
        assert fake.menu
        assert not fake.is_heard
    assert "Traceback" not in service.seen
    assert not re.search("discord-secret|interaction-secret|PyNaCl", service.seen)


async def test_a_token_that_discord_does_not_take_is_told_by_the_probe_and_the_log(tmp_path: Path) -> None:
    async with talking(a_discord()) as fake:
        wrong = settings(fake, DISCORD_BOT_TOKEN="another.secret", PAPERROUND_HTTP__PORT="0")
        async with running(a_console(tmp_path, wrong), "--role", "gateway") as service:
            address = await service.address()
            await service.line("discord: Discord does not accept DISCORD_BOT_TOKEN")
            async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                ready = await client.get("/readyz")
            assert ready.status_code == 503
            assert "DISCORD_BOT_TOKEN" in ready.text
            assert await service.stop() == 0
        assert fake.calls("GET", MENU) == []
    assert "another.secret" not in service.seen
