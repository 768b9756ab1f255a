"""The Slack of the tests, as people use it: who is who, modals, answers at a response_url, Socket Mode."""

import asyncio
import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from aiohttp import WSMsgType, web
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from adapters.slack import limits
from adapters.slack.limits import length
from tests import block_kit
from tests.block_kit import found
from tests.fakes.slack import BOT, Asked, Slack, serving

Json = Any

SECRET = "signing-secret"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer to a person: where Slack showed it (`there`, `ephemeral`, `view`), what, and who sees it."""

    how: str
    body: Json
    to_channel: bool = False

    @property
    def text(self) -> str:
        """Every text of its blocks, one a line."""
        return "\n".join(_texts(self.body["blocks"]))

    @property
    def buttons(self) -> Mapping[str, str]:
        """The value of each button, by its label."""
        return {
            element["text"]["text"]: element["value"]
            for block in self.body["blocks"]
            if block["type"] == "actions"
            for element in block["elements"]
        }

    @property
    def menu(self) -> Mapping[str, str]:
        """The value of each choice of the first menu, by its label."""
        first = next(block["accessory"] for block in self.body["blocks"] if "accessory" in block)
        return {option["text"]["text"]: option["value"] for option in first["options"]}


def _judge_view(view: Json) -> None:
    """Every block and the whole are within the limits, by Slack's SDK and by our own numbers."""
    View(**view).validate_json()
    assert 1 <= len(view["blocks"]) <= limits.VIEW_BLOCKS
    assert [block.to_dict() for block in Block.parse_all(view["blocks"])] == view["blocks"]
    for title in (view["title"], view["close"], *([view["submit"]] if "submit" in view else [])):
        assert length(title["text"]) <= limits.VIEW_TITLE
    ids = [
        each["action_id"] for block in view["blocks"] if block["type"] != "input" for each in found(block, "action_id")
    ]
    assert len(ids) == len(set(ids))
    names = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    assert len(names) == len(set(names))
    assert len(view["private_metadata"]) <= 3000


def _texts(value: Json) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for key, each in value.items() if key != "accessory" for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


