"""`channels`: every channel with its subscriptions, for whoever operates it."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from adapters.console.terminal import shown
from bot.bootstrap import open_app
from bot.cli.border import DONE, say
from bot.model.report import ChannelReport
from bot.model.subscription import Pause, Subscription
from bot.pipeline.channels import channels_of
from bot.settings import Settings
from bot.views.channels import channels_document


async def run_channels(settings: Settings, *, as_json: bool) -> int:
    """Print how every channel stands; returns the exit status."""
    async with open_app(settings) as app:
        reports = await channels_of(app.store, app.clock, app.sources, settings.timezone)
    if as_json:
        say(json.dumps([_channel(each) for each in reports], ensure_ascii=False))
    else:
        say(shown(channels_document(reports), sys.stdout))
    return DONE


def _channel(report: ChannelReport) -> dict[str, Any]:
    """Return a channel as scripts read it; these keys stay."""
    return {
        "channel": str(report.channel),
        "timezone": report.zone,
        "subscriptions": [_subscription(each, report.zone) for each in report.subscriptions],
        "last_digest": _moment(report.last_digest),
        "next_digest": _moment(report.next_digest),
        "fault": report.fault or None,
    }


def _subscription(subscription: Subscription, zone: str) -> dict[str, Any]:
    return {
        "number": subscription.number,
        "query": subscription.query.typed or str(subscription.query),
        "cadence": str(subscription.cadence),
        "timezone": subscription.cadence.timezone or zone,
        "max": subscription.cap,
        "min_upvotes": subscription.min_upvotes,
        "upvoted_only": subscription.upvoted_only,
        "sources": [str(each) for each in subscription.sources],
        "paused": _pause(subscription.pause),
        "last_run": _moment(subscription.last_run_at),
        "next": _moment(subscription.next_due) if subscription.is_active else None,
        "ping": subscription.ping or None,
    }


def _pause(pause: Pause | None) -> dict[str, Any] | None:
    if pause is None:
        return None
    return {"by": pause.by, "reason": pause.reason, "since": _moment(pause.since), "until": _moment(pause.until)}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
