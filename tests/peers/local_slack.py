"""local-slack: somebody else's Slack in one program, driven as people drive theirs.

It knows Socket Mode, commands, buttons and modals. It checks no Block Kit, limits no rates and keeps no metadata: for
that tests/fakes/slack.py is there.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from adapters.web.listening import listen_at
from bot.clock import SystemClock
from tests.console import ROOT
from tests.peers.waiting import LOOK_EVERY_SECONDS, PATIENCE_SECONDS, answering, running

PROGRAM = ROOT / ".peers" / "node_modules" / "local-slack-linux-x64" / "bin" / "local-slack"

GENERAL, ALICE, BOB = "C01GEN", "U01ALICE", "U02BOB"
BOT_TOKEN, APP_TOKEN = "xoxb-socket-token", "xapp-socket-token"  # as its own examples have them

CONFIG = f"""
workspace: {{ name: Test Workspace, domain: test-workspace, teamId: T01TEST }}
apps:
  - appId: A01APP
    botUserId: U0BOT
    botName: papers
    botToken: {BOT_TOKEN}
    appToken: {APP_TOKEN}
    signingSecret: secret-one
    mode: socket
users:
  - {{ id: {ALICE}, name: alice, real_name: Alice Anderson, email: alice@example.com }}
  - {{ id: {BOB}, name: bob, real_name: Bob Brown, email: bob@example.com }}
channels:
  - {{ id: {GENERAL}, name: general, members: [{ALICE}, {BOB}, U0BOT] }}
"""

Message = dict[str, Any]


@dataclass
class LocalSlack:
    """A running local-slack."""

    url: str
    client: httpx.AsyncClient

    async def type(self, text: str, *, user: str = ALICE) -> None:
        """Type `/papers` and some text in the channel."""
        command = {"channel": GENERAL, "user": user, "command": "/papers", "text": text, "appId": "A01APP"}
        await self._control("command", command)

    async def press(self, message: Message, label: str, *, user: str = ALICE) -> None:
        """Press the button of a message, or choose from its menu, by what stands on it."""
        action = next(each for each in actions_of(message) if each["label"] == label)
        pressed = {key: value for key, value in action.items() if key != "label"}
        await self._control(
            "interact", {"channel": GENERAL, "messageTs": message["ts"], "user": user, "action": pressed}
        )

    async def messages(self) -> list[Message]:
        """Return what stands in the channel, oldest first."""
        answer = await self.client.get(f"/_control/messages/{GENERAL}")
        found: list[Message] = sorted(answer.json()["messages"], key=lambda each: float(each["ts"]))
        return found

    async def next(self, seen: int) -> Message:
        """Wait for the message after the first `seen` ones."""
        clock = SystemClock()
        found: list[Message] = []
        for _ in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
            found = await self.messages()
            if len(found) > seen:
                return found[seen]
            await clock.sleep(LOOK_EVERY_SECONDS)
        raise AssertionError(f"nothing came; the channel has {[text_of(each) for each in found]}")

    async def _control(self, verb: str, body: dict[str, Any]) -> None:
        (await self.client.post(f"/_control/{verb}", json=body)).raise_for_status()


@asynccontextmanager
async def local_slack(folder: Path) -> AsyncIterator[LocalSlack]:
    """Run a local-slack of one workspace."""
    with listen_at("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    config = folder / "local-slack.yaml"
    config.write_text(CONFIG)
    url = f"http://127.0.0.1:{port}"
    async with (
        running([str(PROGRAM), "--config", str(config), "--port", str(port)], folder / "local-slack.log"),
        httpx.AsyncClient(base_url=url) as client,
    ):
        await answering(client, "/_control/state")
        yield LocalSlack(url, client)


def text_of(message: Message) -> str:
    """Return what a message says, block by block, as plain text."""
    blocks = message.get("blocks") or []
    return "\n".join(filter(None, map(_plain, blocks))) if blocks else str(message.get("text", ""))


def actions_of(message: Message) -> list[dict[str, Any]]:
    """Return what can be pressed in a message: what stands on it, and what local-slack is told of it."""
    return list(_actions(message.get("blocks") or []))


def _actions(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
            base = {"action_id": element.get("action_id"), "block_id": block.get("block_id"), "type": element["type"]}
            if element["type"] == "button":
                yield {**base, "label": element["text"]["text"], "value": element.get("value", "")}
            for option in element.get("options", []):
                yield {**base, "label": option["text"]["text"], "selected_option": option}


def _plain(part: Any) -> str:
    """Return the text within a block, an element or an object."""
    match part:
        case {"text": str(text)}:
            return text
        case {"text": dict(text)}:
            return "\n".join(filter(None, [_plain(text), *map(_plain, part.get("fields", []))]))
        case {"url": str(url)}:
            return url
        case {"type": "actions"}:
            return " ".join(f"[{each['label']}]" for each in _actions([part]))
        case {"elements": list(elements)}:
            joiner = " " if part.get("type") == "context" else ""
            return joiner.join(map(_plain, elements))
        case {"type": "divider"}:
            return "---"
        case _:
            return ""
