"""What it takes to make a channel what a file says: the plan for the store, and the difference for people."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.fleet.form import (
    ChannelForm,
    Entries,
    SubscriptionForm,
    Value,
    form_of,
    moment_of,
    settings_entries,
    text_of,
    until_of,
)
from bot.model.cadence import next_due
from bot.model.change import ChannelPlan
from bot.model.channel import Channel, ChannelSettings
from bot.model.subscription import NewSubscription, Pause, PauseReason, Subscription, SubscriptionState

_SEEN_LENGTH: Final = 16
"""Characters that tell one difference from another: 64 bits, for a person who looks at both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A channel as it is stored."""

    channel: Channel
    settings: ChannelSettings
    subscriptions: Sequence[Subscription]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who changes the channel, and when; `default_zone` is the IANA zone of channels that have none."""

    by: str
    at: datetime
    default_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A key whose value changes; None: it is not there."""

    key: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChange:
    """A subscription that changes: its number, its query as it was typed before, and what changes."""

    number: int
    query: str
    values: tuple[ValueChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What changes in a channel, in the words of the file. `kept` counts the subscriptions that stay as they are."""

    settings: tuple[ValueChange, ...]
    added: tuple[Entries, ...]
    changed: tuple[SubscriptionChange, ...]
    removed: tuple[tuple[int, str], ...]
    kept: int

    def __bool__(self) -> bool:
        return bool(self.settings or self.added or self.changed or self.removed)

    @property
    def seen_as(self) -> str:
        """A short text that is the same as long as the difference is: whoever saw one can say which."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:_SEEN_LENGTH]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, and what people are told of it."""

    plan: ChannelPlan
    difference: Difference


def planned(form: ChannelForm, present: Present, doing: Doing) -> Planned:
    """Return how a channel becomes what a form says.

    A subscription of the form whose query means the same as that of a stored one changes that one, which keeps its
    number, its ledger and its floor. Stored ones that the form does not have are removed, unless it says nothing of
    subscriptions at all. A pause in the form that has ended by now is left out.
    """
    settings = form.settings.applied_to(present.settings)
    before = ZoneInfo(present.settings.timezone or doing.default_zone)
    after = ZoneInfo(settings.timezone or doing.default_zone)
    stored = {each.query: each for each in present.subscriptions}
    wanted = {each.query: each for each in form.subscriptions or ()}
    edits: list[Subscription] = []
    changed: list[SubscriptionChange] = []
    removed: list[Subscription] = []
    for known in present.subscriptions:
        was = form_of(known, before)
        if known.query in wanted:
            wish = _current(wanted[known.query], after, doing.at)
        elif form.subscriptions is None:
            wish = was
        else:
            removed.append(known)
            continue
        edited = _edited(known, was, wish, zones=(before, after), doing=doing)
        values = _changes(was.entries, wish.entries)
        if values:
            changed.append(SubscriptionChange(number=known.number, query=text_of(known.query), values=values))
        if values or edited != known:
            edits.append(edited)
    new = [_current(each, after, doing.at) for query, each in wanted.items() if query not in stored]
    return Planned(
        plan=ChannelPlan(
            add=tuple(_added(each, present.channel, after, doing) for each in new),
            edit=tuple(edits),
            remove=tuple(removed),
            settings=None if settings == present.settings else settings,
        ),
        difference=Difference(
            settings=_changes(settings_entries(present.settings), settings_entries(settings)),
            added=tuple(each.entries for each in new),
            changed=tuple(changed),
            removed=tuple((each.number, text_of(each.query)) for each in removed),
            kept=len(present.subscriptions) - len(removed) - len(changed),
        ),
    )


def _zone(of: Subscription | SubscriptionForm, channel_zone: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(of.cadence.timezone) if of.cadence.timezone else channel_zone


def _current(form: SubscriptionForm, zone: ZoneInfo, at: datetime) -> SubscriptionForm:
    """Return the form without its pause, if that is over by now; a day on which it ends is read in `zone`."""
    if form.paused_until is None:
        return form
    if moment_of(form.paused_until, zone) <= at:
        return replace(form, is_paused=False, paused_until=None)
    return replace(form, paused_until=until_of(form.paused_until, zone))


def _edited(
    known: Subscription,
    was: SubscriptionForm,
    wish: SubscriptionForm,
    *,
    zones: tuple[ZoneInfo, ZoneInfo],
    doing: Doing,
) -> Subscription:
    """Return a stored subscription as it shall be; unchanged where its form is the same and its hours do not move.

    `was` is its form now, `wish` the one that it shall have; `zones` are the channel's, before and after.
    """
    before, after = zones
    hours = _zone(wish, after)
    edited = known
    if wish.entries != was.entries:
        edited = replace(
            known,
            query=wish.query,
            cadence=wish.cadence,
            cap=wish.cap,
            min_upvotes=wish.min_upvotes,
            upvoted_only=wish.upvoted_only,
            sources=wish.sources,
            ping=wish.ping,
        )
    is_resumed = was.is_paused and not wish.is_paused
    if was.is_paused != wish.is_paused or (wish.is_paused and _until(known) != _end(wish, after)):
        edited = _with_pause(edited, wish, after, doing)
    if is_resumed:
        edited = replace(edited, floor_on=doing.at.date())
    if is_resumed or str(edited.cadence) != str(known.cadence) or _zone(known, before) != hours:
        edited = replace(edited, next_due=next_due(edited.cadence, hours, doing.at))
    return edited


def _with_pause(subscription: Subscription, wish: SubscriptionForm, zone: ZoneInfo, doing: Doing) -> Subscription:
    pause = _pause(wish, zone, doing)
    return replace(subscription, pause=pause, state=SubscriptionState.PAUSED if pause else SubscriptionState.ACTIVE)


def _pause(wish: SubscriptionForm, zone: ZoneInfo, doing: Doing) -> Pause | None:
    if not wish.is_paused:
        return None
    return Pause(by=doing.by, reason=PauseReason.PERSON, since=doing.at, until=_end(wish, zone))


def _until(known: Subscription) -> datetime | None:
    return None if known.pause is None else known.pause.until


def _end(wish: SubscriptionForm, zone: ZoneInfo) -> datetime | None:
    return None if wish.paused_until is None else moment_of(wish.paused_until, zone)


def _added(
    form: SubscriptionForm, channel: Channel, zone: ZoneInfo, doing: Doing
) -> tuple[NewSubscription, datetime | None]:
    new = NewSubscription(
        channel=channel,
        query=form.query,
        cadence=form.cadence,
        cap=form.cap,
        min_upvotes=form.min_upvotes,
        upvoted_only=form.upvoted_only,
        sources=form.sources,
        ping=form.ping,
        creator=doing.by,
        pause=_pause(form, zone, doing),
    )
    return new, next_due(form.cadence, _zone(form, zone), doing.at)


def _changes(before: Entries, after: Entries) -> tuple[ValueChange, ...]:
    return tuple(
        ValueChange(key=key, before=before.get(key), after=after.get(key))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    )
