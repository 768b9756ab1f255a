"""Deliveries on their way: the `Outbox` port."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql import claims
from adapters.sql.channels import channel_of, is_channel, rows_of
from adapters.sql.engine import ConflictError, Database, chunks
from adapters.sql.enqueuing import enqueue
from adapters.sql.ledger import ledger_row_of, link_rows, release_rows, rows_listed_since
from adapters.sql.outcomes import store_outcomes
from adapters.sql.tables import channel as channels
from adapters.sql.tables import delivery, ledger, part
from adapters.sql.tables import outcome as outcomes
from adapters.sql.turns import Circle
from bot.model.channel import Channel
from bot.model.delivery import (
    Claim,
    DeliveryKey,
    DeliveryState,
    Kind,
    Part,
    PartState,
    Receipt,
    Rendered,
    Settlement,
)
from bot.model.digest import LedgerRow, LedgerState
from bot.model.outcome import Outcome
from bot.model.paper import PaperKey
from bot.ports import DeliveryStatus, Enqueued, OutboxStatistics, Posted
from bot.snapshot import document_of

DEAD_SHOWN_FOR: Final = timedelta(days=14)
_ENDED_BADLY: Final = frozenset({DeliveryState.CANCELLED, DeliveryState.DEAD})


class SqlOutbox:
    """`Outbox` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._circle = Circle()

    async def ledger(self, channels: Sequence[Channel], since: date) -> Mapping[Channel, tuple[LedgerRow, ...]]:
        """See `Outbox.ledger`."""
        async with self._database.read() as connection:
            by_key = {row.key: channel for channel, row in (await rows_of(connection, channels)).items()}
            found = await rows_listed_since(connection, sorted(by_key), since)
        return {by_key[key]: tuple(rows) for key, rows in found.items()}

    async def discussed(self, channel: Channel, paper: PaperKey) -> LedgerRow | None:
        """See `Outbox.discussed`."""
        wanted = (
            select(ledger)
            .join(channels, channels.c.key == ledger.c.channel)
            .where(is_channel(channel), ledger.c.paper == paper, ledger.c.state == LedgerState.DISCUSSED)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        return ledger_row_of(row) if row else None

    async def enqueue(self, enqueued: Enqueued) -> bool:
        """See `Outbox.enqueue`."""
        try:
            await self._database.transact(lambda connection: enqueue(connection, self._database, enqueued))
        except ConflictError:
            return False
        return True

    async def claim(self, now: datetime, lease: timedelta, limit: int, platforms: Sequence[str]) -> tuple[Claim, ...]:
        """See `Outbox.claim`."""
        async with self._database.read() as connection:
            # Most looks find nothing due, and a look must not wait for a writer.
            if not await claims.is_any_due(connection, now):
                return ()

        def claim(connection: Connection) -> tuple[Claim, ...]:
            channel_keys = self._circle.lock_next(connection, now, limit, platforms)
            return claims.claim(connection, now, lease, channel_keys)

        return await self._database.transact(claim)

    async def store_parts(self, claim: Claim, parts: Sequence[Rendered]) -> tuple[Part, ...] | None:
        """See `Outbox.store_parts`."""
        async with self._database.write() as connection:
            if not await claims.is_mine(connection, claim):
                return None
            if not (stored := (await claims.parts_of(connection, [claim.key]))[claim.key]):
                await connection.execute(insert(part), [_part_values(claim, *each) for each in enumerate(parts)])
                stored = (await claims.parts_of(connection, [claim.key]))[claim.key]
            return tuple(stored)

    async def attempt_part(self, claim: Claim, index: int, lease_until: datetime) -> bool:
        """See `Outbox.attempt_part`."""
        async with self._database.write() as connection:
            mine = update(delivery).where(claims.is_held_by(claim))
            held = await connection.execute(mine.values(held_until=lease_until, due_at=lease_until))
            if held.rowcount != 1:
                return False
            await claims.set_part(connection, claim, index, state=PartState.ATTEMPTED)
            return True

    async def accept_part(self, claim: Claim, index: int, receipt: Receipt) -> bool:
        """See `Outbox.accept_part`."""
        async with self._database.write() as connection:
            is_mine = await claims.is_mine(connection, claim)
            papers = await claims.set_part(
                connection, claim, index, state=PartState.ACCEPTED, message=receipt.message, href=receipt.href
            )
            if papers and receipt.href:
                await link_rows(connection, claim.key, papers, receipt.href)
            return is_mine

    async def refuse_part(self, claim: Claim, index: int) -> bool:
        """See `Outbox.refuse_part`."""
        async with self._database.write() as connection:
            if await claims.is_mine(connection, claim):
                await claims.set_part(connection, claim, index, state=PartState.REFUSED)
                return True
            if await _was_cancelled(connection, claim):
                # Its rows were kept because it might have gone out; now it is known that it did not.
                await claims.set_part(connection, claim, index, state=PartState.REFUSED)
                await release_rows(connection, claim.key)
            return False

    async def settle(self, claim: Claim, settlement: Settlement, outcome: Outcome) -> bool:
        """See `Outbox.settle`."""
        is_over = settlement.state is not DeliveryState.PENDING
        values: dict[str, Any] = {"state": settlement.state, "held_until": None, "reason": settlement.reason}
        if is_over:
            values["settled_at"] = outcome.at
        else:
            failures = delivery.c.failures + int(settlement.is_failure)
            values |= {"due_at": settlement.due_at or outcome.at, "failures": failures}
        async with self._database.write() as connection:
            settled = await connection.execute(update(delivery).where(claims.is_held_by(claim)).values(**values))
            if settled.rowcount != 1:
                return False
            if settlement.state in _ENDED_BADLY:
                await release_rows(connection, claim.key)
            await connection.run_sync(store_outcomes, [outcome])
            return True

    async def pending(self, now: datetime) -> tuple[DeliveryStatus, ...]:
        """See `Outbox.pending`."""
        is_recent = and_(delivery.c.state == DeliveryState.DEAD, delivery.c.settled_at >= now - DEAD_SHOWN_FOR)
        wanted = (
            select(delivery, channels.c.id)
            .join(channels, channels.c.key == delivery.c.channel)
            .where(or_(delivery.c.state == DeliveryState.PENDING, is_recent))
            .order_by(delivery.c.slot, delivery.c.key)
        )
        async with self._database.read() as connection:
            return tuple(
                DeliveryStatus(
                    key=DeliveryKey(row.key),
                    channel=channel_of(row),
                    kind=Kind(row.kind),
                    slot=row.slot,
                    state=DeliveryState(row.state),
                    due_at=row.due_at,
                    attempt=row.attempt,
                    reason=row.reason,
                )
                for row in await connection.execute(wanted)
            )

    async def posted(self, platform: str, workspace: str, message: str) -> Posted | None:
        """See `Outbox.posted`."""
        wanted: Select[Any] = (
            select(delivery.c.document, channels.c.platform, channels.c.workspace, channels.c.id)
            .join(part, part.c.delivery == delivery.c.key)
            .join(channels, channels.c.key == delivery.c.channel)
            .where(part.c.message == message, channels.c.platform == platform, channels.c.workspace == workspace)
            .order_by(delivery.c.key.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).first()
        return Posted(channel=channel_of(row), document=document_of(row.document)) if row else None

    async def workspace_of(self, platform: str, user: str, message: str) -> str | None:
        """See `Outbox.workspace_of`."""
        wanted = (
            select(channels.c.workspace)
            .join(delivery, delivery.c.channel == channels.c.key)
            .join(part, part.c.delivery == delivery.c.key)
            .where(part.c.message == message, channels.c.platform == platform, channels.c.id == f"@{user}")
            .order_by(delivery.c.key.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            found: str | None = await connection.scalar(wanted)
        return found

    async def statistics(self, since: datetime) -> OutboxStatistics:
        """See `Outbox.statistics`."""
        oldest = func.min(delivery.c.slot).filter(delivery.c.kind.in_([kind for kind in Kind if kind.is_digest]))
        counted = (
            select(delivery.c.state, func.count().label("many"), oldest.label("oldest_slot"))
            # Two indices answer this: neither what is long settled nor any document is read.
            .where(or_(delivery.c.state == DeliveryState.PENDING, delivery.c.settled_at >= since))
            .group_by(delivery.c.state)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(counted)).all()
        slots = {row.state: row.oldest_slot for row in rows}
        return OutboxStatistics(
            deliveries={DeliveryState(row.state): row.many for row in rows},
            oldest_slot=slots.get(DeliveryState.PENDING),
        )

    async def last_sent(self, channels: Iterable[Channel], kinds: Collection[Kind]) -> Mapping[Channel, datetime]:
        """See `Outbox.last_sent`."""
        sent = select(delivery.c.channel, func.max(delivery.c.settled_at).label("at"))
        return await self._newest(sent.where(delivery.c.state == DeliveryState.SENT), channels, kinds)

    async def last_made(self, channels: Iterable[Channel], kinds: Collection[Kind]) -> Mapping[Channel, datetime]:
        """See `Outbox.last_made`."""
        made = select(delivery.c.channel, func.max(delivery.c.created_at).label("at"))
        return await self._newest(made, channels, kinds)

    async def _newest(
        self, wanted: Select[tuple[int, datetime]], channels: Iterable[Channel], kinds: Collection[Kind]
    ) -> Mapping[Channel, datetime]:
        last: dict[Channel, datetime] = {}
        async with self._database.read() as connection:
            by_key = {row.key: channel for channel, row in (await rows_of(connection, channels)).items()}
            for some in chunks(sorted(by_key)):
                mine = delivery.c.channel.in_(some) & delivery.c.kind.in_(list(kinds))
                rows = await connection.execute(wanted.where(mine).group_by(delivery.c.channel))
                last |= {by_key[row.channel]: row.at for row in rows}
        return last

    async def purge(self, before: datetime) -> int:
        """See `Outbox.purge`."""
        async with self._database.write() as connection:
            settled = (delivery.c.state != DeliveryState.PENDING) & (delivery.c.kind != Kind.GREETING)
            old = await connection.execute(delete(delivery).where(settled, delivery.c.settled_at < before))
            said = await connection.execute(delete(outcomes).where(outcomes.c.at < before))
            return old.rowcount + said.rowcount


def _part_values(claim: Claim, index: int, rendered: Rendered) -> dict[str, Any]:
    return {
        "delivery": claim.key,
        "index": index,
        "payload": rendered.payload,
        "papers": rendered.papers,
        "title": rendered.title,
        "state": PartState.WAITING,
    }


async def _was_cancelled(connection: AsyncConnection, claim: Claim) -> bool:
    """Say whether the delivery was cancelled under this worker, whose claim was the last."""
    mine = select(delivery.c.key).where(
        delivery.c.key == claim.key, delivery.c.attempt == claim.attempt, delivery.c.state == DeliveryState.CANCELLED
    )
    return (await connection.execute(mine.with_for_update())).first() is not None
