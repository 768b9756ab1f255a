"""What a process that hears nothing learns about people and channels: it asks Discord."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import discord
import pytest

from adapters.discord.client import DiscordApi
from adapters.discord.members import NAMES_ASKED, Members
from adapters.sql.store import open_store
from bot.clock import FixedClock
from bot.errors import RefusedError
from bot.model.channel import Channel, Platform
from bot.model.installation import Secret
from tests.builders import NOW
from tests.fakes.discord import BOT
from tests.fakes.discord_calls import TOKEN, Fault
from tests.fakes.discord_gateway import TalkingDiscord, talking
from tests.fakes.discord_guilds import Kind
from tests.integration.discord.talking import (
    ANA,
    AWAY,
    BO,
    CY,
    HERE,
    IDEAS,
    KETTLES,
    OWNERS,
    POT,
    SECRET,
    STOVES,
    TEA,
    a_discord,
)

SHELF = "200000000000000007"


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A Discord, and somebody who asks it."""

    discord: TalkingDiscord
    members: Members

    async def refusal(self, channel_id: str, server: str = HERE) -> str:
        """Return why a channel is refused; empty when it is not."""
        try:
            await self.members.check(Channel(Platform.DISCORD, server, channel_id))
        except RefusedError as error:
            return error.message
        return ""


@pytest.fixture
async def asking(migrated_sqlite_url: str) -> AsyncIterator[Asking]:
    clock = FixedClock(NOW)
    async with talking(a_discord()) as fake, open_store(migrated_sqlite_url) as store:
        fake.add_channel(HERE, SHELF, Kind.CATEGORY, "shelf")
        api = DiscordApi(Secret(TOKEN), store.rate_limits, clock, fake.url)
        yield Asking(discord=fake, members=Members(api, clock))
        await api.close()


@pytest.mark.parametrize("channel_id", [TEA, POT, IDEAS, f"@{ANA}"])
async def test_a_channel_that_may_be_posted_in_is_not_refused(channel_id: str, asking: Asking) -> None:
    assert await asking.refusal(channel_id) == ""


@pytest.mark.parametrize(
    ("channel_id", "denied", "words"),
    [
        (TEA, "send_messages", "I need Send Messages in #tea."),
        (POT, "send_messages_in_threads", "I need Send Messages in Threads in #pot."),
        (IDEAS, "send_messages_in_threads", "I need Send Messages in Threads in #ideas."),
        (SECRET, "view_channel", f"I need View Channel and Send Messages in #{SECRET}."),
    ],
)
async def test_what_is_missing_is_named(channel_id: str, denied: str, words: str, asking: Asking) -> None:
    place = asking.discord.places[channel_id]
    asking.discord.deny(place.parent or channel_id, **{denied: True})
    assert await asking.refusal(channel_id) == words


async def test_what_holds_only_channels_takes_no_digest(asking: Asking) -> None:
    assert await asking.refusal(SHELF) == "#shelf holds channels and no messages."


async def test_a_locked_thread_takes_digests_only_of_who_manages_threads(asking: Asking) -> None:
    asking.discord.places[POT].is_locked = True
    assert await asking.refusal(POT) == "#pot is locked."
    allow(asking, asking.discord.places[POT].parent, BOT, manage_threads=True)
    assert await asking.refusal(POT) == ""


async def test_a_role_or_being_an_administrator_is_enough(asking: Asking) -> None:
    guild = asking.discord.guilds[HERE]
    asking.discord.places[TEA].overwrites = [{"id": HERE, "type": 0, "allow": "0", "deny": "2048"}]
    assert "Send Messages" in await asking.refusal(TEA)
    guild.members[BOT] = [OWNERS]
    asking.discord.places[TEA].overwrites.append({"id": OWNERS, "type": 0, "allow": "2048", "deny": "0"})
    assert await asking.refusal(TEA) == ""


# --- who manages ------------------------------------------------------------------------------------------------------


def allow(asking: Asking, channel_id: str, user: str, **permissions: bool) -> None:
    rule = {"id": user, "type": 1, "deny": "0", "allow": str(discord.Permissions(**permissions).value)}
    asking.discord.places[channel_id].overwrites.append(rule)


def hide(asking: Asking, channel_id: str) -> None:
    hidden = str(discord.Permissions(view_channel=True).value)
    asking.discord.places[channel_id].overwrites += [
        {"id": HERE, "type": 0, "allow": "0", "deny": hidden},
        {"id": BOT, "type": 1, "allow": hidden, "deny": "0"},
    ]


