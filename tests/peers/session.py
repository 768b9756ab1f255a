"""The session with local-slack as a page of the documents: what was typed, what was pressed, what came."""

import os
import re
from typing import Final

from tests.console import ROOT
from tests.peers.local_slack import ALICE, BOB, Message, text_of

PAGE: Final = ROOT / "docs" / "slack-session.md"

HEAD: Final = """# A session in Slack

The real service and [local-slack](https://www.npmjs.com/package/local-slack), through Socket Mode, on two real days of
Hugging Face. `make test-peers` plays it and fails when this page is stale; `make test-peers WRITE=1` writes it. Titles,
names and numbers are the papers' own; their summaries are left out here (`[...]`). `[Labels]` are buttons.
"""

_NAMES: Final = {ALICE: "alice", BOB: "bob"}

_LINK: Final = re.compile(r"<(?:https?://|!date)[^|>]*\|([^>]*)>")
_SUMMARY: Final = re.compile(r"^(\d+\. [^▲\n]*)\n[^▲\n]+\n(?=.*▲)", re.MULTILINE)
"""What stands between a lead's title and its facts."""


class Session:
    """What has happened so far."""

    def __init__(self) -> None:
        self._lines = [HEAD]

    def typed(self, text: str) -> None:
        """Note a command."""
        self._lines.append(f"**/papers {text}**\n")

    def pressed(self, label: str, where: str) -> None:
        """Note a press."""
        self._lines.append(f"**[{label}]**" + (f" in {where}" if where else "") + "\n")

    def at(self, moment: str) -> None:
        """Note that time has passed."""
        self._lines.append(f"**{moment}**\n")

    def heard(self, message: Message) -> None:
        """Note a message."""
        text = text_of(message)
        only = _NAMES.get(message.get("ephemeral_to", ""))
        shown = _SUMMARY.sub(r"\1\n[...]\n", _LINK.sub(r"\1", text).replace("\u200b", ""))
        self._lines.append(f"{f'Only {only} sees' if only else 'The channel sees'}:\n\n```\n{shown}\n```\n")

    def compare(self) -> None:
        """Hold the page against what happened, or write it."""
        page = "\n".join(self._lines)
        if os.environ.get("WRITE"):
            PAGE.write_text(page, encoding="utf-8")
        assert PAGE.read_text(encoding="utf-8") == page, "stale: make test-peers WRITE=1"
