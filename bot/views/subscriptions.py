"""What is said about subscriptions: made, already there, removed, listed. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from zoneinfo import ZoneInfo

from bot.document import Block, BulletList, Document, Note, Paragraph, Span, Spans, Text, Time, code, strong
from bot.model.cadence import Frequency
from bot.model.channel import Channel
from bot.model.evidence import EVIDENCE, LONG_EVIDENCE, Alternative, Evidence
from bot.model.paper import HUGGINGFACE
from bot.model.subscription import DEFAULT_SOURCES, PauseReason, SourceChoice, Subscription
from bot.query.ast import Category, Words
from bot.query.reading import in_words
from bot.views.papers import line_of
from bot.views.words import (
    cadence_in_words,
    capitalised,
    channel_name,
    count,
    date_in_words,
    day_in_words,
    joined,
    name_from,
    named,
    person,
    quoted,
    role,
    source_title,
    to_whom,
)

TITLES_SHOWN = 3
"""Titles that stand as evidence."""


def subscribed(
    subscription: Subscription, evidence: Evidence, here: Channel, *, by: str, zone: str, channel_cap: int
) -> Document:
    """Say that a subscription was made, what it would have brought lately, and when its first digest comes.

    It is said in the channel `here`. `zone` is that of its hours; `channel_cap` bounds every digest of the channel.
    """
    cap = channel_cap if subscription.cap is None else min(subscription.cap, channel_cap)
    made: Spans = (
        Text(f"{person(by)} subscribed {_whom(subscription.channel, here)}to "),
        *named(subscription),
        Text(f", {', '.join([cadence_in_words(subscription.cadence, zone), *_choices(subscription)])}. "),
        Text(_found(evidence, subscription)),
    )
    blocks: list[Block] = [
        Paragraph(made),
        *(line_of(stored, query=subscription.query) for stored in evidence.week[:TITLES_SHOWN]),
        *_advice(subscription, evidence, cap),
        Paragraph(_first(subscription, zone)),
        Note((Text(f"I look for: {in_words(subscription.query)}."),)),
        *(Note((Text(hint),)) for hint in subscription.query.hints),
        *_warnings(subscription),
    ]
    return Document(blocks=tuple(blocks), summary=f"Subscribed to {quoted(subscription.query)}")


def already_subscribed(subscription: Subscription, here: Channel) -> Document:
    """Say that the channel has the query already."""
    channel = subscription.channel
    said = (
        Text("You already have " if channel.is_personal else f"{capitalised(name_from(channel, here))} already has "),
        strong(quoted(subscription.query)),
        Text(f" (#{subscription.number}, {subscription.cadence}{', paused' if subscription.pause else ''})."),
        Text(" I changed nothing; "),
        code(f"/papers edit {subscription.number} ...{to_whom(channel, here)}"),
        Text(" changes it."),
    )
    return Document(blocks=(Paragraph(said),))


def unsubscribed(removed: Sequence[Subscription], here: Channel, *, by: str) -> Document:
    """Say what was removed."""
    channel = removed[0].channel
    if len(removed) == 1:
        said: Spans = (
            Text(f"{person(by)} unsubscribed {_whom(channel, here)}from "),
            *named(removed[0]),
            Text(". What was posted stays."),
        )
        return Document(blocks=(Paragraph(said),))
    whose = "their own" if channel.is_personal else name_from(channel, here)
    said = (Text(f"{person(by)} removed every subscription of {whose}. What was posted stays:"),)
    return Document(blocks=(Paragraph(said), BulletList(tuple(named(each) for each in removed))))


def _whom(channel: Channel, here: Channel) -> str:
    return "" if channel.is_personal else f"{name_from(channel, here)} "


def _choices(subscription: Subscription) -> list[str]:
    """Say what was chosen beside the hours: sources, cap, upvotes, whom it pings."""
    said = []
    if subscription.sources != DEFAULT_SOURCES:
        said.append(f"from {sources_in_words(subscription.sources)}")
    if subscription.cap is not None:
        said.append(f"at most {subscription.cap} a digest")
    if subscription.min_upvotes:
        said.append(f"with at least {count(subscription.min_upvotes, 'upvote')}")
    if subscription.upvoted_only:
        said.append("only papers that Hugging Face lists")
    if subscription.ping:
        said.append(f"pinging {role(subscription.ping)}")
    return said


def sources_in_words(sources: Iterable[SourceChoice]) -> str:
    """Name the sources of a subscription: `Hugging Face and arXiv cs.CV`."""
    return " and ".join(f"{source_title(each.source)} {each.category}".strip() for each in sources)


def _warnings(subscription: Subscription) -> Iterator[Note]:
    categories = [leaf.name for leaf, is_wanted in subscription.query.leaves() if isinstance(leaf, Category)]
    categories += [choice.category for choice in subscription.sources if choice.category]
    if categories and all(choice.source == HUGGINGFACE for choice in subscription.sources):
        yield Note(
            (
                Text("Hugging Face knows a paper's category only where arXiv told it; many have none. "),
                code(f"--source arxiv:{categories[0]}"),
                Text(" reads them at arXiv."),
            )
        )


# --- evidence -----------------------------------------------------------------------------------------------------


def _found(evidence: Evidence, subscription: Subscription) -> str:
    week, month = EVIDENCE.days, LONG_EVIDENCE.days
    if evidence.week:
        return f"{count(len(evidence.week), 'paper')} matched in the last {week} days{_rate(evidence)}:"
    if not evidence.looked_at:
        sources = sources_in_words(subscription.sources)
        return f"I have no papers of {sources} from the last {month} days, so I can't say yet how many match."
    looked_at = f"({evidence.looked_at:,} looked at)"
    if evidence.month:
        found = count(evidence.month, "paper")
        return f"No paper matched in the last {week} days; {found} did in the last {month} {looked_at}."
    return f"No paper matched in the last {month} days {looked_at}. I'll stay quiet until one does."


def _advice(subscription: Subscription, evidence: Evidence, cap: int) -> Iterator[Paragraph]:
    if evidence.is_noisy:
        yield _noisy(evidence, cap)
    if evidence.part:
        found = f"would have matched {count(evidence.part.papers, 'paper')}."
        if isinstance(subscription.query.root, Words):
            yield Paragraph((Text("The words anywhere, "), code(evidence.part.typed), Text(f", {found}")))
        else:
            yield Paragraph((code(evidence.part.typed), Text(f" alone {found}")))
    if evidence.wider:
        yield Paragraph((code(evidence.wider.typed), Text(f" would bring {a_day(evidence.wider, evidence)}.")))


def _rate(evidence: Evidence) -> str:
    """Return `, about 2 per weekday`, as a range where it is no whole number; empty for less than one."""
    low, high = floor(evidence.a_day), ceil(evidence.a_day)
    if not low:
        return ""
    return f", about {low if low == high else f'{low}–{high}'} per weekday"  # noqa: RUF001 - a range


def _noisy(evidence: Evidence, cap: int) -> Paragraph:
    said: list[Span] = [
        Text(f"That's a lot: about {round(evidence.a_day)} papers a day. Digests show the best {cap}. Narrow it: ")
    ]
    for each in evidence.narrower:
        said += (code(each.typed), Text(f" ({a_day(each, evidence)}) · "))
    return Paragraph((*said, Text("add a word.")))


def a_day(alternative: Alternative, evidence: Evidence) -> str:
    """Say how many papers an alternative gives: `2 a day`, or of all the evidence's days where that is under one."""
    rate = alternative.papers / evidence.weekdays
    return f"{round(rate)} a day" if rate >= 1 else f"{alternative.papers} in {EVIDENCE.days} days"


