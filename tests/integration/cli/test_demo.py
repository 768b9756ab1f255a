"""`demo` as a person has it: one digest on three surfaces, live or of the sample, whatever the network is like."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.console import Console, Ended
from tests.fakes.huggingface import FakeHuggingFace, an_item
from tests.fakes.web import Asked, Reply, web

IN_THE_SAMPLE = "GameWorld: Towards Standardized and Verifiable Evaluation of Multimodal Game Agents"


def is_whole(ended: Ended) -> bool:
    return (ended.status, ended.err) == (0, "") and "paperround shell" in ended.out.splitlines()[-1]


async def demo_against(answer: Callable[[Asked], Reply], folder: Path) -> Ended:
    async with web(answer) as server:
        console = Console(folder, {"PAPERROUND_HUGGINGFACE__BASE_URL": server.url})
        return await asyncio.to_thread(console, "demo")


def hugging_face(*titles: str) -> FakeHuggingFace:
    """Build a Hugging Face that has the same list on every day of the last week."""
    clock = SystemClock()
    items = [an_item(number, title, upvotes=100 - number) for number, title in enumerate(titles, start=1)]
    return FakeHuggingFace(clock, {clock.now().date() - timedelta(days=back): items for back in range(8)})


def test_offline_it_shows_real_papers_of_the_sample_and_why_each_matched(tmp_path: Path) -> None:
    ended = Console(tmp_path, {})("demo", "--offline")
    assert is_whole(ended)
    assert ended.out.startswith("Offline, so this is the bundled sample: real papers")
    digest, _, on_phones = ended.out.partition("[console:demo/general]")[2].partition("The same digest on a phone")
    assert IN_THE_SAMPLE in digest
    assert 'matched "agents"' in digest
    assert 'matched "reasoning"' in digest
    assert digest.count("huggingface.co/papers/") == 10
    assert "╭─ Slack ─" in on_phones
    assert "╭─ Discord ─" in on_phones
    assert on_phones.count("1. ClawGUI") == on_phones.count("7. GameWorld") == 2
    assert list(tmp_path.iterdir()) == []


def test_without_a_network_it_says_so_and_shows_the_sample(tmp_path: Path) -> None:
    ended = Console(tmp_path, {})("demo")
    assert is_whole(ended)
    assert ended.out.startswith("Hugging Face gave no list within 2 seconds, so this is the bundled sample")
    assert IN_THE_SAMPLE in ended.out


async def test_live_it_shows_the_newest_list_that_is_not_empty(tmp_path: Path) -> None:
    fake = hugging_face("Teapot Agents at Work", "Reasoning about Kettles", "Nothing of the Kind")
    newest = max(day for day in fake.days if day.weekday() < 5)
    fake.days = {day: items for day, items in fake.days.items() if day < newest}
    ended = await demo_against(fake, tmp_path)
    assert is_whole(ended)
    shown = max(day for day in fake.days if day.weekday() < 5)
    assert ended.out.startswith(f"Live from Hugging Face: its list of {shown:%A %d %B %Y}.")
    assert "Teapot Agents at Work" in ended.out
    assert "Reasoning about Kettles" in ended.out
    assert "Nothing of the Kind" not in ended.out
    assert "sample" not in ended.out


async def test_a_list_without_the_demos_topics_is_shown_as_what_is_trending(tmp_path: Path) -> None:
    ended = await demo_against(hugging_face("Patient Teapots"), tmp_path)
    assert is_whole(ended)
    assert "A channel that subscribed to trending gets this digest" in ended.out
    assert "Patient Teapots" in ended.out


@pytest.mark.parametrize(
    "reply",
    [
        Reply(is_silent=True),
        Reply(body=b"[" * 1_000, drips=0.2),
        Reply(status=503),
        Reply(status=429, headers={"Retry-After": "60"}),
        Reply(body=b"<html>a captive portal</html>"),
        Reply(body=b"[]"),
        Reply(body=b"[7]"),
        Reply(status=302, headers={"Location": "https://portal.example/login"}),
    ],
    ids=["silent", "slow", "broken", "busy", "portal", "empty", "garbage", "elsewhere"],
)
async def test_an_answer_that_is_none_is_replaced_by_the_sample(reply: Reply, tmp_path: Path) -> None:
    ended = await demo_against(lambda _: reply, tmp_path)
    assert is_whole(ended)
    assert ended.out.startswith("Hugging Face gave no list within 2 seconds, so this is the bundled sample")


def test_it_leaves_a_persons_files_alone_and_needs_none_of_them(tmp_path: Path) -> None:
    files = {
        "paperround.toml": b"this = is [not toml",
        "paperround.db": b"a database of somebody",
        "digests.jsonl": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    ended = Console(tmp_path, {"PAPERROUND_CONSOLE__FILE": "digests.jsonl"})("demo", "--offline")
    assert is_whole(ended)
    assert "[console:demo/general]" in ended.out
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == files
