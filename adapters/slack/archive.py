"""Where posted messages are found by people: their archive addresses.

An address is put together from the workspace's own, which is asked before a post and never after one: each call between
the accept and our commit lengthens the moment in which a crash makes a duplicate. Without it a receipt has no link, and
reminders say without one that a paper was posted.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.slack.client import SlackApi
from bot.errors import DeliveryError, Verdict
from bot.model.delivery import Receipt
from bot.model.installation import Installation
from bot.ports import Clock

log = logging.getLogger(__name__)

Json = Any

LONGEST_QUESTION: Final = timedelta(seconds=2)
"""How long a post waits for the address."""

ASKED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""When a workspace that did not tell its address is asked once more."""


class Archives:
    """The addresses of the workspaces' archives, as far as they are known."""

    def __init__(self, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, str] = {}
        self._asked: dict[str, datetime] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def __getitem__(self, workspace: str) -> str:
        """Return the address of a workspace; empty while it is not known."""
        return self._known.get(workspace, "")

    def is_to_be_asked(self, workspace: str) -> bool:
        """Say whether it is time to ask for the address."""
        asked = self._asked.get(workspace)
        is_time = asked is None or self._clock.wall() >= asked + ASKED_AGAIN_AFTER
        return workspace not in self._known and is_time

    async def ask(self, installation: Installation) -> None:
        """Ask the workspace for its address, or wait for who is asking; without an answer posts go on."""
        workspace = installation.workspace
        async with self._asking[workspace]:
            if not self.is_to_be_asked(workspace):
                return
            try:
                async with asyncio.timeout(LONGEST_QUESTION.total_seconds()):
                    answer = await self._api.post(installation.token, "auth.test", {})
            except (DeliveryError, TimeoutError) as error:
                log.info("slack:%s does not tell its address (%s)", workspace, type(error).__name__)
                answer = {}
            self._asked[workspace] = self._clock.wall()
            url = answer.get("url")
            if isinstance(url, str) and url.startswith("https://") and url.endswith("/"):
                self._known[workspace] = url


def receipt_of(message: Mapping[str, Json], *, archive: str, channel: str, thread: str) -> Receipt:
    """Return the receipt of a message; `channel` is its channel where it does not say so, `thread` its parent's `ts`.

    Its link looks as those of chat.getPermalink do. An answer that says `ok` and no more is an acceptance all the same:
    the message is there, and nobody knows its `ts`.
    Source: https://docs.slack.dev/reference/methods/chat.getPermalink

    Raises:
        DeliveryError: nobody knows whether there is a message.
    """
    ts, channel = str(message.get("ts") or ""), str(message.get("channel") or channel)
    if not ts and message.get("ok") is not True:
        raise DeliveryError(Verdict.UNKNOWN_OUTCOME, "Slack's answer names no message")
    if not ts or not archive:
        return Receipt(message=ts)
    reply = f"?thread_ts={thread}&cid={channel}" if thread else ""
    return Receipt(message=ts, href=f"{archive}archives/{channel}/p{ts.replace('.', '')}{reply}")