@pytest.mark.parametrize(("user", "manages"), [(ANA, True), (BO, True), (CY, False), ("1", True), ("30", False)])
async def test_managers_elsewhere_are_who_may_manage_that_channel_the_server_or_own_it(
    user: str, *, manages: bool, asking: Asking
) -> None:
    for channel_id in (TEA, POT):
        assert await asking.members.manages(Channel(Platform.DISCORD, HERE, channel_id), user) is manages


async def test_a_channels_own_rules_say_who_manages_it(asking: Asking) -> None:
    allow(asking, KETTLES, CY, manage_channels=True)
    assert await asking.members.manages(Channel(Platform.DISCORD, HERE, KETTLES), CY)
    assert not await asking.members.manages(Channel(Platform.DISCORD, HERE, TEA), CY)


async def test_who_does_not_see_a_channel_manages_nothing_there(asking: Asking) -> None:
    hide(asking, KETTLES)
    for user in (ANA, BO):
        assert not await asking.members.manages(Channel(Platform.DISCORD, HERE, KETTLES), user)
    assert not await asking.members.manages(Channel(Platform.DISCORD, HERE, STOVES), BO)


async def test_a_private_thread_is_managed_from_elsewhere_by_who_sees_all_of_them(asking: Asking) -> None:
    asking.discord.add_channel(HERE, SHELF[:-1] + "6", Kind.PRIVATE_THREAD, "hush", parent=TEA, owner=BO)
    hush = Channel(Platform.DISCORD, HERE, SHELF[:-1] + "6")
    assert not await asking.members.manages(hush, ANA)
    allow(asking, TEA, BO, manage_threads=True)
    assert await asking.members.manages(hush, BO)


async def test_while_discord_does_not_answer_nobody_is_told_that_they_manage_nothing(asking: Asking) -> None:
    asking.discord.fail(Fault(status=500), method="GET", path="/guilds/{guild}/members/{user}")
    with pytest.raises(RefusedError, match="Discord did not tell me"):
        await asking.members.manages(Channel(Platform.DISCORD, HERE, TEA), ANA)
    assert await asking.members.manages(Channel(Platform.DISCORD, HERE, TEA), ANA)


# --- what is there ----------------------------------------------------------------------------------------------------


async def test_a_channel_of_another_server_is_none_of_this_one(asking: Asking) -> None:
    assert await asking.refusal(STOVES, AWAY) == ""
    assert "I need View Channel" in await asking.refusal(STOVES, HERE)
    assert "I need View Channel" in await asking.refusal("200000000000000099")


async def test_while_discord_does_not_answer_nothing_is_refused(asking: Asking) -> None:
    asking.discord.fail(Fault(status=500), method="GET", path="/channels/{channel}")
    assert await asking.refusal(SECRET) == ""
    asking.discord.fail(Fault(hangs_up=True), method="GET", path="/guilds/{guild}")
    assert await asking.refusal(TEA) == ""


async def test_an_empty_answer_says_neither_that_we_are_out_nor_what_we_may(asking: Asking) -> None:
    nothing = Fault(body=b"{}", content_type="application/json")
    asking.discord.fail(nothing, method="GET", path="/guilds/{guild}")
    asking.discord.fail(nothing, method="GET", path="/channels/{channel}")
    assert not await asking.members.is_out(HERE)
    assert await asking.refusal(TEA) == ""
    del asking.discord.guilds[HERE]
    assert await asking.members.is_out(HERE)


async def test_people_and_channels_are_asked_for_by_name_once(asking: Asking) -> None:
    people, places = frozenset({ANA, "300000000000000099"}), frozenset({TEA, STOVES, SECRET})
    for _ in range(2):
        assert await asking.members.names(HERE, people, places) == {ANA: "ana", TEA: "tea"}
    assert len(asking.discord.calls("GET", "/guilds/{guild}/members/{user}")) == 2
    assert len(asking.discord.calls("GET", "/channels/{channel}")) == 3


async def test_made_up_ids_are_asked_for_within_bounds(asking: Asking) -> None:
    def asked() -> int:
        return len(asking.discord.calls("GET", "/channels/{channel}"))

    for number in range(10):
        places = frozenset(f"{300 + number}{each:015}" for each in range(20))
        assert await asking.members.names(HERE, frozenset(), places) == {}
    assert asked() == NAMES_ASKED
    assert await asking.members.names(AWAY, frozenset(), frozenset({STOVES})) == {STOVES: "stoves"}
    assert asked() == NAMES_ASKED + 1
