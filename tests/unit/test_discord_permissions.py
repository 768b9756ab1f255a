"""What it may do in a Discord channel, held against discord.py's own reckoning, and the link that asks for it."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.invite import LEAST, invite_link
from adapters.discord.permissions import FORUMS, THREADS, Permission, granted, needed_in

Json = Any

GUILD, ME, CHANNEL = "100", "200", "300"
OURS = Permission(sum(Permission))
TEXT, ANNOUNCEMENT = 0, 5

IDS = st.sampled_from((GUILD, "101", "102", "103"))
BITS = st.lists(st.sampled_from([*Permission, 1 << 1, 1 << 40]), max_size=4).map(lambda bits: str(sum(set(bits))))
RULES = st.lists(
    st.fixed_dictionaries({"id": st.one_of(IDS, st.just(ME)), "allow": BITS, "deny": BITS}),
    unique_by=lambda rule: rule["id"],
)


def by_discord_py(roles: list[Json], member: Json, overwrites: list[Json], owner: str) -> Permission:
    """Let discord.py say it, of the same server."""
    state = discord.Client(intents=discord.Intents.none())._connection  # noqa: SLF001 - what its objects are made of
    dressed = [
        {
            **role,
            "name": "role",
            "position": place,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        for place, role in enumerate(roles)
    ]
    rules = [{**rule, "type": 1 if rule["id"] == ME else 0} for rule in overwrites]
    channel = {"id": CHANNEL, "type": TEXT, "name": "papers", "position": 0, "permission_overwrites": rules}
    data: Json = {"id": GUILD, "name": "Lab", "roles": dressed, "channels": [channel], "owner_id": owner}
    guild = discord.Guild(data=data, state=state)
    mine: Json = {**member, "joined_at": None, "deaf": False, "mute": False, "flags": 0}
    there = guild.get_channel(int(CHANNEL))
    assert isinstance(there, discord.TextChannel)
    may = there.permissions_for(discord.Member(data=mine, guild=guild, state=state))
    return Permission(may.value & OURS) if may.view_channel else Permission.NONE


@given(
    bits=st.fixed_dictionaries(dict.fromkeys((GUILD, "101", "102"), BITS)),
    mine=st.sets(IDS),
    overwrites=RULES,
    owner=st.sampled_from(("1", ME)),
)
def test_a_member_may_do_what_discord_py_says(
    bits: dict[str, str], mine: set[str], overwrites: list[Json], owner: str
) -> None:
    roles = [{"id": role, "permissions": permissions} for role, permissions in bits.items()]
    user = {"id": ME, "username": "papers", "discriminator": "0", "avatar": None}
    member = {"user": user, "roles": sorted(mine - {GUILD})}
    guild = {"id": GUILD, "roles": roles, "owner_id": owner}
    assert granted(guild, member, overwrites) == by_discord_py(roles, member, overwrites, owner)


@pytest.mark.parametrize("kind", sorted({TEXT, ANNOUNCEMENT, *FORUMS, *THREADS}))
def test_what_a_channel_needs_is_asked_for(kind: int) -> None:
    assert Permission.VIEW_CHANNEL in needed_in(kind)
    assert needed_in(kind) in Permission(sum(LEAST))


def test_the_link_asks_for_what_some_channel_needs_and_nothing_else() -> None:
    link = urlsplit(invite_link("123"))
    asked = parse_qs(link.query, strict_parsing=True)
    assert asked["client_id"] == ["123"]
    assert asked["scope"] == ["bot applications.commands"]
    needed = needed_in(TEXT) | needed_in(min(FORUMS)) | needed_in(min(THREADS))
    assert asked["permissions"] == [str(int(needed))]
    assert link.geturl().startswith("https://discord.com/oauth2/authorize?")
    assert all(LEAST.values())


def test_permissions_are_called_what_discord_calls_them() -> None:
    names = {each.words.replace(" ", "_").lower() for each in Permission}
    assert names <= set(discord.Permissions.VALID_FLAGS)
    assert Permission.SEND_MESSAGES_IN_THREADS.words == "Send Messages in Threads"
    assert {each.name: int(each) for each in Permission} == {
        each.name: discord.Permissions.VALID_FLAGS[str(each.name).lower()] for each in Permission
    }
