"""A file into what it says of channels, or all its mistakes at once, each with its place.

Values are read as the flags of the commands are: the `Grammar` that is given reads them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol, TypeVar

from bot.errors import UserError
from bot.fleet.form import CHOICES, DEFAULT, VERSION, ChannelForm, SettingsForm, SubscriptionForm, Until
from bot.fleet.mistakes import Mistakes
from bot.fleet.tree import Items, Node, Scalar, Table, tree_of
from bot.model.channel import WhoCanManage
from bot.query.ast import Query
from bot.query.mute import mute_of
from bot.text.suggest import suggest

MAX_LENGTH: Final = 64 * 1024
"""Characters of one channel's file; 300 subscriptions have half of it."""

SETTINGS: Final = ("timezone", "max", "who-can-manage", "quiet-notes", "mutes")
SWITCHES: Final = ("instant", "upvoted-only")
LISTS: Final = ("days", "source")
FLAGS: Final = ("daily", "weekly", *SWITCHES, *LISTS, "tz", "max", "min-upvotes", "ping")
"""Keys of a subscription that are flags of `subscribe`."""
WITHOUT_VALUE: Final = ("daily", "weekly")
"""Flags that mean something alone."""
SUBSCRIPTION: Final = ("query", *FLAGS, "paused", "paused-until")
CHANNEL: Final = ("version", "settings", "subscriptions")

_YES: Final = frozenset({"yes", "true", "on"})
_NO: Final = frozenset({"no", "false", "off"})
_YEARS: Final = range(2000, 9000)
_ANY_QUERY: Final = "any"

T = TypeVar("T")


class Grammar(Protocol):
    """How commands read their values; each method raises a UserError for what it cannot read."""

    def subscription(self, options: Mapping[str, str | bool]) -> SubscriptionForm:
        """Read a query and the flags of `subscribe`."""

    def zone(self, text: str) -> str:
        """Read a time zone."""

    def cap(self, text: str) -> int:
        """Read a number of papers."""


def read_channel(text: str, grammar: Grammar) -> ChannelForm:
    """Read the file of one channel.

    Raises:
        FileError: with every mistake in it.
    """
    root = tree_of(text, max_length=MAX_LENGTH)
    mistakes = Mistakes()
    reader = FileReader(grammar, mistakes)
    form = reader.channel(root, "", CHANNEL)
    reader.version(root)
    mistakes.end()
    return form


