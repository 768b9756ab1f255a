"""The question where a channel is."""

from datetime import time
from zoneinfo import available_timezones

import pytest

from adapters.discord.zones import LOCAL, question, zones_for
from tests.fakes.discord_bodies import wrong_with


@pytest.mark.parametrize("locale", [*LOCAL, "", "tlh"])
def test_every_language_is_offered_zones_that_there_are_and_that_fit(locale: str) -> None:
    zones = zones_for(locale, "UTC")
    assert set(zones) <= available_timezones()
    assert zones[:2] == ["UTC", LOCAL.get(locale, ("Europe/London",))[0]]
    assert len(zones) == len(set(zones)) <= 25
    assert wrong_with(question("UTC", time(9), locale, "200000000000000001")) == ""


def test_what_is_so_far_is_offered_once_and_first() -> None:
    assert zones_for("de", "Europe/Berlin")[:2] == ["Europe/Berlin", "Europe/Vienna"]


def test_for_ones_own_digests_one_is_asked_where_one_is() -> None:
    assert "Where are you?" in str(question("UTC", time(9), "de", "@300000000000000001"))
    assert "Where is this channel?" in str(question("UTC", time(9), "de"))
