"""`papers --as slack` and `--as discord`: the payloads that a platform would get, without a token and its SDK."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import block_kit, components
from tests.console import Console

PAPERS = tuple(
    {
        "id": f"arxiv:2406.{number:05}",
        "title": f"Lighthouse {number} keeps a <!channel> of *its* sea",
        "abstract": "We teach a lighthouse to wait.",
        "authors": ["Ada Brill", "Cyd Dorn"],
        "published": "2026-06-15",
    }
    for number in range(1, 8)
)
NOON = ("--as-of", "2026-06-16T12:00:00Z")
UNWANTED = {"slack_bolt", "slack_sdk", "discord", "aiohttp", "httpx"}


@pytest.fixture
def console(tmp_path: Path) -> Console:
    console = Console(tmp_path, {})
    console.write_papers(*PAPERS)
    assert console("fetch", "--source", "jsonl", "--file", "papers.jsonl", *NOON).status == 0
    return console


def judged(payloads: Any, *, response_type: str = "ephemeral") -> list[Any]:
    assert isinstance(payloads, list)
    for payload in payloads:
        assert payload.pop("response_type") == response_type
        assert payload.pop("replace_original") is False
        assert "thread_ts" not in payload
        block_kit.well_formed(payload)
        block_kit.within_limits(payload)
        block_kit.taken_by_the_sdk(payload)
        block_kit.mentions_nobody(payload)
    return payloads


def test_a_command_is_answered_as_slack_would_get_it(console: Console) -> None:
    ended = console("papers", "--as", "slack", "search", "lighthouse")
    (message,) = judged(ended.json)
    assert ended.status == 0
    menus = [block["accessory"] for block in message["blocks"] if "accessory" in block]
    assert [menu["options"][0]["value"].partition(":")[0] for menu in menus] == ["abstract"] * 5


@pytest.mark.parametrize(
    "words", [("help",), ("help", "subscribe"), ("list",), ("status",), ("subscribe", "lighthouse", "--to", "me")]
)
def test_every_answer_is_a_list_of_messages(console: Console, words: tuple[str, ...]) -> None:
    ended = console("papers", "--as", "slack", *words)
    assert ended.status == 0
    assert judged(ended.json)


def test_what_the_channel_sees_is_a_message_for_all(console: Console) -> None:
    ended = console("papers", "--as", "slack", "subscribe", "lighthouse")
    assert judged(ended.json, response_type="in_channel")
    (message,) = judged_as_discords(console("papers", "--as", "discord", "subscribe", "harbour").json)
    assert not message["flags"] & components.EPHEMERAL


def test_what_a_digest_cuts_has_no_thread_and_no_button_in_an_answer(console: Console) -> None:
    asked = ("preview", "lighthouse", "--source", "jsonl")
    assert console("papers", "settings", "max", "2").status == 0
    first, second = judged(console("papers", "--as", "slack", *NOON, *asked).json)
    assert [*block_kit.mrkdwns(first["blocks"])][-1].endswith(" · 5 more below")
    assert "Lighthouse" in str(second["blocks"])
    (message,) = judged_as_discords(console("papers", "--as", "discord", *NOON, *asked).json)
    assert [button["label"] for button in components.buttons(message)] == ["Open"] * 2
    assert message["flags"] & components.EPHEMERAL


def test_a_refusal_is_shown_as_slack_would_get_it_and_keeps_its_exit_status(console: Console) -> None:
    ended = console("papers", "--as", "slack", "subscribe", "agents", "--dayly", "09:00")
    assert ended.status == 2
    (message,) = judged(ended.json)
    assert message["text"] == "I didn't understand --dayly."
    assert any("`--daily`" in text for text in block_kit.mrkdwns(message["blocks"]))


def judged_as_discords(payloads: Any) -> list[Any]:
    assert isinstance(payloads, list)
    for payload in payloads:
        components.within_limits(payload)
        components.taken_by_simcord(payload)
    components.calls_nobody_else(payloads, [])
    return payloads


def test_a_command_is_answered_as_discord_would_get_it(console: Console) -> None:
    ended = console("papers", "--as", "discord", "search", "lighthouse")
    (message,) = judged_as_discords(ended.json)
    assert ended.status == 0
    assert [button["label"] for button in components.buttons(message)][:5] == ["Open"] * 5
    assert all(r"\<!channel>" in text for text in components.contents(message)[1:6])


def test_a_refusal_is_shown_as_discord_would_get_it_and_keeps_its_exit_status(console: Console) -> None:
    ended = console("papers", "--as", "discord", "subscribe", "agents", "--dayly", "09:00")
    assert ended.status == 2
    (message,) = judged_as_discords(ended.json)
    assert any("`daily`" in text for text in components.contents(message))


def test_a_refusal_is_seen_on_discord_by_whoever_would_have_seen_the_answer(console: Console) -> None:
    refused = [("unsubscribe", "9"), ("unsubscribe", "9", "--to", "me"), ("preview", "9")]
    answers = [console("papers", "--as", "discord", *words).json for words in refused]
    assert [bool(message["flags"] & components.EPHEMERAL) for (message,) in answers] == [False, True, True]


def test_a_platforms_sdk_is_not_needed_for_its_payloads() -> None:
    modules = "adapters.slack.render, adapters.slack.manifest, adapters.discord.render, adapters.discord.commands"
    script = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "adapters.slack.render" in done.stdout.split()
    assert not UNWANTED & set(done.stdout.split())


@pytest.mark.parametrize("what", ["slack", "discord"])
def test_a_menu_is_exported_without_a_token(console: Console, what: str) -> None:
    ended = console("export", what)
    assert ended.status == 0
    assert "subscribe" in ended.out
    assert ended.err == ""
