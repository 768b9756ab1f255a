"""Composing: from what each subscription matched to the one ranked list of a channel. Pure.

matches of each subscription ──> not kept out by the ledger ──> ranked ──> taken in turn ──> leads, lines, cut
                                 (or rising, or a reminder)                (caps)
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from bot.matching.explain import evaluate
from bot.model.cadence import Frequency
from bot.model.channel import Channel
from bot.model.digest import LEADS, RISING_DAYS, Cut, Digest, LedgerRow, LedgerState, Match, Pick, Place
from bot.model.paper import PaperKey, StoredPaper
from bot.model.subscription import Subscription
from bot.pipeline.match import Library, SubscriptionMatches
from bot.query.ast import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A paper that a subscription may take now.

    `rising` is the ledger row it rises from. `seen` is the row of the message in which the channel already had it,
    for a round-up's reminder.
    """

    match: Match
    rising: LedgerRow | None = None
    seen: LedgerRow | None = None

    @property
    def paper(self) -> StoredPaper:
        """The paper."""
        return self.match.paper


class Ledger:
    """What one channel has had, ready to be asked."""

    def __init__(self, rows: Sequence[LedgerRow]) -> None:
        self._shown: dict[PaperKey, LedgerRow] = {}
        self._risen: set[PaperKey] = set()
        self._passed: dict[tuple[int, PaperKey], LedgerRow] = {}
        self._rounded_up: set[tuple[int, PaperKey]] = set()
        for row in rows:
            match row.state:
                case LedgerState.SHOWN if row.is_rising:
                    self._risen.add(row.paper)
                    self._shown.setdefault(row.paper, row)
                case LedgerState.SHOWN:
                    self._shown[row.paper] = row
                case LedgerState.PASSED:
                    self._passed[row.subscription, row.paper] = row
                case LedgerState.ROUNDED_UP:
                    self._rounded_up.add((row.subscription, row.paper))
                case LedgerState.DISCUSSED:
                    pass  # what people talk about may still come in a digest
                case _:
                    assert_never(row.state)

    def candidate(self, match: Match, library: Library, now: datetime) -> Candidate | None:
        """Return the match as a candidate: fresh, rising, or a round-up's reminder; None when it is kept out."""
        paper, subscription = match.paper, match.subscription
        shown = self._shown.get(paper.key)
        passed = self._passed.get((subscription.number, paper.key))
        earlier = shown or passed
        if earlier and self._is_rising(earlier, paper, library, now):
            return Candidate(match=match, rising=earlier)
        if subscription.cadence.frequency is Frequency.WEEKLY:
            if (subscription.number, paper.key) in self._rounded_up:
                return None
            return Candidate(match=match, seen=shown)
        return None if earlier else Candidate(match=match)

    def _is_rising(self, earlier: LedgerRow, paper: StoredPaper, library: Library, now: datetime) -> bool:
        return (
            earlier.below_top_tenth
            and not earlier.as_lead
            and paper.key not in self._risen
            and now - earlier.at <= timedelta(days=RISING_DAYS)
            and library.is_in_top_tenth(paper)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What one subscription wants, best first, and how much of it it may take."""

    subscription: Subscription
    candidates: tuple[Candidate, ...]
    cap: int


def compose(
    *,
    channel: Channel,
    zone: str,
    cap: int,
    slot: datetime,
    now: datetime,
    matches: Sequence[SubscriptionMatches],
    ledger: Sequence[LedgerRow],
    library: Library,
    mutes: Sequence[Query] = (),
) -> Digest:
    """Compose one channel's digest from the ranked matches of the subscriptions that run.

    `cap` bounds the digest; each subscription's own cap bounds what it takes. A rising paper stands first in its
    subscription's list, because it comes as a lead or not yet; one that finds no place among the leads waits. What one
    of the channel's `mutes` matches does not count as matched, but as muted.
    """
    known = Ledger(ledger)
    muted = _muted(matches, mutes)
    queues = [_queue(_heard(each, muted), known, library, cap, now) for each in sorted(matches, key=_by_number)]
    kept_out = _kept_out(matches, muted, known, library, now)
    picks = _placed(list(_in_turn(queues, cap)), queues, library)
    looked_at = frozenset[PaperKey]().union(*(each.looked_at for each in matches))
    return Digest(
        channel=channel,
        zone=zone,
        slot=slot,
        subscriptions=tuple(queue.subscription for queue in queues),
        picks=picks,
        cut=_cut(queues, {pick.paper.key for pick in picks}, library),
        looked_at=len(looked_at),
        since=min((each.since for each in matches), default=library.today),
        muted=len(kept_out),
        mutes=tuple(each for each in mutes if any(each in muted[key] for key in kept_out)),
    )


def newest_first(found: SubscriptionMatches) -> SubscriptionMatches:
    """Put what was listed last first; papers of one day stay in their order."""

    def listed_on(match: Match) -> date:
        sightings = match.paper.paper.sightings
        mine = [each.listed_on for each in sightings if found.subscription.reads(match.paper.paper, each.source)]
        return max(mine, default=found.since)

    return replace(found, matches=tuple(sorted(found.matches, key=listed_on, reverse=True)))


def only_the_picks(digest: Digest) -> Digest:
    """Let what was cut wait instead of passing it over: the next digest may bring it."""
    return replace(digest, cut=(), waiting=len(digest.cut))


def _by_number(matches: SubscriptionMatches) -> int:
    return matches.subscription.number


def _muted(matches: Iterable[SubscriptionMatches], mutes: Sequence[Query]) -> Mapping[PaperKey, tuple[Query, ...]]:
    """Return the matched papers that the channel muted, each with the mutes that match it."""
    if not mutes:
        return {}
    papers = {match.paper.key: match.paper for found in matches for match in found.matches}
    by_key = {key: tuple(mute for mute in mutes if evaluate(mute, paper)) for key, paper in papers.items()}
    return {key: by for key, by in by_key.items() if by}


def _heard(found: SubscriptionMatches, muted: Collection[PaperKey]) -> SubscriptionMatches:
    """Leave out what the channel muted."""
    return replace(found, matches=tuple(each for each in found.matches if each.paper.key not in muted))


def _kept_out(
    matches: Iterable[SubscriptionMatches],
    muted: Collection[PaperKey],
    known: Ledger,
    library: Library,
    now: datetime,
) -> frozenset[PaperKey]:
    """Return the papers that only a mute keeps out of the digest."""
    silenced = (match for found in matches for match in found.matches if match.paper.key in muted)
    return frozenset(each.paper.key for each in silenced if known.candidate(each, library, now))


def _queue(found: SubscriptionMatches, known: Ledger, library: Library, cap: int, now: datetime) -> Queue:
    candidates = [each for match in found.matches if (each := known.candidate(match, library, now))]
    candidates.sort(key=lambda each: each.rising is None)
    own_cap = found.subscription.cap
    return Queue(subscription=found.subscription, candidates=tuple(candidates), cap=cap if own_cap is None else own_cap)


def _in_turn(queues: Sequence[Queue], cap: int) -> Iterator[Candidate]:
    """Let the queues take in turn, each its best paper that nobody took, until their caps and `cap` are full."""
    waiting = [(queue, iter(queue.candidates), iter(range(queue.cap))) for queue in queues]
    taken: set[PaperKey] = set()
    while waiting:
        still = []
        for queue, candidates, places in waiting:
            if len(taken) == cap:
                return
            best = next((each for each in candidates if each.paper.key not in taken), None)
            if best is None or next(places, None) is None:
                continue
            taken.add(best.paper.key)
            still.append((queue, candidates, places))
            yield best
        waiting = still


def _placed(taken: Sequence[Candidate], queues: Sequence[Queue], library: Library) -> tuple[Pick, ...]:
    """Give each taken paper its place: five leads, then lines, then what a round-up only reminds of."""
    fresh = [each for each in taken if each.seen is None or each.rising]
    reminders = [each for each in taken if each.seen and not each.rising]
    listed = [each for index, each in enumerate(fresh) if index < LEADS or not each.rising]
    wanted_by = _wanted_by(queues)

    def pick(candidate: Candidate, place: Place) -> Pick:
        return Pick(
            paper=candidate.paper,
            taker=candidate.match.subscription,
            matched_by=tuple(wanted_by[candidate.paper.key]),
            place=place,
            rising_from=candidate.rising.upvotes or 0 if candidate.rising else None,
            below_top_tenth=not library.is_in_top_tenth(candidate.paper),
            seen_at=candidate.seen.at if candidate.seen else None,
            seen_href=candidate.seen.href if candidate.seen else "",
        )

    return (
        *(pick(each, Place.LEAD) for each in listed[:LEADS]),
        *(pick(each, Place.LINE) for each in listed[LEADS:]),
        *(pick(each, Place.SEEN) for each in reminders),
    )


def _wanted_by(queues: Sequence[Queue]) -> dict[PaperKey, list[Subscription]]:
    wanted_by: dict[PaperKey, list[Subscription]] = {}
    for queue in queues:
        for candidate in queue.candidates:
            wanted_by.setdefault(candidate.paper.key, []).append(queue.subscription)
    return wanted_by


def _cut(queues: Sequence[Queue], shown: set[PaperKey], library: Library) -> tuple[Cut, ...]:
    """Return what the caps left out, in the order in which it would have been taken; what rises waits instead."""
    left = [
        Queue(
            subscription=queue.subscription,
            candidates=tuple(each for each in queue.candidates if each.paper.key not in shown and not each.rising),
            cap=len(queue.candidates),
        )
        for queue in queues
    ]
    passed_by = _wanted_by(left)
    return tuple(
        Cut(
            paper=candidate.paper,
            passed_by=tuple(passed_by[candidate.paper.key]),
            below_top_tenth=not library.is_in_top_tenth(candidate.paper),
        )
        for candidate in _in_turn(left, len(passed_by))
    )


def ledger_rows(digest: Digest, at: datetime, ledger: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
    """Return what the ledger, as it stands, has to remember once this digest is enqueued."""
    known = {(row.subscription, row.paper, row.state) for row in ledger if row.state is not LedgerState.SHOWN}
    rows = [*_rows_of_picks(digest, at), *_rows_of_cut(digest, at)]
    return tuple(row for row in rows if (row.subscription, row.paper, row.state) not in known)


def _rows_of_picks(digest: Digest, at: datetime) -> Iterator[LedgerRow]:
    for pick in digest.picks:
        if pick.place is not Place.SEEN:
            yield LedgerRow(
                paper=pick.paper.key,
                state=LedgerState.SHOWN,
                subscription=pick.taker.number,
                at=at,
                as_lead=pick.place is Place.LEAD,
                is_rising=pick.rising_from is not None,
                upvotes=pick.paper.paper.upvotes,
                below_top_tenth=pick.below_top_tenth,
            )
        yield from _rounded_up(pick.paper, pick.matched_by, at)


def _rows_of_cut(digest: Digest, at: datetime) -> Iterator[LedgerRow]:
    for cut in digest.cut:
        for subscription in cut.passed_by:
            yield LedgerRow(
                paper=cut.paper.key,
                state=LedgerState.PASSED,
                subscription=subscription.number,
                at=at,
                upvotes=cut.paper.paper.upvotes,
                below_top_tenth=cut.below_top_tenth,
            )
        yield from _rounded_up(cut.paper, cut.passed_by, at)


def _rounded_up(paper: StoredPaper, subscriptions: Sequence[Subscription], at: datetime) -> Iterator[LedgerRow]:
    for subscription in subscriptions:
        if subscription.cadence.frequency is Frequency.WEEKLY:
            yield LedgerRow(paper=paper.key, state=LedgerState.ROUNDED_UP, subscription=subscription.number, at=at)