class FileReader:
    """Reads the parts of files, and notes what is wrong in them."""

    def __init__(self, grammar: Grammar, mistakes: Mistakes) -> None:
        self._grammar = grammar
        self._mistakes = mistakes

    def version(self, root: Node) -> None:
        """Expect the version of the form."""
        if not isinstance(root, Table):
            return
        version = root.entries.get("version")
        if version is None:
            self._mistakes.add("version", root.line, f"it is missing; write `version: {VERSION}` at the top.")
        elif not (isinstance(version, Scalar) and version.text == VERSION):
            message = f"this program reads version {VERSION}; a file of another version needs a newer one."
            self._mistakes.add("version", version.line, message)

    def table(self, node: Node, place: str, known: Collection[str]) -> Mapping[str, Node]:
        """Return the entries of a mapping with known keys; without any when it is none."""
        if isinstance(node, Scalar) and node.is_empty and place:
            return {}
        if not isinstance(node, Table):
            keys = ", ".join(f"`{key}`" for key in known)
            self._mistakes.add(place, node.line, f"there must be a mapping here, with the keys {keys}.")
            return {}
        for key in node.entries:
            if key not in known:
                near = suggest(key, known)
                hint = f"Did you mean `{near}`?" if near else f"Keys are {', '.join(f'`{each}`' for each in known)}."
                self._mistakes.add(_inside(place, key), node.lines[key], f"I don't know this key. {hint}")
        return {key: value for key, value in node.entries.items() if key in known}

    def items(self, node: Node, place: str) -> Iterator[tuple[str, Node]]:
        """Yield the items of a list, each with its place; none where nothing is written."""
        if isinstance(node, Items):
            yield from ((f"{place}[{number}]", item) for number, item in enumerate(node.items, 1))
        elif not (isinstance(node, Scalar) and node.is_empty):
            self._mistakes.add(place, node.line, "there must be a list here, each item behind a `- `.")

    def text(self, node: Node, place: str) -> str | None:
        """Return a text; None when it is none."""
        if isinstance(node, Scalar) and not node.is_empty:
            return node.text
        what = "it has no value" if isinstance(node, Scalar) else "there must be a text here, not a list or a mapping"
        self._mistakes.add(place, node.line, f"{what}.")
        return None

    def channel(self, node: Node, place: str, known: Collection[str]) -> ChannelForm:
        """Read what stands for one channel, or for a template."""
        entries = self.table(node, place, known)
        settings = subscriptions = None
        if "settings" in entries:
            settings = self._settings(entries["settings"], _inside(place, "settings"))
        if "subscriptions" in entries:
            subscriptions = self._subscriptions(entries["subscriptions"], _inside(place, "subscriptions"))
        return ChannelForm(settings=settings or SettingsForm(), subscriptions=subscriptions)

    # --- settings ------------------------------------------------------------------------------------------------

    def _settings(self, node: Node, place: str) -> SettingsForm:
        entries = self.table(node, place, SETTINGS)
        values: dict[str, Any] = {}
        readers: dict[str, tuple[str, Callable[[Node, str], object]]] = {
            "timezone": ("timezone", self._zone),
            "max": ("cap", lambda node, at: self._value(node, at, self._grammar.cap)),
            "who-can-manage": ("who_can_manage", self._who),
            "quiet-notes": ("quiet_notes", self.switch),
            "mutes": ("mutes", self._mutes),
        }
        for key, value in entries.items():
            name, read = readers[key]
            values[name] = read(value, _inside(place, key))
        return SettingsForm(values=values)

    def _zone(self, node: Node, place: str) -> str | None:
        if isinstance(node, Scalar) and node.text == DEFAULT:
            return None
        return self._value(node, place, self._grammar.zone)

    def _who(self, node: Node, place: str) -> WhoCanManage | None:
        text = self.text(node, place)
        if text is None or text in CHOICES:
            return None if text is None else WhoCanManage(text)
        hint = f"Choose `{'` or `'.join(CHOICES)}`."
        self._mistakes.add(place, node.line, f"I don't know `{text}` here. {hint}")
        return None

    def _mutes(self, node: Node, place: str) -> tuple[Query, ...]:
        mutes = (self._value(item, at, mute_of) for at, item in self.items(node, place))
        return tuple(dict.fromkeys(mute for mute in mutes if mute is not None))

    def _value(self, node: Node, place: str, read: Callable[[str], T]) -> T | None:
        text = self.text(node, place)
        if text is None:
            return None
        try:
            return read(text)
        except UserError as error:
            self._mistakes.add_error(place, node.line, error)
            return None

    def switch(self, node: Node, place: str) -> bool:
        """Read `yes` or `no`."""
        text = self.text(node, place)
        if text is not None and text.lower() not in _YES | _NO:
            self._mistakes.add(place, node.line, f"I don't know `{text[:40]}` here. Write `yes` or `no`.")
        return text is not None and text.lower() in _YES

    # --- subscriptions -------------------------------------------------------------------------------------------

    def _subscriptions(self, node: Node, place: str) -> tuple[SubscriptionForm, ...]:
        found: list[SubscriptionForm] = []
        places: dict[Query, str] = {}
        for at, item in self.items(node, place):
            form = self._subscription(item, at)
            if form is None:
                continue
            if form.query in places:
                message = f"this is the query of {places[form.query]} again; a channel has it once."
                self._mistakes.add(_inside(at, "query"), item.line, message)
            places.setdefault(form.query, at)
            found.append(form)
        return tuple(found)

    def _subscription(self, node: Node, place: str) -> SubscriptionForm | None:
        entries = self.table(node, place, SUBSCRIPTION)
        if not isinstance(node, Table):
            return None
        if "query" not in entries:
            hint = "write what to look for, as in `query: '\"world models\"'`."
            self._mistakes.add(_inside(place, "query"), node.line, f"it is missing; {hint}")
        options = dict(self._options(entries, place))
        is_paused = "paused" in entries and self.switch(entries["paused"], _inside(place, "paused"))
        until = self._until(entries, place)
        if until is not None and "paused" in entries and not is_paused:
            message = "`paused` says no. Leave one of them out."
            self._mistakes.add(_inside(place, "paused-until"), entries["paused-until"].line, message)
        read = self._flags(options, entries, place, node.line)
        if read is None:
            return None
        return SubscriptionForm(
            query=read.query,
            cadence=read.cadence,
            cap=read.cap,
            min_upvotes=read.min_upvotes,
            upvoted_only=read.upvoted_only,
            sources=read.sources,
            ping=read.ping,
            is_paused=is_paused or until is not None,
            paused_until=until,
        )

    def _options(self, entries: Mapping[str, Node], place: str) -> Iterator[tuple[str, str | bool]]:
        """Yield the query and the flags as a person would write them."""
        for key in ("query", *FLAGS):
            if key not in entries:
                continue
            node, at = entries[key], _inside(place, key)
            if key in SWITCHES:
                yield key, self.switch(node, at)
            elif key in WITHOUT_VALUE and isinstance(node, Scalar) and node.is_empty:
                yield key, True
            elif key in LISTS and isinstance(node, Items):
                texts = [self.text(item, item_at) for item_at, item in self.items(node, at)]
                yield key, ",".join(text for text in texts if text is not None)
            elif (text := self.text(node, at)) is not None:
                yield key, text

    def _flags(
        self, options: Mapping[str, str | bool], entries: Mapping[str, Node], place: str, line: int
    ) -> SubscriptionForm | None:
        """Read the query and the flags; where something is wrong, every mistake by its own key."""
        if "query" not in options:
            self._each(options, entries, place)
            return None
        try:
            return self._grammar.subscription(options)
        except UserError as error:
            before = len(self._mistakes)
            self._each(options, entries, place)
            if len(self._mistakes) == before:
                # Each is right, and they do not go together.
                self._mistakes.add_error(place, line, error)
            return None

    def _each(self, options: Mapping[str, str | bool], entries: Mapping[str, Node], place: str) -> None:
        for key, value in options.items():
            try:
                self._grammar.subscription({"query": _ANY_QUERY, key: value})
            except UserError as error:
                self._mistakes.add_error(_inside(place, key), entries[key].line, error)

    def _until(self, entries: Mapping[str, Node], place: str) -> Until | None:
        if "paused-until" not in entries:
            return None
        node, at = entries["paused-until"], _inside(place, "paused-until")
        text = self.text(node, at)
        if text is None:
            return None
        until = _until_of(text)
        if until is None:
            hint = "Write a date as in `2026-12-01`, or a moment with its offset as in `2026-12-01T09:00:00Z`."
            self._mistakes.add(at, node.line, f"I don't understand `{text[:40]}`. {hint}")
        return until


def _until_of(text: str) -> Until | None:
    """Return a date or a moment; None for anything else, and for what is no time of ours."""
    until: Until
    try:
        until = date.fromisoformat(text)
    except ValueError:
        try:
            until = datetime.fromisoformat(text)
        except ValueError:
            return None
    if until.year not in _YEARS:
        return None
    if not isinstance(until, datetime):
        return until
    return None if until.tzinfo is None else until.astimezone(UTC)


def united(forms: Iterable[ChannelForm]) -> ChannelForm:
    """Lay forms over one another: of what several say about a setting, or about a query, the last counts."""
    values: dict[str, Any] = {}
    subscriptions: dict[Query, SubscriptionForm] | None = None
    for form in forms:
        values |= form.settings.values
        if form.subscriptions is not None:
            subscriptions = (subscriptions or {}) | {each.query: each for each in form.subscriptions}
    return ChannelForm(
        settings=SettingsForm(values=values),
        subscriptions=None if subscriptions is None else tuple(subscriptions.values()),
    )


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
