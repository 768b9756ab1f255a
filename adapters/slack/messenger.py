"""Posts to Slack, one stored part a call, and finds again what it posted.

    wait for the channel ──> wait for the workspace ──> chat.postMessage ──> receipt
                    (pacing.py)                             │ 429: all processes stop posting to the workspace
                                                            └ unknown outcome: `find` looks for the message's mark

The mark is the delivery's key and the part's number, in the message's metadata.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.slack.archive import Archives, receipt_of
from adapters.slack.client import SlackApi
from adapters.slack.manifest import HISTORY_SCOPES
from adapters.slack.pacing import Pacing
from adapters.slack.render import PARENT, messages
from adapters.slack.tokens import installation_in
from bot.document import Document
from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel, Platform
from bot.model.delivery import Claim, Part, Receipt, Rendered
from bot.model.installation import Installation
from bot.ports import Clock, Installations, RateLimits

log = logging.getLogger(__name__)

Json = Any

EVENT_TYPE: Final = "papers_digest"
"""The type of a message's metadata, which any app in the channel may read: it holds no secret."""

PAGES: Final = 3
PAGE: Final = 200
"""`find` reads at most three pages of 200 messages, beginning at the time when the delivery was made."""

SKEW: Final = timedelta(minutes=1)
"""How far Slack's clock may be behind ours: `find` begins so much earlier."""


class SlackMessenger:
    """Implements `Messenger` for every workspace that installed the app."""

    def __init__(self, api: SlackApi, installations: Installations, rate_limits: RateLimits, clock: Clock) -> None:
        self._api = api
        self._installations = installations
        self._pacing = Pacing(rate_limits, clock)
        self._archives = Archives(api, clock)
        self._unreadable: set[tuple[Channel, Installation]] = set()

    @property
    def platform(self) -> str:
        """The platform's name."""
        return Platform.SLACK

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Turn a document into a message and its replies."""
        return messages(document)

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post one part, after waiting for its turn.

        Raises:
            DeliveryError: Slack refused it, or nobody knows; `RETRY_LATER` when the turn is too far off to wait here.
        """
        installation = await installation_in(self._installations, claim.channel.workspace)
        body = _body_of(claim, part, parts)
        await self._pacing.wait_for(claim.channel)
        if self._archives.is_to_be_asked(claim.channel.workspace):
            await self._archives.ask(installation)
            # While that went on, Slack may have asked somebody to wait.
            await self._pacing.wait_for(claim.channel)
        try:
            answer = await self._api.post(installation.token, "chat.postMessage", body)
        except DeliveryError as error:
            await self._pacing.obey(claim.channel, error)
            raise
        return self._receipt_of(answer, claim.channel, body.get("thread_ts", ""))

    async def find(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
        """Look for a part by its metadata: in the channel, or for a reply in its thread.

        None if it is not there, or cannot be looked for: by default the app may not read history, and of a person's own
        channel we do not know the id.

        Raises:
            DeliveryError: Slack asks us to wait, or did not answer.
        """
        installation = await installation_in(self._installations, claim.channel.workspace)
        if not self._may_read(claim.channel, installation):
            return None
        thread = _thread_of(part, parts)
        query = {"channel": claim.channel.id, "limit": str(PAGE), "include_all_metadata": "true"}
        query |= {"ts": thread} if thread else {"oldest": _timestamp(claim.created_at - SKEW)}
        for page in range(PAGES):
            try:
                answer = await self._read(claim.channel, installation, query)
            except DeliveryError as error:
                if page and error.retry_after:
                    # A later look would start again at the first page and be stopped here again.
                    return None
                raise
            for message in answer.get("messages", ()):
                if _is_it(message, claim, part, installation):
                    return self._receipt_of(message, claim.channel, thread)
            query["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not query["cursor"]:
                break
        return None

    def _may_read(self, channel: Channel, installation: Installation) -> bool:
        if channel.is_personal or (channel, installation) in self._unreadable:
            return False
        return not installation.scopes or bool(installation.scopes & HISTORY_SCOPES)

    async def _read(self, channel: Channel, installation: Installation, query: Mapping[str, str]) -> Mapping[str, Json]:
        await self._pacing.wait_to_read(channel)
        method = "conversations.replies" if "ts" in query else "conversations.history"
        try:
            return await self._api.read(installation.token, method, query)
        except DeliveryError as error:
            await self._pacing.obey_reading(channel, error)
            if error.verdict is Verdict.STOP_WORKSPACE:
                log.info(
                    "%s: %s; so a post whose outcome is unknown is posted again without looking for it first",
                    channel,
                    error.reason,
                )
                self._unreadable.add((channel, installation))
            raise

    def _receipt_of(self, message: Mapping[str, Json], channel: Channel, thread: str) -> Receipt:
        return receipt_of(message, archive=self._archives[channel.workspace], channel=channel.id, thread=thread)


def _body_of(claim: Claim, part: Part, parts: Sequence[Part]) -> Mapping[str, Json]:
    """Return the stored payload with its channel, its thread, and the mark by which `find` finds it."""
    where = {"channel": claim.channel.id.removeprefix("@")}
    if thread := _thread_of(part, parts):
        where["thread_ts"] = thread
    payload = {name: value for name, value in part.rendered.payload.items() if name != "thread_ts"}
    return {**payload, **where, "metadata": {"event_type": EVENT_TYPE, "event_payload": _mark_of(claim, part)}}


def _mark_of(claim: Claim, part: Part) -> Json:
    return {"delivery_id": int(claim.key), "part": part.index}


def _thread_of(part: Part, parts: Sequence[Part]) -> str:
    """Return the `ts` of the message that this part replies to; empty for no reply, or where Slack gave no `ts`."""
    if part.rendered.payload.get("thread_ts") != PARENT:
        return ""
    parent = parts[0].receipt
    if parent is None:
        raise DeliveryError(Verdict.OUR_BUG, "a reply came before its message")
    return parent.message


def _is_it(message: Mapping[str, Json], claim: Claim, part: Part, installation: Installation) -> bool:
    """Say whether a message is this part. The author counts too: other apps may use the same metadata."""
    metadata = message.get("metadata") or {}
    is_marked = metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload") == _mark_of(claim, part)
    return is_marked and installation.bot_user in {"", message.get("user")}


def _timestamp(at: datetime) -> str:
    return f"{at.timestamp():.6f}"
