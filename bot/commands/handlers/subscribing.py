"""Subscribe, unsubscribe, list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands.buttons import Buttons, undo_button
from bot.commands.handlers.asking import (
    default_sources,
    no_subscriptions,
    no_such_number,
    refuse_ping,
    refuse_unknown_sources,
    zone_of,
)
from bot.commands.handlers.changing import change_channel
from bot.commands.refusal import refusal_of
from bot.commands.request import ListSubscriptions, Requester, Subscribe, Unsubscribe
from bot.commands.services import Services
from bot.document import Action, Reply
from bot.errors import RefusedError
from bot.model.cadence import Cadence, Frequency, next_due
from bot.model.change import Change, ChangeKind, ChannelPlan
from bot.model.channel import ChannelSettings
from bot.model.digest import LedgerRow, LedgerState
from bot.model.evidence import EVIDENCE, LONG_EVIDENCE, Evidence
from bot.model.subscription import NewSubscription, Subscription
from bot.pipeline.evidence import evidence_of
from bot.views.changes import changed_last
from bot.views.subscriptions import (
    Listed,
    a_day,
    already_subscribed,
    subscribed,
    subscription_list,
    unsubscribed,
    workspace_list,
)
from bot.views.words import name_from, quoted, to_whom

POSTED_NOW: Final = 5
"""Papers that a new subscription may post at once."""

CHANGES_READ: Final = 200
"""Changes of a channel that are read to tell who changed its subscriptions last."""

LEDGER_READ = timedelta(days=60)
"""How far back the ledger is read to tell what a last run posted: a weekly run, and a long holiday of the sources."""


async def subscribe(request: Subscribe, requester: Requester, services: Services) -> Reply:
    """Subscribe the channel, and show what that would have brought; a query it has already changes nothing."""
    now = services.clock.now()
    sources = request.sources or default_sources(services)
    refuse_unknown_sources(sources, services)
    if request.ping:
        refuse_ping(request.ping, requester)
    await services.refuse_unreachable(requester.channel)

    def plan_of(known: Sequence[Subscription], settings: ChannelSettings) -> ChannelPlan:
        if any(each.query == request.query for each in known):
            return ChannelPlan()
        cadence = _with_hour(request, known)
        new = NewSubscription(
            channel=requester.channel,
            query=request.query,
            cadence=cadence,
            cap=request.cap,
            min_upvotes=request.min_upvotes,
            upvoted_only=request.upvoted_only,
            sources=sources,
            ping=request.ping,
            creator=requester.user,
        )
        after = settings_with_zone(settings, cadence, requester)
        zone = cadence.timezone or after.timezone or services.default_zone
        add = ((new, next_due(cadence, ZoneInfo(zone), now)),)
        return ChannelPlan(add=add, settings=after if after != settings else None)

    changed = await change_channel(ChangeKind.SUBSCRIBED, plan_of, requester, services)
    if not changed.added:
        mine = next(each for each in changed.known if each.query == request.query)
        return Reply(verb="subscribe", document=already_subscribed(mine, requester.here))
    (made,) = changed.added
    settings = changed.plan.settings or changed.settings
    zone = made.cadence.timezone or settings.timezone or services.default_zone
    evidence = await evidence_of(services.store, services.clock, made, services.sources)
    document = subscribed(made, evidence, requester.here, by=requester.user, zone=zone, channel_cap=settings.cap)
    buttons = Buttons(requester, now)
    actions = (*_offers(made, evidence, buttons), undo_button(changed.id))
    await buttons.keep(services.store.requests)
    return Reply(verb="subscribe", document=replace(document, actions=actions), papers=document.papers)


def _offers(made: Subscription, evidence: Evidence, buttons: Buttons) -> Iterator[Action]:
    """Yield what may be done next, as the evidence suggests."""
    days, papers = (EVIDENCE, len(evidence.week)) if evidence.week else (LONG_EVIDENCE, evidence.month)
    if papers:
        shown = min(papers, POSTED_NOW)
        label = f"Post the latest {shown} now" if shown > 1 else "Post the latest now"
        yield buttons.command(label, f"post {made.number} --days {days.days} --max {POSTED_NOW}", single_use=True)
    if evidence.wider:
        yield buttons.command(
            f"Add arXiv ({a_day(evidence.wider, evidence)})", f"edit {made.number} {evidence.wider.typed}"
        )
    yield buttons.command("Change", f"edit {made.number}")


def settings_with_zone(settings: ChannelSettings, cadence: Cadence, requester: Requester) -> ChannelSettings:
    """Return a channel's settings with the zone of who subscribes it first, unless either was said."""
    if settings.timezone or cadence.timezone or not requester.zone:
        return settings
    return replace(settings, timezone=requester.zone)


