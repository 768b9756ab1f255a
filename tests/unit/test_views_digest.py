"""What a digest says of itself: the name that it has as a post."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.document import LONGEST_TITLE
from bot.model.digest import Cut, Digest, Pick, Place
from bot.model.subscription import Subscription
from bot.views.digest import digest_document
from tests.builders import GENERAL, a_paper, a_subscription, stored

LATE_ON_SUNDAY = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


def a_digest(*subscriptions: Subscription, shown: int = 2, cut: int = 0, zone: str = "UTC") -> Digest:
    def pick(number: int) -> Pick:
        paper = stored(a_paper(number))
        return Pick(paper=paper, taker=subscriptions[0], matched_by=subscriptions, place=Place.LEAD)

    return Digest(
        channel=GENERAL,
        zone=zone,
        slot=LATE_ON_SUNDAY,
        subscriptions=subscriptions,
        picks=tuple(pick(number) for number in range(1, shown + 1)),
        cut=tuple(Cut(paper=stored(a_paper(50 + each)), passed_by=subscriptions) for each in range(cut)),
        looked_at=41,
        since=date(2026, 11, 16),
    )


def test_a_digest_is_named_by_topics_count_and_the_day_in_the_zone_of_the_channel() -> None:
    agents, reasoning = a_subscription(1, '"agents"'), a_subscription(2, "reasoning")
    document = digest_document(a_digest(agents, reasoning, shown=10, cut=15, zone="Europe/Berlin"))
    assert document.title == "agents, reasoning · 25 papers · 23 Nov"


@pytest.mark.parametrize(("shown", "said"), [(1, "1 paper"), (2, "2 papers")])
def test_a_name_counts_the_papers(shown: int, said: str) -> None:
    assert digest_document(a_digest(a_subscription(), shown=shown)).title == f"world model · {said} · 22 Nov"


def test_a_round_up_of_papers_seen_before_says_so_in_its_name() -> None:
    digest = a_digest(a_subscription())
    seen = tuple(replace(pick, place=Place.SEEN) for pick in digest.picks)
    assert digest_document(replace(digest, picks=seen)).title == "world model · seen before · 22 Nov"


def test_topics_that_are_too_long_for_a_name_are_cut_at_a_word() -> None:
    long = [a_subscription(number, f"title:{'colourless green ideas ' * 4}") for number in (1, 2)]
    title = digest_document(a_digest(*long)).title
    assert len(title) <= LONGEST_TITLE
    assert title.endswith(" green ideas… · 2 papers · 22 Nov")
