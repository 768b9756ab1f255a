"""What the core asks of the world: one Protocol per need, whose docstrings are the contract.

One method is one transaction: it happens wholly or not at all, and no session crosses a port. All datetimes are
aware and in UTC. A method that reads the store raises nothing but `StoreError`; any other error is named.
"""

from bot.ports.interactions import Changes, Requests, SavedPapers
from bot.ports.outbox import DeliveryStatus, Enqueued, Outbox, OutboxStatistics, Posted, Run
from bot.ports.papers import (
    ImportBatch,
    LibraryStatistics,
    PaperImporter,
    PaperSource,
    PaperStore,
    SearchIndex,
    SearchPage,
    SearchRequest,
)
from bot.ports.platforms import Endpoint, Gateway, Installations, Messenger
from bot.ports.running import Clock, Outcomes, RateLimits, SourceLeases
from bot.ports.store import Store
from bot.ports.subscriptions import ChannelSchedule, InstantCandidate, SubscriptionStore

__all__ = [
    "Changes",
    "ChannelSchedule",
    "Clock",
    "DeliveryStatus",
    "Endpoint",
    "Enqueued",
    "Gateway",
    "ImportBatch",
    "Installations",
    "InstantCandidate",
    "LibraryStatistics",
    "Messenger",
    "Outbox",
    "OutboxStatistics",
    "Outcomes",
    "PaperImporter",
    "PaperSource",
    "PaperStore",
    "Posted",
    "RateLimits",
    "Requests",
    "Run",
    "SavedPapers",
    "SearchIndex",
    "SearchPage",
    "SearchRequest",
    "SourceLeases",
    "Store",
    "SubscriptionStore",
]
