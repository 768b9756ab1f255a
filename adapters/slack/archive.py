"""Makes the links to posted messages, which receipts keep for later reminders ("posted Tue").

A link begins with the workspace's own address (`https://acme.slack.com/`). We ask Slack for that before a post, never
after it: a crash between Slack's accept and our commit makes a duplicate, and another call there would give it more
time. Without the address a receipt has no link, and reminders do without.
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
"""How long to wait before asking again when Slack did not tell an address."""


class Archives:
    """The workspaces' addresses, as far as they are known."""

    def __init__(self, api: SlackApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, str] = {}
        self._asked: dict[str, datetime] = {}
        self._asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def __getitem__(self, workspace: str) -> str:
        """Return the address of a workspace, with a slash at its end; empty while it is not known."""
        return self._known.get(workspace, "")

    def is_to_be_asked(self, workspace: str) -> bool:
        """Say whether the address is unknown and it is time to ask for it."""
        asked = self._asked.get(workspace)
        is_time = asked is None or self._clock.wall() >= asked + ASKED_AGAIN_AFTER
        return workspace not in self._known and is_time

    async def ask(self, installation: Installation) -> None:
        """Ask for the workspace's address, or wait while another post does; raises nothing when Slack fails."""
        workspace = installation.workspace
        async with self._asking[workspace]:
            if not self.is_to_be_asked(workspace):
                return
            try:
                async with asyncio.timeout(LONGEST_QUESTION.total_seconds()):
                    answer = await self._api.post(installation.token, "auth.test", {})
            except (DeliveryError, TimeoutError) as error:
                log.info(
                    "slack:%s: auth.test failed (%s); posts go out, but reminders cannot link to them",
                    workspace,
                    type(error).__name__,
                )
                answer = {}
            self._asked[workspace] = self._clock.wall()
            url = answer.get("url")
            if isinstance(url, str) and url.startswith("https://") and url.endswith("/"):
                self._known[workspace] = url


def receipt_of(message: Mapping[str, Json], *, archive: str, channel: str, thread: str) -> Receipt:
    """Return the receipt of a message, with a link as chat.getPermalink makes it, if `archive` is known.

    `archive` is the workspace's address, `channel` is used where the message names none, `thread` is its parent's `ts`.
    An answer with `ok` and no `ts` is accepted as well: the message was posted, but cannot be linked to.
    Source: https://docs.slack.dev/reference/methods/chat.getPermalink

    Raises:
        DeliveryError: `UNKNOWN_OUTCOME`: the answer does not say whether there is a message.
    """
    ts, channel = str(message.get("ts") or ""), str(message.get("channel") or channel)
    if not ts and message.get("ok") is not True:
        raise DeliveryError(Verdict.UNKNOWN_OUTCOME, "Slack's answer names no message")
    if not ts or not archive:
        return Receipt(message=ts)
    reply = f"?thread_ts={thread}&cid={channel}" if thread else ""
    return Receipt(message=ts, href=f"{archive}archives/{channel}/p{ts.replace('.', '')}{reply}")
