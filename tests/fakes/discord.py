"""A Discord on loopback: its REST API judges every body, paces, keeps what it accepts, and fails as it is told.

What is not REST adds itself: `Calls.on` answers one more route, `Discord.listeners` hear what happens, and
`serving(discord, more)` lets `more` add routes that are no calls, such as a socket.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import discord
from aiohttp import web

from tests.fakes.discord_bodies import wrong_with
from tests.fakes.discord_calls import PREFIX, SECOND, Asked, Calls, Fault, RefusedError
from tests.fakes.discord_guilds import (
    CROSSPOSTED,
    REQUIRE_TAG,
    USUAL,
    Guild,
    Kind,
    Message,
    Place,
    allowed,
    snowflake,
    user_json,
)

Json = Any

ALWAYS = 1_000_000
APPLICATION = "900000000000000001"
BOT = "900000000000000002"
MINUTE = timedelta(minutes=1)

MESSAGES = "/channels/{channel}/messages"
THREADS = "/channels/{channel}/threads"
CROSSPOST = "/channels/{channel}/messages/{message}/crosspost"
DISCUSSION = "/channels/{channel}/messages/{message}/threads"
CHANNELS = "/guilds/{guild}/channels"
ACTIVE = "/guilds/{guild}/threads/active"
DIRECT = "/users/@me/channels"

BUCKETS: Mapping[str, tuple[int, timedelta]] = {MESSAGES: (5, 5 * SECOND), CROSSPOST: (10, 60 * MINUTE)}
"""How many calls of a route a channel takes in how long; other routes have no bucket here."""


@dataclass(kw_only=True)
class Discord(Calls):
    """A running Discord: its servers, and what is in their channels.

    A repeat with the same nonce is suppressed for `nonce_window`. `wrong` says what was wrong with bodies. People in
    `silent` take no direct messages. `active_threads` is how many a server takes. `files` are what people attached, by
    name: at `Discord.attachment`, given with `file_headers`.
    """

    buckets: Mapping[str, tuple[int, timedelta]] = field(default_factory=lambda: dict(BUCKETS))
    nonce_window: timedelta = 3 * MINUTE
    active_threads: int = 1000
    url: str = ""
    guilds: dict[str, Guild] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    file_headers: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    listeners: list[Callable[[str, Json], None]] = field(default_factory=list)
    _nonces: dict[str, Message] = field(default_factory=dict)
    _made: int = 0

    def __post_init__(self) -> None:
        self.on("GET", "/users/@me", lambda _: user_json(BOT) | {"bot": True})
        self.on("GET", "/applications/@me", lambda _: self._application())
        self.on("GET", "/oauth2/applications/@me", lambda _: self._application())
        self.on("GET", "/users/@me/guilds", lambda _: [{"id": e.id, "name": e.name} for e in self.guilds.values()])
        self.on("GET", "/guilds/{guild}", lambda asked: self._guild(asked).json)
        self.on("GET", "/guilds/{guild}/roles", lambda asked: list(self._guild(asked).roles.values()))
        self.on("GET", "/guilds/{guild}/members/{user}", lambda asked: self._guild(asked).member(asked.ids["user"]))
        self.on(
            "GET", CHANNELS, lambda asked: [each.json for each in self._places_in(asked) if not each.kind.is_thread]
        )
        self.on("GET", ACTIVE, self._active)
        self.on("GET", "/channels/{channel}", lambda asked: self._seen(asked).json)
        self.on("GET", MESSAGES, self._history)
        self.on("GET", "/channels/{channel}/messages/{message}", lambda asked: self._message(asked).json)
        self.on("POST", MESSAGES, self._post)
        self.on("POST", CROSSPOST, self._crosspost)
        self.on("POST", DISCUSSION, self._discuss)
        self.on("POST", THREADS, self._forum_post)
        self.on("POST", DIRECT, self._direct)

    # What a test makes and reads

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Say where what is answered: calls, and files."""
        super().add_routes(router)

        async def file(request: web.Request) -> web.StreamResponse:
            content = self.files.get(request.match_info["name"])
            return (
                web.Response(status=404) if content is None else web.Response(body=content, headers=self.file_headers)
            )

        router.add_get("/files/{name}", file)

    def fail(self, *faults: Fault | None, method: str = "POST", path: str = MESSAGES) -> None:
        """See `Calls.fail`; unless said otherwise it is about posting messages."""
        super().fail(*faults, method=method, path=path)

    def attachment(self, name: str) -> str:
        """Return the address of a file."""
        return f"{self.url.removesuffix(PREFIX)}/files/{name}"

    def in_channel(self, channel: str) -> list[Message]:
        """Return the messages of a channel, oldest first."""
        return [each for each in self.messages if each.channel == channel]

    def new_id(self) -> str:
        """Make an id."""
        self._made += 1
        return snowflake(self.clock.wall(), self._made)

    def add_guild(
        self, guild: str, name: str = "A server", owner: str = "1", *, usual: discord.Permissions = USUAL
    ) -> Guild:
        """Add a server with the bot in it."""
        made = Guild(id=guild, name=name, owner=owner, members={BOT: [], owner: []})
        made.add_role(guild, "@everyone", usual)
        self.guilds[guild] = made
        self.tell("GUILD_CREATE", made.json)
        return made

    def add_channel(self, guild: str, channel: str, kind: Kind = Kind.TEXT, name: str = "papers", **more: Any) -> Place:
        """Add a channel or a thread to a server."""
        made = Place(id=channel, guild=guild, kind=kind, name=name, **more)
        self.places[channel] = made
        self.tell("THREAD_CREATE" if kind.is_thread else "CHANNEL_CREATE", made.json)
        return made

    def remove_channel(self, channel: str) -> None:
        """Delete a channel, and the threads that hang from it."""
        for each in [each for each in self.places.values() if channel in {each.id, each.parent}]:
            del self.places[each.id]
            self.tell("THREAD_DELETE" if each.kind.is_thread else "CHANNEL_DELETE", each.json)

    def remove_guild(self, guild: str) -> None:
        """Remove the bot from a server."""
        del self.guilds[guild]
        self.tell("GUILD_DELETE", {"id": guild})

    def deny(self, channel: str, **permissions: bool) -> None:
        """Take permissions from the bot in a channel, by discord.py's names of them."""
        place = self.places[channel]
        denied = str(discord.Permissions(**permissions).value)
        place.overwrites = [{"id": BOT, "type": 1, "allow": "0", "deny": denied}]
        self.tell("CHANNEL_UPDATE", place.json)

    def say(self, channel: str, body: Json, author: str = "1") -> Message:
        """Put a message into a channel, somebody else's unless said."""
        said = Message(id=self.new_id(), channel=channel, author=author, body=body, at=self.clock.wall())
        self.messages.append(said)
        return said

    def tell(self, event: str, payload: Json) -> None:
        """Let the listeners hear of something."""
        for listener in self.listeners:
            listener(event, payload)

    # What the routes do

    def _application(self) -> Json:
        return {
            "id": APPLICATION,
            "name": "paperround",
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "00",
            "flags": 0,
            "owner": user_json("1"),
            "team": None,
        }

    def _guild(self, asked: Asked) -> Guild:
        if asked.ids["guild"] not in self.guilds:
            raise RefusedError(404, 10004, "Unknown Guild")
        return self.guilds[asked.ids["guild"]]

    def _places_in(self, asked: Asked) -> list[Place]:
        guild = self._guild(asked)
        return [each for each in self.places.values() if each.guild == guild.id]

    def _active(self, asked: Asked) -> Json:
        threads = [each for each in self._places_in(asked) if each.kind.is_thread and not each.is_archived]
        return {"threads": [each.json for each in threads], "members": []}

    def _seen(self, asked: Asked, **needed: bool) -> Place:
        """Return the channel that was asked for, if the bot may see it and do what is needed there."""
        place = self.places.get(asked.ids["channel"])
        if place is None:
            raise RefusedError(404, 10003, "Unknown Channel")
        if place.kind is Kind.DM:
            return place
        if place.guild not in self.guilds:
            raise RefusedError(403, 50001, "Missing Access")
        may = allowed(
            self.guilds[place.guild], self.places.get(place.parent, place) if place.kind.is_thread else place, BOT
        )
        if not may.view_channel:
            raise RefusedError(403, 50001, "Missing Access")
        if not may >= discord.Permissions(**needed):
            raise RefusedError(403, 50013, "Missing Permissions")
        return place

    def _message(self, asked: Asked) -> Message:
        place = self._seen(asked)
        found = [each for each in self.in_channel(place.id) if each.id == asked.ids["message"]]
        if not found:
            raise RefusedError(404, 10008, "Unknown Message")
        return found[0]

    def _history(self, asked: Asked) -> Json:
        place = self._seen(asked)
        may = allowed(self.guilds[place.guild], place, BOT) if place.kind is not Kind.DM else discord.Permissions.all()
        if not may.read_message_history:
            return []
        after, limit = int(asked.query.get("after", 0)), int(asked.query.get("limit", 50))
        found = [each for each in self.in_channel(place.id) if int(each.id) > after]
        chosen = found[:limit] if after else found[-limit:]
        return [each.json for each in reversed(chosen)]

    def _judge(self, body: Json) -> None:
        if wrong := wrong_with(body):
            self.wrong.append(wrong)
            raise RefusedError(400, 50035, f"Invalid Form Body: {wrong}")

    def _post(self, asked: Asked) -> Json:
        known = self.places.get(asked.ids["channel"])
        is_thread = known is not None and known.kind.is_thread
        place = self._seen(asked, **{"send_messages_in_threads" if is_thread else "send_messages": True})
        if place.kind is Kind.FORUM:
            raise RefusedError(400, 40058, "a forum takes posts")
        if place.kind is Kind.CATEGORY:
            raise RefusedError(400, 50008, "Cannot send messages in a non-text channel")
        if place.is_locked:
            raise RefusedError(403, 160005, "Thread is locked")
        if place.recipient in self.silent:
            raise RefusedError(403, 50007, "Cannot send messages to this user")
        self._judge(asked.body)
        earlier = self._nonces.get(asked.body.get("nonce", ""))
        if earlier and asked.body.get("enforce_nonce") and asked.at - earlier.at < self.nonce_window:
            if earlier not in self.messages:
                raise RefusedError(404, 10008, "Unknown Message")
            return earlier.json | {"nonce": asked.body["nonce"]}
        place.is_archived = False
        said = self.say(place.id, asked.body, BOT)
        if "nonce" in asked.body:
            self._nonces[asked.body["nonce"]] = said
        return said.json | {"nonce": asked.body.get("nonce")}

    def _crosspost(self, asked: Asked) -> Json:
        message = self._message(asked)
        if self.places[message.channel].kind is not Kind.ANNOUNCEMENT:
            raise RefusedError(400, 50024, "Cannot execute action on this channel type")
        if message.flags & CROSSPOSTED:
            raise RefusedError(400, 40033, "This message has already been crossposted")
        message.flags |= CROSSPOSTED
        return message.json

    def _discuss(self, asked: Asked) -> Json:
        message = self._message(asked)
        place = self._seen(asked, create_public_threads=True)
        if place.kind not in {Kind.TEXT, Kind.ANNOUNCEMENT}:
            raise RefusedError(400, 50024, "Cannot execute action on this channel type")
        if message.id in self.places:
            raise RefusedError(400, 160004, "A thread has already been created for this message")
        kind = Kind.PUBLIC_THREAD if place.kind is Kind.TEXT else Kind.ANNOUNCEMENT_THREAD
        return self._thread(place, message.id, kind, asked.body).json

    def _forum_post(self, asked: Asked) -> Json:
        forum = self._seen(asked, send_messages=True)
        if forum.kind is not Kind.FORUM:
            raise RefusedError(400, 50024, "Cannot execute action on this channel type")
        self._judge(asked.body["message"])
        applied = asked.body.get("applied_tags", [])
        if set(applied) - {each["id"] for each in forum.tags} or len(applied) > 5:
            raise RefusedError(400, 50035, "Invalid Form Body: applied_tags")
        if forum.flags & REQUIRE_TAG and not applied:
            raise RefusedError(400, 40067, "A tag is required to create a forum post in this channel")
        thread = self._thread(forum, self.new_id(), Kind.PUBLIC_THREAD, asked.body)
        said = Message(id=thread.id, channel=thread.id, author=BOT, body=asked.body["message"], at=asked.at)
        self.messages.append(said)
        return thread.json | {"message": said.json}

    def _thread(self, parent: Place, made: str, kind: Kind, body: Json) -> Place:
        active = [e for e in self.places.values() if e.guild == parent.guild and e.kind.is_thread and not e.is_archived]
        if len(active) >= self.active_threads:
            raise RefusedError(400, 160006, "Maximum number of active threads reached")
        if not 1 <= len(body["name"]) <= 100:
            self.wrong.append("name of a thread")
            raise RefusedError(400, 50035, "Invalid Form Body: name")
        tags = body.get("applied_tags", [])
        return self.add_channel(parent.guild, made, kind, body["name"], parent=parent.id, owner=BOT, applied=tags)

    def _direct(self, asked: Asked) -> Json:
        person = asked.body["recipient_id"]
        for each in self.places.values():
            if each.recipient == person:
                return each.json
        made = Place(id=self.new_id(), guild="", kind=Kind.DM, name="", recipient=person)
        self.places[made.id] = made
        return made.json


@asynccontextmanager
async def serving(fake: Discord, *more: Callable[[web.UrlDispatcher], None], port: int = 0) -> AsyncIterator[Discord]:
    """Serve on a free port of loopback; `more` add routes of their own."""
    application = web.Application()
    fake.add_routes(application.router)
    for add in more:
        add(application.router)
    runner = web.AppRunner(application, shutdown_timeout=1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PREFIX}"
    try:
        yield fake
    finally:
        fake.close()
        await runner.cleanup()
