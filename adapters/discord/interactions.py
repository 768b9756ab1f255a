"""Reads Discord's payloads of interactions: commands, presses, submitted forms, and options being typed. Pure.

Server, channel, person and permissions come from the payload alone. In direct messages Discord names no server;
`replies.py` finds out which server the pressed message belongs to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.discord.naming import ROLE
from adapters.discord.permissions import DIRECT, Permission, is_manager, permission_of
from adapters.discord.render import EPHEMERAL
from bot.commands.request import Requester
from bot.model.channel import Channel, Platform

Json = Any
Value = str | int | bool

COMMAND: Final = 2
COMPONENT: Final = 3
AUTOCOMPLETE: Final = 4
MODAL: Final = 5
"""Types of interactions.

Source: https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type
"""

_DIRECT_MESSAGE: Final = 1
"""The type of a channel for direct messages."""

_CHANNEL: Final = 7
_ATTACHMENT: Final = 11
"""Types of options whose value is an id; the payload describes the channel or file under `resolved`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChannel:
    """A channel as Discord describes it.

    `kind` is Discord's number of its type. `theirs` are the permissions of the person who acts, `ours` the bot's, None
    if Discord did not say. `parent` is the id of a thread's channel, or of a channel's category. `is_locked`: in
    this thread only those who manage threads may write.
    """

    id: str
    name: str = ""
    kind: int = 0
    parent: str = ""
    theirs: Permission = Permission.NONE
    ours: Permission | None = None
    is_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """An interaction's own ids, and where somebody did something, and who it was.

    `id` and `token` belong to the interaction; the token can answer it for 15 minutes. `guild_id` is empty in direct
    messages until the server is found out. `roles` are the person's, None if the payload names none, as in direct
    messages. `names` are names of people, roles and channels by id, as far as the payload has them.
    """

    id: str
    token: str = field(repr=False)
    application: str
    guild_id: str
    place: SeenChannel
    user: str
    locale: str = ""
    roles: tuple[str, ...] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_direct(self) -> bool:
        """Whether it happened in direct messages."""
        return self.place.kind in DIRECT

    @property
    def channel(self) -> Channel:
        """The channel; direct messages are the person's own."""
        there = Channel(Platform.DISCORD, self.guild_id, self.place.id)
        return there.personal(self.user) if self.is_direct else there


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file attached to a command: its name, its size in bytes, and its address."""

    name: str
    size: int
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A command with its options, by name. `target` is the channel that an option names, `file` an attached file."""

    here: Here
    verb: str
    options: Mapping[str, Value]
    target: SeenChannel | None = None
    file: Attached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A command that is being typed: the option that wants suggestions, and the present values of all options."""

    here: Here
    verb: str
    option: str
    options: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A pressed button or a chosen option: the id of its action, and the id of its message.

    `chosen` is the value chosen in a select. `pressed_before` is the message whose button produced this message, empty
    if none did. `is_private`: only that person sees the message.
    """

    here: Here
    action: str
    message: str
    chosen: str = ""
    pressed_before: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A submitted form: its custom_id, and the text of each field."""

    here: Here
    form: str
    fields: Mapping[str, str]


Heard = Given | Typing | Pressed | Filled


def requester_of(here: Here) -> Requester:
    """Return the person with their rights; those who may manage the server manage every channel of it."""
    may = here.place.theirs
    return Requester(
        channel=here.channel,
        user=here.user,
        is_manager=is_manager(may),
        manages_all=Permission.MANAGE_GUILD in may,
        parent=Channel(Platform.DISCORD, here.guild_id, here.place.parent) if here.place.parent else None,
        name=here.names.get(here.user, ""),
    )


def heard_of(payload: Mapping[str, Json]) -> Heard:
    """Read an interaction.

    Raises:
        LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError: the payload is malformed,
            or of a kind that we do not use.
    """
    data = payload["data"]
    here = _here_of(payload)
    match payload["type"]:
        case kind if kind in {COMMAND, AUTOCOMPLETE}:
            return _command_of(here, data, is_whole=kind == COMMAND)
        case kind if kind == COMPONENT:
            return _pressed_of(here, payload["message"], data)
        case kind if kind == MODAL:
            return Filled(here=here, form=_text(data["custom_id"]), fields=dict(_fields_of(data["components"])))
        case kind:
            raise ValueError(f"an interaction of type {kind}")


def _here_of(payload: Mapping[str, Json]) -> Here:
    member = payload.get("member") or {}
    user = member.get("user") or payload["user"]
    guild_id = _text(payload.get("guild_id") or (payload.get("guild") or {}).get("id") or "")
    # A proxy may leave out the channel. Then it is a server's if there is a server, else direct messages.
    channel = payload.get("channel") or {"type": 0 if guild_id else _DIRECT_MESSAGE}
    place = SeenChannel(
        id=_text(channel.get("id") or payload["channel_id"]),
        name=channel.get("name") or "",
        kind=int(channel.get("type") or 0),
        parent=channel.get("parent_id") or "",
        theirs=permission_of(member.get("permissions")),
        ours=permission_of(payload["app_permissions"]) if payload.get("app_permissions") else None,
        is_locked=is_locked(channel),
    )
    if not (guild_id or place.kind in DIRECT):
        raise ValueError("no server and no direct message")
    return Here(
        id=_text(payload["id"]),
        token=_text(payload["token"]),
        application=_text(payload["application_id"]),
        guild_id=guild_id,
        place=place,
        user=_text(user["id"]),
        locale=_text(payload.get("locale") or ""),
        roles=tuple(map(_text, member["roles"])) if member.get("roles") is not None else None,
        names=_names_of(payload, member, user, place),
    )


def _text(said: Json) -> str:
    """Return a value that must be a text.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(said, str):
        raise TypeError("no text")
    return said


