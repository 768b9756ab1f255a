"""The report that status gives: four lists of rows, each saying how one thing stands and why. And of each channel."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.channel import Channel
from bot.model.subscription import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one source or channel stands: `at` (UTC) is when it ended so, or is due; None where there is none."""

    name: str
    outcome: str
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was fetched, what is due when, what was posted or waits, and what is late.

    `at` of a source is its last fetch; of a schedule, when it is due; of a delivery, when it was settled, or is tried
    next; of what is late, since when.
    """

    sources: tuple[Row, ...]
    schedules: tuple[Row, ...]
    deliveries: tuple[Row, ...]
    late: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReport:
    """How one channel stands, for whoever operates it. Moments are in UTC; None: never, or not to come.

    `zone` is the IANA zone of its hours. `fault` says what is wrong with it, and is empty for nothing.
    """

    channel: Channel
    zone: str
    subscriptions: tuple[Subscription, ...]
    last_digest: datetime | None
    next_digest: datetime | None
    fault: str
