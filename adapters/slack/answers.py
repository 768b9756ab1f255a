"""Answers to a person: where Slack takes them, else by the Web API, else in person.

    response_url ──refused: over, used up──> chat.postMessage, or chat.postEphemeral ──not in the channel──> in person

A modal is opened with what Slack gave along with a press, within three seconds; what comes later replaces its content.
"""

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
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

LONGEST_WAIT: Final = timedelta(seconds=60)
"""How long a message of an answer waits for Slack in all; then who asked has given up."""


class Answers:
    """Says documents to people, by their names."""

    def __init__(self, api: SlackApi, members: Members, clock: Clock) -> None:
        self._api = api
        self._members = members
        self._clock = clock

    async def named(self, here: Here, document: Document) -> Document:
        """Return a document that says people's and channels' names, as far as Slack tells them."""
        named = NAMING.named_in(document)
        if not named.people and not named.places:
            return document
        return NAMING.with_names(document, await self._members.names(here.workspace, named.people, named.places))

    async def say(self, here: Here, document: Document, *, to_channel: bool) -> None:
        """Answer where somebody did something: for the whole channel, or for that person alone.

        Raises:
            DeliveryError: Slack took it nowhere.
        """
        payloads = answer(await self.named(here, document))
        takes_answers = bool(here.answer_at) and self._api.takes_answers_at(here.answer_at)
        if here.answer_at and not takes_answers:
            log.warning("slack:%s: a response_url that is none of Slack's", here.workspace)
        rest = await self._say_there(here, payloads, to_channel=to_channel) if takes_answers else payloads
        if rest:
            await self._say_by_api(here, rest, to_channel=to_channel)

    async def _say_there(self, here: Here, payloads: Sequence[Json], *, to_channel: bool) -> Sequence[Json]:
        """Answer at the response_url; returns what it did not take."""
        async with bounded_session() as session:
            client = AsyncWebhookClient(
                here.answer_at,
                timeout=math.ceil(ANSWER_WITHIN.total_seconds()),
                session=session,
                retry_handlers=[],
                logger=silent_log(),
            )
            client.proxy = proxy_for(here.answer_at)
            return await self._say_by(client, here, payloads, to_channel=to_channel)

    async def _say_by(
        self, client: AsyncWebhookClient, here: Here, payloads: Sequence[Json], *, to_channel: bool
    ) -> Sequence[Json]:
        for done, payload in enumerate(payloads[:MOST_POSTS]):
            try:
                async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
                    taken = await client.send_dict(at_response_url(payload, to_channel=to_channel))
            except (TimeoutError, aiohttp.ClientError, SlackClientError, OSError, ValueError) as error:
                log.info("slack:%s: an answer may be lost (%s)", here.workspace, type(error).__name__)
                return _untaken(payloads, done, to_channel=to_channel)
            if taken.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                log.info("slack:%s: an answer may be lost (status %d)", here.workspace, taken.status_code)
                return _untaken(payloads, done, to_channel=to_channel)
            if taken.status_code != HTTPStatus.OK:
                log.info("slack:%s: the response_url takes no more (%d)", here.workspace, taken.status_code)
                return payloads[done:]
        return payloads[MOST_POSTS:]

    async def _say_by_api(self, here: Here, payloads: Sequence[Json], *, to_channel: bool) -> None:
        """Answer by the Web API, in order: where it was asked for, else in person."""
        token = await self._members.token(here.workspace)
        in_person = ("chat.postMessage", {"channel": here.user})
        there = ("chat.postMessage", {"channel": here.channel_id})
        if not to_channel:
            there = ("chat.postEphemeral", {"channel": here.channel_id, "user": here.user})
        way, parent = in_person if here.channel.is_personal else there, ""
        for payload in payloads:
            body = {name: value for name, value in payload.items() if name != "thread_ts"}
            thread = {"thread_ts": parent} if parent and payload.get("thread_ts") == PARENT else {}
            try:
                posted = await self._posted(token, way[0], {**body, **way[1], **thread})
            except DeliveryError as error:
                if way == in_person or not _is_refused(error):
                    raise
                way, parent = in_person, ""
                posted = await self._posted(token, way[0], {**body, **way[1]})
            if to_channel and way == there:
                parent = parent or str(posted.get("ts") or "")

    async def _posted(self, token: Secret, method: str, body: Mapping[str, Json]) -> Mapping[str, Json]:
        """Post one message of an answer; where Slack asks to wait, wait, for what comes after it would be lost too."""
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
        """Open a modal, above the open one if there `is_above` one; returns its id, for `update`.

        Raises:
            DeliveryError: it is too late, or Slack did not take it.
        """
        token = await self._members.token(here.workspace)
        body = {"trigger_id": trigger, "view": view}
        answer = await self._api.post(token, "views.push" if is_above else "views.open", body)
        return str((answer.get("view") or {}).get("id") or "")

    async def update(self, here: Here, view_id: str, view: Json) -> None:
        """Put something else into a modal.

        Raises:
            DeliveryError: it was closed meanwhile, or Slack did not take it.
        """
        await self._api.post(
            await self._members.token(here.workspace), "views.update", {"view_id": view_id, "view": view}
        )


def _untaken(payloads: Sequence[Json], done: int, *, to_channel: bool) -> Sequence[Json]:
    """Return what is left to say where nobody knows of the next one whether it was taken.

    What one person sees twice does no harm; what a channel has twice does.
    """
    return payloads[done + 1 :] if to_channel else payloads[done:]


def _is_refused(error: DeliveryError) -> bool:
    """Say whether the channel does not take it, now or ever, so that another way may."""
    is_unknown_code = error.verdict is Verdict.RETRY_LATER and error.retry_after is None
    return error.verdict is Verdict.PAUSE_CHANNEL or is_unknown_code
