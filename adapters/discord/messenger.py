"""Posts to Discord, one stored part a call, and finds again what it posted.

    text channel, thread    a message
    announcement channel    a message, which is then published to following servers, if permitted
    forum                   the first part makes a post (a thread); the others are messages in it
    person                  a direct message

Each message has a nonce that is the same on every repeat, and for some minutes Discord suppresses a second message with
the same nonce. After that, and for posts of a forum, which take no nonce, `find` looks: for a message of ours with the
same text, or a post of ours with the same name.
"""

import asyncio
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.errors import ALREADY_CROSSPOSTED, NEEDS_TAG, THREAD_EXISTS, UNKNOWN_MESSAGE, DiscordError
from adapters.discord.places import ANNOUNCEMENTS, Place, Places
from adapters.discord.render import messages
from adapters.memory import Memory
from bot.document import LONGEST_TITLE, Document
from bot.errors import PaperroundError, Verdict
from bot.model.channel import Channel, Platform
from bot.model.delivery import Claim, Kind, Part, Receipt, Rendered
from bot.ports import Clock

log = logging.getLogger(__name__)

Json = Any

MESSAGES: Final = "/channels/{channel_id}/messages"
POSTS: Final = "/channels/{channel_id}/threads"
PUBLISHED: Final = "/channels/{channel_id}/messages/{message_id}/crosspost"
DISCUSSION: Final = "/channels/{channel_id}/messages/{message_id}/threads"
ACTIVE: Final = "/guilds/{guild_id}/threads/active"
DIRECT: Final = "/users/@me/channels"

NONCE: Final = 25
"""Longest nonce, in characters. Source: https://docs.discord.com/developers/resources/message#create-message"""

SUPPRESSED_FOR: Final = timedelta(minutes=2)
"""How long we rely on Discord to suppress a repeat. Its documentation says "the past few minutes"."""

AFTERWARDS: Final = timedelta(seconds=3)
"""How long publishing a message and opening its thread may take together, once it is posted."""

PAGE: Final = 100
PAGES: Final = 3
"""`find` reads at most three pages of 100 messages, beginning at the time when the delivery was made."""

SKEW: Final = timedelta(minutes=1)
"""How far Discord's clock may be behind ours: `find` begins so much earlier."""

EPOCH: Final = datetime(2015, 1, 1, tzinfo=UTC)
"""The instant from which Discord's ids count milliseconds. Source: https://docs.discord.com/developers/reference#snowflakes"""

KEPT_OPEN: Final = 4320
"""Minutes without a message after which Discord archives a post: three days, one of the four values that it takes."""

MOST_PEOPLE: Final = 10_000
FOR_GOOD: Final = timedelta(days=365)
"""How many people's direct-message channels are remembered, and for how long: their ids never change."""

UNNAMED: Final = "New papers"
"""The name of a forum's post whose document has no title."""


