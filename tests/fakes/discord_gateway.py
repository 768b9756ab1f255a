"""The Discord of the tests, as bots hear it: a gateway over WebSocket, interactions and their answers, the menu."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.fakes.discord import APPLICATION, BOT, Discord, serving
from tests.fakes.discord_bodies import EPHEMERAL, wrong_with
from tests.fakes.discord_calls import Answer, Asked, Fault, RefusedError
from tests.fakes.discord_guilds import Message, allowed, user_json
from tests.fakes.discord_talk import CHOICES, MODAL, Interaction, Said, wrong_with_choices, wrong_with_modal

Json = Any

CALLBACK = "/interactions/{interaction}/{token}/callback"
FOLLOWUP = "/webhooks/{webhook}/{token}"
ORIGINAL = "/webhooks/{webhook}/{token}/messages/@original"
MENU = "/applications/{application}/commands"

TOKEN_LASTS = timedelta(minutes=15)

_DISPATCH, _HEARTBEAT, _IDENTIFY, _RESUME, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 9, 10, 11
_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE = 4, 5, 6, 7


@dataclass(kw_only=True)
class Session:
    """One client's session: what it is to hear waits in `queue` while there is no socket to send it.

    `intents` is what it asked to hear, as a number.
    """

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    queue: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    seen: int = 0

    def put(self, event: str, payload: Json) -> None:
        """Let the client hear of something."""
        self.seen += 1
        self.queue.put_nowait({"op": _DISPATCH, "t": event, "s": self.seen, "d": payload})

    def hears(self, guild: str) -> bool:
        """Say whether it hears of a server; of direct messages the first shard does."""
        number, count = self.shard
        return (int(guild or 0) >> 22) % count == number


@dataclass(kw_only=True)
class TalkingDiscord(Discord):
    """Discord with people in it, who have names by their ids.

    `interactions` are what was done, by token. `closes` are the codes with which the next identifications end,
    `refused_sockets` the statuses with which the next connections are refused. `menu` are the commands as they are
    stored. Servers in `away` are unavailable, those in `unnamed` are left out when a session begins. `tried` counts
    identifications, those that failed too. `ends_sessions` calls each session invalid instead of beginning it.
    """

    names: dict[str, str] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    closes: list[int] = field(default_factory=list)
    refused_sockets: list[int] = field(default_factory=list)
    away: set[str] = field(default_factory=set)
    unnamed: set[str] = field(default_factory=set)
    system_channels: dict[str, str] = field(default_factory=dict)
    menu: list[Json] = field(default_factory=list)
    shards: int = 1
    tried: int = 0
    ends_sessions: bool = False
    identified: int = 0
    resumed: int = 0
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.listeners.append(self._heard)
        self.on("GET", "/gateway/bot", lambda _: self._gateway())
        self.on("GET", "/guilds/{guild}/members/{user}", lambda asked: self.member(**asked.ids))
        self.on("GET", MENU, lambda _: self.menu)
        self.on("PUT", MENU, self._put_menu)
        self.on("POST", CALLBACK, self._acknowledged, exempt=True)
        self.on("POST", FOLLOWUP, self._followed_up, exempt=True)
        self.on("PATCH", ORIGINAL, self._edited, exempt=True)
        self.on("DELETE", ORIGINAL, self._deleted, exempt=True)

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return self.url.replace("http", "ws", 1).replace("/api/v10", "/gateway")

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Answer also the gateway."""
        super().add_routes(router)
        for path in ("/gateway", "/gateway/"):
            router.add_get(path, self.socket)

    # --- waiting -----------------------------------------------------------------------------------------------------

    async def until(self, is_so: Callable[[Self], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(30):
            while not is_so(self):
                waiting = asyncio.get_running_loop().create_future()
                self._waiting.append(waiting)
                await waiting

    def changed(self) -> None:
        """Let who waits look again."""
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)

    async def _sent(self, request: web.Request, fault: Fault, answer: Answer) -> web.StreamResponse:
        self.changed()
        return await super()._sent(request, fault, answer)

    def say(self, channel: str, body: Json, author: str = "1") -> Message:
        """Put a message into a channel."""
        said = super().say(channel, body, author)
        self.changed()
        return said

    # --- the gateway -------------------------------------------------------------------------------------------------

    def _gateway(self) -> Json:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": self.shards, "session_start_limit": limit}

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection."""
        if self.refused_sockets:
            status = self.refused_sockets.pop(0)
            self.changed()
            return web.Response(status=status)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": 41_250}})
        session: Session | None = None
        sending: asyncio.Task[None] | None = None
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            told = json.loads(message.data)
            if told["op"] == _HEARTBEAT:
                await socket.send_json({"op": _ACK})
            elif session := await self._session(socket, told):
                sending = asyncio.create_task(self._send(session, socket))
                self.changed()
        if sending is not None:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
        self.sockets.remove(socket)
        self.changed()
        return socket

    async def _session(self, socket: web.WebSocketResponse, told: Json) -> Session | None:
        """Begin a session, or go on with one."""
        details = told["d"]
        if told["op"] not in {_IDENTIFY, _RESUME}:
            return None
        self.tried += told["op"] == _IDENTIFY
        if details["token"] != self.token or self.closes:
            await socket.close(code=self.closes.pop(0) if self.closes else 4004)
            self.changed()
            return None
        if self.ends_sessions:
            await socket.send_json({"op": _INVALID, "d": False})
            return None
        if told["op"] == _IDENTIFY:
            self.identified += 1
            shard = tuple(details.get("shard") or (0, 1))
            session = Session(id=f"session-{self.identified}", intents=details["intents"], shard=shard)
            self.sessions[session.id] = session
            self._ready(session)
        elif found := self.sessions.get(details["session_id"]):
            self.resumed += 1
            session = found
            session.put("RESUMED", {})
        else:
            await socket.send_json({"op": _INVALID, "d": False})
            return None
        return session

    def _ready(self, session: Session) -> None:
        mine = [each for each in self.guilds if session.hears(each) and each not in self.unnamed]
        ready = {
            "v": 10,
            "user": user_json(BOT) | {"bot": True},
            "guilds": [{"id": each, "unavailable": True} for each in mine],
            "session_id": session.id,
            "resume_gateway_url": self.gateway_url,
            "shard": list(session.shard),
            "application": {"id": APPLICATION, "flags": 0},
        }
        session.put("READY", ready)
        for each in mine:
            if each not in self.away:
                session.put("GUILD_CREATE", self.whole_guild(each) | {"unavailable": False})

    async def _send(self, session: Session, socket: web.WebSocketResponse) -> None:
        while True:
            told = await session.queue.get()
            try:
                await socket.send_json(told)
            except ConnectionError:
                return

    async def close_sockets(self, code: int) -> None:
        """End every connection with a code."""
        for socket in tuple(self.sockets):
            await socket.close(code=code)

    @property
    def is_heard(self) -> bool:
        """Say whether a client is connected."""
        return any(not each.closed for each in self.sockets)

    def _heard(self, event: str, payload: Json) -> None:
        guild = payload["id"] if event.startswith("GUILD_") and "guild_id" not in payload else payload.get("guild_id")
        if event == "GUILD_CREATE":
            payload = self.whole_guild(payload["id"]) | payload
        for session in self.sessions.values():
            if session.hears(guild or ""):
                session.put(event, payload)

    def whole_guild(self, guild: str) -> Json:
        """Return a server with all that is in it."""
        found = self.guilds[guild]
        places = [each for each in self.places.values() if each.guild == guild]
        return found.json | {
            "joined_at": "2026-01-01T00:00:00+00:00",
            "large": False,
            "member_count": len(found.members),
            "members": [self.member(guild, BOT)],
            "channels": [each.json for each in places if not each.kind.is_thread],
            "threads": [each.json for each in places if each.kind.is_thread and not each.is_archived],
            **{name: [] for name in ("presences", "voice_states", "stage_instances", "guild_scheduled_events")},
            "soundboard_sounds": [],
            "system_channel_id": self.system_channels.get(guild) or None,
        }

    def member(self, guild: str, user: str) -> Json:
        """Return a member as Discord shows one, by their name."""
        if user not in self.guilds[guild].members:
            raise RefusedError(404, 10007, "Unknown Member")
        return self.guilds[guild].member(user) | {"user": self.user(user)}

    def user(self, user: str) -> Json:
        """Return a person as Discord shows one."""
        return user_json(user) | {"global_name": self.names.get(user)}

    # --- the menu ----------------------------------------------------------------------------------------------------

    def _put_menu(self, asked: Asked) -> Json:
        self.menu = [_stored(each) for each in asked.body]
        self.changed()
        return self.menu

    # --- answers -----------------------------------------------------------------------------------------------------

    def _open(self, asked: Asked) -> Interaction:
        found = self.interactions.get(asked.ids["token"])
        if found is None or self.clock.wall() - found.at > TOKEN_LASTS or found.is_over:
            raise RefusedError(401, 50027, "Invalid Webhook Token")
        return found

    def _acknowledged(self, asked: Asked) -> None:
        found = self.interactions.get(asked.ids["token"])
        if found is None or found.id != asked.ids["interaction"] or found.is_late:
            raise RefusedError(404, 10062, "Unknown interaction")
        if found.ack is not None:
            raise RefusedError(400, 40060, "Interaction has already been acknowledged.")
        body = asked.body
        wrong = self._wrong_with(found, body)
        if wrong:
            self.wrong.append(wrong)
            raise RefusedError(400, 50035, f"Invalid Form Body: {wrong}")
        found.ack = body
        match body["type"]:
            case kind if kind == _MESSAGE:
                is_private = bool(body["data"].get("flags", 0) & EPHEMERAL)
                self._keep(found, "message", body["data"], is_private=is_private)
            case kind if kind == CHOICES:
                found.said.append(Said(how="choices", body=body["data"]))
            case kind if kind == MODAL:
                found.said.append(Said(how="modal", body=body["data"]))
        self.changed()

    def _wrong_with(self, found: Interaction, body: Json) -> str:
        match body["type"]:
            case kind if kind == _MESSAGE:
                return wrong_with(body["data"])
            case kind if kind == CHOICES:
                return wrong_with_choices(found, body["data"])
            case kind if kind == MODAL:
                return wrong_with_modal(found, body["data"])
            case kind if kind in {_DEFERRED_UPDATE, _UPDATE}:
                return "" if found.message else "there is no message to change"
            case kind:
                flags = (body.get("data") or {}).get("flags", 0)
                return "" if kind == _DEFERRED and flags in {0, EPHEMERAL} else f"no such answer: {body}"

    def _followed_up(self, asked: Asked) -> Json:
        found = self._open(asked)
        if found.ack is None:
            raise RefusedError(404, 10015, "Unknown Webhook")
        self._judge(asked.body)
        said = self._keep(found, "followup", asked.body, is_private=bool(asked.body.get("flags", 0) & EPHEMERAL))
        return said.json

    def _edited(self, asked: Asked) -> Json:
        found = self._open(asked)
        if found.ack is None or found.ack["type"] not in {_MESSAGE, _DEFERRED, _DEFERRED_UPDATE, _UPDATE}:
            raise RefusedError(404, 10008, "Unknown Message")
        self._judge(asked.body)
        if found.ack["type"] in {_DEFERRED_UPDATE, _UPDATE}:
            return self._keep(found, "update", asked.body, is_private=True, made=found.message).json
        is_private = bool((found.ack.get("data") or {}).get("flags", 0) & EPHEMERAL)
        return self._keep(found, "original", asked.body, is_private=is_private).json

    def _deleted(self, asked: Asked) -> None:
        found = self._open(asked)
        found.said.append(Said(how="deleted", body={}))
        self.changed()

    def _keep(self, found: Interaction, how: str, body: Json, *, is_private: bool, made: str = "") -> Message:
        said = Message(id=made or self.new_id(), channel=found.channel, author=BOT, body=body, at=self.clock.wall())
        said.flags |= EPHEMERAL if is_private else 0
        found.said.append(Said(how=how, body=body, to_channel=not is_private, message=said.id, brought_by=found))
        self.changed()
        return said

    def may(self, user: str, channel: str) -> int:
        """Return what somebody may do in a channel, as a number; of a thread its parent is asked."""
        place = self.places[channel]
        ruled_by = self.places.get(place.parent, place) if place.kind.is_thread else place
        return allowed(self.guilds[place.guild], ruled_by, user).value


def _stored(command: Mapping[str, Json]) -> Json:
    """Return a command as Discord gives it back: with what is its default."""
    defaults = {"id": "800000000000000001", "version": "1", "application_id": APPLICATION, "nsfw": False}
    return defaults | {"default_member_permissions": None, "dm_permission": False, **command}


@asynccontextmanager
async def talking(fake: TalkingDiscord) -> AsyncIterator[TalkingDiscord]:
    """Serve a Discord with people in it."""
    async with serving(fake):
        try:
            yield fake
        finally:
            await fake.close_sockets(1001)
