"""Pause and resume."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.commands.buttons import undo_button
from bot.commands.handlers.asking import no_subscriptions, numbered
from bot.commands.handlers.changing import Changed, change_channel
from bot.commands.request import PauseSubscriptions, Requester, ResumeSubscriptions
from bot.commands.services import Services
from bot.document import Document, Reply
from bot.errors import RefusedError
from bot.model.cadence import next_due
from bot.model.change import ChangeKind, ChannelPlan
from bot.model.channel import ChannelSettings
from bot.model.subscription import Pause, PauseReason, Subscription, SubscriptionState
from bot.pipeline.match import LONGEST_WINDOW
from bot.views.steering import paused, resumed


async def pause(request: PauseSubscriptions, requester: Requester, services: Services) -> Reply:
    """Pause one subscription or all; what is paused stays so, but for another end that is named."""
    now = services.clock.now()

    def plan_of(known: Sequence[Subscription], settings: ChannelSettings) -> ChannelPlan:
        until = _beginning_of(request.until, settings.timezone or services.default_zone, now)
        wanted = (
            _paused(each, requester.user, until, now) for each in _meant(request.number, known, requester, "pause")
        )
        return ChannelPlan(edit=tuple(each for each in wanted if each not in known))

    done = await change_channel(ChangeKind.PAUSED, plan_of, requester, services)
    zone = done.settings.timezone or services.default_zone
    today = now.astimezone(ZoneInfo(zone)).date()
    already = _untouched(done, _meant(request.number, done.known, requester, "pause"))
    document = paused(done.plan.edit, already, requester.here, by=requester.user, zone=zone, today=today)
    return _reply("pause", done, document)


def _paused(mine: Subscription, by: str, until: datetime | None, now: datetime) -> Subscription:
    known = mine.pause
    pause = Pause(by=by, reason=PauseReason.PERSON, since=now, until=until)
    if known is not None and known.reason is PauseReason.PERSON:
        if until in (None, known.until):
            return mine
        pause = replace(pause, since=known.since)
    return replace(mine, state=SubscriptionState.PAUSED, pause=pause)


def _beginning_of(day: date | None, zone: str, now: datetime) -> datetime | None:
    """Return the first moment of a day in the channel's zone, in UTC.

    Raises:
        RefusedError: it is past.
    """
    if day is None:
        return None
    until = datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if until <= now:
        today = now.astimezone(ZoneInfo(zone)).date()
        raise RefusedError(
            f"{day} has begun already (today is {today} in {zone}); I paused nothing.",
            hint="Name a later day, or leave `--until` out.",
        )
    return until


async def resume(request: ResumeSubscriptions, requester: Requester, services: Services) -> Reply:
    """Let one subscription or all go on, from the next instant that is due; nothing is posted at once."""
    now = services.clock.now()

    def plan_of(known: Sequence[Subscription], settings: ChannelSettings) -> ChannelPlan:
        zone = settings.timezone or services.default_zone
        meant = _meant(request.number, known, requester, "resume")
        return ChannelPlan(edit=tuple(_resumed(each, zone, now) for each in meant if each.pause is not None))

    done = await change_channel(ChangeKind.RESUMED, plan_of, requester, services)
    zone = done.settings.timezone or services.default_zone
    were = [(numbered(each.number, done.known, requester), each) for each in done.plan.edit]
    # Of all, what was not paused needs no word; unless nothing was.
    active = _untouched(done, _meant(request.number, done.known, requester, "resume")) if not were else ()
    return _reply("resume", done, resumed(were, active, requester.here, by=requester.user, zone=zone, now=now))


def _resumed(mine: Subscription, channel_zone: str, now: datetime) -> Subscription:
    floor_on = now.date()
    if mine.pause is not None and mine.pause.reason is PauseReason.ACCESS:
        # Nobody chose to miss these papers.
        floor_on = max(mine.floor_on, now.date() - LONGEST_WINDOW)
    due = next_due(mine.cadence, mine.zone(channel_zone), now)
    return replace(mine, state=SubscriptionState.ACTIVE, pause=None, floor_on=floor_on, next_due=due)


def _meant(
    number: int | None, known: Sequence[Subscription], requester: Requester, verb: str
) -> tuple[Subscription, ...]:
    if number is not None:
        return (numbered(number, known, requester),)
    if not known:
        raise no_subscriptions(requester, verb)
    return tuple(known)


def _untouched(done: Changed, meant: Sequence[Subscription]) -> tuple[Subscription, ...]:
    touched = {each.number for each in done.plan.edit}
    return tuple(each for each in meant if each.number not in touched)


def _reply(verb: str, done: Changed, document: Document) -> Reply:
    actions = (undo_button(done.id),) if done.plan.edit else ()
    return Reply(verb=verb, document=replace(document, actions=actions))
