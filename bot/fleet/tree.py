"""A YAML text as a tree of texts with their lines.

Of YAML only mappings, lists and scalars are read. A scalar is its characters: 10:00 is a time and no number in base
60, `no` may be a query. Anchors, aliases and tags are refused, so that a small text stays a small tree.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from bot.errors import FileError
from bot.fleet.mistakes import Mistakes

MAX_DEPTH: Final = 8
"""Collections inside one another; a fleet file has six."""

# libyaml where PyYAML was built with it: a hostile text is read twenty times faster.
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One value as it was written; `is_empty` says that nothing was."""

    text: str
    line: int
    is_empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A mapping: values by key, in the order of the file, and the line of each key."""

    entries: Mapping[str, "Node"]
    lines: Mapping[str, int]
    line: int


Node = Scalar | Items | Table

_NOTHING: Final = frozenset({"", "~", "null"})


def tree_of(text: str, *, max_length: int) -> Node:
    """Read a YAML text.

    Raises:
        FileError: it is too long or too deep, is no YAML, or uses what is not read; keys that are there twice.
    """
    if len(text) > max_length:
        raise FileError([f"The file has {len(text):,} characters; at most {max_length:,} are read."])
    mistakes = Mistakes()
    try:
        text.encode()
        events = deque(_read_events(text))
    except UnicodeEncodeError as error:
        raise FileError(["This is no YAML: half a character stands alone."]) from error
    except yaml.YAMLError as error:
        raise _unreadable(error, text) from error
    if not events:
        raise FileError(["The file is empty."])
    node = _node(events, mistakes, "")
    mistakes.end()
    return node


def _read_events(text: str) -> list[yaml.Event]:
    """Return what the one document of the text consists of."""
    kept: list[yaml.Event] = []
    depth = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = _line_of(event)
        match event:
            case yaml.DocumentStartEvent():
                documents += 1
                if documents > 1:
                    raise FileError([f"line {line}: a second document begins; one file holds one."])
            case yaml.AliasEvent():
                raise FileError([f"line {line}: aliases (`*{event.anchor}`) are not read; write it out."])
            case yaml.NodeEvent() if event.anchor is not None:
                raise FileError([f"line {line}: anchors (`&{event.anchor}`) are not read; leave it out."])
            case yaml.ScalarEvent() | yaml.CollectionStartEvent() if event.tag is not None:
                raise FileError([f"line {line}: tags (`{event.tag}`) are not read; leave it out."])
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise FileError([f"line {line}: lists and mappings stand more than {MAX_DEPTH} deep in one another."])
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent | yaml.CollectionEndEvent):
            kept.append(event)
    return kept


def _line_of(event: yaml.Event) -> int:
    assert event.start_mark is not None  # every event of a text has one
    return event.start_mark.line + 1


def _node(events: deque[yaml.Event], mistakes: Mistakes, place: str) -> Node:
    event = events.popleft()
    line = _line_of(event)
    if isinstance(event, yaml.ScalarEvent):
        is_plain = event.implicit[0]
        return Scalar(text=event.value, line=line, is_empty=is_plain and event.value.lower() in _NOTHING)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Node] = []
        while not isinstance(events[0], yaml.SequenceEndEvent):
            items.append(_node(events, mistakes, f"{place}[{len(items) + 1}]"))
        events.popleft()
        return Items(items=tuple(items), line=line)
    return _table(events, mistakes, place, line)


def _table(events: deque[yaml.Event], mistakes: Mistakes, place: str, line: int) -> Table:
    entries: dict[str, Node] = {}
    lines: dict[str, int] = {}
    while not isinstance(events[0], yaml.MappingEndEvent):
        key = _node(events, mistakes, place)
        if not isinstance(key, Scalar):
            mistakes.add(place, key.line, "a key is a word, not a list or a mapping.")
            _node(events, mistakes, place)
            continue
        inside = f"{place}.{key.text}" if place else key.text
        if key.text in entries:
            mistakes.add(inside, key.line, f"this key is there already, in line {lines[key.text]}.")
        entries[key.text] = _node(events, mistakes, inside)
        lines.setdefault(key.text, key.line)
    events.popleft()
    return Table(entries=entries, lines=lines, line=line)


def _unreadable(error: yaml.YAMLError, text: str) -> FileError:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if mark is None:
        # The reader's own error: a character that YAML does not allow.
        return FileError([f"This is no YAML: {error}".splitlines()[0]])
    lines = text.splitlines() or [""]
    number = min(mark.line, len(lines) - 1)
    said = f"line {number + 1}: this is no YAML: {getattr(error, 'problem', None) or 'it ends too early'}."
    if any('query: "' in line for line in lines[max(0, number - 1) : number + 1]):
        said += """ A query with quotes stands between single ones: `query: '"world models" -survey'`."""
    return FileError([said])
