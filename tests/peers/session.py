"""A session as a page of the documents: what was typed, what was pressed, what came."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

LEFT_OUT: Final = "[...]"
"""What stands for the summary of a paper."""


class Session:
    """What has happened so far; `head` is what the page begins with."""

    def __init__(self, page: Path, head: str) -> None:
        self._page = page
        self._lines = [head]

    def typed(self, command: str, by: str = "") -> None:
        """Note a command."""
        self._lines.append(f"**{command}**" + (f", by {by}" if by else "") + "\n")

    def typing(self, command: str, suggestions: Sequence[str]) -> None:
        """Note a command that is being typed, and what may come next."""
        self._lines.append(f"**{command}**…\n\nIt suggests: {', '.join(suggestions)}\n")

    def pressed(self, label: str, where: str = "") -> None:
        """Note a press."""
        self._lines.append(f"**[{label}]**" + (f" {where}" if where else "") + "\n")

    def at(self, moment: str) -> None:
        """Note that time has passed, or that something else has happened."""
        self._lines.append(f"**{moment}**\n")

    def heard(self, text: str, only: str = "") -> None:
        """Note a message; `only` says who alone sees it."""
        self._lines.append(f"{f'Only {only} sees' if only else 'The channel sees'}:\n\n```\n{text}\n```\n")

    def compare(self) -> None:
        """Hold the page against what happened, or write it."""
        page = "\n".join(self._lines)
        if os.environ.get("WRITE"):
            self._page.write_text(page, encoding="utf-8")
        assert self._page.read_text(encoding="utf-8") == page, "stale: make test-peers WRITE=1"
