"""`status`: how everything stands, for whoever operates it."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from adapters.console.terminal import shown
from bot.bootstrap import open_app
from bot.cli.border import DONE, clock_at, say
from bot.model.report import Report, Row
from bot.pipeline.report import report_of
from bot.settings import Settings
from bot.views.status import status_document


async def run_status(settings: Settings, *, as_json: bool, as_of: datetime | None) -> int:
    """Print the status of every channel; returns the exit status."""
    async with open_app(settings, clock=clock_at(as_of)) as app:
        report = await report_of(app.store, app.clock, app.sources, zone="UTC" if as_json else settings.timezone)
    say(_json_of(report) if as_json else shown(status_document(report, zone=settings.timezone), sys.stdout))
    return DONE


def _json_of(report: Report) -> str:
    groups = ("sources", "schedules", "deliveries", "late")
    return json.dumps({name: [_row(row) for row in getattr(report, name)] for name in groups}, ensure_ascii=False)


def _row(row: Row) -> dict[str, Any]:
    at = None if row.at is None else row.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {**asdict(row), "at": at}
