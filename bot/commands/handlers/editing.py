"""Edit: change a subscription in place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands.buttons import undo_button
from bot.commands.handlers.asking import numbered, refuse_ping, refuse_unknown_sources
from bot.commands.handlers.changing import change_channel
from bot.commands.request import EditSubscription, Requester
from bot.commands.services import Services
from bot.document import Form, Reply
from bot.errors import RefusedError
from bot.fleet.form import form_of
from bot.model.cadence import DEFAULT_TIME, WEEKDAYS, Cadence, Frequency, next_due
from bot.model.change import ChangeKind, ChannelPlan
from bot.model.channel import Channel, ChannelSettings
from bot.model.subscription import Subscription
from bot.views.steering import edited, how_to_edit, not_edited
from bot.views.words import capitalised, name_from, quoted, to_whom

_MONDAY: Final = frozenset({0})


async def edit(request: EditSubscription, requester: Requester, services: Services) -> Reply:
    """Change what was named of a subscription; with nothing named, say what can be."""
    now = services.clock.now()
    refuse_unknown_sources(request.sources or (), services)

    def plan_of(known: Sequence[Subscription], settings: ChannelSettings) -> ChannelPlan:
        mine = numbered(request.number, known, requester)
        wanted = subscription_after(mine, request, settings.timezone or services.default_zone, now)
        _refuse_twice(wanted, known, requester.here)
        if wanted.ping not in {"", mine.ping}:
            refuse_ping(wanted.ping, requester)
        return ChannelPlan(edit=(wanted,)) if wanted != mine else ChannelPlan()

    done = await change_channel(ChangeKind.EDITED, plan_of, requester, services)
    mine = numbered(request.number, done.known, requester)
    zone = done.settings.timezone or services.default_zone
    if request.only_reads:
        form = Form(verb="edit", values=_values_of(mine, zone), channel=requester.channel.id)
        return Reply(verb="edit", document=how_to_edit(mine, requester.here, channel_zone=zone), form=form)
    if not done.plan.edit:
        return Reply(verb="edit", document=not_edited(mine))
    document = edited(mine, done.plan.edit[0], requester.here, by=requester.user, channel_zone=zone, now=now)
    return Reply(verb="edit", document=replace(document, actions=(undo_button(done.id),)))


def _values_of(mine: Subscription, zone: str) -> Mapping[str, str]:
    """Return a subscription as the options of `edit`; what is not set is not there."""
    entries = form_of(replace(mine, pause=None), ZoneInfo(zone)).entries
    said = {name: "" if value is True else str(value) for name, value in entries.items()}
    return {"number": str(mine.number), **said}


def subscription_after(mine: Subscription, request: EditSubscription, channel_zone: str, now: datetime) -> Subscription:
    """Return a subscription as a request would have it: a new query starts afresh, new hours count from now."""
    wanted = replace(
        mine,
        cadence=cadence_after(mine.cadence, request),
        cap=mine.cap if request.cap is None else request.cap or None,
        min_upvotes=mine.min_upvotes if request.min_upvotes is None else request.min_upvotes,
        upvoted_only=mine.upvoted_only if request.upvoted_only is None else request.upvoted_only,
        sources=request.sources or mine.sources,
        ping=mine.ping if request.ping is None else request.ping,
    )
    if request.query is not None and request.query != mine.query:
        wanted = replace(wanted, query=request.query, floor_on=now.date())
    if wanted.cadence != mine.cadence and wanted.is_active:
        wanted = replace(wanted, next_due=next_due(wanted.cadence, wanted.zone(channel_zone), now))
    return wanted


def cadence_after(known: Cadence, request: EditSubscription) -> Cadence:
    """Return the hours after a request; what it does not name stays, where it still means something."""
    frequency = _frequency_after(known, request)
    zone = known.timezone if request.timezone is None else request.timezone or None
    if frequency is Frequency.INSTANT:
        return Cadence(frequency=frequency, timezone=zone)
    at, weekdays = known.at, known.weekdays
    if known.frequency is Frequency.INSTANT:
        at = DEFAULT_TIME
    if frequency is not known.frequency:
        weekdays = _MONDAY if frequency is Frequency.WEEKLY else WEEKDAYS
    return Cadence(
        frequency=frequency,
        at=at if request.at is None else request.at,
        weekdays=request.weekdays or weekdays,
        timezone=zone,
    )


def _frequency_after(known: Cadence, request: EditSubscription) -> Frequency:
    """Return how often; days alone mean daily, but for the one day of what is weekly."""
    if request.frequency is not None:
        return request.frequency
    is_still_weekly = known.frequency is Frequency.WEEKLY and len(request.weekdays or _MONDAY) == 1
    return Frequency.DAILY if request.weekdays and not is_still_weekly else known.frequency


def _refuse_twice(wanted: Subscription, known: Sequence[Subscription], here: Channel) -> None:
    other = next((each for each in known if each.query == wanted.query and each.number != wanted.number), None)
    if other is not None:
        channel = other.channel
        which = capitalised(name_from(channel, here))
        have = "You already have" if channel.is_personal else f"{which} already has"
        raise RefusedError(
            f"{have} {quoted(other.query)} (#{other.number}); I changed nothing.",
            hint=f"`/papers edit {other.number}{to_whom(channel, here)}` shows how that one stands.",
        )
