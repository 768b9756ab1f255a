"""How runs ended: the `Outcomes` port."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from adapters.sql.engine import Database
from adapters.sql.tables import fetch_record, outcome
from bot.model.fetching import FetchRecord
from bot.model.outcome import Outcome, OutcomeKind, Stage

_NEW: Final = insert(outcome)
_NAMES: Final = tuple(field.name for field in fields(Outcome))


class SqlOutcomes:
    """`Outcomes` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, outcomes: Sequence[Outcome]) -> None:
        """See `Outcomes.add`."""
        async with self._database.write() as connection:
            await connection.run_sync(store_outcomes, outcomes)

    async def latest(self, stage: Stage, name: str, limit: int, until: datetime | None = None) -> tuple[Outcome, ...]:
        """See `Outcomes.latest`."""
        wanted = select(outcome).where(outcome.c.stage == stage)
        if name:
            wanted = wanted.where(outcome.c.name == name)
        if until is not None:
            wanted = wanted.where(outcome.c.at <= until)
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(outcome.c.at.desc(), outcome.c.key.desc()).limit(limit))
            return tuple(map(_outcome_of, rows))

    async def newest(self, stage: Stage, until: datetime) -> tuple[Outcome, ...]:
        """See `Outcomes.newest`."""
        runs = (outcome.c.stage == stage) & (outcome.c.at <= until) & (outcome.c.kind != OutcomeKind.MERGED)
        by_age = func.row_number().over(
            partition_by=outcome.c.name, order_by=(outcome.c.at.desc(), outcome.c.key.desc())
        )
        aged = select(outcome, by_age.label("age")).where(runs).subquery()
        async with self._database.read() as connection:
            rows = await connection.execute(select(aged).where(aged.c.age == 1).order_by(aged.c.name))
            return tuple(map(_outcome_of, rows))

    async def of_kind(self, kind: OutcomeKind, since: datetime, until: datetime) -> tuple[Outcome, ...]:
        """See `Outcomes.of_kind`."""
        wanted = select(outcome).where(outcome.c.kind == kind, outcome.c.at.between(since, until))
        async with self._database.read() as connection:
            rows = await connection.execute(wanted.order_by(outcome.c.at, outcome.c.key))
            return tuple(map(_outcome_of, rows))

    async def record_fetch(self, record: FetchRecord, outcome: Outcome) -> None:
        """See `Outcomes.record_fetch`."""
        values = asdict(record)
        new = self._database.insert(fetch_record).values(values)
        changed = {name: new.excluded[name] for name in values if name not in ("source", "key")}
        async with self._database.write() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=["source", "key"], set_=changed))
            await connection.run_sync(store_outcomes, [outcome])

    async def fetch_records(self, source: str, since: datetime) -> tuple[FetchRecord, ...]:
        """See `Outcomes.fetch_records`."""
        wanted = (
            select(fetch_record)
            .where(fetch_record.c.source == source, fetch_record.c.at >= since)
            .order_by(fetch_record.c.at, fetch_record.c.key)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(wanted)
            return tuple(FetchRecord(**{**row._asdict(), "kind": OutcomeKind(row.kind)}) for row in rows)


def store_outcomes(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    """Store outcomes inside an open transaction."""
    if outcomes:
        connection.execute(_NEW, [{name: getattr(each, name) for name in _NAMES} for each in outcomes])


def _outcome_of(row: Row[Any]) -> Outcome:
    return Outcome(
        stage=Stage(row.stage),
        name=row.name,
        kind=OutcomeKind(row.kind),
        reason=row.reason,
        at=row.at,
        slot=row.slot,
        seen=row.seen,
        new=row.new,
        skipped=row.skipped,
    )
