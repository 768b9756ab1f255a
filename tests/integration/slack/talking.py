"""A gateway that hears over HTTP, and a Slack of two workspaces that talks to it: real Bolt, real requests."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.fernet import Fernet
from starlette.applications import Starlette

from adapters.slack.gateway import SlackGateway
from adapters.slack.parts import SlackApp, SlackParts
from adapters.sql.store import SqlStore, open_store
from adapters.web.listening import address_of, listen_at
from adapters.web.server import mounted, serving
from bot.clock import FixedClock, SystemClock
from bot.commands.services import Services
from bot.model.channel import Channel, Platform
from bot.model.installation import Installation, Secret
from bot.ports import Clock, Gateway
from tests.builders import NOW
from tests.fakes.slack import BOT
from tests.fakes.slack_talk import SECRET, Said, TalkingSlack, a_button, a_command, a_press, as_form, signed, talking
from tests.integration.gateways import serving_gateway
from tests.scenarios.asking import FakeSource

Json = Any

PATIENCE = timedelta(seconds=30)

KEY = Fernet.generate_key().decode()
EVENTS = "/slack/events"
TEA = Channel(Platform.SLACK, "T1", "C01")

PEOPLE: Mapping[str, Json] = {
    "U1ANA": {"id": "U1ANA", "name": "ana", "team_id": "T1", "tz": "Asia/Tokyo", "profile": {"display_name": "ana"}},
    "U2BO": {"id": "U2BO", "name": "bo", "tz": "Nowhere/Land", "is_admin": True, "profile": {"real_name": "Bo B"}},
    "U3CY": {"id": "U3CY", "name": "cy", "team_id": "T9", "is_admin": True, "profile": {}},
}
PLACES: Mapping[str, Json] = {
    "T1/C01": {"id": "C01", "name": "tea", "creator": "U9", "is_member": True},
    "T1/C02": {"id": "C02", "name": "kettles", "creator": "U1ANA", "is_member": True},
    "T1/C03": {"id": "C03", "name": "secret", "creator": "U9", "is_member": False},
    "T2/C01": {"id": "C01", "name": "stoves", "creator": "U9", "is_member": True},
}


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation between a Slack and a gateway."""

    slack: TalkingSlack
    web: httpx.AsyncClient
    store: SqlStore
    services: Services
    gateway: Gateway

    async def post(self, body: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Send a body as Slack does, or with other headers."""
        sent = signed(body, SystemClock().now().timestamp()) if headers is None else headers
        return await self.web.post(EVENTS, content=body, headers=dict(sent))

    async def types(self, text: str, **fields: str) -> Said:
        """Type a command, and return what is answered to it first."""
        return await self._answered(urlencode(a_command(self.slack, text, **fields)))

    async def presses(self, value: str, **fields: Json) -> Said:
        """Press a button, and return what is answered to it first."""
        return await self._answered(as_form(a_press(self.slack, a_button(value), **fields)))

    async def chooses(self, action: Json, **fields: Json) -> Said:
        """Choose of a menu, and return what is answered to it first."""
        return await self._answered(as_form(a_press(self.slack, action, **fields)))

    async def _answered(self, body: str) -> Said:
        before = len(self.slack.said)
        answer = await self.post(body)
        assert (answer.status_code, answer.text) == (200, "")
        await self.slack.until(lambda slack: len(slack.said) > before)
        return self.slack.said[before]

    async def happens(self, event: Json, *, seconds_ago: int = 0) -> None:
        """Let something happen that was signed a while ago, and wait until the gateway has done with it."""
        body = json.dumps(event)
        headers = signed(body, SystemClock().now().timestamp() - seconds_ago, kind="application/json")
        assert (await self.post(body, headers)).status_code == 200
        # Slack is answered before the event is even begun; what is typed after it is heard after it.
        await self.types("help")
        assert isinstance(self.gateway, SlackGateway)
        await self.gateway.work.settled(PATIENCE)

    async def subscribed(self, channel: Channel = TEA) -> Mapping[str, str]:
        """Return the state of each subscription of a channel, by its query."""
        return {str(each.query): each.state for each in await self.store.subscriptions.of_channel(channel)}


def a_slack() -> TalkingSlack:
    """Build a Slack of two workspaces with equal channels."""
    return TalkingSlack(
        clock=SystemClock(),
        tokens={"xoxb-1": "T1", "xoxb-2": "T2", "xapp-1": "app"},
        people=deepcopy(dict(PEOPLE)),
        places=deepcopy(dict(PLACES)),
        a_second=1000,
    )


@asynccontextmanager
async def talk(
    url: str, *, is_over_http: bool = True, clock: Clock | None = None, bot_token: str = ""
) -> AsyncIterator[Talk]:
    """Let a Slack and a gateway talk; with a `bot_token` the gateway is for its workspace alone."""
    clock = clock or FixedClock(NOW)
    async with talking(a_slack()) as served, open_store(url, secret_keys=(KEY,)) as store:
        for team, token in (("T1", "xoxb-1"), ("T2", "xoxb-2")):
            installation = Installation(platform=Platform.SLACK, workspace=team, token=Secret(token), bot_user=BOT)
            await store.installations.save(installation, NOW)
        sources = {name: FakeSource(name) for name in ("huggingface", "arxiv")}
        app = SlackApp(
            base_url=served.url,
            bot_token=Secret(bot_token) if bot_token else None,
            signing_secret=Secret(SECRET) if is_over_http else None,
            app_token=None if is_over_http else Secret("xapp-1"),
        )
        parts = SlackParts(app, store, clock)
        services = Services(
            store=store,
            clock=clock,
            default_zone="Europe/Berlin",
            sources=sources,
            channel_checks={Platform.SLACK: parts.members.check},
        )
        gateway = parts.gateway(services)
        async with serving_gateway(gateway), _web(gateway) as web:
            yield Talk(slack=served, web=web, store=store, services=services, gateway=gateway)


@asynccontextmanager
async def _web(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=mounted(gateway.endpoints))
    with listen_at("127.0.0.1", 0) as listening:
        async with (
            serving(app, listening),
            httpx.AsyncClient(base_url=address_of(listening), trust_env=False, timeout=30) as client,
        ):
            yield client
