"""Deliveries on their way through one messenger, whatever it posts to, and what became of their channels."""

from dataclasses import dataclass, replace
from datetime import timedelta

from adapters.sql.store import SqlStore
from bot.document import Document
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind
from bot.model.subscription import PauseReason
from bot.pipeline.deliver import deliver_due
from bot.ports import Messenger, Store
from tests.builders import NOW
from tests.conformance.deliveries import an_enqueued, shown, stored_papers, subscribe
from tests.fakes.clock import SteppingClock

ROUNDS = 60
"""Far more claims than any delivery needs."""

SOME = 100
"""More deliveries than any test has."""

TITLE = "Papers of 16 June"


@dataclass(kw_only=True)
class Delivering:
    """A real store, and what posts from it."""

    store: SqlStore
    clock: SteppingClock
    messenger: Messenger
    here: Channel

    async def digest(self, channel: Channel | None = None, papers: int = 3, *, kind: Kind = Kind.DIGEST) -> Document:
        """Put a digest to `here`, or to another channel, on its way; returns what it says."""
        channel = channel or self.here
        keys = await stored_papers(self.store, papers)
        mine = await self.store.subscriptions.of_channel(channel)
        subscription = mine[0] if mine else await subscribe(self.store, channel=channel)
        # A second delivery shows papers again: its rows would be taken for a conflict.
        rows = tuple(shown(key) for key in keys.values()) if not mine else ()
        at = self.clock.now()
        sent = an_enqueued(subscription, papers=tuple(keys), ledger=rows, kind=kind, at=at)
        assert sent.document is not None
        document = replace(sent.document, title=TITLE)
        assert await self.store.outbox.enqueue(replace(sent, document=document))
        return document

    async def deliver(self) -> int:
        """Post what is due now; returns how many were sent."""
        return await deliver_due(self.store, {self.messenger.platform: self.messenger}, self.clock)

    async def finish(self) -> int:
        """Let time pass until nothing is pending; returns how many were sent."""
        sent = 0
        for _ in range(ROUNDS):
            pending = await self.store.outbox.pending(self.clock.now())
            due = [each.due_at for each in pending if each.state is DeliveryState.PENDING]
            if not due:
                return sent
            self.clock.moment = max(self.clock.moment, min(due))
            sent += await self.deliver()
        raise AssertionError(await self.store.outbox.pending(self.clock.now()))


async def why_paused(store: Store, channel: Channel) -> str:
    """Return why a channel's one subscription lost access; empty when it is not paused."""
    (subscription,) = await store.subscriptions.of_channel(channel)
    if subscription.pause is None:
        return ""
    assert subscription.pause.reason is PauseReason.ACCESS
    return subscription.pause.detail


async def noticed(store: Store, kind: Kind) -> list[Channel]:
    """Claim all that waits at NOW, and return the channels for which it is a notice of this kind."""
    claims = await store.outbox.claim(NOW, timedelta(minutes=1), SOME, list(Platform))
    return [each.channel for each in claims if each.kind is kind]
