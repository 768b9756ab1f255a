"""What the last fetches say about a source: whether it is away, stale, or had nothing to publish. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.model.outcome import Outcome, OutcomeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source as its newest fetches left it; `since` is when it first ended so, in an unbroken row (UTC)."""

    source: str
    kind: OutcomeKind
    reason: str
    since: datetime

    @property
    def is_away(self) -> bool:
        """Say whether it does not answer."""
        return self.kind is OutcomeKind.DOWN


def state_of(source: str, newest_first: Sequence[Outcome]) -> SourceState | None:
    """Read a source's state from its fetch outcomes; None when it was never fetched."""
    if not newest_first:
        return None
    last = since = newest_first[0]
    for outcome in newest_first:
        if outcome.kind is not last.kind:
            break
        since = outcome
    return SourceState(source=source, kind=last.kind, reason=last.reason, since=since.at)


def explain_silence(
    sources: Iterable[str], states: Mapping[str, SourceState], looked_at: int, muted: str = ""
) -> tuple[OutcomeKind, str]:
    """Say why a run found nothing to post: the sources' own trouble first, else that nothing matched.

    `muted` says what matched and was muted, if anything was.
    """
    troubles = [states[source] for source in sources if source in states]
    for kind in (OutcomeKind.DOWN, OutcomeKind.STALE):
        for state in troubles:
            if state.kind is kind:
                return kind, f"{state.source}: {state.reason}"
    if not looked_at:
        for state in troubles:
            if state.kind is OutcomeKind.NOTHING_PUBLISHED:
                return state.kind, f"{state.source}: {state.reason}"
        return OutcomeKind.NOTHING_PUBLISHED, "no source listed a paper in the window"
    return (
        OutcomeKind.NO_MATCH,
        f"looked at {looked_at}{f'; {muted}' if muted else ' and matched none that is new here'}",
    )
