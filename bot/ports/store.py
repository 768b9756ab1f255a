"""All the ports of one database, opened together."""

from typing import Protocol

from bot.ports.interactions import Changes, Requests, SavedPapers
from bot.ports.outbox import Outbox
from bot.ports.papers import PaperStore, SearchIndex
from bot.ports.platforms import Installations
from bot.ports.running import Outcomes, RateLimits, SourceLeases
from bot.ports.subscriptions import SubscriptionStore


class Store(Protocol):
    """All the ports of one database, opened together."""

    async def check(self) -> None:
        """Return when the database answers and is at this version.

        Raises:
            StoreError: it is away, or of another version; it says what to do.
        """

    @property
    def papers(self) -> PaperStore:
        """The library."""

    @property
    def search(self) -> SearchIndex:
        """Full text over the library."""

    @property
    def subscriptions(self) -> SubscriptionStore:
        """Channels and subscriptions."""

    @property
    def outbox(self) -> Outbox:
        """Deliveries and the ledger."""

    @property
    def outcomes(self) -> Outcomes:
        """How runs ended."""

    @property
    def changes(self) -> Changes:
        """What people did to channels."""

    @property
    def requests(self) -> Requests:
        """Requests behind buttons."""

    @property
    def saved(self) -> SavedPapers:
        """Reading lists."""

    @property
    def installations(self) -> Installations:
        """Workspaces and their tokens."""

    @property
    def rate_limits(self) -> RateLimits:
        """Pacing."""

    @property
    def leases(self) -> SourceLeases:
        """Leases of sources."""
