"""Discuss: a paper as a message of its own, once in a channel."""

from datetime import timedelta
from typing import Final

from bot.commands.handlers.finding import kept
from bot.commands.request import Discuss, Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import RefusedError
from bot.model.delivery import Kind
from bot.model.digest import LedgerRow, LedgerState
from bot.ports import Enqueued
from bot.views.discussion import discussed_before, discussion, will_be_discussed

TRIES: Final = 10
"""Papers that may be discussed in one channel at the same moment."""

_A_MOMENT: Final = timedelta(microseconds=1)


async def discuss(request: Discuss, requester: Requester, services: Services) -> Reply:
    """Ask the channel what it thinks of a paper; asking again says when that was.

    Raises:
        RefusedError: the paper is not known, or too much happens in the channel at this moment.
    """
    stored = await kept(request.paper, services)
    channel, now, outbox = requester.channel, services.clock.now(), services.store.outbox
    row = LedgerRow(paper=stored.key, state=LedgerState.DISCUSSED, subscription=0, at=now, upvotes=stored.paper.upvotes)
    for later in range(TRIES):
        if before := await outbox.discussed(channel, stored.key):
            return Reply(verb="discuss", document=discussed_before(stored, before, now.date()))
        enqueued = Enqueued(
            channel=channel,
            kind=Kind.DISCUSSION,
            # The slot is the moment; a moment that another paper has is not free.
            slot=now + later * _A_MOMENT,
            at=now,
            runs=(),
            document=discussion(stored, by=requester.name or requester.user),
            ledger=(row,),
            outcomes=(),
        )
        if await outbox.enqueue(enqueued):
            return Reply(verb="discuss", document=will_be_discussed(stored), has_enqueued=True)
    raise RefusedError("Others ask at the same moment; nothing was posted.", hint="Press the button again.")
