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
    """What a subscription would have brought in the last 7 days, and what to type instead where that is much or little.

    `week` are the papers that matched in those days, best first; `weekdays` is how many weekdays were among them. If
    nothing matched, the last 30 days were looked at: `month` papers matched of `looked_at`; else both are 0. What the
    alternatives give is counted in the 7 days, but for `part`, one of the query's parts alone: in the 30.
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
