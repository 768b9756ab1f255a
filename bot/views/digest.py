"""The digest: five leads, then lines, the rest elsewhere; and why each paper is there. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.document import LONGEST_TITLE, Document, Note, PaperCard, PaperLine, Spans, Text, code, strong
from bot.model.channel import Channel
from bot.model.digest import Digest, Pick, Place
from bot.model.subscription import Subscription
from bot.text.tldr import cut as cut_at
from bot.views.papers import lead_of, line_of
from bot.views.words import count, since_in_words, source_title, titles_in_words, to_whom, topic_of

TITLES_IN_SUMMARY = 2
"""Titles that a notification carries."""

TOPICS_IN_HEADING = 3

MORE_AT_MOST = 90
"""Cut papers that are listed beside the message; the document counts what is over."""

LATE_FROM = timedelta(hours=1)
"""A delivery that is later than this says so."""


def digest_document(
    digest: Digest, away: Iterable[tuple[str, datetime]] = (), *, here: Channel | None = None
) -> Document:
    """Say a digest, read in the channel `here`; None: in its own.

    `away` names the sources that do not answer, and since when (UTC).
    """
    names = _names_matter(digest)
    blocks: list[PaperCard | PaperLine | Note] = []
    for number, pick in enumerate(digest.picks, start=1):
        shown_number = number if len(digest.picks) > 1 else 0
        if pick.place is Place.LEAD:
            blocks.append(_lead(pick, shown_number, names=names))
        else:
            blocks.append(_line(pick, shown_number, digest.zone, names=names))
    blocks += (Note(_away(source, since, digest.slot)) for source, since in away)
    more = tuple(
        line_of(cut.paper, number=number, tags=[_tags(cut.passed_by)] if names else ())
        for number, cut in enumerate(digest.cut[:MORE_AT_MOST], start=len(digest.picks) + 1)
    )
    is_alone = len(digest.fresh) == len(digest.picks) == 1
    return Document(
        heading=() if is_alone else _heading(digest),
        blocks=tuple(blocks),
        more=more,
        unlisted=len(digest.cut) - len(more),
        footnote=_footnote_of_one(digest) if is_alone else footnote_of(digest, here),
        summary=_summary(digest),
        title=title_of(digest),
    )


def with_lateness(document: Document, lateness: timedelta) -> Document:
    """Label a delivery that comes late: "(2 h late)"."""
    if lateness < LATE_FROM:
        return document
    hours = round(lateness / timedelta(hours=1))
    label = f"({hours} h late)" if hours < 48 else f"({round(hours / 24)} days late)"  # noqa: PLR2004 - two days
    if not document.heading:
        return replace(document, footnote=(*document.footnote, Text(f" {label}")))
    return replace(document, heading=(*document.heading, Text(f" {label}")))


def _names_matter(digest: Digest) -> bool:
    """Say whether a paper has to name its subscriptions: only where there are several."""
    return len(digest.subscriptions) > 1


def _heading(digest: Digest) -> Spans:
    topics = topics_of(digest.subscriptions)
    fresh, shown = len(digest.fresh), len(digest.picks)
    cut = len(digest.cut)
    if not fresh:
        return strong(topics), Text(" · nothing new, seen before:")
    if cut:
        return strong(topics), Text(f" · {fresh + cut} new, best {shown}")
    return strong(topics), Text(f" · {count(fresh, 'new paper')}")


def topics_of(subscriptions: Sequence[Subscription]) -> str:
    """Name what the subscriptions are about: `agents, reasoning`, at most three and how many more."""
    topics = [topic_of(subscription.query) for subscription in subscriptions]
    shown = topics[:TOPICS_IN_HEADING]
    if len(topics) > len(shown):
        shown.append(f"{len(topics) - len(shown)} more")
    return ", ".join(shown)


def title_of(digest: Digest) -> str:
    """Name a digest: its topics, how many papers matched, the day in the channel's zone: `agents · 25 papers · 23 Nov`.

    Topics that leave no room for the rest are cut at a word.
    """
    day = digest.slot.astimezone(ZoneInfo(digest.zone))
    fresh = len(digest.fresh) + len(digest.cut)
    rest = f" · {count(fresh, 'paper') if fresh else 'seen before'} · {day.day} {day:%b}"
    # A title is one line, whatever somebody typed.
    topics = " ".join(topics_of(digest.subscriptions).split())
    return cut_at(topics, LONGEST_TITLE - len(rest)) + rest


def pings_of(digest: Digest) -> tuple[str, ...]:
    """Return the roles to call: those of the subscriptions that a new paper of the digest matched, each once."""
    matched = {each.number for pick in digest.fresh for each in pick.matched_by}
    return tuple(dict.fromkeys(each.ping for each in digest.subscriptions if each.ping and each.number in matched))


def _lead(pick: Pick, number: int, *, names: bool) -> PaperCard:
    why: list[Spans] = []
    if pick.rising_from is not None:
        why.append((Text(f"rising: {pick.rising_from} to {pick.paper.paper.upvotes or 0}"),))
    if names:
        why.append(_tags(pick.matched_by))
    return lead_of(pick.paper, query=pick.taker.query, number=number, why=why)


def _line(pick: Pick, number: int, zone: str, *, names: bool) -> PaperLine:
    tags = [_tags(pick.matched_by)] if names else []
    if pick.place is Place.SEEN and pick.seen_at is not None:
        posted = f"posted {pick.seen_at.astimezone(ZoneInfo(zone)):%a}"
        tags.append((Text(posted, href=pick.seen_href),))
    line = line_of(pick.paper, query=pick.taker.query, number=number, tags=tags)
    return replace(line, is_reminder=pick.place is Place.SEEN)


def _tags(subscriptions: Sequence[Subscription]) -> Spans:
    return (Text(", ".join([topic_of(subscription.query) for subscription in subscriptions])),)


def _away(source: str, since: datetime, slot: datetime) -> Spans:
    said = since_in_words(since, slot)
    return (Text(f"Without {source_title(source)} (no answer since {said}); its papers follow."),)


def footnote_of(digest: Digest, here: Channel | None = None) -> Spans:
    """Say how many matched of how many, for which subscriptions, and how to change the only one.

    Where the cut papers are, each platform adds: it has a place for them, or none.
    """
    said: Spans = (Text(f"{digest.matched:,} of {digest.looked_at:,} matched{_numbers(digest)}"),)
    if len(digest.subscriptions) == 1 and digest.subscriptions[0].number:
        (only,) = digest.subscriptions
        return (*said, Text(" · "), code(f"/papers edit {only.number}{to_whom(only.channel, here)}"))
    return said


def _footnote_of_one(digest: Digest) -> Spans:
    """Say below a paper that stands alone what a heading would have said above it."""
    matched = "" if digest.matched == 1 else " matched"
    said = f" · {digest.matched:,} of {digest.looked_at:,}{matched}{_numbers(digest)}"
    return strong(topics_of(digest.subscriptions)), Text(said)


def _numbers(digest: Digest) -> str:
    numbers = " ".join(f"#{each.number}" for each in digest.subscriptions if each.number)
    return f" · {numbers}" if numbers else ""


def _summary(digest: Digest) -> str:
    titles = [pick.paper.paper.title for pick in digest.picks[:TITLES_IN_SUMMARY]]
    rest = digest.matched - digest.waiting - len(titles)
    return f"{topics_of(digest.subscriptions)}: {titles_in_words(titles, rest)}"
