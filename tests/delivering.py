"""Deliveries on their way through one messenger, whatever it posts to, and the time that they take."""

from dataclasses import dataclass

from adapters.sql.store import SqlStore
from bot.model.channel import Channel
from bot.model.delivery import DeliveryState
from bot.model.subscription import PauseReason
from bot.pipeline.deliver import deliver_due
from bot.ports import Messenger
from tests.fakes.clock import SteppingClock

ROUNDS = 60
"""Far more claims than any delivery needs."""


@dataclass(kw_only=True)
class Delivering:
    """A real store, and what posts from it."""

    store: SqlStore
    clock: SteppingClock
    messenger: Messenger

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

    async def pause_of(self, channel: Channel) -> str:
        """Return why a channel's one subscription lost access; empty when it is not paused."""
        (subscription,) = await self.store.subscriptions.of_channel(channel)
        if subscription.pause is None:
            return ""
        assert subscription.pause.reason is PauseReason.ACCESS
        return subscription.pause.detail
