"""Changes: what people did to a channel, kept so that it can be told and undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.model.channel import Channel

ChangeId = NewType("ChangeId", str)
"""128 random bits as text: it names the change, and whoever holds it may ask for its undoing."""

UNDO_FOR = timedelta(minutes=10)
"""How long a change can be undone (PRODUCT.md, Access)."""


class ChangeKind(StrEnum):
    """What was done; the value completes "@ana ... #3"."""

    SUBSCRIBED = "subscribed"
    EDITED = "edited"
    PAUSED = "paused"
    RESUMED = "resumed"
    UNSUBSCRIBED = "unsubscribed"
    SET = "changed the settings"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChange:
    """Who is about to do what, and the name that the change gets if anything comes of it; `at` is in UTC."""

    id: ChangeId
    by: str
    at: datetime
    kind: ChangeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was done to a channel. `numbers` are the subscriptions it concerned."""

    id: ChangeId
    channel: Channel
    by: str
    at: datetime
    kind: ChangeKind
    numbers: tuple[int, ...]
    is_undone: bool = False


class UndoResult(StrEnum):
    """What came of undoing a change."""

    UNDONE = "undone"
    CHANGED_SINCE = "changed since"
    ALREADY_UNDONE = "already undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What came of undoing; `by` is who changed something since, or undid it before."""

    result: UndoResult
    by: str = ""
