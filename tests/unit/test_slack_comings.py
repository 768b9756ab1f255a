"""What an event says: of which channel, and when it happened."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack.comings import Event, happened_at
from bot.model.channel import Channel, Platform
from tests.builders import NOW


@pytest.mark.parametrize(
    ("details", "channel_id"),
    [
        ({"channel": "C1"}, "C1"),
        ({"channel": {"id": "C1", "name": "tea"}}, "C1"),
        ({"channel": {}}, None),
        ({"channel": ""}, None),
        ({"channel": None}, None),
        ({}, None),
    ],
)
def test_an_event_is_about_the_channel_that_it_names_in_its_own_workspace(
    details: dict[str, Any], channel_id: str | None
) -> None:
    event = Event(workspace="E1.T1", kind="channel_archive", details=details, at=NOW)
    assert event.channel == (Channel(Platform.SLACK, "E1.T1", channel_id) if channel_id else None)


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"event_time": 1795507200}, datetime(2026, 11, 24, 8, tzinfo=UTC)),
        ({"event_time": "1795507200"}, NOW),
        ({}, NOW),
    ],
)
def test_an_event_happened_when_slack_says_else_now(body: dict[str, Any], at: datetime) -> None:
    assert happened_at(body, NOW) == at
