"""What people do beside commands: they press buttons, undo, and keep a reading list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.model.change import Change, ChangeId, Undone
from bot.model.channel import Channel
from bot.model.interaction import KeptRequest, RequestId, Taken
from bot.model.paper import PaperKey, StoredPaper


class Requests(Protocol):
    """Requests that wait behind a button."""

    async def keep(self, requests: Sequence[KeptRequest]) -> None:
        """Store requests under their ids."""

    async def find(self, request: RequestId, platform: str, workspace: str, now: datetime) -> Taken | None:
        """Return what `take` would return now, and remember nothing."""

    async def take(self, request: RequestId, platform: str, workspace: str, user: str, now: datetime) -> Taken | None:
        """Return a request that this person presses now, and remember that a single-use one was; None: not found.

        An id that is unknown, over, or of another platform or workspace is not found: the three look alike. That
        somebody pressed what is for another person alone is not remembered.
        """

    async def release(self, request: RequestId) -> None:
        """Let a single-use request be pressed again, because nothing came of it."""

    async def channel_of(self, request: RequestId) -> Channel | None:
        """Return where a request acts, of whatever workspace: for the operator's shell alone; None: unknown."""

    async def purge(self, now: datetime) -> int:
        """Delete the requests that are over, which nobody finds any more; returns how many."""


class Changes(Protocol):
    """What people did to channels. `SubscriptionStore.change` stores it, in the transaction that does it."""

    async def find(self, change: ChangeId, platform: str, workspace: str) -> Change | None:
        """Return a change by its id; None when it is unknown, or of another platform or workspace."""

    async def channel_of(self, change: ChangeId) -> Channel | None:
        """Return where a change was made, of whatever workspace: for the operator's shell alone; None: unknown."""

    async def latest(self, channel: Channel, limit: int) -> tuple[Change, ...]:
        """Return the channel's newest changes, newest first."""

    async def undo(self, change: Change, by: str, at: datetime, default_zone: str) -> Undone:
        """Put back what a change did, if nothing that it touched was changed since.

        What has run meanwhile keeps its clock: a `next_due` that would lie in the past is the first one after `at`, in
        the subscription's zone, the channel's, else `default_zone`. Deliveries that nobody waits for any more are
        cancelled; what was posted stays.
        """

    async def purge(self, before: datetime) -> int:
        """Delete changes older than that; returns how many. What they made of the channel stays."""


class SavedPapers(Protocol):
    """Everybody's own reading list, one for each workspace."""

    async def save(self, platform: str, workspace: str, user: str, paper: PaperKey, at: datetime) -> bool:
        """Put a paper on the list; False when it was there."""

    async def remove(self, platform: str, workspace: str, user: str, paper: PaperKey) -> bool:
        """Take a paper off the list; False when it was not there."""

    async def of_user(self, platform: str, workspace: str, user: str, as_of: datetime) -> tuple[StoredPaper, ...]:
        """Return the list, last saved first; what was saved after `as_of` is left out."""
