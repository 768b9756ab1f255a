"""Small pieces of wording: what every view says in the same way."""

from datetime import datetime, timedelta

import pytest

from bot.views.words import since_in_words
from tests.builders import NOW


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (NOW.replace(hour=5, minute=10), "05:10 UTC"),
        (NOW.replace(hour=5, minute=10) - timedelta(days=1), "15 Jun, 05:10 UTC"),
        (NOW.replace(year=NOW.year - 1, hour=5, minute=10), "16 Jun 2025, 05:10 UTC"),
    ],
)
def test_a_moment_of_another_day_says_which(since: datetime, said: str) -> None:
    assert since_in_words(since, NOW) == said
