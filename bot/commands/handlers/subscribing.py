"""Subscribe, unsubscribe, list."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.commands.handlers.asking import default_sources, no_such_number, refuse_unknown_sources, zone_of
from bot.commands.request import ListSubscriptions, Requester, Subscribe, Unsubscribe
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import RefusedError
from bot.model.cadence import Cadence, Frequency, next_due
from bot.model.digest import LedgerRow, LedgerState
from bot.model.subscription import NewSubscription, Subscription
from bot.pipeline.evidence import evidence_of
from bot.views.subscriptions import (
    Listed,
    already_subscribed,
    subscribed,
    subscription_list,
    unsubscribed,
    workspace_list,
)
from bot.views.words import quoted

LEDGER_READ = timedelta(days=60)
"""How far back the ledger is read to tell what a last run posted: a weekly run, and a long holiday of the sources."""


async def subscribe(request: Subscribe, requester: Requester, services: Services) -> Reply:
    """Subscribe the channel, and show what that would have brought; a query it has already changes nothing."""
    store, now = services.store.subscriptions, services.clock.now()
    sources = request.sources or default_sources(services)
    refuse_unknown_sources(sources, services)
    settings = await store.settings(requester.channel)
    known = await store.of_channel(requester.channel)
    cadence = _with_hour(request, known)
    zone = cadence.timezone or settings.timezone or services.default_zone
    new = NewSubscription(
        channel=requester.channel,
        query=request.query,
        cadence=cadence,
        cap=request.cap,
        min_upvotes=request.min_upvotes,
        upvoted_only=request.upvoted_only,
        sources=sources,
        creator=requester.user,
    )
    made = await store.add(new, now, next_due(cadence, ZoneInfo(zone), now))
    if made is None:
        return await _already(request, requester, services)
    evidence = await evidence_of(services.store, services.clock, made, services.sources)
    document = subscribed(made, evidence, by=requester.user, zone=zone, channel_cap=settings.cap)
    return Reply(verb="subscribe", document=document, papers=document.papers)


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


async def _already(request: Subscribe, requester: Requester, services: Services) -> Reply:
    known = await services.store.subscriptions.of_channel(requester.channel)
    mine = next((each for each in known if each.query == request.query), None)
    if mine is None:
        raise RefusedError("Somebody removed this subscription at the same moment.", hint="Type the command again.")
    return Reply(verb="subscribe", document=already_subscribed(mine))


async def unsubscribe(request: Unsubscribe, requester: Requester, services: Services) -> Reply:
    """Remove one subscription, or all of the channel's once that is confirmed."""
    store, channel = services.store.subscriptions, requester.channel
    known = await store.of_channel(channel)
    if request.number is not None and all(each.number != request.number for each in known):
        raise no_such_number(request.number, known)
    if request.number is None:
        if not known:
            raise RefusedError("This channel has no subscriptions; there is nothing to remove.")
        if not request.is_confirmed:
            raise _ask_first(known)
    numbers = [each.number for each in known] if request.number is None else [request.number]
    removed = await store.remove(channel, numbers, services.clock.now())
    if not removed:
        raise RefusedError("Somebody removed it at the same moment.", hint="`/papers list` shows what is left.")
    return Reply(verb="unsubscribe", document=unsubscribed(removed, by=requester.user))


def _ask_first(known: Sequence[Subscription]) -> RefusedError:
    named = ", ".join(f"#{each.number} {quoted(each.query)}" for each in known)
    what = "the only subscription" if len(known) == 1 else "every subscription"
    return RefusedError(
        f"That removes {what} of this channel: {named}.", hint="Type `/papers unsubscribe all --yes` to do it."
    )


async def list_subscriptions(request: ListSubscriptions, requester: Requester, services: Services) -> Reply:
    """List the channel's subscriptions; for a manager, on demand, those of the whole workspace."""
    store, channel = services.store.subscriptions, requester.channel
    today = services.clock.now().astimezone(ZoneInfo(await zone_of(requester, services))).date()
    if not request.everywhere:
        listed = await _listed(await store.of_channel(channel), services)
        return Reply(verb="list", document=subscription_list(listed, channel, today))
    if not requester.is_manager:
        raise RefusedError(
            "Only a manager may list the subscriptions of every channel.",
            hint="`/papers list` shows those of this one.",
        )
    listed = await _listed(await store.of_workspace(channel.platform, channel.workspace), services)
    return Reply(verb="list", document=workspace_list(listed, today))


async def _listed(subscriptions: Sequence[Subscription], services: Services) -> list[Listed]:
    channels = list(dict.fromkeys(each.channel for each in subscriptions))
    settings = await services.store.subscriptions.settings_of(channels)
    ledger = await services.store.outbox.ledger(channels, services.clock.now().date() - LEDGER_READ)
    return [
        Listed(
            subscription=each,
            zone=each.cadence.timezone or settings[each.channel].timezone or services.default_zone,
            last_papers=_papers_of_last_run(each, ledger.get(each.channel, ())),
        )
        for each in subscriptions
    ]


def _papers_of_last_run(subscription: Subscription, ledger: Sequence[LedgerRow]) -> int:
    return sum(
        row.state is LedgerState.SHOWN
        and row.subscription == subscription.number
        and row.at == subscription.last_run_at
        for row in ledger
    )
