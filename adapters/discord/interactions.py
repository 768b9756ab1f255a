"""What Discord says of what somebody did, read: the payload of a command, a press, a form, a word being typed. Pure.

Where and by whom it was done, and what they may do there, comes from the verified payload alone. In direct messages
Discord names no server: whoever hears finds out which one the message that was pressed came from.
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
"""The type of a channel of two."""

_CHANNEL: Final = 7
_ATTACHMENT: Final = 11
"""Types of options whose value is the id of something that the payload describes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChannel:
    """A channel as Discord shows it: its type, what whoever acts may do there, and what the bot may.

    `ours` is None where Discord did not say. `parent` is the channel of a thread, or what a channel is listed under.
    """

    id: str
    name: str = ""
    kind: int = 0
    parent: str = ""
    theirs: Permission = Permission.NONE
    ours: Permission | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where something was done, and by whom. `guild_id` is empty in direct messages until somebody knows it.

    `token` answers, for 15 minutes. `roles` are those of whoever acts; None where nobody said, as in direct messages.
    `names` are what people and channels are called, by id, as far as the payload says.
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
        """Say whether it was done in direct messages."""
        return self.place.kind in DIRECT

    @property
    def channel(self) -> Channel:
        """The channel; direct messages are the person's own."""
        there = Channel(Platform.DISCORD, self.guild_id, self.place.id)
        return there.personal(self.user) if self.is_direct else there


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that belongs to a command, and where it can be had."""

    name: str
    size: int
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A command with its options. `target` is the channel that one of them names, `file` the file of another."""

    here: Here
    verb: str
    options: Mapping[str, Value]
    target: SeenChannel | None = None
    file: Attached | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A command while it is typed: the option that asks for suggestions, and what stands in all of them."""

    here: Here
    verb: str
    option: str
    options: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What was pressed: the id of an action, on which message. `chosen` is what was chosen of a select.

    `pressed_before` is the message whose button brought the message, if one did. `is_private` says that nobody else
    sees the message.
    """

    here: Here
    action: str
    message: str
    chosen: str = ""
    pressed_before: str = ""
    is_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that was sent off: the id that it had, and what stands in each field."""

    here: Here
    form: str
    fields: Mapping[str, str]


Heard = Given | Typing | Pressed | Filled


def requester_of(here: Here) -> Requester:
    """Return who asks, and what they may do: whoever manages the server manages every channel of it."""
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
        LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError: it is none of ours, or none
            of Discord's.
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
    # Whoever says nothing of the channel has named the server, where there is one.
    channel = payload.get("channel") or {"type": 0 if guild_id else _DIRECT_MESSAGE}
    place = SeenChannel(
        id=_text(channel.get("id") or payload["channel_id"]),
        name=channel.get("name") or "",
        kind=int(channel.get("type") or 0),
        parent=channel.get("parent_id") or "",
        theirs=permission_of(member.get("permissions")),
        ours=permission_of(payload["app_permissions"]) if payload.get("app_permissions") else None,
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
    """Return what can be nothing but a text.

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
    """Return what a person is called in a server."""
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
    )


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
    """Return what stands in each field, whether a label stands around it or a row."""
    found: list[tuple[str, str]] = []
    for each in components:
        inner = [each["component"]] if "component" in each else each.get("components") or ()
        found += _fields_of(inner)
        if "custom_id" in each:
            chosen = next(iter(each.get("values") or ()), "")
            found.append((each["custom_id"], each.get("value") or chosen))
    return found
