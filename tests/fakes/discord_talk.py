"""What people do on the Discord of the tests, as payloads; and what they are answered, judged and read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.discord.commands import commands_json
from bot.commands.catalog import COMMANDS
from tests.fakes.discord_bodies import BUTTON, ROW, SECTION, SELECT, TEXT, components_in, texts_in

Json = Any

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMITTED = 2, 3, 4, 5
CHOICES, MODAL = 8, 9

_LABEL, _INPUT = 18, 4
_ESCAPED = re.compile(r"\\([^\w\s])")


@dataclass(kw_only=True)
class Interaction:
    """Something that somebody did: where, and what came of it. `message` is what was pressed.

    `is_late` says that Discord gave up waiting, `is_over` that its token is no longer good.
    """

    id: str
    token: str
    kind: int
    channel: str
    user: str
    at: datetime
    message: str = ""
    is_late: bool = False
    is_over: bool = False
    ack: Json | None = None
    said: list["Said"] = field(default_factory=list)

    @property
    def callback(self) -> str:
        """Where it is acknowledged."""
        return f"/interactions/{self.id}/{self.token}/callback"

    @property
    def first(self) -> "Said":
        """What was answered first."""
        return self.said[0]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One answer: how it came (`message`, `original`, `followup`, `update`, `modal`, `choices`, `deleted`), to whom."""

    how: str
    body: Json
    to_channel: bool = False
    message: str = ""
    brought_by: Interaction | None = None

    @property
    def text(self) -> str:
        """Every text of it, one a line, without the backslashes that make markup plain."""
        return _ESCAPED.sub(r"\1", "\n".join(texts_in(self.body)))

    @property
    def buttons(self) -> Mapping[str, str]:
        """The custom_id of each button of a row, by its label."""
        rows = [each for each in components_in(self.body) if each["type"] == ROW]
        pressed = [each for row in rows for each in row["components"] if "custom_id" in each]
        return {each["label"]: each["custom_id"] for each in pressed if each["type"] == BUTTON}

    @property
    def opens(self) -> list[str]:
        """The custom_id of the button at each paper, in order."""
        return [each["accessory"]["custom_id"] for each in components_in(self.body) if each["type"] == SECTION]

    @property
    def select(self) -> Json:
        """The select of it."""
        (found,) = (each for each in components_in(self.body) if each["type"] == SELECT)
        return found

    @property
    def choices(self) -> Mapping[str, str]:
        """The value of each suggestion, by its name."""
        return {each["name"]: each["value"] for each in self.body["choices"]}

    @property
    def fields(self) -> Mapping[str, Json]:
        """The fields of a form, by their ids."""
        return {each["component"]["custom_id"]: each["component"] for each in self.body["components"]}

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in each field of a form when it is opened."""
        return {name: _value_of(each) for name, each in self.fields.items()}


def _value_of(field_: Json) -> str:
    chosen = [each["value"] for each in field_.get("options", ()) if each.get("default")]
    return str(next(iter(chosen), field_.get("value", "")))


# --- what Discord would refuse ----------------------------------------------------------------------------------------


def wrong_with_choices(found: Interaction, data: Json) -> str:
    """Return why Discord would refuse suggestions; empty for good ones."""
    choices = data["choices"]
    if found.kind != AUTOCOMPLETE or len(choices) > 25:
        return "choices: only while something is typed, at most 25"
    if any(not 1 <= len(each["name"]) <= 100 or not 1 <= len(each["value"]) <= 100 for each in choices):
        return "choices: 1 to 100 characters"
    return ""


def wrong_with_modal(found: Interaction, data: Json) -> str:
    """Return why Discord would refuse a form; empty for a good one."""
    return "a form opens no form" if found.kind == SUBMITTED else next(_mistakes(data), "")


def _mistakes(data: Json) -> Iterator[str]:
    if data.keys() != {"title", "custom_id", "components"}:
        yield "a form has a title, a custom_id and components"
    if not 1 <= len(data["title"]) <= 45 or not 1 <= len(data["custom_id"]) <= 100:
        yield "title: 1 to 45 characters; custom_id: 1 to 100"
    if not 1 <= len(data["components"]) <= 5:
        yield "a form has 1 to 5 fields"
    for each in data["components"]:
        if each["type"] == _LABEL:
            yield from _field_mistakes(each, each["component"])
        elif each["type"] != TEXT:
            yield "a form holds labels and texts"


def _field_mistakes(label: Json, inner: Json) -> Iterator[str]:
    if not 1 <= len(label["label"]) <= 45 or len(label.get("description", "")) > 100:
        yield "a field has a label of 1 to 45 characters"
    if inner["type"] == _INPUT:
        if not len(inner.get("value", "")) <= inner.get("max_length", 4000) <= 4000:
            yield "value: at most max_length characters"
        if len(inner.get("placeholder", "")) > 100 or inner["style"] not in {1, 2}:
            yield "placeholder: at most 100 characters; style: 1 or 2"
    elif inner["type"] != SELECT or not 1 <= len(inner["options"]) <= 25:
        yield "no such field"


# --- what people do ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class File:
    """A file that is attached to a command; `size` is what Discord says of it."""

    name: str
    content: bytes
    size: int = -1


def option_type(verb: str, option: str) -> int:
    """Return the type that the menu gives an option."""
    (group,) = commands_json(COMMANDS)
    (command,) = (each for each in group["options"] if each["name"] == verb)
    (found,) = (each for each in command["options"] if each["name"] == option)
    return int(found["type"])


def named(option: str) -> str:
    """Return an option's name as the menu has it: `min_upvotes` is `min-upvotes`, `in_` is `in`."""
    return option.rstrip("_").replace("_", "-")


def fields_json(fields: Mapping[str, str], form: Json) -> Json:
    """Return what stands in the fields of a form that is sent off."""
    sent = []
    for each in form["components"]:
        if each["type"] != _LABEL:
            continue
        inner = each["component"]
        value = fields.get(inner["custom_id"], _value_of(inner))
        state = {"values": [value] if value else []} if inner["type"] == SELECT else {"value": value}
        known = {"type": inner["type"], "custom_id": inner["custom_id"], "id": 2}
        sent.append({"type": _LABEL, "id": 1, "component": known | state})
    return sent
