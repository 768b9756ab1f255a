"""A preview: the digest's own view, or why there would be none. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.document import Document, Note, Paragraph, Spans, Text, strong
from bot.model.channel import Channel
from bot.model.digest import Digest
from bot.model.subscription import Subscription
from bot.views.digest import digest_document, footnote_of, topics_of
from bot.views.muting import how_to_unmute, muted_in_words
from bot.views.words import count, named, since_in_words, source_title


def subscription_preview(
    digest: Digest, subscription: Subscription, here: Channel, away: Iterable[tuple[str, datetime]]
) -> Document:
    """Show what a subscription would post now: exactly the digest; with nothing to post, say so."""
    if digest.picks:
        return digest_document(digest, away, here=here)
    why = muted_in_words(digest) or "none matched that is new here"
    said: Spans = (
        *named(subscription),
        Text(f" has nothing to post now: {digest.looked_at:,} looked at"),
        Text(f" since {digest.since.day} {digest.since:%b}, {why}."),
    )
    way_out = [Paragraph(how_to_unmute(digest.mutes, digest.channel, here))] if digest.muted else []
    notes = [
        Note((Text(f"{source_title(source)} has not answered since {since_in_words(since, digest.slot)}."),))
        for source, since in away
    ]
    return Document(blocks=(Paragraph(said), *way_out, *notes))


def query_preview(digest: Digest, *, days: int, hints: Sequence[str]) -> Document:
    """Show what a query would have brought in some days."""
    notes = tuple(Note((Text(hint),)) for hint in hints)
    if not digest.picks:
        said = f"No paper matched in the last {count(days, 'day')} ({digest.looked_at:,} looked at)."
        if not digest.looked_at:
            said = f"I have nothing to look at from the last {count(days, 'day')}."
        return Document(blocks=(Paragraph((Text(said),)), *notes))
    document = digest_document(digest)
    best = f", best {len(digest.picks)}" if digest.cut else ""
    heading = Text(f" · {count(digest.matched, 'paper')} in the last {count(days, 'day')}{best}")
    return replace(
        document,
        heading=(strong(topics_of(digest.subscriptions)), heading),
        blocks=(*document.blocks, *notes),
        footnote=footnote_of(digest),
    )
