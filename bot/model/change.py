"""Changes: what people did to a channel, kept so that it can be told and undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.model.channel import Channel, ChannelSettings
from bot.model.subscription import NewSubscription, Subscription

ChangeId = NewType("ChangeId", str)
"""128 random bits as text: it names the change, and whoever holds it may ask for its undoing."""

UNDO_FOR = timedelta(minutes=10)
"""How long a change can be undone."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """What a change makes of a channel, wholly or not at all.

    `add` are new subscriptions, each with when it is due first (UTC; None for instant). `edit` are stored ones as they
    shall be: whatever a person chooses is taken from them, `floor_on` and `next_due` too, and `version` is the one that
    was read. `remove` are stored ones as they were read. `settings` None leaves those alone.
    """

    add: tuple[tuple[NewSubscription, datetime | None], ...] = ()
    edit: tuple[Subscription, ...] = ()
    remove: tuple[Subscription, ...] = ()
    settings: ChannelSettings | None = None
