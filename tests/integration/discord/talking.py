"""A gateway, and a Discord of two servers whose people talk to it: a real discord.py over loopback."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord
import pytest
from discord.gateway import KeepAliveHandler

from adapters.discord.client import DiscordApi
from adapters.discord.gateway import DiscordDoor, DiscordGateway
from adapters.discord.members import Members
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from adapters.sql.store import SqlStore, open_store
from bot.clock import FixedClock, SystemClock
from bot.commands.services import Services
from bot.errors import PaperroundError
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from bot.pipeline.deliver import deliver_due
from bot.ports import Clock
from tests.builders import NOW
from tests.fakes.discord_calls import TOKEN
from tests.fakes.discord_gateway import TalkingDiscord, talking
from tests.fakes.discord_guilds import Kind
from tests.fakes.discord_people import Person
from tests.integration.gateways import serving_gateway
from tests.scenarios.asking import FakeSource

PATIENCE = timedelta(seconds=30)

HERE, AWAY = "100000000000000001", "100000000000000002"
TEA, KETTLES, SECRET, STOVES, IDEAS, POT = (f"20000000000000000{number}" for number in range(1, 7))
ANA_DM, BO_DM = "200000000000000008", "200000000000000009"
ANA, BO, CY = (f"30000000000000000{number}" for number in range(1, 4))
"""@ana may manage channels, @bo the server, @cy nothing."""

MANAGERS, OWNERS = "400000000000000001", "400000000000000002"
TEA_CHANNEL = Channel(Platform.DISCORD, HERE, TEA)


class Ahead(FixedClock):
    """A clock that can be set ahead."""

    ahead = timedelta()

    def wall(self) -> datetime:
        """Return the present, so far ahead."""
        return super().wall() + self.ahead


@dataclass(frozen=True, kw_only=True)
class Talk:
    """A conversation between a Discord and a gateway."""

    discord: TalkingDiscord
    store: SqlStore
    services: Services
    gateway: DiscordGateway
    messenger: DiscordMessenger
    store_url: str
    serving: asyncio.Task[None]

    def person(self, user: str, channel: str = TEA, locale: str = "en-GB") -> Person:
        """Return somebody in a channel."""
        return Person(fake=self.discord, user=user, channel=channel, locale=locale)

    @property
    def ana(self) -> Person:
        """Somebody in #tea who may manage channels."""
        return self.person(ANA)

    @property
    def bo(self) -> Person:
        """Somebody in #tea who may manage the server."""
        return self.person(BO)

    @property
    def cy(self) -> Person:
        """Somebody in #tea who may manage nothing."""
        return self.person(CY)

    async def connect(self) -> None:
        """Let the gateway connect."""
        await self.gateway.look_after()

    async def refused(self, words: str) -> PaperroundError:
        """Let the gateway be looked after while it does not hear; returns the error that says why."""
        with pytest.raises(PaperroundError, match=words) as caught:
            await self.gateway.look_after()
        return caught.value

    async def known(self) -> None:
        """Wait until all servers are known, and what was missed is done."""
        listener = self.gateway.connection.listener
        assert listener is not None
        await listener.wait_until_ready()
        await asyncio.sleep(0)  # noqa: TID251 - no time passes: who waited for the same is told
        await self.settled()

    async def settled(self) -> None:
        """Wait until the gateway has done what it began."""
        await self.gateway.work.settled(PATIENCE)

    async def subscribed(self, channel: Channel = TEA_CHANNEL) -> Mapping[str, str]:
        """Return the state of each subscription of a channel, by its query."""
        return {str(each.query): each.state for each in await self.store.subscriptions.of_channel(channel)}

    async def deliver(self) -> int:
        """Post what is due now."""
        return await deliver_due(self.store, {self.messenger.platform: self.messenger}, self.services.clock)


def channel(channel_id: str, server: str = HERE) -> Channel:
    """Return a channel of a server."""
    return Channel(Platform.DISCORD, server, channel_id)


def a_discord(clock: Clock | None = None) -> TalkingDiscord:
    """Build a Discord of two servers; the first has a secret channel, a forum and a thread."""
    fake = TalkingDiscord(clock=clock or SystemClock(), a_second=1000, names={ANA: "ana", BO: "bo", CY: "cy"})
    for server, channel in ((HERE, TEA), (AWAY, STOVES)):
        guild = fake.add_guild(server)
        guild.add_role(MANAGERS, "managers", discord.Permissions(manage_channels=True))
        guild.add_role(OWNERS, "owners", discord.Permissions(manage_guild=True))
        guild.members |= {ANA: [MANAGERS], BO: [OWNERS], CY: []}
        fake.add_channel(server, channel, name="tea" if server == HERE else "stoves")
    fake.add_channel(HERE, KETTLES, name="kettles")
    fake.add_channel(HERE, SECRET, name="secret")
    fake.deny(SECRET, view_channel=True)
    fake.add_channel(HERE, IDEAS, Kind.FORUM, "ideas")
    fake.add_channel(HERE, POT, Kind.PUBLIC_THREAD, "pot", parent=TEA, owner=BO)
    for person, channel in ((ANA, ANA_DM), (BO, BO_DM)):
        fake.add_channel("", channel, Kind.DM, "", recipient=person)
    return fake


@asynccontextmanager
async def talk(
    url: str, *, clock: Clock | None = None, fake: TalkingDiscord | None = None, is_heard: bool = True
) -> AsyncIterator[Talk]:
    """Let a Discord and a gateway talk; the gateway is connected, if it `is_heard`."""
    async with talking(fake or a_discord()) as served, listening(url, served, clock or FixedClock(NOW)) as begun:
        if is_heard:
            await begun.connect()
        yield begun


@asynccontextmanager
async def listening(url: str, fake: TalkingDiscord, clock: Clock) -> AsyncIterator[Talk]:
    """Let a gateway serve, as one process does."""
    before = beating()
    async with open_store(url) as store:
        api = DiscordApi(Secret(TOKEN), store.rate_limits, clock, fake.url)
        members = Members(api, clock)
        places = Places(api, clock, members.guilds)
        services = Services(
            store=store,
            clock=clock,
            default_zone="UTC",
            sources={name: FakeSource(name) for name in ("huggingface", "arxiv")},
            channel_checks={Platform.DISCORD: members.check},
        )
        # Without an address discord.py would, after some failures, leave loopback.
        door = DiscordDoor(token=Secret(TOKEN), base_url=fake.url, gateway_url=fake.gateway_url, settled=0.05)
        gateway = DiscordGateway(door, services, api, members, places)
        messenger = DiscordMessenger(api, places, clock)
        try:
            async with serving_gateway(gateway) as task:
                yield Talk(
                    discord=fake,
                    store=store,
                    services=services,
                    gateway=gateway,
                    messenger=messenger,
                    store_url=url,
                    serving=task,
                )
        finally:
            await api.close()
        # One that beats on would wake up in another test, after the end of its event loop.
        assert beating() <= before


def beating() -> set[threading.Thread]:
    """Return the threads that keep connections of discord.py alive."""
    threads = [each for each in threading.enumerate() if isinstance(each, KeepAliveHandler)]
    return {each for each in threads if not each._stop_ev.is_set()}  # noqa: SLF001 - it does not say it otherwise
