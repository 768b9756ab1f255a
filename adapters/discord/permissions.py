"""Computes a member's permissions in a channel, from the server's roles and the channel's own rules. Pure.

Source: https://docs.discord.com/developers/topics/permissions
"""

from collections.abc import Iterable
from enum import IntFlag
from typing import Any, Final

Json = Any


class Permission(IntFlag):
    """The permissions that we use, with Discord's own bits."""

    NONE = 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    READ_MESSAGE_HISTORY = 1 << 16
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38

    @property
    def words(self) -> str:
        """The name of a single permission in Discord's settings, such as "Send Messages in Threads"."""
        return str(self.name).replace("_", " ").title().replace(" In ", " in ")


DIRECT: Final = frozenset({1, 3})
"""Types of channels outside of servers: direct messages."""

CATEGORY: Final = 4
"""The type of categories, which hold channels and take no messages."""

FORUMS: Final = frozenset({15, 16})
"""Types of channels that take posts and no messages: forums and media channels."""

PRIVATE_THREAD: Final = 12
THREADS: Final = frozenset({10, 11, PRIVATE_THREAD})
"""Types of threads. A thread has the permissions of its parent channel; a private one is seen by invited members only.

Source: https://docs.discord.com/developers/resources/channel#channel-object-channel-types
"""

_EVERYTHING: Final = Permission(sum(Permission))
_MANAGES: Final = Permission.MANAGE_CHANNELS | Permission.MANAGE_GUILD

_POST: Final = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
_IN_THREAD: Final = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES_IN_THREADS


def needed_to_post(kind: int) -> Permission:
    """Return the permissions without which digests cannot be posted in a channel of this type."""
    if kind in THREADS:
        return _IN_THREAD
    return _POST | _IN_THREAD if kind in FORUMS else _POST


def permission_of(bits: str | int | None) -> Permission:
    """Read permissions as Discord writes them (a number, often as text); an administrator has every one."""
    permission = Permission(int(bits or 0) & _EVERYTHING)
    return _EVERYTHING if Permission.ADMINISTRATOR in permission else permission


def is_manager(may: Permission) -> bool:
    """Say whether these permissions in a channel make a manager; those who cannot see the channel are none."""
    return bool(_MANAGES & may) and Permission.VIEW_CHANNEL in may


def needed_in(kind: int) -> Permission:
    """Return all permissions that are useful in a channel of this type: to post, to find posts, to discuss papers."""
    if kind in THREADS:
        return _IN_THREAD | Permission.READ_MESSAGE_HISTORY
    if kind in FORUMS:
        return _POST | _IN_THREAD | Permission.READ_MESSAGE_HISTORY
    return _POST | _IN_THREAD | Permission.CREATE_PUBLIC_THREADS | Permission.READ_MESSAGE_HISTORY


def granted(guild: Json, member: Json, overwrites: Iterable[Json]) -> Permission:
    """Return a member's permissions in a channel; the arguments are Discord's objects.

    `overwrites` are the channel's rules, or those of a thread's parent. Rules for everybody apply first, then those for
    the member's roles, then those for the member.
    """
    everybody, user = guild["id"], member["user"]["id"]
    mine = {everybody, *member["roles"]}
    allowed = _union(guild["roles"], mine, "permissions")
    if Permission.ADMINISTRATOR in allowed or user == guild.get("owner_id"):
        return _EVERYTHING
    rules = {each["id"]: each for each in overwrites}
    for named in ({everybody}, mine - {everybody}, {user}):
        concerned = [rules[each] for each in named if each in rules]
        allowed = allowed & ~_union(concerned, named, "deny") | _union(concerned, named, "allow")
    return allowed if Permission.VIEW_CHANNEL in allowed else Permission.NONE


def _union(objects: Iterable[Json], ids: Iterable[str], key: str) -> Permission:
    """Return the union of `key`, permissions as text, over the objects with these ids."""
    bits = 0
    for each in objects:
        if each["id"] in ids:
            bits |= int(each[key])
    return Permission(bits & _EVERYTHING)
