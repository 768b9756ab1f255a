"""Answers the person who typed a command or pressed a button: as messages, or in a modal.

    response_url ──expired, used up──> chat.postMessage or chat.postEphemeral ──not in the channel──> direct message

A modal has to be opened within three seconds, with the `trigger_id` of the command or press. `update` can replace its
content later.
"""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.proxies import proxy_for
from adapters.slack.bounds import bounded_session
from adapters.slack.client import SlackApi, silent_log
from adapters.slack.interactions import Here
from adapters.slack.members import Members
from adapters.slack.naming import NAMING
from adapters.slack.render import PARENT, answer, at_response_url
from bot.document import Document
from bot.errors import DeliveryError, Verdict
from bot.model.installation import Secret
from bot.ports import Clock

log = logging.getLogger(__name__)

Json = Any

MOST_POSTS: Final = 5
"""How often a response_url may be used. Source: https://docs.slack.dev/interactivity/handling-user-interaction"""

ANSWER_WITHIN: Final = timedelta(seconds=8)
"""How long one call of a response_url may take."""

LONGEST_WAIT: Final = timedelta(seconds=60)
"""How long one message of an answer waits in all when Slack asks to wait; later, nobody waits for the answer."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A method of the Web API that posts a message, and its arguments that say to whom."""

    method: str
    to: Mapping[str, str]


class Answers:
    """Sends documents to people, with names in place of ids."""

    def __init__(self, api: SlackApi, members: Members, clock: Clock) -> None:
        self._api = api
        self._members = members
        self._clock = clock

    async def named(self, here: Here, document: Document) -> Document:
        """Return the document with names in place of the ids of people and channels, where Slack tells the name."""
        named = NAMING.named_in(document)
        if not named.people and not named.places:
            return document
        return NAMING.with_names(document, await self._members.names(here, named.people, named.places))

    async def say(self, here: Here, document: Document, *, to_channel: bool) -> None:
        """Answer where the command was typed: to the whole channel, or visibly to that person alone.

        Raises:
            DeliveryError: Slack refused every way.
        """
        payloads = answer(await self.named(here, document))
        takes_answers = bool(here.response_url) and self._api.takes_answers_at(here.response_url)
        if here.response_url and not takes_answers:
            log.warning(
                "slack:%s: a response_url leads to no host of Slack's; answering through the Web API instead",
                here.workspace,
            )
        rest = await self._say_there(here, payloads, to_channel=to_channel) if takes_answers else payloads
        if rest:
            await self._say_by_api(here, rest, to_channel=to_channel)

    async def _say_there(self, here: Here, payloads: Sequence[Json], *, to_channel: bool) -> Sequence[Json]:
        """Answer at the response_url; returns the messages that are still to be sent another way."""
        async with bounded_session() as session:
            client = AsyncWebhookClient(
                here.response_url,
                timeout=math.ceil(ANSWER_WITHIN.total_seconds()),
                session=session,
                retry_handlers=[],
                logger=silent_log(),
            )
            client.proxy = proxy_for(here.response_url)
            return await self._say_by(client, here, payloads, to_channel=to_channel)

    async def _say_by(
        self, client: AsyncWebhookClient, here: Here, payloads: Sequence[Json], *, to_channel: bool
    ) -> Sequence[Json]:
        for done, payload in enumerate(payloads[:MOST_POSTS]):
            try:
                async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                    taken = await client.send_dict(at_response_url(payload, to_channel=to_channel))
            except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError, ValueError) as error:
                log.info(
                    "slack:%s: an answer was not confirmed (%s); it may be missing, or shown twice",
                    here.workspace,
                    type(error).__name__,
                )
                return _untaken(payloads, done, to_channel=to_channel)
            if taken.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                log.info(
                    "slack:%s: an answer was not confirmed (status %d); it may be missing, or shown twice",
                    here.workspace,
                    taken.status_code,
                )
                return _untaken(payloads, done, to_channel=to_channel)
            if taken.status_code != HTTPStatus.OK:
                log.info(
                    "slack:%s: the response_url is used up (status %d); answering through the Web API",
                    here.workspace,
                    taken.status_code,
                )
                return payloads[done:]
        return payloads[MOST_POSTS:]

    async def _say_by_api(self, here: Here, payloads: Sequence[Json], *, to_channel: bool) -> None:
        """Answer through the Web API, message by message: in the channel, or in person once the channel refuses."""
        token = await self._members.token(here.workspace)
        in_person = _Way("chat.postMessage", {"channel": here.user})
        way = in_person if here.channel.is_personal else _way_there(here, to_channel=to_channel)
        parent = ""
        for payload in payloads:
            body = {name: value for name, value in payload.items() if name != "thread_ts"}
            thread = {"thread_ts": parent} if parent and payload.get("thread_ts") == PARENT else {}
            try:
                posted = await self._posted(token, way.method, {**body, **way.to, **thread})
            except DeliveryError as error:
                if way == in_person or not _is_refused(error):
                    raise
                way, parent = in_person, ""
                posted = await self._posted(token, way.method, {**body, **way.to})
            if to_channel and way != in_person:
                parent = parent or str(posted.get("ts") or "")

    async def _posted(self, token: Secret, method: str, body: Mapping[str, Json]) -> Mapping[str, Json]:
        """Post one message of an answer; if Slack asks to wait, wait: an error here would lose the rest as well."""
        waited = timedelta()
        while True:
            try:
                return await self._api.post(token, method, body)
            except DeliveryError as error:
                wait = error.retry_after or timedelta()
                waited += wait
                if error.verdict is not Verdict.RETRY_LATER or not wait or waited > LONGEST_WAIT:
                    raise
            await self._clock.sleep(wait.total_seconds())

    async def open(self, here: Here, trigger: str, view: Json, *, is_above: bool = False) -> str:
        """Open a modal, or put it on top of the open one (`is_above`); returns its id, for `update`.

        Raises:
            DeliveryError: the three seconds of the `trigger` are over, or Slack refused.
        """
        token = await self._members.token(here.workspace)
        body = {"trigger_id": trigger, "view": view}
        answer = await self._api.post(token, "views.push" if is_above else "views.open", body)
        return str((answer.get("view") or {}).get("id") or "")

    async def update(self, here: Here, view_id: str, view: Json) -> None:
        """Replace the content of an open modal.

        Raises:
            DeliveryError: the person has closed it, or Slack refused.
        """
        await self._api.post(
            await self._members.token(here.workspace), "views.update", {"view_id": view_id, "view": view}
        )


def _way_there(here: Here, *, to_channel: bool) -> _Way:
    """Return how to answer in the channel: to everybody, or visibly to the person alone."""
    if to_channel:
        return _Way("chat.postMessage", {"channel": here.channel_id})
    return _Way("chat.postEphemeral", {"channel": here.channel_id, "user": here.user})


def _untaken(payloads: Sequence[Json], done: int, *, to_channel: bool) -> Sequence[Json]:
    """Return the messages to send another way when number `done` may or may not have arrived.

    For one person it is sent again: seeing it twice does no harm. In a channel that would disturb everybody.
    """
    return payloads[done + 1 :] if to_channel else payloads[done:]


def _is_refused(error: DeliveryError) -> bool:
    """Say whether Slack refused this way, so that nothing was posted and another way may work."""
    is_unknown_code = error.verdict is Verdict.RETRY_LATER and error.retry_after is None
    return error.verdict is Verdict.PAUSE_CHANNEL or is_unknown_code
