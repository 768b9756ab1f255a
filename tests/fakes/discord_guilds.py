"""What is in a Discord: servers with roles and members, channels, threads and messages, each as its JSON."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any

import discord

from tests.fakes.discord_bodies import numbered

Json = Any

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CROSSPOSTED = 1 << 0
REQUIRE_TAG = 1 << 4

USUAL = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    create_public_threads=True,
    read_message_history=True,
)
"""What everybody may do in a new server."""


class Kind(IntEnum):
    """Types of channels, by Discord's numbers."""

    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    DIRECTORY = 14
    FORUM = 15
    MEDIA = 16

    @property
    def is_thread(self) -> bool:
        """Say whether it hangs from another channel."""
        return self in {Kind.ANNOUNCEMENT_THREAD, Kind.PUBLIC_THREAD, Kind.PRIVATE_THREAD}


@dataclass(kw_only=True)
class Place:
    """A channel or a thread; `recipient` is whose direct messages it takes."""

    id: str
    guild: str
    kind: Kind
    name: str
    parent: str = ""
    owner: str = ""
    recipient: str = ""
    flags: int = 0
    tags: list[Json] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    overwrites: list[Json] = field(default_factory=list)
    is_archived: bool = False
    is_locked: bool = False

    @property
    def json(self) -> Json:
        """As Discord shows it."""
        shown = {"id": self.id, "type": int(self.kind), "name": self.name, "flags": self.flags}
        if self.kind is Kind.DM:
            return shown | {"recipients": [{"id": self.recipient, "username": "somebody"}], "last_message_id": None}
        shown |= {"guild_id": self.guild, "parent_id": self.parent or None, "last_message_id": None}
        if self.kind.is_thread:
            return shown | {
                "owner_id": self.owner,
                "applied_tags": self.applied,
                "message_count": 0,
                "member_count": 1,
                "rate_limit_per_user": 0,
                "thread_metadata": {
                    "archived": self.is_archived,
                    "locked": self.is_locked,
                    "auto_archive_duration": 4320,
                    "archive_timestamp": "2026-06-16T09:00:00+00:00",
                },
            }
        if self.kind in {Kind.VOICE, Kind.STAGE}:
            shown |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None}
        return shown | {
            "position": 0,
            "permission_overwrites": self.overwrites,
            "nsfw": False,
            "topic": None,
            "rate_limit_per_user": 0,
            "available_tags": self.tags,
        }


@dataclass(kw_only=True)
class Guild:
    """A server: roles as Discord's JSON, members by user id with the ids of their roles."""

    id: str
    name: str
    owner: str
    roles: dict[str, Json] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)

    def add_role(self, role: str, name: str, permissions: discord.Permissions) -> Json:
        """Add a role, or change it."""
        self.roles[role] = {
            "id": role,
            "name": name,
            "permissions": str(permissions.value),
            "position": len(self.roles),
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": False,
            "mentionable": True,
            "flags": 0,
        }
        return self.roles[role]

    def member(self, user: str) -> Json:
        """Return a member as Discord shows one."""
        return {
            "user": user_json(user),
            "roles": self.members[user],
            "nick": None,
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    @property
    def json(self) -> Json:
        """As Discord shows it, without what is in it."""
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": self.owner,
            "roles": list(self.roles.values()),
            "emojis": [],
            "features": [],
            "preferred_locale": "en-US",
            "premium_tier": 0,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "system_channel_flags": 0,
        }


@dataclass(kw_only=True)
class Message:
    """A message: its body as it was posted, by whom."""

    id: str
    channel: str
    author: str
    body: Json
    flags: int = 0
    at: datetime

    @property
    def json(self) -> Json:
        """As Discord shows it."""
        return {
            "id": self.id,
            "channel_id": self.channel,
            "author": user_json(self.author),
            "content": self.body.get("content", ""),
            "components": numbered(self.body),
            "flags": self.flags | self.body.get("flags", 0),
            "timestamp": self.at.isoformat(),
            "edited_timestamp": None,
            "type": 0,
            "tts": False,
            "pinned": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
        }


def user_json(user: str) -> Json:
    """Return a user as Discord shows one."""
    return {"id": user, "username": f"user{user}", "discriminator": "0", "avatar": None, "global_name": None}


def snowflake(at: datetime, number: int = 0) -> str:
    """Return the id of what was made at a moment."""
    return str(((at - EPOCH) // MILLISECOND << 22) + number)


def allowed(guild: Guild, place: Place, user: str) -> discord.Permissions:
    """Return what a member may do in a channel; of a thread its parent is asked."""
    roles = [guild.id, *guild.members[user]]
    bits = 0
    for role in roles:
        bits |= int(guild.roles[role]["permissions"])
    if bits & discord.Permissions(administrator=True).value:
        return discord.Permissions.all()
    for concerned in ({guild.id}, set(roles) - {guild.id}, {user}):
        mine = [each for each in place.overwrites if each["id"] in concerned]
        denied = granted = 0
        for each in mine:
            denied |= int(each["deny"])
            granted |= int(each["allow"])
        bits = bits & ~denied | granted
    return discord.Permissions(bits)
