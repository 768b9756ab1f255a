"""A Discord with servers that let paperround in, a real store, and digests on their way to its channels."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from adapters.discord.client import CALL_TIMEOUT, DiscordApi
from adapters.discord.members import Guilds
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from adapters.sql.store import SqlStore, open_store
from bot.document import Document
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from tests.builders import NOW
from tests.delivering import Delivering
from tests.fakes import discord_guilds
from tests.fakes.clock import SteppingClock
from tests.fakes.discord import BOT, Discord, serving
from tests.fakes.discord_bodies import texts_in

GUILD = "100"
HERE = Channel(Platform.DISCORD, GUILD, "101")
NEWS = Channel(Platform.DISCORD, GUILD, "102")
FORUM = Channel(Platform.DISCORD, GUILD, "103")
THREAD = Channel(Platform.DISCORD, GUILD, "104")
ELSEWHERE = Channel(Platform.DISCORD, "200", "201")

LONG = 30
"""Papers of a digest that takes several messages."""


@dataclass(kw_only=True)
class World(Delivering):
    """What a test acts on."""

    discord: Discord
    api: DiscordApi
    here: Channel = HERE

    def parts(self, document: Document) -> list[tuple[str, ...]]:
        """Return what each part of a document says."""
        return [tuple(texts_in(each.payload)) for each in self.messenger.render(document)]

    def said(self, channel: str = HERE.id) -> list[tuple[str, ...]]:
        """Return what each of our messages in a channel says, oldest first."""
        return [tuple(texts_in(each.body)) for each in self.discord.in_channel(channel) if each.author == BOT]

    async def hrefs(self, channel: Channel) -> set[str]:
        """Return where the papers of a channel are linked to."""
        rows = await self.store.outbox.ledger([channel], (NOW - timedelta(days=9)).date())
        return {row.href for row in rows[channel]}

    @property
    def times(self) -> Counter[tuple[str, ...]]:
        """How often each of our messages is in its channel."""
        ours = [each for each in self.discord.messages if each.author == BOT]
        return Counter((each.channel, *texts_in(each.body)) for each in ours)


@asynccontextmanager
async def a_world(url: str, *, patience: timedelta = CALL_TIMEOUT) -> AsyncIterator[World]:
    """Open a world; `patience` is how long a request may take."""
    clock = SteppingClock(NOW)
    discord = a_discord(clock)
    async with serving(discord), open_store(url) as store:
        api = an_api(discord, store, clock, patience)
        try:
            messenger = DiscordMessenger(api, Places(api, clock, Guilds()), clock)
            yield World(discord=discord, store=store, clock=clock, api=api, messenger=messenger)
        finally:
            await api.close()


def an_api(discord: Discord, store: SqlStore, clock: SteppingClock, patience: timedelta = CALL_TIMEOUT) -> DiscordApi:
    """Build what a process speaks to a Discord with."""
    return DiscordApi(Secret(discord.token), store.rate_limits, clock, discord.url, timeout=patience)


def a_discord(clock: SteppingClock) -> Discord:
    """Build two servers, one of them with a channel of each kind."""
    discord = Discord(clock=clock)
    discord.add_guild(GUILD)
    discord.add_channel(GUILD, HERE.id)
    discord.add_channel(GUILD, NEWS.id, discord_guilds.Kind.ANNOUNCEMENT)
    discord.add_channel(GUILD, FORUM.id, discord_guilds.Kind.FORUM)
    discord.add_channel(GUILD, THREAD.id, discord_guilds.Kind.PUBLIC_THREAD, parent=HERE.id)
    discord.add_guild(ELSEWHERE.workspace)
    discord.add_channel(ELSEWHERE.workspace, ELSEWHERE.id)
    return discord
