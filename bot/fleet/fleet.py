"""A fleet file: many channels, from templates that have names.

version: 1
templates:
  vision: {settings: ..., subscriptions: ...}
channels:
  slack:T123/C456: {use: vision, subscriptions: ...}

A channel's own entries come after those of its templates. Where several give the same setting, or subscribe to the same
query, the last one counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.fleet.form import ChannelForm
from bot.fleet.mistakes import Mistakes
from bot.fleet.read import CHANNEL, FileReader, Grammar, united
from bot.fleet.tree import Items, Node, Scalar, Table, tree_of
from bot.model.channel import Channel
from bot.text.suggest import suggest

MAX_LENGTH: Final = 4 * 1024 * 1024
"""Characters of a fleet file: thousands of channels, each with subscriptions of its own."""

FLEET: Final = ("version", "templates", "channels")
TEMPLATE: Final = tuple(key for key in CHANNEL if key != "version")
MEMBER: Final = ("use", *TEMPLATE)


@dataclass(frozen=True, slots=True)
class Member:
    """One channel of a fleet, and what the file says of it."""

    channel: Channel
    form: ChannelForm


def read_fleet(text: str, grammar: Grammar) -> tuple[Member, ...]:
    """Read a fleet file; channels come in its order.

    Raises:
        FileError: with every mistake in it.
    """
    root = tree_of(text, max_length=MAX_LENGTH)
    mistakes = Mistakes()
    fleet = _Fleet(FileReader(grammar, mistakes), mistakes)
    members = fleet.members(root)
    mistakes.end()
    return members


class _Fleet:
    """One pass over a fleet file."""

    def __init__(self, reader: FileReader, mistakes: Mistakes) -> None:
        self._reader = reader
        self._mistakes = mistakes

    def members(self, root: Node) -> tuple[Member, ...]:
        entries = self._reader.table(root, "", FLEET)
        self._reader.version(root)
        templates = self._templates(entries.get("templates"))
        channels = entries.get("channels")
        if channels is None and isinstance(root, Table):
            hint = "name channels below `channels:`, as in `slack:T123/C456:`."
            self._mistakes.add("channels", root.line, f"it is missing; {hint}")
        if not isinstance(channels, Table):
            if channels is not None:
                self._mistakes.add("channels", channels.line, "there must be a mapping here, from channels.")
            return ()
        return tuple(
            member
            for name, node in channels.entries.items()
            if (member := self._member(name, node, channels.lines[name], templates)) is not None
        )

    def _templates(self, node: Node | None) -> Mapping[str, ChannelForm]:
        if node is None or (isinstance(node, Scalar) and node.is_empty):
            return {}
        if not isinstance(node, Table):
            self._mistakes.add("templates", node.line, "there must be a mapping here, from names of your own.")
            return {}
        return {name: self._reader.channel(each, f"templates.{name}", TEMPLATE) for name, each in node.entries.items()}

    def _member(self, name: str, node: Node, line: int, templates: Mapping[str, ChannelForm]) -> Member | None:
        place = f"channels.{name}"
        used = node.entries.get("use") if isinstance(node, Table) else None
        forms = [] if used is None else self._used(used, f"{place}.use", templates)
        own = self._reader.channel(node, place, MEMBER)
        try:
            channel = Channel.parse(name)
        except ValueError as error:
            self._mistakes.add(place, line, f"{error}.")
            return None
        if channel.is_personal:
            self._mistakes.add(place, line, "this is a person's own; nobody else changes it.")
        return Member(channel, united([*forms, own]))

    def _used(self, node: Node, place: str, templates: Mapping[str, ChannelForm]) -> list[ChannelForm]:
        names = list(self._reader.items(node, place)) if isinstance(node, Items) else [(place, node)]
        forms = []
        for at, each in names:
            name = self._reader.text(each, at)
            if name is None:
                continue
            if name in templates:
                forms.append(templates[name])
            else:
                near = suggest(name, templates)
                hint = f"Did you mean `{near}`?" if near else "Define it below `templates:`."
                self._mistakes.add(at, each.line, f"there is no template `{name[:40]}`. {hint}")
        return forms