def _names_of(
    payload: Mapping[str, Json], member: Mapping[str, Json], user: Mapping[str, Json], place: SeenChannel
) -> Mapping[str, str]:
    resolved = (payload.get("data") or {}).get("resolved") or {}
    members = resolved.get("members") or {}
    people = {each: name_of(members.get(each) or {}, known) for each, known in (resolved.get("users") or {}).items()}
    channels = {each: known.get("name") or "" for each, known in (resolved.get("channels") or {}).items()}
    roles = {f"{ROLE}{each}": known.get("name") or "" for each, known in (resolved.get("roles") or {}).items()}
    named = {**people, **channels, **roles, user["id"]: name_of(member, user), place.id: place.name}
    return {each: name for each, name in named.items() if name}


def name_of(member: Mapping[str, Json], user: Mapping[str, Json]) -> str:
    """Return a person's name in a server: the nickname there, else their own."""
    return member.get("nick") or user.get("global_name") or user.get("username") or ""


def _command_of(here: Here, data: Mapping[str, Json], *, is_whole: bool) -> Given | Typing:
    (command,) = data["options"]
    given: Sequence[Mapping[str, Json]] = command.get("options") or ()
    options: dict[str, Value] = {each["name"]: each["value"] for each in given}
    if not is_whole:
        focused = next(each["name"] for each in given if each.get("focused"))
        return Typing(here=here, verb=_text(command["name"]), option=focused, options=options)
    resolved = data.get("resolved") or {}
    target = next((each["value"] for each in given if each["type"] == _CHANNEL), None)
    attached = next((each for each in given if each["type"] == _ATTACHMENT), None)
    file = None
    if attached is not None:
        described = resolved["attachments"][attached["value"]]
        file = Attached(name=described["filename"], size=int(described["size"]), url=described["url"])
        del options[attached["name"]]
    return Given(
        here=here,
        verb=_text(command["name"]),
        options=options,
        target=None if target is None else _place_of(target, (resolved.get("channels") or {}).get(target) or {}),
        file=file,
    )


def _place_of(channel_id: str, channel: Mapping[str, Json]) -> SeenChannel:
    ours = channel.get("app_permissions")
    return SeenChannel(
        id=channel_id,
        name=channel.get("name") or "",
        kind=int(channel.get("type") or 0),
        theirs=permission_of(channel.get("permissions")),
        ours=permission_of(ours) if ours else None,
        is_locked=is_locked(channel),
    )


def is_locked(channel: Mapping[str, Json]) -> bool:
    """Say whether a channel object of Discord's is a locked thread."""
    return bool((channel.get("thread_metadata") or {}).get("locked"))


def _pressed_of(here: Here, message: Mapping[str, Json], data: Mapping[str, Json]) -> Pressed:
    origin = message.get("interaction_metadata") or {}
    return Pressed(
        here=here,
        action=_text(data["custom_id"]),
        message=_text(message["id"]),
        chosen=next(iter(data.get("values") or ()), ""),
        pressed_before=origin.get("interacted_message_id") or "",
        is_private=bool((message.get("flags") or 0) & EPHEMERAL),
    )


def _fields_of(components: Sequence[Mapping[str, Json]]) -> list[tuple[str, str]]:
    """Return the id and text of each field; fields are wrapped in labels or rows."""
    found: list[tuple[str, str]] = []
    for each in components:
        inner = [each["component"]] if "component" in each else each.get("components") or ()
        found += _fields_of(inner)
        if "custom_id" in each:
            chosen = next(iter(each.get("values") or ()), "")
            found.append((each["custom_id"], each.get("value") or chosen))
    return found
