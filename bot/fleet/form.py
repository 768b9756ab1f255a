"""What a file says of channels: the same things that commands say, before any channel is looked at.

file ──read──> ChannelForm ──plan──> ChannelPlan and Difference
stored channel ──form_of──> ChannelForm ──write──> file
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.errors import QueryError
from bot.model.cadence import WEEKDAY_NAMES, WEEKDAYS, Cadence, Frequency, days_in_words
from bot.model.channel import ChannelSettings, WhoCanManage
from bot.model.subscription import PauseReason, SourceChoice, Subscription
from bot.query.ast import Query
from bot.query.parse import parse

VERSION: Final = "1"
"""The form of the file, written into it, so that a later one can still be read."""

DEFAULT: Final = "default"
"""What stands for the time zone that nobody chose."""

Value = str | int | bool | list[str]
Entries = Mapping[str, Value]
"""A subscription, or settings, as a file has them: values by key."""

Until = date | datetime
"""When a pause ends: at the beginning of a local day, or at a moment (UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionForm:
    """One subscription as a file has it. A pause without `paused_until` ends when somebody resumes."""

    query: Query
    cadence: Cadence
    cap: int | None = None
    min_upvotes: int = 0
    upvoted_only: bool = False
    sources: tuple[SourceChoice, ...]
    ping: str = ""
    is_paused: bool = False
    paused_until: Until | None = None

    @property
    def entries(self) -> Entries:
        """What a file says of it, in the order of a file.

        Hours and sources are always there; anything else only where it differs from what `subscribe` without flags
        gives.
        """
        said: dict[str, Value] = {"query": text_of(self.query), **_hours(self.cadence)}
        if self.cap is not None:
            said["max"] = self.cap
        said["source"] = ",".join(map(str, self.sources))
        if self.min_upvotes:
            said["min-upvotes"] = self.min_upvotes
        if self.upvoted_only:
            said["upvoted-only"] = True
        if self.ping:
            said["ping"] = self.ping
        if self.paused_until is not None:
            said["paused-until"] = _moment(self.paused_until)
        elif self.is_paused:
            said["paused"] = True
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsForm:
    """The settings that a file names, by field of `ChannelSettings`; the others stay as they are."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def applied_to(self, settings: ChannelSettings) -> ChannelSettings:
        """Return the settings with what the file names."""
        return replace(settings, **self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelForm:
    """What a file says of one channel. With `subscriptions` None it says nothing of them: they stay as they are."""

    settings: SettingsForm = SettingsForm()
    subscriptions: tuple[SubscriptionForm, ...] | None = None


def settings_entries(settings: ChannelSettings) -> Entries:
    """Return all settings of a channel as a file has them."""
    return {
        "timezone": settings.timezone or DEFAULT,
        "max": settings.cap,
        "who-can-manage": str(settings.who_can_manage),
        "quiet-notes": settings.quiet_notes,
        "mutes": [str(mute) for mute in settings.mutes],
    }


def form_of(subscription: Subscription, zone: ZoneInfo) -> SubscriptionForm:
    """Return a stored subscription as a file has it; `zone` is the channel's, in which the days of pauses begin.

    Access that is lost is nobody's choice: such a pause is not in a file.
    """
    pause = subscription.pause
    chosen = pause if pause is not None and pause.reason is PauseReason.PERSON else None
    return SubscriptionForm(
        query=subscription.query,
        cadence=subscription.cadence,
        cap=subscription.cap,
        min_upvotes=subscription.min_upvotes,
        upvoted_only=subscription.upvoted_only,
        sources=subscription.sources,
        ping=subscription.ping,
        is_paused=chosen is not None,
        paused_until=None if chosen is None or chosen.until is None else until_of(chosen.until, zone),
    )


def text_of(query: Query) -> str:
    """Return a query as it was typed, or its canonical text where what was typed has come to mean something else."""
    try:
        is_same = bool(query.typed) and parse(query.typed) == query
    except QueryError:
        is_same = False
    return query.typed if is_same else str(query)


def until_of(until: Until, zone: ZoneInfo) -> Until:
    """Return the end of a pause as a day, if a day of `zone` begins then, else as a moment in UTC."""
    if not isinstance(until, datetime):
        return until
    day = until.astimezone(zone).date()
    return day if moment_of(day, zone) == until else until.astimezone(UTC)


def moment_of(until: Until, zone: ZoneInfo) -> datetime:
    """Return the moment at which a pause ends, in UTC."""
    if isinstance(until, datetime):
        return until.astimezone(UTC)
    return datetime.combine(until, time(), tzinfo=zone).astimezone(UTC)


def _hours(cadence: Cadence) -> dict[str, Value]:
    said: dict[str, Value] = {}
    match cadence.frequency:
        case Frequency.INSTANT:
            said["instant"] = True
        case Frequency.WEEKLY:
            said["weekly"] = f"{WEEKDAY_NAMES[min(cadence.weekdays)]} {cadence.at:%H:%M}"
        case Frequency.DAILY:
            said["daily"] = f"{cadence.at:%H:%M}"
            if cadence.weekdays != WEEKDAYS:
                said["days"] = days_in_words(cadence.weekdays).replace(", ", ",")
    if cadence.timezone is not None:
        said["tz"] = cadence.timezone
    return said


def _moment(until: Until) -> str:
    return until.isoformat().replace("+00:00", "Z")


CHOICES: Final = tuple(map(str, WhoCanManage))
"""What `who-can-manage` takes."""