class DiscordMessenger:
    """Implements `Messenger` for every server."""

    def __init__(self, api: DiscordApi, places: Places, clock: Clock) -> None:
        self._api = api
        self._places = places
        self._clock = clock
        self._people: Memory[str, str] = Memory(clock.wall, FOR_GOOD, MOST_PEOPLE)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return Platform.DISCORD

    def render(self, document: Document) -> tuple[Rendered, ...]:
        """Turn a document into messages."""
        return messages(document)

    async def post(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt:
        """Post one part, after waiting for its turn.

        Raises:
            DiscordError: Discord refused it, or nobody knows; `RETRY_LATER` when the turn is too far off to wait here.
        """
        if claim.channel.is_personal:
            return await self._say(claim, part, await self._own_channel(claim.channel), "@me")
        place = await self._places.find(claim.channel)
        if not place.is_forum:
            receipt = await self._say(claim, part, place.id, claim.channel.workspace)
            await self._do_afterwards(claim, part, place, receipt)
            return receipt
        if part.index == 0:
            return await self._begin(claim.channel, place, part)
        try:
            return await self._say(claim, part, _post_of(parts), claim.channel.workspace)
        except DiscordError as error:
            if error.verdict is Verdict.PAUSE_CHANNEL:
                # Somebody deleted or locked this one post. The forum itself still takes posts, so it is not paused.
                raise DiscordError(Verdict.OUR_BUG, f"in the digest's post: {error.reason}", code=error.code) from error
            raise

    async def find(self, claim: Claim, part: Part, parts: Sequence[Part]) -> Receipt | None:
        """Look for a part among our messages of the channel, or our posts of the forum, since the delivery was made.

        If a message is found, what follows a message (publishing, a thread) is done now, in case it was not. None if it
        is not there; where we may not read history, since Discord then shows no messages; and for a message while
        Discord still suppresses a repeat, so that posting again is safe.

        Raises:
            DiscordError: Discord asks us to wait, or did not answer.
        """
        is_young = self._clock.now() - claim.created_at < SUPPRESSED_FOR
        if claim.channel.is_personal:
            return None if is_young else await self._said(claim, part, await self._own_channel(claim.channel), "@me")
        place = await self._places.find(claim.channel)
        if place.is_forum and part.index == 0:
            return await self._begun(claim, part, place)
        if is_young:
            return None
        where = _post_of(parts) if place.is_forum else place.id
        receipt = await self._said(claim, part, where, claim.channel.workspace)
        if receipt is not None and not place.is_forum:
            await self._do_afterwards(claim, part, place, receipt)
        return receipt

    async def _say(self, claim: Claim, part: Part, where: str, guild_id: str) -> Receipt:
        """Post a message; if an earlier try posted it, Discord returns that one."""
        nonce = nonce_of(claim, part, where)
        body = {**part.rendered.payload, "nonce": nonce, "enforce_nonce": True}
        try:
            message = await self._api.call("POST", MESSAGES, body, channel_id=where)
        except DiscordError as error:
            if error.code == UNKNOWN_MESSAGE:
                # An earlier try posted it and somebody has deleted it since: it is not posted again.
                return Receipt(message=nonce)
            raise
        return _receipt_of(message, where, guild_id)

    async def _begin(self, channel: Channel, forum: Place, part: Part) -> Receipt:
        """Make a post in a forum."""
        try:
            post = await self._api.call("POST", POSTS, _post_body(part.rendered, forum), channel_id=forum.id)
        except DiscordError as error:
            if error.code != NEEDS_TAG and not (forum.tag and error.verdict is Verdict.OUR_BUG):
                raise
            # The forum's tags may have changed since we read them. A tag that was deleted is "a malformed body".
            self._places.forget(channel)
            fresh = await self._places.find(channel)
            if fresh == forum:
                raise
            post = await self._api.call("POST", POSTS, _post_body(part.rendered, fresh), channel_id=forum.id)
        return _receipt_of(post, _id_of(post), channel.workspace)

    async def _do_afterwards(self, claim: Claim, part: Part, place: Place, receipt: Receipt) -> None:
        """Publish an announcement, open the thread of a discussion. Failures are only logged: the message is posted."""
        try:
            async with asyncio.timeout(AFTERWARDS.total_seconds()):
                if place.kind == ANNOUNCEMENTS:
                    await self._follow(claim, PUBLISHED, place, receipt, done_before=ALREADY_CROSSPOSTED)
                if claim.kind is Kind.DISCUSSION and part.index == 0 and not place.is_thread:
                    name = {"name": _name_of(part.rendered)}
                    await self._follow(claim, DISCUSSION, place, receipt, name, done_before=THREAD_EXISTS)
        except TimeoutError:
            log.info("%s: the message is posted, but publishing it or opening its thread took too long", claim.channel)

    async def _follow(
        self, claim: Claim, path: str, place: Place, receipt: Receipt, body: Json = None, *, done_before: int
    ) -> None:
        """Do one thing that follows a message; `done_before` is the error code that says that it was done already."""
        try:
            await self._api.call("POST", path, body, channel_id=place.id, message_id=receipt.message)
        except PaperroundError as error:
            if not (isinstance(error, DiscordError) and error.code == done_before):
                what = "published" if path == PUBLISHED else "given a thread"
                log.info("%s: the message is posted, but was not %s (%s)", claim.channel, what, error)

    async def _own_channel(self, channel: Channel) -> str:
        """Return the id of the channel for direct messages to a person."""
        person = channel.id.removeprefix("@")
        if known := self._people.recall(person):
            return known
        return self._people.keep(person, _id_of(await self._api.call("POST", DIRECT, {"recipient_id": person})))

    async def _said(self, claim: Claim, part: Part, where: str, guild_id: str) -> Receipt | None:
        """Look for a message of ours with this part's text, among those since the delivery was made."""
        me, texts = await self._api.myself(), _texts_of(part.rendered.payload)
        after = _first_id(claim)
        for _ in range(PAGES):
            query = {"after": str(after), "limit": str(PAGE)}
            found = await self._api.call("GET", MESSAGES, query=query, channel_id=where)
            for message in found:
                if message["author"]["id"] == me and _texts_of(message) == texts:
                    return _receipt_of(message, where, guild_id)
            if len(found) < PAGE:
                break
            after = max(int(message["id"]) for message in found)
        return None

    async def _begun(self, claim: Claim, part: Part, forum: Place) -> Receipt | None:
        """Look for a post of ours with this part's name, among the forum's active ones since the delivery was made."""
        me = await self._api.myself()
        found = await self._api.call("GET", ACTIVE, guild_id=claim.channel.workspace)
        for post in found["threads"]:
            is_ours = (post["parent_id"], post["owner_id"], post["name"]) == (forum.id, me, _name_of(part.rendered))
            if is_ours and int(post["id"]) > _first_id(claim):
                return _receipt_of(post, _id_of(post), claim.channel.workspace)
        return None


def nonce_of(claim: Claim, part: Part, where: str) -> str:
    """Return the nonce of a part, the same on every repeat.

    Discord compares it with everything that the bot posts, so the channel is part of it; so is the delivery's time,
    because the keys of two databases may be equal.
    """
    what = f"{claim.key}/{claim.created_at.isoformat()}/{part.index}/{where}"
    return hashlib.sha256(what.encode()).hexdigest()[:NONCE]


def _post_body(rendered: Rendered, forum: Place) -> Json:
    body = {"name": _name_of(rendered), "auto_archive_duration": KEPT_OPEN, "message": rendered.payload}
    return body | ({"applied_tags": [forum.tag]} if forum.tag else {})


def _name_of(rendered: Rendered) -> str:
    return rendered.title[:LONGEST_TITLE] or UNNAMED


def _post_of(parts: Sequence[Part]) -> str:
    """Return the id of the post that the first part became."""
    first = parts[0].receipt
    if first is None:
        raise DiscordError(Verdict.OUR_BUG, "a part came before its post")
    return first.message


def _receipt_of(thing: Mapping[str, Json], channel: str, guild_id: str) -> Receipt:
    message = _id_of(thing)
    return Receipt(message=message, href=f"https://discord.com/channels/{guild_id}/{channel}/{message}")


def _id_of(thing: Json) -> str:
    """Return the id of the message, post or channel in an answer.

    Raises:
        DiscordError: `UNKNOWN_OUTCOME`: the answer has no id.
    """
    if not isinstance(thing, dict) or not isinstance(thing.get("id"), str):
        raise DiscordError(Verdict.UNKNOWN_OUTCOME, "Discord's answer names nothing")
    found: str = thing["id"]
    return found


def _first_id(claim: Claim) -> int:
    """Return a Discord id that is lower than that of anything posted since the delivery was made."""
    return (claim.created_at - SKEW - EPOCH) // timedelta(milliseconds=1) << 22


def _texts_of(message: Json) -> list[str]:
    """Return a message's texts, in order, to compare: Discord adds keys to components, and strips texts."""
    return [message.get("content") or "", *(text.strip() for text in _texts_in(message.get("components") or ()))]


def _texts_in(components: Sequence[Json]) -> Iterator[str]:
    for each in components:
        if "content" in each:
            yield each["content"]
        yield from _texts_in(each.get("components") or ())
