"""Evidence for a subscription: the same matching as a real run, over the papers of the last days."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.errors import QueryError
from bot.model.cadence import WEEKDAYS
from bot.model.evidence import EVIDENCE, LONG_EVIDENCE, Alternative, Evidence
from bot.model.paper import ARXIV, HUGGINGFACE
from bot.model.subscription import SourceChoice, Subscription
from bot.pipeline.match import Library, SubscriptionMatches, match_everything
from bot.ports import Clock, Store
from bot.query.ast import And, Node, Query, Scope, Words
from bot.query.parse import parse

UPVOTES_ADVISED = 10
"""The floor that a noisy subscription is offered."""

_BETWEEN_WORDS: Final = re.compile(r"[\s_-]+")


async def evidence_of(store: Store, clock: Clock, subscription: Subscription, configured: Collection[str]) -> Evidence:
    """Return what a subscription would have brought lately; `configured` are the sources it could be widened by."""
    week = clock.now().date() - EVIDENCE
    matched = await _matched(store, clock, subscription, week)
    papers = tuple(each.paper for each in matched.matches)
    evidence = Evidence(week=papers, weekdays=_weekdays(week, clock.now().date()))
    if evidence.is_noisy and subscription.query.root is not None:
        return replace(evidence, narrower=await _narrower(store, clock, subscription, len(papers)))
    if papers:
        return evidence
    return await _where_there_is_none(store, clock, subscription, evidence, configured)


async def _where_there_is_none(
    store: Store, clock: Clock, subscription: Subscription, evidence: Evidence, configured: Collection[str]
) -> Evidence:
    now = clock.now()
    month = now.date() - LONG_EVIDENCE
    looked_at = await store.papers.count_listed(month, now.date(), now, subscription.sources)
    found = await _count(store, clock, subscription, month)
    evidence = replace(evidence, month=found, looked_at=looked_at)
    if evidence.month:
        return evidence
    for part in _parts(subscription.query):
        found = await _count(store, clock, replace(subscription, query=part), month)
        if found > (evidence.part.papers if evidence.part else 0):
            evidence = replace(evidence, part=Alternative(part.typed, found))
    if ARXIV in configured and all(choice.source != ARXIV for choice in subscription.sources):
        widened = replace(subscription, sources=(*subscription.sources, SourceChoice(ARXIV)))
        found = await _count(store, clock, widened, now.date() - EVIDENCE)
        if found:
            evidence = replace(evidence, wider=Alternative(_flag(widened.sources), found))
    return evidence


async def _narrower(store: Store, clock: Clock, subscription: Subscription, found: int) -> tuple[Alternative, ...]:
    """Return the flags that would bring fewer papers, and how many of the last 7 days."""
    tries: list[tuple[str, Subscription]] = []
    hf = SourceChoice(HUGGINGFACE)
    if hf in subscription.sources and len(subscription.sources) > 1:
        tries.append(("--source hf", replace(subscription, sources=(hf,))))
    if subscription.min_upvotes < UPVOTES_ADVISED:
        tries.append((f"--min-upvotes {UPVOTES_ADVISED}", replace(subscription, min_upvotes=UPVOTES_ADVISED)))
    since = clock.now().date() - EVIDENCE
    counted = [Alternative(flag, await _count(store, clock, narrowed, since)) for flag, narrowed in tries]
    return tuple(each for each in counted if each.papers < found)


async def _count(store: Store, clock: Clock, subscription: Subscription, since: date) -> int:
    """Count what a subscription matches, in the database where it knows all conditions: a stop word matches a month."""
    if subscription.min_upvotes or subscription.upvoted_only:
        return len((await _matched(store, clock, subscription, since)).matches)
    now = clock.now()
    return await store.papers.count_listed(since, now.date(), now, subscription.sources, subscription.query)


async def _matched(store: Store, clock: Clock, subscription: Subscription, since: date) -> SubscriptionMatches:
    now = clock.now()
    names = {choice.source for choice in subscription.sources}
    # A month of arXiv is 20,000 papers: only what matches is read.
    papers = await store.papers.listed(since, now.date(), now, names, subscription.query)
    return match_everything(Library(papers, now.date()), subscription, since, now)


def _parts(query: Query) -> Iterator[Query]:
    """Yield what is looser than a query: each of its words and phrases alone; of a phrase, its words anywhere.

    Each is typed as the person typed it, so that they know it again and may copy it.
    """
    match query.root:
        case And(parts):
            wanted = [part for part in parts if isinstance(part, Words)]
            yield from (Query(canonical=str(part), root=part, typed=_typed(part)) for part in wanted if len(parts) > 1)
        case Words(scope=scope, tokens=tokens, typed=typed) if len(tokens) > 1:
            root = And(tuple(Words(scope=scope, tokens=(token,)) for token in tokens))
            apart = _scoped(scope, _BETWEEN_WORDS.sub(" ", typed).split())
            yield Query(canonical=str(root), root=root, typed=apart if _means(apart, root) else str(root))
        case _:
            return


def _typed(words: Words) -> str:
    text = words.typed or " ".join(words.tokens)
    typed = _scoped(words.scope, [f'"{text}"' if " " in text else text])
    return typed if _means(typed, words) else str(words)


def _scoped(scope: Scope, words: Iterable[str]) -> str:
    return " ".join(f"{scope}:{word}" if scope else word for word in words)


def _means(typed: str, root: Node) -> bool:
    """Say whether a text is read as this tree: a word of a phrase may mean more outside of it, as `OR` does."""
    try:
        return parse(typed).canonical == str(root)
    except QueryError:
        return False


def _flag(sources: Collection[SourceChoice]) -> str:
    names = ",".join("hf" if str(each) == HUGGINGFACE else str(each) for each in sources)
    return f"--source {names}"


def _weekdays(since: date, until: date) -> int:
    days = (since + timedelta(days=offset) for offset in range((until - since).days + 1))
    return sum(day.weekday() in WEEKDAYS for day in days)