@dataclass
class TalkingSlack(Slack):
    """Slack with people in it.

    `people` and `places` are the answers of users.info and conversations.info by id; who is not there is not found.
    `members` are the people in a channel, by the key of its place.
    `said` is what people were answered, in order. `takes` is how many answers a response_url takes.
    `refused_sockets` are the codes with which the next connections are refused.
    """

    people: dict[str, Json] = field(default_factory=dict)
    places: dict[str, Json] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    views: dict[str, Json] = field(default_factory=dict)
    late_triggers: set[str] = field(default_factory=set)
    takes: int = 5
    answered_at: dict[str, int] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acks: dict[str, Json] = field(default_factory=dict)
    refused_sockets: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Answer also where commands are answered, and Socket Mode."""
        super().add_routes(router)
        router.add_post("/respond/{place}", self.respond)
        router.add_get("/socket", self.socket)

    @property
    def answers(self) -> str:
        """Where response_urls begin."""
        return f"{self.url.removesuffix('/api/')}/respond"

    async def until(self, is_so: Callable[[Self], bool]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(lambda: is_so(self))

    async def changed(self) -> None:
        """Let who waits look again."""
        async with self._changed:
            self._changed.notify_all()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        response = await super().answer(request)
        await self.changed()
        return response

    async def respond(self, request: web.Request) -> web.Response:
        """Take an answer at a response_url, as often as those take one."""
        place = request.match_info["place"]
        self.answered_at[place] = self.answered_at.get(place, 0) + 1
        if self.answered_at[place] > self.takes:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        body = await request.json()
        self._judge(body)
        self._keep(Said(how="there", body=body, to_channel=body["response_type"] == "in_channel"))
        await self.changed()
        return web.Response(text="ok")

    def _keep(self, said: Said) -> None:
        self.said.append(said)

    def _judge(self, body: Json) -> None:
        payload = {name: body[name] for name in ("text", "blocks", "unfurl_links", "unfurl_media")}
        block_kit.well_formed(payload)
        block_kit.within_limits(payload)

    def _answer_to(self, asked: Asked, fault: Any) -> Json:  # noqa: C901, PLR0912 - one case a method
        if asked.method == "apps.connections.open" and self.refused_sockets:
            return {"ok": False, "error": self.refused_sockets.pop(0)}
        if asked.method == "apps.connections.open" and fault is None:
            return {"ok": True, "url": f"{self.url.removesuffix('/api/').replace('http', 'ws')}/socket?ticket=secret"}
        if fault is not None or asked.workspace == "":
            return super()._answer_to(asked, fault)
        body = asked.body
        match asked.method:
            case "auth.test":
                return {**super()._answer_to(asked, fault), "team_id": asked.workspace, "team": "A Team"}
            case "users.info":
                found = self.people.get(body["user"])
                return {"ok": True, "user": found} if found else {"ok": False, "error": "user_not_found"}
            case "conversations.info":
                place = self.places.get(f"{asked.workspace}/{body['channel']}")
                return {"ok": True, "channel": place} if place else {"ok": False, "error": "channel_not_found"}
            case "users.conversations":
                return self._conversations(asked)
            case "chat.postEphemeral":
                if f"{asked.workspace}/{body['channel']}" not in self.places:
                    return {"ok": False, "error": "channel_not_found"}
                self._judge(body)
                self._keep(Said(how="ephemeral", body=body))
                return {"ok": True, "message_ts": "1.1"}
            case "chat.postMessage" if "metadata" not in body:
                self._judge(body)
                self._keep(Said(how="message", body=body, to_channel=not body["channel"].startswith("U")))
                return {"ok": True, "ts": "1.1", "channel": body["channel"]}
            case "views.open" | "views.push":
                if body["trigger_id"] in self.late_triggers:
                    return {"ok": False, "error": "expired_trigger_id"}
                return self._show(asked, f"V{len(self.views) + 1}")
            case "views.update":
                return self._show(asked, body["view_id"])
            case _:
                return super()._answer_to(asked, fault)

    def _conversations(self, asked: Asked) -> Json:
        """List a page of a person's channels, or of ours; where an organisation installed us, of one of its teams."""
        query, user = asked.body, asked.body.get("user")
        types, size = set(query.get("types", "public_channel").split(",")), int(query.get("limit", 100))
        if not types <= {"public_channel", "private_channel", "mpim", "im"}:
            return {"ok": False, "error": "invalid_types"}
        if not 1 <= size <= 999:
            return {"ok": False, "error": "invalid_limit"}
        if asked.workspace.startswith("E") and not query.get("team_id"):
            return {"ok": False, "error": "missing_argument"}
        if user and user not in self.people:
            return {"ok": False, "error": "user_not_found"}
        found = [
            {name: value for name, value in place.items() if name != "is_member"}
            for key, place in self.places.items()
            if key.startswith(f"{asked.workspace}/")
            and ("private_channel" if place.get("is_private") else "public_channel") in types
            and place.get("context_team_id", query.get("team_id")) == query.get("team_id")
            and (place.get("is_member") or (user and not place.get("is_private")))
            and (not user or user in self.members.get(key, ()))
        ]
        start, size = int(query.get("cursor") or 0), min(size, self.page)
        more = str(start + size) if len(found) > start + size else ""
        return {"ok": True, "channels": found[start : start + size], "response_metadata": {"next_cursor": more}}

    def _show(self, asked: Asked, view_id: str) -> Json:
        view = asked.body["view"]
        _judge_view(view)
        self.views[view_id] = view
        self._keep(Said(how=asked.method, body=view))
        return {"ok": True, "view": {"id": view_id}}

    # --- Socket Mode -------------------------------------------------------------------------------------------------

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection of Socket Mode."""
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets)})
        await self.changed()
        async for message in socket:
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            if message.type is WSMsgType.TEXT:
                told = json.loads(message.data)
                self.acks[told["envelope_id"]] = told.get("payload")
                await self.changed()
        await self.changed()
        return socket

    async def send(self, kind: str, payload: Json, envelope: str = "e1") -> Json:
        """Send an envelope over the newest connection, and return its acknowledgement."""
        told = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        await self.sockets[-1].send_json(told)
        await self.until(lambda slack: envelope in slack.acks)
        return self.acks[envelope]


@asynccontextmanager
async def talking(slack: TalkingSlack) -> AsyncIterator[TalkingSlack]:
    """Serve a Slack with people in it."""
    async with serving(slack):
        try:
            yield slack
        finally:
            for socket in slack.sockets:
                await socket.close()


def signed(body: str, at: float, *, secret: str = SECRET, kind: str = FORM) -> Mapping[str, str]:
    """Return the headers with which Slack sends a body."""
    timestamp = f"{at:.0f}"
    mac = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"content-type": kind, "x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={mac}"}


def a_command(slack: TalkingSlack, text: str, **fields: str) -> Json:
    """Build a slash command of @ana's in #tea of T1."""
    return {
        "command": "/papers",
        "text": text,
        "team_id": "T1",
        "channel_id": "C01",
        "channel_name": "tea",
        "user_id": "U1ANA",
        "response_url": f"{slack.answers}/{next(slack.numbers)}",
        "trigger_id": "t.1",
        "is_enterprise_install": "false",
        **fields,
    }


def a_press(slack: TalkingSlack, action: Json, **fields: Json) -> Json:
    """Build the press of a button, or a choice of a menu, of @ana's in #tea of T1."""
    return {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "U1ANA", "team_id": "T1"},
        "channel": {"id": "C01", "name": "tea"},
        "container": {"type": "message"},
        "response_url": f"{slack.answers}/{next(slack.numbers)}",
        "trigger_id": "t.2",
        "is_enterprise_install": False,
        "actions": [action],
        **fields,
    }


def a_button(value: str) -> Json:
    """Build what is said of a button."""
    return {"type": "button", "action_id": "press-1", "block_id": "b", "value": value, "action_ts": "1.1"}


def a_choice(value: str) -> Json:
    """Build what is said of a choice of a menu."""
    return {"type": "overflow", "action_id": "menu-1", "block_id": "b", "selected_option": {"value": value}}


def a_form(view: Json, fields: Json) -> Json:
    """Build a form that @ana sends off: a view, and the state of its fields by block."""
    values = {block: {"field": state} for block, state in fields.items()}
    return {
        "type": "view_submission",
        "team": {"id": "T1"},
        "user": {"id": "U1ANA", "team_id": "T1"},
        "trigger_id": f"t.{secrets.token_hex(4)}",
        "is_enterprise_install": False,
        "view": {**view, "id": "V1", "state": {"values": values}},
    }


def an_event(kind: str, number: int = 1, *, team: str = "T1", at: int = 0, **details: Json) -> Json:
    """Build an event."""
    return {
        "type": "event_callback",
        "team_id": team,
        "api_app_id": "A1",
        "event_id": f"Ev{number}",
        "event_time": at,
        "authorizations": [{"team_id": team, "enterprise_id": None, "user_id": BOT, "is_enterprise_install": False}],
        "event": {"type": kind, **details},
    }


def as_form(payload: Json) -> str:
    """Return an interaction as Slack sends it: JSON in a form."""
    return urlencode({"payload": json.dumps(payload)})
