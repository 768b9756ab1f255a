"""Evidence: what a subscription would have brought lately, for the answer to whoever makes it."""

from dataclasses import dataclass
from datetime import timedelta

from bot.model.paper import StoredPaper

EVIDENCE = timedelta(days=7)
"""How far back a subscribe looks first."""

LONG_EVIDENCE = timedelta(days=30)
"""How far back it looks when those days had nothing."""

NOISY = 10
"""Papers a weekday above which a subscription is told how to narrow itself."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """What a person could type instead, a query or a flag, and how many papers that would give."""

    typed: str
    papers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What matched in the last 7 days, best first; where that is nothing, what matched in the last 30.

    `weekdays` counts those among the 7 days. `looked_at` and `month` are of the 30 days, and 0 where they were not
    looked at. `narrower` and `wider` are counted in the 7 days, `part` (of the query, alone) in the 30.
    """

    week: tuple[StoredPaper, ...]
    weekdays: int
    month: int = 0
    looked_at: int = 0
    narrower: tuple[Alternative, ...] = ()
    part: Alternative | None = None
    wider: Alternative | None = None

    @property
    def a_day(self) -> float:
        """How many papers a weekday brought."""
        return len(self.week) / self.weekdays

    @property
    def is_noisy(self) -> bool:
        """Say whether that is more than anybody reads."""
        return self.a_day > NOISY
