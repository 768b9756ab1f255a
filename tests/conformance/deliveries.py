"""Builders for what goes into a store: subscriptions, enqueues, deliveries."""

from datetime import datetime, timedelta

from adapters.sql.store import SqlStore
from bot.document import Document, PaperCard, Text
from bot.model.cadence import Cadence
from bot.model.channel import Channel
from bot.model.delivery import Claim, Kind, Receipt, Rendered
from bot.model.digest import LedgerRow, LedgerState
from bot.model.outcome import Outcome, OutcomeKind, Stage
from bot.model.paper import PaperId, PaperKey
from bot.model.subscription import DEFAULT_SOURCES, NewSubscription, SourceChoice, Subscription
from bot.ports import Enqueued, Run
from bot.query.parse import parse
from tests.builders import GENERAL, NOW, a_paper
from tests.changing import add

TOMORROW = NOW + timedelta(days=1)
LEASE = timedelta(seconds=20)
DAILY = Cadence()


def a_new_subscription(
    query: str = "world model",
    *,
    channel: Channel = GENERAL,
    cadence: Cadence = DAILY,
    sources: tuple[SourceChoice, ...] = DEFAULT_SOURCES,
) -> NewSubscription:
    return NewSubscription(
        channel=channel,
        query=parse(query),
        cadence=cadence,
        cap=5,
        min_upvotes=2,
        upvoted_only=True,
        sources=sources,
        creator="ana",
    )


async def subscribe(
    store: SqlStore,
    query: str = "world model",
    *,
    channel: Channel = GENERAL,
    cadence: Cadence = DAILY,
    next_due: datetime | None = NOW,
    sources: tuple[SourceChoice, ...] = DEFAULT_SOURCES,
) -> Subscription:
    new = a_new_subscription(query, channel=channel, cadence=cadence, sources=sources)
    subscription = await add(store, new, NOW, next_due)
    assert subscription is not None
    return subscription


def an_outcome(kind: OutcomeKind = OutcomeKind.ENQUEUED, *, at: datetime = NOW, channel: Channel = GENERAL) -> Outcome:
    stage = Stage.ENQUEUE if kind is OutcomeKind.ENQUEUED else Stage.DELIVER
    return Outcome(stage=stage, name=str(channel), kind=kind, reason="said", at=at, slot=NOW, seen=3, new=2, skipped=1)


def a_document(*papers: str) -> Document:
    cards = tuple(PaperCard(paper=each, title=(Text(each),)) for each in papers)
    return Document(heading=(Text("world model"),), blocks=cards)


def shown(paper: PaperKey, subscription: int = 1, *, is_rising: bool = False) -> LedgerRow:
    return LedgerRow(
        paper=paper,
        state=LedgerState.SHOWN,
        subscription=subscription,
        at=NOW,
        as_lead=True,
        is_rising=is_rising,
        upvotes=6,
        below_top_tenth=True,
    )


def passed(paper: PaperKey, subscription: int = 1) -> LedgerRow:
    return LedgerRow(paper=paper, state=LedgerState.PASSED, subscription=subscription, at=NOW)


def rounded_up(paper: PaperKey, subscription: int = 1) -> LedgerRow:
    return LedgerRow(paper=paper, state=LedgerState.ROUNDED_UP, subscription=subscription, at=NOW)


def an_enqueued(
    *subscriptions: Subscription,
    papers: tuple[str, ...] = (),
    ledger: tuple[LedgerRow, ...] = (),
    slot: datetime = NOW,
    kind: Kind = Kind.DIGEST,
    next_due: datetime | None = TOMORROW,
    seen_change: int | None = None,
    is_quiet: bool = False,
    channel: Channel = GENERAL,
    at: datetime = NOW,
) -> Enqueued:
    runs = tuple(
        Run(
            subscription=each,
            next_due=next_due,
            seen_change=each.seen_change if seen_change is None else seen_change,
        )
        for each in subscriptions
    )
    return Enqueued(
        channel=subscriptions[0].channel if subscriptions else channel,
        kind=kind,
        slot=slot,
        at=at,
        runs=runs,
        document=None if is_quiet else a_document(*papers),
        ledger=ledger,
        outcomes=(an_outcome(channel=subscriptions[0].channel if subscriptions else channel),),
    )


async def stored_papers(store: SqlStore, count: int) -> dict[str, PaperKey]:
    """Store papers; returns their keys by id as a document shows it."""
    papers = [a_paper(number) for number in range(1, count + 1)]
    await store.papers.ingest(papers, NOW)
    found = await store.papers.find([paper.id for paper in papers], NOW)
    return {str(paper.id): found[paper.id].key for paper in papers}


def the_id(number: int) -> str:
    return str(PaperId("arxiv", f"2606.{number:05}"))


async def greet(store: SqlStore, channel: Channel, slot: datetime = NOW) -> None:
    """Enqueue the smallest delivery there is: one without subscriptions and papers."""
    assert await store.outbox.enqueue(an_enqueued(channel=channel, kind=Kind.GREETING, slot=slot))


async def claim_one(store: SqlStore, now: datetime = NOW) -> Claim:
    (claim,) = await store.outbox.claim(now, LEASE, 1, ["console", "slack", "discord"])
    return claim


def a_part(*papers: str, payload: object = None, title: str = "") -> Rendered:
    body = {"text": "Größe", "n": [1, None, 2.5]} if payload is None else payload
    return Rendered(payload=body, papers=papers, title=title)


def a_receipt(message: str = "m1", href: str = "https://chat/m1") -> Receipt:
    return Receipt(message=message, href=href)


async def ledger_of(store: SqlStore, channel: Channel = GENERAL) -> set[tuple[LedgerState, PaperKey]]:
    found = await store.outbox.ledger([channel], NOW.date() - timedelta(days=30))
    return {(row.state, row.paper) for row in found.get(channel, ())}
