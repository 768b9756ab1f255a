"""A Slack with workspaces that installed paperround, a real store, and digests on their way to its channels."""

from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet

from adapters.slack.client import CALL_TIMEOUT, SlackApi
from adapters.slack.messenger import SlackMessenger
from adapters.sql.store import open_store
from bot.model.channel import Channel, Platform
from bot.model.installation import Installation, Secret
from tests.builders import NOW
from tests.delivering import Delivering
from tests.fakes.clock import SteppingClock
from tests.fakes.slack import BOT, Slack, serving

HERE = Channel(Platform.SLACK, "T1", "C1")
READING = frozenset({"chat:write", "channels:history"})

LONG = 85
"""Papers of a digest that takes a message and several replies."""


@dataclass(kw_only=True)
class World(Delivering):
    """What a test acts on; `key` encrypts the tokens in the store."""

    slack: Slack
    key: str
    here: Channel = HERE

    @property
    def times(self) -> Counter[tuple[str, int, int]]:
        """How often each part of each delivery is in a channel."""
        return Counter((each.channel, *each.mark) for each in self.slack.messages if each.user == BOT)


@asynccontextmanager
async def a_world(
    url: str,
    *,
    workspaces: Collection[str] = ("T1",),
    scopes: frozenset[str] = READING,
    says_scopes: bool = True,
    patience: timedelta = CALL_TIMEOUT,
) -> AsyncIterator[World]:
    """Open a world; with `says_scopes` the installation knows its scopes, else Slack alone does.

    `patience` is how long a call may take.
    """
    clock = SteppingClock(NOW)
    slack = Slack(clock=clock, tokens={token_of(each): each for each in workspaces}, scopes=set(scopes))
    key = Fernet.generate_key().decode()
    async with serving(slack), open_store(url, secret_keys=[key]) as store:
        for workspace in workspaces:
            await store.installations.save(an_installation(workspace, scopes if says_scopes else frozenset()), NOW)
        api = SlackApi(slack.url, timeout=patience)
        messenger = SlackMessenger(api, store.installations, store.rate_limits, clock)
        yield World(slack=slack, store=store, clock=clock, messenger=messenger, key=key)


def token_of(workspace: str) -> str:
    """Return the token of a workspace."""
    return f"xoxb-secret-{workspace}"


def an_installation(workspace: str = "T1", scopes: frozenset[str] = READING) -> Installation:
    """Build a workspace's installation."""
    return Installation(
        platform=Platform.SLACK, workspace=workspace, token=Secret(token_of(workspace)), bot_user=BOT, scopes=scopes
    )
