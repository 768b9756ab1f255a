"""A Discord that says no more than it must, as a proxy or a stand-in does: it is heard and answered all the same."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.discord.interactions import SeenChannel
from adapters.discord.permissions import Permission
from tests.discord_world import HERE as CHANNEL
from tests.discord_world import a_world
from tests.fakes.discord import APPLICATION, BOT, CHANNELS
from tests.fakes.discord_calls import Fault, RefusedError
from tests.fakes.discord_gateway import Session, TalkingDiscord
from tests.integration.discord.talking import HERE, POT, SECRET, TEA, Talk, a_discord, talk

Json = Any

ONE = "/channels/{channel}"
SOME = 50
"""Calls: more than there are."""


def not_there(_: object) -> Json:
    """Answer as Discord does where it knows no such route."""
    raise RefusedError(404, 0, "404: Not Found")


@dataclass(kw_only=True)
class Terse(TalkingDiscord):
    """Names the bot, its application and what is in a server by ids, and no number of connections.

    `tells_roles` says whether it tells what everybody may do.
    """

    tells_roles: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self.on("GET", "/users/@me", lambda _: {"id": BOT})
        self.on("GET", "/oauth2/applications/@me", lambda _: {"id": APPLICATION})
        self.on("GET", "/gateway/bot", lambda _: {"url": self.gateway_url})

    def _ready(self, session: Session) -> None:
        spare = {"user": {"id": BOT}, "session_id": session.id, "resume_gateway_url": self.gateway_url}
        session.put("READY", spare | {"guilds": [{"id": each} for each in self.guilds]})
        for each in self.guilds:
            session.put("GUILD_CREATE", self._terse_guild(each))

    def _terse_guild(self, guild: str) -> Json:
        whole = self.whole_guild(guild)
        roles = [_only(each, "id", "permissions") for each in whole["roles"]] if self.tells_roles else []
        return {
            "id": guild,
            "roles": roles,
            "channels": [_only(each, "id", "type", "permission_overwrites") for each in whole["channels"]],
            "threads": [_only(each, "id", "parent_id") for each in whole["threads"]],
            "members": [{"user": {"id": BOT}}],
        }


def _only(whole: Json, *names: str) -> Json:
    return {name: whole[name] for name in names}


def terse(*, tells_roles: bool = True) -> Terse:
    whole = a_discord()
    return Terse(
        clock=whole.clock,
        a_second=1000,
        names=whole.names,
        guilds=whole.guilds,
        places=whole.places,
        tells_roles=tells_roles,
    )


def seen(begun: Talk, channel: str) -> SeenChannel | None:
    """Return what the gateway has told of a channel."""
    listener = begun.gateway.connection.listener
    assert listener is not None
    return listener.channel(HERE, channel)


async def test_answers_that_name_a_charset_are_read(migrated_sqlite_url: str) -> None:
    fake = a_discord()
    fake.json_type = "application/json; charset=utf-8"
    async with talk(migrated_sqlite_url, fake=fake) as begun:
        assert fake.menu
        assert "No subscriptions" in (await begun.ana.types("list")).text


async def test_what_discord_py_alone_would_read_need_not_be_there(migrated_sqlite_url: str) -> None:
    async with talk(migrated_sqlite_url, fake=terse()) as begun:
        assert begun.discord.menu
        await begun.known()
        for event in ("CHANNEL_CREATE", "CHANNEL_UPDATE"):
            begun.discord.tell(event, {"guild_id": HERE, "type": 0, "id": TEA})
        assert "No subscriptions" in (await begun.ana.types("list")).text
        assert seen(begun, TEA) is not None
        assert seen(begun, POT) is not None


async def test_what_we_may_is_unknown_where_nobody_says_what_everybody_may(migrated_sqlite_url: str) -> None:
    for tells_roles in (True, False):
        async with talk(migrated_sqlite_url, fake=terse(tells_roles=tells_roles)) as begun:
            await begun.known()
            secret = seen(begun, SECRET)
            assert secret is not None
            if tells_roles:
                assert secret.ours is not None
                assert Permission.VIEW_CHANNEL not in secret.ours
            else:
                assert secret.ours is None


async def test_routes_that_something_else_tells_too_need_not_be_there(migrated_sqlite_url: str) -> None:
    fake = a_discord()
    fake.on("GET", "/oauth2/applications/@me", not_there)
    fake.on("GET", "/gateway/bot", not_there)
    async with talk(migrated_sqlite_url, fake=fake) as begun:
        assert "No subscriptions" in (await begun.ana.types("list")).text


@pytest.mark.parametrize(
    "fault", [Fault(status=404), Fault(status=405), Fault(body=b"{}", content_type="application/json")]
)
async def test_a_channel_that_nobody_can_be_asked_about_is_posted_to(migrated_sqlite_url: str, fault: Fault) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(*[fault] * SOME, method="GET", path=CHANNELS)
        world.discord.fail(*[fault] * SOME, method="GET", path=ONE)
        document = await world.digest()
        assert await world.finish() == 1
        assert world.said() == world.parts(document)


@pytest.mark.parametrize(("shown", "state"), [({}, "active"), ({"type": 1}, "paused")])
async def test_a_channel_that_names_no_server_is_the_servers_unless_it_is_a_persons(
    migrated_sqlite_url: str, shown: Json, state: str
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.discord.fail(*[Fault(status=404)] * SOME, method="GET", path=CHANNELS)
        shown_so = Fault(body=json.dumps({"id": CHANNEL.id, **shown}).encode(), content_type="application/json")
        world.discord.fail(shown_so, method="GET", path=ONE)
        await world.digest()
        await world.finish()
        (subscription,) = await world.store.subscriptions.of_channel(CHANNEL)
        assert (bool(world.said()), subscription.state) == (state == "active", state)
