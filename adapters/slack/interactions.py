"""Reads Slack's payloads of commands, presses and submitted forms. Pure.

Workspace, channel and person come from the verified payload alone. Payloads of a modal do not name a channel; so we put
it into the modal's `private_metadata` when we open it, and Slack sends that back unchanged (`Kept`).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.slack.names import workspace_of
from bot.model.channel import Channel, Platform

Json = Any

_TOKEN = re.compile(r"<([#@!][^<>|]*|[a-z][a-z+.-]*:[^<>|\s]*)(?:\|([^<>]*))?>")
_SCHEME = re.compile(r"[a-z]+:(//)?")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # the ampersand last: `&amp;lt;` is `&lt;`

_DIRECT: Final = "D"
"""How the id of a direct message's conversation begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where somebody did something, and who it was.

    `team` is Slack's id of the workspace where a command was typed: `workspace` names the organisation if all of that
    installed us. `response_url` is the address that Slack gives for answers. Each is empty if Slack gave none.
    """

    workspace: str
    channel_id: str
    user: str
    team: str = ""
    response_url: str = field(default="", repr=False)

    @property
    def channel(self) -> Channel:
        """The channel; direct messages are the person's own channel."""
        place = Channel(Platform.SLACK, self.workspace, self.channel_id)
        is_direct = not self.channel_id or self.channel_id.startswith(_DIRECT)
        return place.personal(self.user) if is_direct else place


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A slash command. `text` is what follows `/papers`; `trigger` (Slack's trigger_id) opens a modal within 3 s."""

    here: Here
    text: str
    trigger: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A pressed button or chosen menu entry: the id of its action, and whether it is in a modal or in a message."""

    here: Here
    action: str
    trigger: str = field(repr=False)
    is_in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A submitted form: what was kept with it, and Slack's state of each field, by block_id."""

    here: Here
    kept: "Kept"
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What we keep in a modal's `private_metadata`.

    `channel_id` and `response_url` are of the place where the modal was opened. The rest is for forms: the command's
    verb, the channel that it acts in, the subscription's number, and the names of fields that had a value.
    """

    channel_id: str
    response_url: str = field(default="", repr=False)
    verb: str = ""
    acts_in: str = ""
    number: str = ""
    had: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as a text for `private_metadata`."""
        return json.dumps(
            [self.channel_id, self.response_url, self.verb, self.acts_in, self.number, *self.had], separators=(",", ":")
        )

    @classmethod
    def read(cls, text: str) -> "Kept":
        """Read a text that `text` made.

        Raises:
            ValueError: the text is malformed.
        """
        channel_id, response_url, verb, acts_in, number, *had = map(str, json.loads(text))
        return cls(
            channel_id=channel_id, response_url=response_url, verb=verb, acts_in=acts_in, number=number, had=tuple(had)
        )


def plain(text: str) -> str:
    """Return a command's text as it was typed, without Slack's markup of people, links and entities.

    A channel stays as `<#C123>`, because commands need its id: names are not unique.
    """
    undone = _TOKEN.sub(_undone, text)
    for entity, character in _ENTITIES:
        undone = undone.replace(entity, character)
    return undone


def _undone(found: re.Match[str]) -> str:
    target, label = found[1], found[2] or ""
    match target[:1]:
        case "#":
            return f"&lt;{target}&gt;"
        case "@":
            return f"@{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].partition('^')[0]}"
        case _:
            # Where Slack made the link by itself, the label is what the person typed.
            is_typed = label and _SCHEME.sub("", target, count=1).rstrip("/") == _SCHEME.sub("", label).rstrip("/")
            return label if is_typed else target


def typed_of(body: Mapping[str, Json]) -> Typed:
    """Read the payload of a slash command.

    Raises:
        KeyError, ValueError: the payload is malformed.
    """
    here = Here(
        workspace=workspace_of(
            body.get("enterprise_id"), body.get("team_id"), is_enterprise_install=body.get("is_enterprise_install")
        ),
        channel_id=body["channel_id"],
        user=body["user_id"],
        team=body.get("team_id") or "",
        response_url=body.get("response_url") or "",
    )
    return Typed(here=here, text=plain(body.get("text") or ""), trigger=body.get("trigger_id") or "")


def pressed_of(body: Mapping[str, Json]) -> Pressed:
    """Read the payload of a pressed button or a chosen menu entry.

    Raises:
        KeyError, TypeError, ValueError: the payload is malformed.
    """
    (action, *_) = body["actions"]
    chosen = action.get("selected_option") or action
    view = body.get("view")
    kept = Kept.read(view["private_metadata"]) if view else None
    here = Here(
        workspace=_workspace_of(body),
        channel_id=kept.channel_id if kept else _channel_of(body),
        user=_text(body["user"]["id"]),
        response_url=kept.response_url if kept else body.get("response_url") or "",
    )
    return Pressed(
        here=here, action=_text(chosen["value"]), trigger=body.get("trigger_id") or "", is_in_modal=kept is not None
    )


def filled_of(body: Mapping[str, Json]) -> Filled:
    """Read the payload of a submitted form.

    Raises:
        KeyError, TypeError, ValueError: the payload is malformed.
    """
    view = body["view"]
    kept = Kept.read(view["private_metadata"])
    here = Here(
        workspace=_workspace_of(body),
        channel_id=kept.channel_id,
        user=_text(body["user"]["id"]),
        response_url=kept.response_url,
    )
    # Each of our input blocks has one field, and its block_id is the parameter's name.
    fields = {block: value for block, state in view["state"]["values"].items() for value in state.values()}
    return Filled(here=here, kept=kept, fields=fields)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("an id is no text")
    return value


def _channel_of(body: Mapping[str, Json]) -> str:
    """Return the channel of a button's message; where `channel` is missing, `container` names it."""
    named = body.get("channel")
    return _text(named["id"] if named else body["container"]["channel_id"])


def _workspace_of(body: Mapping[str, Json]) -> str:
    """Return the workspace of an interaction; a modal may belong to another workspace than the person's."""
    team, enterprise = body.get("team") or {}, body.get("enterprise") or {}
    team_id = (body.get("view") or {}).get("app_installed_team_id") or team.get("id")
    return workspace_of(
        enterprise.get("id") or team.get("enterprise_id"),
        team_id or body["user"].get("team_id"),
        is_enterprise_install=body.get("is_enterprise_install"),
    )
