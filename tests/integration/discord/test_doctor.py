"""What `doctor` finds out about Discord, against one on loopback: what is well, what is not, the fix, no secret."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import discord
import pytest
from pydantic import SecretStr

from adapters.discord.commands import commands_json
from adapters.discord.invite import invite_link
from adapters.sql.store import open_store
from bot.cli.checking import Check
from bot.cli.doctor_discord import ASKED_ABOUT, discord_checks
from bot.clock import SystemClock
from bot.commands.catalog import COMMANDS
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from bot.settings import Settings
from bot.settings.discord import DiscordSettings
from tests.conformance.deliveries import subscribe
from tests.console import Console
from tests.fakes.discord import APPLICATION, BOT, serving
from tests.fakes.discord_calls import TOKEN, Fault
from tests.fakes.discord_gateway import TalkingDiscord
from tests.fakes.discord_guilds import Kind

Json = Any

LAB, CLUB, LOST = "100", "200", "300"
WELL = ("101", "102", "103", "104")


@dataclass(kw_only=True)
class Lab(TalkingDiscord):
    """A Discord whose application and whose count of connections a test changes."""

    application: Json = field(default_factory=lambda: {"id": APPLICATION, "flags": 0, "approximate_guild_count": 1})
    left: int = 999

    def __post_init__(self) -> None:
        super().__post_init__()
        self.on("GET", "/applications/@me", lambda _: self.application)
        self.on("GET", "/gateway", lambda _: {"url": self.gateway_url}, exempt=True)
        self.on("GET", "/gateway/bot", lambda _: self._begun())

    def _begun(self) -> Json:
        limit = {"total": 1000, "remaining": self.left, "reset_after": 5_400_000, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": 2, "session_start_limit": limit}


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    """Serve a Discord with a server that has a channel of each kind."""
    made = Lab(clock=SystemClock(), menu=commands_json(COMMANDS))
    made.add_guild(LAB, "Lab")
    made.add_channel(LAB, "101", name="papers")
    made.add_channel(LAB, "102", Kind.ANNOUNCEMENT, "news")
    made.add_channel(LAB, "103", Kind.FORUM, "reading")
    made.add_channel(LAB, "104", Kind.PUBLIC_THREAD, "agents", parent="101")
    async with serving(made):
        yield made


async def checks(lab: Lab, folder: Path, *channels: str, guild: str = LAB, at_most: int = ASKED_ABOUT) -> list[Check]:
    """Subscribe these channels, and look."""
    url = f"sqlite:///{folder / 'paperround.db'}"
    settings = Settings(database_url=SecretStr(url), discord=DiscordSettings(api_url=lab.url))
    async with open_store(url) as store:
        for each in channels:
            await subscribe(store, channel=Channel(Platform.DISCORD, guild, each))
    found = discord_checks(settings, SystemClock(), Secret(TOKEN), at_most=at_most)
    return [each async for each in found]


def failed(found: list[Check]) -> dict[str, Check]:
    return {each.name: each for each in found if each.fix}


def told(found: list[Check], name: str) -> str:
    (check,) = (each for each in found if each.name == name)
    return check.found


async def test_a_discord_that_is_well_is_told_of_check_by_check(lab: Lab, tmp_path: Path) -> None:
    found = await checks(lab, tmp_path, *WELL)
    assert failed(found) == {}
    assert told(found, "discord token") == f"belongs to the bot user{BOT} ({BOT})"
    assert told(found, "discord commands") == "are those of this version"
    assert "999 of 1,000 are left today" in told(found, "discord gateway")
    assert told(found, "discord channels") == "4 of 4 subscribed channels have all they need"
    assert told(found, "discord invite").endswith(f": {invite_link(APPLICATION)}")


async def test_nothing_is_changed_by_looking(lab: Lab, tmp_path: Path) -> None:
    await checks(lab, tmp_path, *WELL)
    assert {each.method for each in lab.asked} == {"GET"}
    assert lab.identified == 0


async def test_what_is_missing_in_a_channel_is_named_with_its_fix(lab: Lab, tmp_path: Path) -> None:
    lab.deny("101", send_messages_in_threads=True, create_public_threads=True)
    lab.deny("102", view_channel=True)
    lab.deny("103", send_messages=True)
    found = await checks(lab, tmp_path, *WELL)
    wrong = failed(found)
    assert wrong.keys() == {f"discord #{name} of Lab" for name in ("papers", "news", "reading", "agents")}
    assert "allow Create Public Threads, Send Messages in Threads" in wrong["discord #papers of Lab"].fix
    assert "allow View Channel, Send Messages" in wrong["discord #news of Lab"].fix
    assert wrong["discord #reading of Lab"].found.startswith("the bot lacks Send Messages (")
    # A thread is ruled by the channel that it hangs from.
    assert wrong["discord #agents of Lab"].fix.endswith("allow Send Messages in Threads.")
    assert told(found, "discord channels") == "0 of 4 subscribed channels have all they need"


async def test_what_a_role_allows_is_not_missing(lab: Lab, tmp_path: Path) -> None:
    lab.guilds[LAB].add_role(LAB, "@everyone", discord.Permissions.none())
    assert len(failed(await checks(lab, tmp_path, "101"))) == 1
    lab.guilds[LAB].add_role("110", "papers", discord.Permissions(administrator=True))
    lab.guilds[LAB].members[BOT].append("110")
    assert failed(await checks(lab, tmp_path)) == {}


async def test_what_is_gone_or_left_is_only_counted(lab: Lab, tmp_path: Path) -> None:
    await checks(lab, tmp_path, "301", "302", guild=LOST)
    found = await checks(lab, tmp_path, "101", "109")
    assert failed(found) == {}
    summary = "1 of 4 subscribed channels have all they need; 2 are in servers that the bot is not in; 1 are gone"
    assert told(found, "discord channels") == summary


async def test_a_thread_that_is_locked_has_its_fix(lab: Lab, tmp_path: Path) -> None:
    lab.places["104"].is_locked = True
    wrong = failed(await checks(lab, tmp_path, "101", "104"))
    assert [(name, each.found) for name, each in wrong.items()] == [("discord #agents of Lab", "the thread is locked")]


async def test_a_thread_that_is_hidden_has_its_fix(lab: Lab, tmp_path: Path) -> None:
    lab.deny("101", view_channel=True)
    found = failed(await checks(lab, tmp_path, "104"))
    assert found["discord channel 104 of Lab"].fix.endswith("allow View Channel.")


async def test_no_more_channels_are_looked_at_than_some(lab: Lab, tmp_path: Path) -> None:
    found = await checks(lab, tmp_path, *WELL, at_most=1)
    summary = "1 of 1 subscribed channels have all they need; 3 more were not looked at"
    assert told(found, "discord channels") == summary


async def test_a_persons_own_channel_needs_nothing_of_a_server(lab: Lab, tmp_path: Path) -> None:
    found = await checks(lab, tmp_path, "@1")
    assert told(found, "discord channels") == "0 of 0 subscribed channels have all they need"


async def test_a_token_that_discord_refuses_has_its_fix(lab: Lab, tmp_path: Path) -> None:
    lab.token = "another"
    (check,) = await checks(lab, tmp_path)
    assert check.found == "Discord does not accept DISCORD_BOT_TOKEN"
    assert "Reset Token" in check.fix


async def test_what_the_owner_of_the_application_set_against_it_has_its_fix(lab: Lab, tmp_path: Path) -> None:
    lab.application |= {"interactions_endpoint_url": "https://example.org/hear", "bot_require_code_grant": True}
    wrong = failed(await checks(lab, tmp_path))
    assert wrong.keys() == {"discord interactions", "discord invite"}
    assert "Empty Interactions Endpoint URL" in wrong["discord interactions"].fix
    assert "Turn Requires OAuth2 Code Grant off" in wrong["discord invite"].fix


async def test_an_intent_that_is_on_is_not_needed(lab: Lab, tmp_path: Path) -> None:
    lab.application["flags"] = 1 << 19 | 1 << 14
    found = await checks(lab, tmp_path)
    assert failed(found) == {}
    assert told(found, "discord intents").endswith("on all the same: Server Members, Message Content")


async def test_a_menu_of_another_version_is_put_right_later(lab: Lab, tmp_path: Path) -> None:
    lab.menu = []
    found = await checks(lab, tmp_path)
    assert failed(found) == {}
    assert "`paperround run` puts them right" in told(found, "discord commands")
    assert lab.menu == []


async def test_too_few_connections_are_waited_for(lab: Lab, tmp_path: Path) -> None:
    lab.left = 1
    wrong = failed(await checks(lab, tmp_path))
    assert wrong["discord gateway"].fix.startswith("Wait 1 h 30 min. ")


async def test_what_stands_before_discord_may_let_less_through(lab: Lab, tmp_path: Path) -> None:
    for route in ("/applications/@me", "/gateway/bot"):
        lab.fail(Fault(status=404), method="GET", path=route)
    found = await checks(lab, tmp_path)
    assert failed(found) == {}
    assert told(found, "discord gateway") == "1 connection; how many are left today is not said"
    lab.fail(Fault(body=b'{"url": "wss://x"}', content_type="application/json"), method="GET", path="/gateway/bot")
    assert failed(await checks(lab, tmp_path)) == {}


async def test_the_token_s_own_check_judges_a_discord_that_wants_it_for_everything(lab: Lab, tmp_path: Path) -> None:
    settings = {"DISCORD_BOT_TOKEN": TOKEN, "PAPERROUND_DISCORD__API_URL": lab.url, "PAPERROUND_SOURCES": "arxiv"}
    lab.fail(*[Fault(status=401)] * 9, method="GET", path="/gateway")
    ended = await asyncio.to_thread(Console(tmp_path, settings), "doctor")
    assert "ok    discord token" in ended.out
    assert "FAIL  discord" not in ended.out


async def test_a_discord_out_of_reach_has_its_fix(lab: Lab, tmp_path: Path) -> None:
    lab.url = "http://127.0.0.1:9/api/v10"
    (check,) = await checks(lab, tmp_path)
    assert "Discord cannot be reached" in check.found
    assert "correct PAPERROUND_DISCORD__API_URL" in check.fix


def test_a_discord_out_of_reach_is_told_once(tmp_path: Path) -> None:
    settings = {
        "DISCORD_BOT_TOKEN": TOKEN,
        "PAPERROUND_DISCORD__API_URL": "http://127.0.0.1:9/api/v10",
        "PAPERROUND_SOURCES": "hf",
    }
    lines = Console(tmp_path, settings)("doctor").out.splitlines()
    assert len([line for line in lines if line.startswith("FAIL  discord")]) == 1


async def test_doctor_looks_at_discord_and_shows_no_secret(lab: Lab, tmp_path: Path) -> None:
    settings = {
        "DISCORD_BOT_TOKEN": TOKEN,
        "PAPERROUND_DISCORD__API_URL": lab.url,
        "PAPERROUND_SOURCES": "hf",
    }
    ended = await asyncio.to_thread(Console(tmp_path, settings), "doctor")
    lines = [line for line in ended.out.splitlines() if line.startswith(("ok    discord", "ok    clock"))]
    assert [line[6:].partition(":")[0] for line in lines] == [
        "discord",
        "clock",
        "discord token",
        "discord intents",
        "discord invite",
        "discord gateway",
        "discord commands",
        "discord channels",
    ]
    assert TOKEN not in ended.out + ended.err
