"""Fills in fields that discord.py needs and a proxy or a stand-in for Discord may leave out. Pure.

Discord itself always sends them, also those that its documentation calls optional. paperround uses none of them; but
without them discord.py raises, ends the connection, and would end every later one.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

Json = Any
Object = Mapping[str, Json]

ME: Final = "/users/@me"
APPLICATION: Final = "/oauth2/applications/@me"
APPLICATION_TOO: Final = "/applications/@me"
GATEWAY: Final = "/gateway/bot"

_USER: Final[Object] = {"username": "", "discriminator": "0", "avatar": None}
_APPLICATION: Final[Object] = {
    "name": "",
    "description": "",
    "icon": None,
    "bot_public": True,
    "bot_require_code_grant": False,
    "owner": {"id": "0", **_USER},
    "verify_key": "",
}
_ANSWERS: Final[Mapping[str, Object]] = {
    ME: _USER,
    APPLICATION: _APPLICATION,
    APPLICATION_TOO: _APPLICATION,
    GATEWAY: {"shards": 1, "session_start_limit": {}},
}
_CHANNEL: Final[Object] = {"type": 0, "name": "", "position": 0, "bitrate": 0, "user_limit": 0}
_LONG_AGO: Final = "2015-01-01T00:00:00+00:00"
_METADATA: Final[Object] = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": _LONG_AGO}
_THREAD: Final[Object] = {"type": 11, "name": "", "owner_id": "0", "message_count": 0, "member_count": 0}
_ROLE: Final[Object] = {"name": ""}
_MEMBER: Final[Object] = {"roles": (), "flags": 0}


def whole_answer(path: str, answer: Json) -> Json:
    """Return the answer to a GET of this path, with the fields that discord.py needs."""
    return {**_ANSWERS[path], **answer} if path in _ANSWERS and isinstance(answer, dict) else answer


def whole_session(ready: Object) -> Object:
    """Return the payload of READY, completed; without a shard it is the first of one."""
    return {**ready, "shard": ready.get("shard") or (0, 1), "user": {**_USER, **ready["user"]}}


def whole_guild(guild: Object) -> Object:
    """Return the payload of GUILD_CREATE, completed, with its roles, channels, threads and members."""
    return {
        **guild,
        "roles": [{**_ROLE, **each} for each in _those(guild, "roles")],
        "channels": [whole_channel(each) for each in _those(guild, "channels")],
        "threads": [_whole_thread(each) for each in _those(guild, "threads")],
        "members": [{**_MEMBER, **each, "user": {**_USER, **each["user"]}} for each in _those(guild, "members")],
    }


def whole_channel(channel: Object) -> Object:
    """Return the payload of CHANNEL_CREATE or CHANNEL_UPDATE, completed."""
    return {**_CHANNEL, **channel}


def whole_member(user: str, roles: Sequence[str]) -> Object:
    """Return a member of a server, of whom only the id and the roles are known."""
    return {**_MEMBER, "roles": roles, "user": {**_USER, "id": user}}


def _whole_thread(thread: Object) -> Object:
    metadata = {**_METADATA, **(thread.get("thread_metadata") or {})}
    return {**_THREAD, **thread, "thread_metadata": metadata}


def _those(guild: Object, name: str) -> Sequence[Object]:
    return guild.get(name) or ()
