"""Answers /metrics in the Prometheus format.

Papers, deliveries and lateness come from the database, so every process reports the same. Fetches and ticks are counted
by each process for itself.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.errors import StoreError
from bot.model.delivery import DeliveryState
from bot.model.fetching import FetchRecord
from bot.model.loop import Loop
from bot.ports import Clock, Store

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

SETTLED_WITHIN = timedelta(days=1)
"""How far back settled deliveries are counted. They stay in the database for 90 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the database said at one scrape."""

    papers: int
    deliveries: dict[DeliveryState, int]
    late_seconds: float


class Metrics:
    """This process's metrics, in a registry of their own."""

    def __init__(self, store: Store, clock: Clock, loops: Callable[[], Sequence[Loop]]) -> None:
        self._store = store
        self._clock = clock
        self._registry = CollectorRegistry()
        self._fetches = Counter(
            "paperround_fetches",
            "Lists asked for by this process, by source and how it ended.",
            ("source", "outcome"),
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        self._collector = _Collector(loops)
        self._registry.register(self._collector)

    def fetched(self, record: FetchRecord) -> None:
        """Count one fetch, by its source and how it ended."""
        self._fetches.labels(record.source, record.kind).inc()

    async def text(self) -> bytes:
        """Return all metrics as they are now; without the database's if it does not answer."""
        reading = await self._read()
        # No await between these two lines, so concurrent scrapes cannot mix.
        self._collector.reading = reading
        return generate_latest(self._registry)

    async def _read(self) -> Reading | None:
        now = self._clock.now()
        try:
            library = await self._store.papers.statistics(now)
            outbox = await self._store.outbox.statistics(now - SETTLED_WITHIN)
            due = await self._store.subscriptions.due(now, 1)
        except StoreError:
            return None
        slots = [each.next_due for each in due if each.next_due] + ([outbox.oldest_slot] if outbox.oldest_slot else [])
        late = max(now - min(slots), timedelta()) if slots else timedelta()
        return Reading(papers=library.papers, deliveries=dict(outbox.deliveries), late_seconds=late.total_seconds())


class _Collector(Collector):
    """Gives prometheus_client the last reading and the state of the loops."""

    def __init__(self, loops: Callable[[], Sequence[Loop]]) -> None:
        self._loops = loops
        self.reading: Reading | None = None

    def collect(self) -> Iterator[Metric]:
        ticks = CounterMetricFamily(
            "paperround_ticks", "Ticks of this process, by loop and how they ended.", labels=("loop", "outcome")
        )
        for loop in self._loops():
            ticks.add_metric((loop.name, "done"), loop.done)
            ticks.add_metric((loop.name, "failed"), loop.failed)
        yield ticks
        yield GaugeMetricFamily(
            "paperround_database_up", "Whether the database answered this scrape.", float(self.reading is not None)
        )
        if self.reading is None:
            return
        yield GaugeMetricFamily("paperround_papers", "Papers in the library.", self.reading.papers)
        deliveries = GaugeMetricFamily(
            "paperround_deliveries", "Deliveries pending now, or settled within a day, by state.", labels=("state",)
        )
        for state in DeliveryState:
            deliveries.add_metric((state,), self.reading.deliveries.get(state, 0))
        yield deliveries
        yield GaugeMetricFamily(
            "paperround_late_seconds",
            "Age of the oldest slot that is due and neither posted nor given up; 0 when nothing is.",
            self.reading.late_seconds,
        )
