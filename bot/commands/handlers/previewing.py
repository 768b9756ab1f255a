"""Preview: a subscription's next digest, or what a query would have brought."""

from bot.commands.handlers.asking import numbered, refuse_unknown_sources, zone_of
from bot.commands.request import PreviewQuery, PreviewSubscription, Requester
from bot.commands.services import Services
from bot.document import Document, Reply
from bot.model.digest import Digest
from bot.pipeline.enqueue import source_states
from bot.pipeline.preview import PREVIEW_DAYS, preview_query, preview_subscription
from bot.views.preview import query_preview, subscription_preview


async def preview_of_subscription(request: PreviewSubscription, requester: Requester, services: Services) -> Reply:
    """Show what a subscription would post now, were it due alone."""
    store = services.store
    mine = numbered(request.number, await store.subscriptions.of_channel(requester.channel), requester)
    digest = await preview_subscription(store, services.clock, mine, default_zone=services.default_zone)
    states = await source_states(store, [mine], services.clock.now())
    away = [(state.source, state.since) for state in states.values() if state.is_away]
    return _reply(digest, subscription_preview(digest, mine, requester.here, away))


async def preview_of_query(request: PreviewQuery, requester: Requester, services: Services) -> Reply:
    """Show what a query matches: the last 7 days as a digest, or all of the days asked for."""
    refuse_unknown_sources(request.sources or (), services)
    digest = await preview_query(
        services.store,
        services.clock,
        requester.channel,
        request.query,
        zone=await zone_of(requester, services),
        days=request.days,
        sources=request.sources,
        min_upvotes=request.min_upvotes,
        upvoted_only=request.upvoted_only,
    )
    days = request.days or PREVIEW_DAYS
    return _reply(digest, query_preview(digest, days=days, hints=request.query.hints))


def _reply(digest: Digest, document: Document) -> Reply:
    return Reply(
        verb="preview",
        document=document,
        papers=document.brought,
        cut=tuple(str(cut.paper.paper.id) for cut in digest.cut),
    )
