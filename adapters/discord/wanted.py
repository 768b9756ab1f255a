"""Fills in what discord.py wants of what Discord says, and nobody here: a stand-in, or a proxy, may leave it out. Pure.

Discord itself says all of it, or may leave it out by its documentation and never does. Without it discord.py ends the
connection, and would end each one after it.
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
    """Return an answer as discord.py wants it."""
    return {**_ANSWERS[path], **answer} if path in _ANSWERS and isinstance(answer, dict) else answer


def whole_session(ready: Object) -> Object:
    """Return what a session begins with; a bot of one shard may not be told its number."""
    return {**ready, "shard": ready.get("shard") or (0, 1), "user": {**_USER, **ready["user"]}}


def whole_guild(guild: Object) -> Object:
    """Return a server with all that is in it."""
    return {
        **guild,
        "roles": [{**_ROLE, **each} for each in _those(guild, "roles")],
        "channels": [whole_channel(each) for each in _those(guild, "channels")],
        "threads": [_whole_thread(each) for each in _those(guild, "threads")],
        "members": [{**_MEMBER, **each, "user": {**_USER, **each["user"]}} for each in _those(guild, "members")],
    }


def whole_channel(channel: Object) -> Object:
    """Return a channel, made or changed."""
    return {**_CHANNEL, **channel}


def _whole_thread(thread: Object) -> Object:
    metadata = {**_METADATA, **(thread.get("thread_metadata") or {})}
    return {**_THREAD, **thread, "thread_metadata": metadata}


def _those(guild: Object, name: str) -> Sequence[Object]:
    return guild.get(name) or ()
