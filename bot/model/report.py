"""The report that status gives: four lists of rows, each saying how one thing stands and why."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one source or channel stands: `at` (UTC) is when it ended so, or is due; None where there is none."""

    name: str
    outcome: str
    reason: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was fetched, what is due when, what was posted or waits, and what is late.

    `at` of a source is its last fetch; of a schedule, when it is due; of a delivery, when it was settled, or is tried
    next; of what is late, since when.
    """

    sources: tuple[Row, ...]
    schedules: tuple[Row, ...]
    deliveries: tuple[Row, ...]
    late: tuple[Row, ...]
