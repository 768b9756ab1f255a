"""Settings: what holds for the whole channel."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands.buttons import undo_button
from bot.commands.handlers.changing import change_channel
from bot.commands.request import ChangeSettings, Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import RefusedError
from bot.model.cadence import next_due
from bot.model.change import ChangeKind, ChannelPlan
from bot.model.channel import ChannelSettings
from bot.model.subscription import Subscription
from bot.query.ast import Query
from bot.views.settings import settings_changed, settings_shown, settings_unchanged

MOST_MUTES: Final = 100
"""Words and authors that a channel may mute: each is held against every paper of every digest."""


async def settings(request: ChangeSettings, requester: Requester, services: Services) -> Reply:
    """Show the channel's settings, or change those that were named."""
    default_zone = services.default_zone
    if request.who_can_manage is not None and not requester.is_manager:
        raise RefusedError("Only a manager may set who can manage; I changed nothing.", hint="`/papers help settings`")
    now = services.clock.now()

    def plan_of(known: Sequence[Subscription], current: ChannelSettings) -> ChannelPlan:
        wanted = settings_after(current, request)
        if wanted == current:
            return ChannelPlan()
        return ChannelPlan(settings=wanted, edit=tuple(_moved(known, current, wanted, default_zone, now)))

    done = await change_channel(ChangeKind.SET, plan_of, requester, services)
    if request.only_reads:
        document = settings_shown(done.settings, requester.channel, requester.here, default_zone=default_zone)
        return Reply(verb="settings", document=document)
    if done.plan.settings is None:
        document = settings_unchanged(requester.channel, requester.here, mute=request.mute)
        return Reply(verb="settings", document=document)
    document = settings_changed(
        done.settings,
        done.plan.settings,
        requester.channel,
        requester.here,
        by=requester.user,
        default_zone=default_zone,
        next_due=min((each.next_due for each in done.plan.edit if each.next_due), default=None),
    )
    return Reply(verb="settings", document=replace(document, actions=(undo_button(done.id),)))


def settings_after(known: ChannelSettings, request: ChangeSettings) -> ChannelSettings:
    """Return the settings as a request would have them.

    Raises:
        RefusedError: there are too many mutes, or what shall no longer be muted is not.
    """
    return replace(
        known,
        timezone=known.timezone if request.timezone is None else request.timezone or None,
        cap=request.cap or known.cap,
        who_can_manage=request.who_can_manage or known.who_can_manage,
        mutes=_mutes_after(known.mutes, request),
        quiet_notes=known.quiet_notes if request.quiet_notes is None else request.quiet_notes,
    )


def _mutes_after(known: tuple[Query, ...], request: ChangeSettings) -> tuple[Query, ...]:
    mutes = known
    if request.unmute is not None:
        if request.unmute not in known:
            there = ", ".join(f"`{each}`" for each in known)
            hint = f"Muted here: {there}." if there else "Nothing is."
            raise RefusedError(f"`{request.unmute}` is not muted here.", hint=hint)
        mutes = tuple(each for each in mutes if each != request.unmute)
    if request.mute is not None and request.mute not in mutes:
        if len(mutes) == MOST_MUTES:
            raise RefusedError(f"A channel mutes at most {MOST_MUTES} words and authors; I muted nothing.")
        mutes = (*mutes, request.mute)
    # The same ones in another order are no change.
    return mutes if {*mutes} != {*known} else known


def _moved(
    known: Sequence[Subscription], current: ChannelSettings, wanted: ChannelSettings, default_zone: str, now: datetime
) -> list[Subscription]:
    """Return the subscriptions whose hours a new time zone of the channel moves."""
    was, is_ = (each.timezone or default_zone for each in (current, wanted))
    followers = [each for each in known if each.is_active and each.cadence.timezone is None and each.next_due]
    if was == is_:
        return []
    return [replace(each, next_due=next_due(each.cadence, ZoneInfo(is_), now)) for each in followers]
