"""In which order the matches of one query stand."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from bot.matching.explain import strengths
from bot.model.paper import StoredPaper
from bot.query.ast import Query

HALF_LIFE_DAYS: Final = 3.0
"""Days after which an upvote counts half in `trending`."""


def rank(query: Query, papers: Iterable[StoredPaper], now: datetime) -> tuple[tuple[StoredPaper, float], ...]:
    """Return papers that match a query, best first, each with its strength (for `trending`: its score).

    By match strength, upvotes, recency; `trending` by upvotes with a half-life. Equals stand by key.
    """
    papers = tuple(papers)
    if query.is_trending:
        today = now.date()
        scores = [trending_score(each.paper.upvotes or 0, _age_days(each, today)) for each in papers]
    else:
        scores = strengths(query, papers)
    return tuple(sorted(zip(papers, scores, strict=True), key=_order))


def trending_score(upvotes: int, age_days: float) -> float:
    """Return the upvotes as they count after some days."""
    return float(upvotes * 0.5 ** (max(age_days, 0.0) / HALF_LIFE_DAYS))


def _order(scored: tuple[StoredPaper, float]) -> tuple[float, int, int, int]:
    stored, score = scored
    return (-score, -(stored.paper.upvotes or 0), -listed_on(stored).toordinal(), int(stored.key))


def _age_days(stored: StoredPaper, today: date) -> float:
    return float((today - listed_on(stored)).days)


def listed_on(stored: StoredPaper) -> date:
    """Return the last date on which a source listed the paper, else that of publication, else the first of all."""
    listed = [sighting.listed_on for sighting in stored.paper.sightings]
    if listed:
        return max(listed)
    return stored.paper.published_at.date() if stored.paper.published_at else date.min
