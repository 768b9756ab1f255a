"""Commands, suggestions and buttons through simcord, another reading of Discord than our own fake."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import simcord
from discord.http import Route

from adapters.discord.client import DiscordApi
from adapters.discord.errors import discord_error_of, refusal_of
from adapters.discord.gateway import DiscordDoor, DiscordGateway
from adapters.discord.listener import Listener
from adapters.discord.members import Members
from adapters.discord.places import Places
from adapters.discord.syncing import sync
from adapters.sql.store import SqlStore, open_store
from bot.clock import FixedClock
from bot.commands.services import Services
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from tests.builders import NOW
from tests.fakes.discord_bodies import texts_in
from tests.integration.gateways import serving_gateway
from tests.scenarios.asking import FakeSource
from tests.scenarios.library import fill

Json = Any

NOWHERE = "http://127.0.0.1:9/api/v10"


class InProcess(DiscordApi):
    """The REST API of a client that simcord answers; there is no wire."""

    client: Listener

    async def call(
        self, method: str, path: str, body: Json = None, *, query: Mapping[str, str] | None = None, **ids: str
    ) -> Json:
        """Ask simcord."""
        arguments: dict[str, Json] = {"params": query} if query else {}
        if body is not None:
            arguments["json"] = body
        try:
            return await self.client.http.request(Route(method, path, **ids), **arguments) or None
        except discord.HTTPException as error:
            refusal = refusal_of(error.status, {}, {"code": error.code, "message": error.text})
            raise discord_error_of(refusal) from error

    async def myself(self) -> str:
        """Say who the client is."""
        assert self.client.user is not None
        return str(self.client.user.id)


@dataclass(kw_only=True)
class World:
    """A server of simcord's with one channel, and a store."""

    env: Any
    guild: Any
    tea: Any
    store: SqlStore

    def member(self, name: str, **permissions: bool) -> Any:
        """Let somebody into the server, with a role that allows this."""
        role = self.guild.create_role(f"{name}s role", permissions=discord.Permissions(**permissions))
        return self.guild.add_member(self.env.create_user(name), roles=[role])

    async def subscribed(self) -> list[str]:
        """Return the queries of the channel."""
        where = Channel(Platform.DISCORD, str(self.guild.id), str(self.tea.id))
        return [str(each.query) for each in await self.store.subscriptions.of_channel(where)]


def a_gateway(store: SqlStore) -> tuple[DiscordGateway, InProcess]:
    """Build a gateway, and what it asks; whose client it listens with."""
    clock = FixedClock(NOW)
    api = InProcess(Secret("x"), store.rate_limits, clock)
    members = Members(api, clock)
    places = Places(api, clock, members.guilds)
    services = Services(
        store=store,
        clock=clock,
        default_zone="UTC",
        sources={name: FakeSource(name) for name in ("huggingface", "arxiv")},
        channel_checks={Platform.DISCORD: members.check},
    )
    gateway = DiscordGateway(DiscordDoor(token=Secret("x"), base_url=NOWHERE), services, api, members, places)
    client = Listener(gateway, clock, base_url=NOWHERE)
    api.client = gateway.connection.listener = members.guilds.heard_by = client
    return gateway, api


@asynccontextmanager
async def world(url: str) -> AsyncIterator[World]:
    """Open a world; not as a fixture, for simcord wants to be left in the context in which it was entered."""
    async with open_store(url) as store:
        await fill(store)
        gateway, api = a_gateway(store)
        async with serving_gateway(gateway), simcord.run(api.client, shard_count=1) as env:
            guild = env.create_guild()
            await sync(api, str(api.client.application_id))
            tea = guild.create_text_channel("tea")
            yield World(env=env, guild=guild, tea=tea, store=store)


def said(answer: Any) -> str:
    """Return every text of a message."""
    return " ".join(texts_in({"components": answer.components}))


async def test_a_command_is_answered_to_the_channel_and_asks_its_author_for_the_zone(migrated_sqlite_url: str) -> None:
    async with world(migrated_sqlite_url) as w:
        done = await w.member("ana", manage_channels=True).slash(w.tea, "papers subscribe", query="teapots")
        assert not done.response.ephemeral
        assert "subscribed this channel" in said(done.response)
        (asked,) = done.followups
        assert asked.ephemeral
        assert "Where is this channel?" in said(asked).replace("\\", "")
        assert await w.subscribed() == ["teapot"]


async def test_a_list_is_for_its_author(migrated_sqlite_url: str) -> None:
    async with world(migrated_sqlite_url) as w:
        done = await w.member("ana").slash(w.tea, "papers list")
        assert done.response.ephemeral


async def test_who_may_not_is_refused(migrated_sqlite_url: str) -> None:
    async with world(migrated_sqlite_url) as w:
        done = await w.member("cy").slash(w.tea, "papers subscribe", query="teapots")
        assert "Manage Channels" in said(done.response)
        assert await w.subscribed() == []


async def test_options_are_completed(migrated_sqlite_url: str) -> None:
    async with world(migrated_sqlite_url) as w:
        ana = w.member("ana", manage_channels=True)
        found = await ana.autocomplete(w.tea, "papers subscribe", "tz", "berl", query="teapots")
        assert "Europe/Berlin" in [each["value"] for each in found]


async def test_buttons_work_and_go_on_working_after_a_restart(migrated_sqlite_url: str) -> None:
    async with world(migrated_sqlite_url) as w:
        ana = w.member("ana", manage_channels=True)
        first = await ana.slash(w.tea, "papers subscribe", query="teapots", tz="UTC")
        undone = await ana.click(first.response, label="Undo")
        assert "Undone by" in said(undone.followups[0])
        second = await ana.slash(w.tea, "papers subscribe", query="kettles")
        gateway, api = a_gateway(w.store)
        async with serving_gateway(gateway):
            await w.env.restart_bot(api.client)
            undone = await ana.click(second.response, label="Undo")
            assert "Undone by" in said(undone.followups[0])
        assert await w.subscribed() == []


async def test_a_form_opens_and_is_sent_off(migrated_sqlite_url: str) -> None:
    async with world(migrated_sqlite_url) as w:
        ana = w.member("ana", manage_channels=True)
        made = await ana.slash(w.tea, "papers subscribe", query="teapots", tz="UTC")
        shown = await ana.click(made.response, label="Change")
        assert shown.modal is not None
        assert shown.modal["title"] == "Change #1"
        values = {"query": "kettles", "often": ["weekly"], "when": "fri 16:00", "source": "hf", "max": "5"}
        done = await ana.submit_modal(shown, values)
        assert "kettle" in said(done.response)
        assert await w.subscribed() == ["kettle"]