def _first(subscription: Subscription, zone: str) -> Spans:
    if subscription.next_due is None:
        return (Text("The first digest comes with the next new paper, at most one every 30 minutes."),)
    return Text("First digest: "), Time(subscription.next_due, zone), Text(".")


# --- the list -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A subscription with what its list line says beside it.

    The zone of its hours, that of its channel for days, how many papers were posted for it on the day of its last run,
    and who changed it last, in words.
    """

    subscription: Subscription
    zone: str
    channel_zone: str
    last_papers: int
    changed: str = ""


def subscription_list(listed: Sequence[Listed], channel: Channel, here: Channel, today: date) -> Document:
    """List a channel's subscriptions; `today` is the channel's own date."""
    if not listed:
        where = "of your own" if channel.is_personal else f"in {channel_name(channel)}"
        return Document(blocks=(_empty(where, to_whom(channel, here)),))
    return Document(blocks=(BulletList(tuple(_line(each, today) for each in listed)),))


def workspace_list(listed: Sequence[Listed], today: date) -> Document:
    """List the subscriptions of many channels, under the channel's name."""
    if not listed:
        return Document(blocks=(_empty("in the channels that you may see"),))
    by_channel: dict[Channel, list[Listed]] = {}
    for each in listed:
        by_channel.setdefault(each.subscription.channel, []).append(each)
    blocks: list[Block] = []
    for channel, mine in by_channel.items():
        blocks += (
            Paragraph((strong(channel_name(channel)),)),
            BulletList(tuple(_line(each, today) for each in mine)),
        )
    return Document(blocks=tuple(blocks))


def _empty(where: str, for_whom: str = "") -> Paragraph:
    start = code(f'/papers subscribe "your topic"{for_whom}')
    return Paragraph((Text(f"No subscriptions {where} yet. Start with "), start, Text(".")))


def _line(listed: Listed, today: date) -> Spans:
    mine = listed.subscription
    pieces: list[Spans] = [(Text(f"#{mine.number} "), strong(quoted(mine.query)))]
    if mine.pause is None:
        hours = str(mine.cadence)
        pieces.append((Text(hours if mine.cadence.frequency is Frequency.INSTANT else f"{hours} {listed.zone}"),))
    else:
        pieces.append((Text(_paused(mine, ZoneInfo(listed.channel_zone), today)),))
    pieces += ((Text(choice),) for choice in _choices(mine))
    if mine.pause is None:
        pieces.append(_last(listed, today))
    if listed.changed:
        pieces.append((Text(listed.changed),))
    return joined(pieces)


def _paused(subscription: Subscription, zone: ZoneInfo, today: date) -> str:
    pause = subscription.pause
    assert pause is not None
    since = f"since {date_in_words(pause.since.astimezone(zone).date(), today)}"
    if pause.reason is PauseReason.ACCESS:
        return f"paused {since}: {pause.in_words}"
    until = f" until {date_in_words(pause.until.astimezone(zone).date(), today)}" if pause.until else ""
    return f"paused by {person(pause.by)} {since}{until}"


def _last(listed: Listed, today: date) -> Spans:
    mine = listed.subscription
    if mine.last_run_at is None:
        if mine.next_due is None:
            return (Text("nothing yet"),)
        is_late = mine.next_due.astimezone(ZoneInfo(listed.zone)).date() < today
        return Text("due since " if is_late else "first: "), Time(mine.next_due, listed.zone)
    papers = count(listed.last_papers, "paper") if listed.last_papers else "nothing new"
    day = mine.last_run_at.astimezone(ZoneInfo(listed.channel_zone)).date()
    return (Text(f"last: {day_in_words(day, today)}, {papers}"),)
