"""paperround in somebody else's Slack, unattended: the real service, a real day, every kind of press."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.console import ROOT, Console
from tests.fakes.huggingface import FakeHuggingFace
from tests.fakes.web import web
from tests.peers.local_slack import ALICE, APP_TOKEN, BOB, BOT_TOKEN, LocalSlack, Message, local_slack, text_of
from tests.peers.real_days import papers_with, real_days
from tests.peers.service import ShiftedClock
from tests.peers.session import LEFT_OUT, Session
from tests.peers.waiting import eventually, running

pytestmark = pytest.mark.peers

DAY, NEXT_DAY = date(2026, 5, 12), date(2026, 5, 13)
"""A Tuesday and a Wednesday, of whose papers some are about world models."""

MORNING = datetime(2026, 5, 12, 17, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 5, 13, 15, tzinfo=UTC)
NINE = datetime(2026, 5, 13, 16, 0, 1, tzinfo=UTC)
"""Ten, eight and nine o'clock where Alice lives: local-slack has everybody in Los Angeles."""


PAGE = ROOT / "docs" / "slack-session.md"
HEAD = """# A session in Slack

The real service and [local-slack](https://www.npmjs.com/package/local-slack), through Socket Mode, on two real days of
Hugging Face. `make test-peers` plays it and fails when this page is stale; `make test-peers WRITE=1` writes it. Titles,
names and numbers are the papers' own; their summaries are left out here (`[...]`). `[Labels]` are buttons.
"""

NAMES = {ALICE: "alice", BOB: "bob"}

LINK = re.compile(r"<(?:https?://|!date)[^|>]*\|([^>]*)>")
SUMMARY = re.compile(r"^(\d+\. [^▲\n]*)\n[^▲\n]+\n(?=.*▲)", re.MULTILINE)
"""What stands between a lead's title and its facts."""


@dataclass
class Town:
    """A Slack, and paperround at work in it."""

    slack: LocalSlack
    clock: ShiftedClock
    log: Path


class Talk:
    """What people do in the channel, one thing after another, and what comes of each."""

    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack
        self.session = Session(PAGE, HEAD)
        self.seen = 0

    async def type(self, text: str, *, user: str = ALICE) -> Message:
        """Type a command; returns the answer."""
        self.session.typed(f"/papers {text}")
        await self.slack.type(text, user=user)
        return await self.hear()

    async def press(self, message: Message, label: str, where: str = "", *, user: str = ALICE) -> Message:
        """Press something; returns the answer."""
        self.session.pressed(label, where)
        await self.slack.press(message, label, user=user)
        return await self.hear()

    async def hear(self) -> Message:
        """Wait for the next message."""
        message = await self.slack.next(self.seen)
        self.seen += 1
        self.session.heard(shown(message), NAMES.get(message.get("ephemeral_to", ""), ""))
        return message


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    clock = ShiftedClock(tmp_path / "shift")
    clock.jump(MORNING)
    async with AsyncExitStack() as opened:
        slack = await opened.enter_async_context(local_slack(tmp_path))
        source = await opened.enter_async_context(web(FakeHuggingFace(clock, real_days(until=NEXT_DAY))))
        environment = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "PAPERROUND_SLACK__BASE_URL": f"{slack.url}/api",
            "PAPERROUND_SOURCES": "hf",
            "PAPERROUND_HUGGINGFACE__BASE_URL": source.url,
            "PAPERROUND_TICK_SECONDS": "0.2",
        }
        variables = Console(tmp_path, environment).variables
        log = tmp_path / "paperround.log"
        command = [sys.executable, "-W", "error", "-m", "tests.peers.service", str(tmp_path / "shift")]
        await opened.enter_async_context(running(command, log, variables))
        await eventually(lambda: "connected through Socket Mode" in log.read_text(), log.read_text)
        await eventually(lambda: f"day:{DAY}: fetched" in log.read_text(), log.read_text)
        yield Town(slack, clock, log)


async def test_a_channel_subscribes_reads_and_steers(town: Town) -> None:
    talk = Talk(town.slack)

    confirmed = await talk.type('subscribe "world model" --daily 09:00')
    assert "@alice subscribed this channel to" in text_of(confirmed)
    assert "weekdays at 09:00" in text_of(confirmed)
    assert not is_private(confirmed)

    posting = await talk.press(confirmed, "Post the latest 5 now")
    assert "Posting 5 papers" in text_of(posting)
    assert len(papers_of(await talk.hear())) == 5

    listed = await talk.type("list")
    assert '#1 *"world model"*' in text_of(listed)
    assert is_private(listed, to=ALICE)

    town.clock.jump(NEXT_MORNING)
    await eventually(lambda: f"day:{NEXT_DAY}: fetched" in town.log.read_text(), town.log.read_text)
    assert len(await town.slack.messages()) == talk.seen
    town.clock.jump(NINE)
    talk.session.at("Wednesday, 09:00")
    digest = await talk.hear()
    assert sorted(papers_of(digest)) == sorted(papers_with(NEXT_DAY, "world model"))
    assert not is_private(digest)

    saved = await talk.press(digest, "Save", "in the menu of the first paper")
    assert is_private(saved, to=ALICE)
    assert papers_of(await talk.type("saved")) == papers_of(digest)[:1]

    first = await talk.type("search agent", user=BOB)
    assert is_private(first, to=BOB)
    second = await talk.press(first, "Next", user=BOB)
    assert set(papers_of(second)).isdisjoint(papers_of(first))
    assert len(papers_of(second)) == len(papers_of(first))

    gone = await talk.type("unsubscribe 1")
    undone = await talk.press(gone, "Undo")
    assert not is_private(gone)
    assert not is_private(undone)
    assert '#1 *"world model"*' in text_of(await talk.type("list"))
    talk.session.compare()


def shown(message: Message) -> str:
    """Return what a message says, as the page shows it."""
    return SUMMARY.sub(rf"\1\n{LEFT_OUT}\n", LINK.sub(r"\1", text_of(message)).replace("\u200b", ""))


def is_private(message: Message, *, to: str = "") -> bool:
    """Say whether one person alone sees it, and whether it is that one."""
    return message.get("subtype") == "ephemeral" and (not to or message["ephemeral_to"] == to)


def papers_of(message: Message) -> list[str]:
    """Return the numbers of the papers that a message links to as leads or lines, in order."""
    return list(dict.fromkeys(re.findall(r"huggingface\.co/papers/([\d.]+)", text_of(message))))