def _with_hour(request: Subscribe, known: Sequence[Subscription]) -> Cadence:
    """Give a cadence whose hour nobody said that of the channel's newest subscription in the same zone."""
    cadence = request.cadence
    if request.has_time or cadence.frequency is Frequency.INSTANT:
        return cadence
    hours = [
        each.cadence.at
        for each in known
        if each.cadence.frequency is not Frequency.INSTANT and each.cadence.timezone == cadence.timezone
    ]
    return replace(cadence, at=hours[-1]) if hours else cadence


async def unsubscribe(request: Unsubscribe, requester: Requester, services: Services) -> Reply:
    """Remove one subscription, or all of the channel's once that is confirmed."""
    if request.number is None and not request.is_confirmed:
        return await _ask_first(requester, services)

    def plan_of(known: Sequence[Subscription], _: ChannelSettings) -> ChannelPlan:
        wanted = [each for each in known if request.number in {None, each.number}]
        if not wanted:
            raise (
                no_subscriptions(requester, "remove")
                if request.number is None
                else no_such_number(request.number, known, requester)
            )
        return ChannelPlan(remove=tuple(wanted))

    changed = await change_channel(ChangeKind.UNSUBSCRIBED, plan_of, requester, services)
    document = unsubscribed(changed.plan.remove, requester.here, by=requester.user)
    return Reply(verb="unsubscribe", document=replace(document, actions=(undo_button(changed.id),)))


async def _ask_first(requester: Requester, services: Services) -> Reply:
    """Name what would go, with a button that removes it, for whoever asked alone."""
    known = await services.store.subscriptions.of_channel(requester.channel)
    if not known:
        raise no_subscriptions(requester, "remove")
    named = ", ".join(f"#{each.number} {quoted(each.query)}" for each in known)
    what = "the only subscription" if len(known) == 1 else "every subscription"
    channel, here = requester.channel, requester.here
    whose = "your own" if channel.is_personal else name_from(channel, here)
    hint = f"Type `/papers unsubscribe all --yes{to_whom(channel, here)}` to do it."
    asked = RefusedError(f"That removes {what} of {whose}: {named}.", hint=hint)
    buttons = Buttons(requester, services.clock.now())
    confirm = buttons.command("Remove all", "unsubscribe all --yes", single_use=True, only_requester=True)
    await buttons.keep(services.store.requests)
    reply = refusal_of(asked, "unsubscribe")
    return replace(reply, document=replace(reply.document, actions=(confirm,)))


async def list_subscriptions(request: ListSubscriptions, requester: Requester, services: Services) -> Reply:
    """List the channel's subscriptions; on demand, those of every channel that whoever asks may see."""
    store, channel = services.store.subscriptions, requester.channel
    today = services.clock.now().astimezone(ZoneInfo(await zone_of(requester, services))).date()
    if not request.everywhere:
        changes = await services.store.changes.latest(channel, CHANGES_READ)
        listed = await _listed(await store.of_channel(channel), services, changes, today)
        return Reply(verb="list", document=subscription_list(listed, channel, requester.here, today))
    everywhere = await store.of_workspace(channel.platform, channel.workspace)
    hidden = await services.hidden_from(requester, (each.channel for each in everywhere))
    visible = [each for each in everywhere if each.channel not in hidden]
    return Reply(verb="list", document=workspace_list(await _listed(visible, services, (), today), today))


async def _listed(
    subscriptions: Sequence[Subscription], services: Services, changes: Sequence[Change], today: date
) -> list[Listed]:
    channels = list(dict.fromkeys(each.channel for each in subscriptions))
    settings = await services.store.subscriptions.settings_of(channels)
    ledger = await services.store.outbox.ledger(channels, services.clock.now().date() - LEDGER_READ)
    zones = {channel: settings[channel].timezone or services.default_zone for channel in channels}
    return [
        Listed(
            subscription=each,
            zone=each.cadence.timezone or zones[each.channel],
            channel_zone=zones[each.channel],
            last_papers=_last_papers(each, ZoneInfo(zones[each.channel]), ledger.get(each.channel, ())),
            changed=changed_last(each, changes, today),
        )
        for each in subscriptions
    ]


def _last_papers(mine: Subscription, zone: ZoneInfo, ledger: Sequence[LedgerRow]) -> int:
    """Return how many papers the last run took; where it took none, the last one of the same day in a zone that did."""
    if mine.last_run_at is None:
        return 0
    shown = [row.at for row in ledger if row.state is LedgerState.SHOWN and row.subscription == mine.number]
    last = max(shown, default=mine.last_run_at)
    is_same_day = last.astimezone(zone).date() == mine.last_run_at.astimezone(zone).date()
    return shown.count(last) if is_same_day else 0
