"""What Slack says of what somebody did, read: the payload of a command, a press or a form. Pure.

Where and by whom it was done comes from the verified payload alone. A form and what is pressed in a modal come without
their channel: we keep it in the modal's metadata, which comes back to us from Slack as we gave it.
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
"""What the id of a conversation with one person begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where something was done, and by whom. `answer_at` is where Slack takes the answer; empty: nowhere by itself."""

    workspace: str
    channel_id: str
    user: str
    answer_at: str = field(default="", repr=False)

    @property
    def channel(self) -> Channel:
        """The channel; a conversation with one person is that person's own."""
        place = Channel(Platform.SLACK, self.workspace, self.channel_id)
        is_direct = not self.channel_id or self.channel_id.startswith(_DIRECT)
        return place.personal(self.user) if is_direct else place


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A command as it was typed. `trigger` opens a modal, within three seconds."""

    here: Here
    text: str
    trigger: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What was pressed: the id of an action. `is_in_modal` says that a modal stands open above the channel."""

    here: Here
    action: str
    trigger: str = field(repr=False)
    is_in_modal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form that was sent off: what was kept with it, and Slack's state of each field."""

    here: Here
    kept: "Kept"
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a modal keeps for us: where it was opened; of a form the verb, where it acts, and what its fields had."""

    channel_id: str
    answer_at: str = field(default="", repr=False)
    verb: str = ""
    acts_in: str = ""
    number: str = ""
    had: tuple[str, ...] = ()

    def text(self) -> str:
        """Return it as Slack keeps it."""
        return json.dumps(
            [self.channel_id, self.answer_at, self.verb, self.acts_in, self.number, *self.had], separators=(",", ":")
        )

    @classmethod
    def read(cls, text: str) -> "Kept":
        """Read what `text` gave.

        Raises:
            ValueError: it did not.
        """
        channel_id, answer_at, verb, acts_in, number, *had = map(str, json.loads(text))
        return cls(
            channel_id=channel_id, answer_at=answer_at, verb=verb, acts_in=acts_in, number=number, had=tuple(had)
        )


def plain(text: str) -> str:
    """Return a command's text as it was typed: what Slack made of channels, people and addresses in it, undone.

    A channel stays `<#C123>`: its id is what tells it from others, and is read by whoever asks for a channel.
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
            # What Slack linked by itself has what was typed as its label.
            is_typed = label and _SCHEME.sub("", target, count=1).rstrip("/") == _SCHEME.sub("", label).rstrip("/")
            return label if is_typed else target


def typed_of(body: Mapping[str, Json]) -> Typed:
    """Read a slash command.

    Raises:
        KeyError, ValueError: it is none of Slack's.
    """
    here = Here(
        workspace=workspace_of(
            body.get("enterprise_id"), body.get("team_id"), is_enterprise_install=body.get("is_enterprise_install")
        ),
        channel_id=body["channel_id"],
        user=body["user_id"],
        answer_at=body.get("response_url") or "",
    )
    return Typed(here=here, text=plain(body.get("text") or ""), trigger=body.get("trigger_id") or "")


def pressed_of(body: Mapping[str, Json]) -> Pressed:
    """Read the press of a button, or the choice of a menu.

    Raises:
        KeyError, TypeError, ValueError: it is none of Slack's.
    """
    (action, *_) = body["actions"]
    chosen = action.get("selected_option") or action
    view = body.get("view")
    kept = Kept.read(view["private_metadata"]) if view else None
    here = Here(
        workspace=_workspace_of(body),
        channel_id=kept.channel_id if kept else _channel_of(body),
        user=_text(body["user"]["id"]),
        answer_at=kept.answer_at if kept else body.get("response_url") or "",
    )
    return Pressed(
        here=here, action=_text(chosen["value"]), trigger=body.get("trigger_id") or "", is_in_modal=kept is not None
    )


def filled_of(body: Mapping[str, Json]) -> Filled:
    """Read a form that was sent off.

    Raises:
        KeyError, TypeError, ValueError: it is none of ours.
    """
    view = body["view"]
    kept = Kept.read(view["private_metadata"])
    here = Here(
        workspace=_workspace_of(body),
        channel_id=kept.channel_id,
        user=_text(body["user"]["id"]),
        answer_at=kept.answer_at,
    )
    # One field stands in each block, whose id names it.
    fields = {block: value for block, state in view["state"]["values"].items() for value in state.values()}
    return Filled(here=here, kept=kept, fields=fields)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("an id is no text")
    return value


def _channel_of(body: Mapping[str, Json]) -> str:
    """Return the channel of a message's button: Slack names it by itself, and in what holds the message."""
    named = body.get("channel")
    return _text(named["id"] if named else body["container"]["channel_id"])


def _workspace_of(body: Mapping[str, Json]) -> str:
    """Return the workspace of an interaction: of the view where that belongs to another one than the person."""
    team, enterprise = body.get("team") or {}, body.get("enterprise") or {}
    team_id = (body.get("view") or {}).get("app_installed_team_id") or team.get("id")
    return workspace_of(
        enterprise.get("id") or team.get("enterprise_id"),
        team_id or body["user"].get("team_id"),
        is_enterprise_install=body.get("is_enterprise_install"),
    )
