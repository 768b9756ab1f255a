"""What running processes share and leave behind: the time, outcomes, pacing, leases."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.model.fetching import FetchRecord
from bot.model.outcome import Outcome, OutcomeKind, Stage


class Clock(Protocol):
    """The time. The only way to know it and to let it pass."""

    def now(self) -> datetime:
        """Return the present that every stage acts on; it stands still under `--as-of`."""

    def wall(self) -> datetime:
        """Return the machine's present, for pacing the servers of others."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


class Outcomes(Protocol):
    """How every run of every stage ended, and every fetch."""

    async def add(self, outcomes: Sequence[Outcome]) -> None:
        """Store outcomes."""

    async def latest(self, stage: Stage, name: str, limit: int, until: datetime | None = None) -> tuple[Outcome, ...]:
        """Return the newest outcomes until then of one source or channel (empty name: of all), newest first."""

    async def newest(self, stage: Stage, until: datetime) -> tuple[Outcome, ...]:
        """Return the newest outcome until then of every source or channel by name; merged slots are no runs."""

    async def of_kind(self, kind: OutcomeKind, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """Return the outcomes of a kind in that time (both ends inclusive), oldest first."""

    async def record_fetch(self, record: FetchRecord, outcome: Outcome) -> None:
        """Store how a fetch ended: the task's record (the last one counts) and its outcome."""

    async def fetch_records(self, source: str, since: datetime) -> tuple[FetchRecord, ...]:
        """Return the last record of every task of a source that was run since then."""


class RateLimits(Protocol):
    """Pacing that all processes share: one row per host, workspace or channel."""

    async def reserve(
        self, key: str, interval: timedelta, now: datetime, *, patience: timedelta | None = None
    ) -> timedelta:
        """Take the next free moment for `key`, moments being `interval` apart; returns how long to wait for it.

        When that is longer than `patience`, no moment was taken.
        """

    async def take(self, key: str, interval: timedelta, burst: int, now: datetime) -> timedelta:
        """Take a moment for `key` if one is free now: `burst` at once, and then one every `interval`.

        Returns zero when it was taken, else how long until one is free.
        """

    async def free_in(self, key: str, now: datetime) -> timedelta:
        """Return how long until a moment for `key` is free; none is taken."""

    async def hold(self, key: str, until: datetime) -> None:
        """Let nobody have a moment for `key` before `until`; an earlier hold never shortens a later one."""

    async def purge(self, now: datetime) -> int:
        """Forget every key that is free, which changes nothing for anybody; returns how many."""


class SourceLeases(Protocol):
    """Who is fetching a source: one process at a time."""

    async def acquire(self, source: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """Take or renew the lease; False while another holder's has not run out."""

    async def release(self, source: str, holder: str) -> None:
        """Give the lease back; nothing happens when another holds it."""
