"""`once`: one round of everything, for cron and for scripts."""

import logging
from datetime import datetime

from bot.bootstrap import App, open_app
from bot.cli.border import DONE, FAILED, clock_at
from bot.cli.service import enqueue_and_note, report
from bot.model.delivery import DeliveryState
from bot.pipeline.deliver import deliver_due
from bot.pipeline.fetch import fetch_due
from bot.settings import Settings

log = logging.getLogger(__name__)


async def run_once(settings: Settings, *, fetch: bool, as_of: datetime | None) -> int:
    """Open the database and do one round; returns the exit status."""
    async with open_app(settings, clock=clock_at(as_of)) as app:
        return await go_round(app, fetch=fetch)


async def go_round(app: App, *, fetch: bool) -> int:
    """Fetch what is due, enqueue what is due, deliver; returns the exit status.

    A source that is away is an outcome and no failure: the digests go out without it, and its papers follow.
    """
    if fetch:
        await fetch_due(app.fetch_context(report), tuple(app.sources.values()), categories=app.categories)
    enqueued = await enqueue_and_note(app)
    delivered = await deliver_due(app.store, app.messengers, app.clock)
    log.info("enqueued %d, delivered %d", enqueued, delivered)
    return FAILED if await _is_anything_stuck(app) else DONE


async def _is_anything_stuck(app: App) -> bool:
    """Say whether a delivery could not be posted and waits to be tried again."""
    return any(
        delivery.state is DeliveryState.PENDING and delivery.reason and delivery.channel.platform in app.messengers
        for delivery in await app.store.outbox.pending(app.clock.now())
    )
