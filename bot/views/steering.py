"""What is said when a subscription is edited, paused, resumed or run, and read in the channel `here`. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.document import Block, BulletList, Code, Document, Note, Paragraph, Spans, Text, Time, code, strong
from bot.model.cadence import WEEKDAY_NAMES, Cadence, Frequency, days_in_words
from bot.model.channel import Channel
from bot.model.subscription import Pause, PauseReason, Subscription
from bot.query.ast import Query
from bot.query.reading import in_words
from bot.views.muting import how_to_unmute
from bot.views.subscriptions import sources_in_words
from bot.views.words import cadence_in_words, count, date_in_words, named, person, quoted, role, to_whom


def next_digest(subscription: Subscription, here: Channel, zone: str, now: datetime) -> Spans:
    """Say when a subscription's next digest comes, or that one should have come; `zone` is that of its hours."""
    if subscription.pause is not None:
        resume = code(f"/papers resume {subscription.number}{to_whom(subscription.channel, here)}")
        return Text("It is paused; "), resume, Text(" lets it go on.")
    if subscription.next_due is None:
        return (Text("The next digest comes with the next new paper, at most one every 30 minutes."),)
    if subscription.next_due <= now:
        due = Text("A digest has been due since "), Time(subscription.next_due, zone)
        status = code(f"/papers status{to_whom(subscription.channel, here)}")
        return (*due, Text("; "), status, Text(" says why it is late."))
    return Text("Next digest: "), Time(subscription.next_due, zone), Text(".")


# --- edit ---------------------------------------------------------------------------------------------------------


def edited(
    before: Subscription, after: Subscription, here: Channel, *, by: str, channel_zone: str, now: datetime
) -> Document:
    """Say what changed of a subscription, as it was and as it is, and when its next digest comes."""
    has_query = before.query != after.query
    blocks: list[Block] = [
        Paragraph((Text(f"{person(by)} changed "), *named(before), Text(":"))),
        BulletList(tuple(_changes(before, after, channel_zone))),
        Paragraph(next_digest(after, here, after.cadence.timezone or channel_zone, now)),
    ]
    if has_query:
        blocks.append(Note((Text(f"I look for: {in_words(after.query)}. It starts afresh today."),)))
        blocks += (Note((Text(hint),)) for hint in after.query.hints)
    return Document(blocks=tuple(blocks), summary=f"Changed {quoted(after.query)}")


def _changes(before: Subscription, after: Subscription, channel_zone: str) -> Iterator[Spans]:
    if before.query != after.query:
        yield Text("query: "), strong(quoted(before.query)), Text(" → "), strong(quoted(after.query))
    for name, was, is_ in (
        ("hours", *(cadence_in_words(each.cadence, each.cadence.timezone or channel_zone) for each in (before, after))),
        ("at most", _cap(before), _cap(after)),
        ("from", sources_in_words(before.sources), sources_in_words(after.sources)),
        ("upvotes", _upvotes(before), _upvotes(after)),
        ("ping", *(role(each.ping) if each.ping else "nobody" for each in (before, after))),
        ("papers", *("only what Hugging Face lists" if each.upvoted_only else "all" for each in (before, after))),
    ):
        if was != is_:
            yield (Text(f"{name}: {was} → {is_}"),)
        elif name == "hours" and before.cadence != after.cadence:
            # The zone is the same, but from now on it is its own, or the channel's.
            yield (Text("time zone: its own" if after.cadence.timezone else "time zone: the channel's"),)


def _cap(subscription: Subscription) -> str:
    return "the channel's cap" if subscription.cap is None else f"{subscription.cap} a digest"


def _upvotes(subscription: Subscription) -> str:
    return f"at least {subscription.min_upvotes}" if subscription.min_upvotes else "any"


def not_edited(subscription: Subscription) -> Document:
    """Say that a subscription is so already."""
    said = (*named(subscription), Text(" is so already; I changed nothing."))
    return Document(blocks=(Paragraph(said),))


def how_to_edit(subscription: Subscription, here: Channel, *, channel_zone: str) -> Document:
    """Say how a subscription stands and what of it can be changed, with a command to copy."""
    hours = cadence_in_words(subscription.cadence, subscription.cadence.timezone or channel_zone)
    told = (
        Text("Change what you like and leave out what stays; "),
        code("--tz none"),
        Text(" and "),
        code("--max none"),
        Text(" take back what was set. "),
        code("/papers help edit"),
        Text(" has every flag."),
    )
    return Document(
        blocks=(
            Paragraph((*named(subscription), Text(f", {hours}. As a command:"))),
            Code(command_of(subscription, here)),
            Paragraph(told),
        ),
        summary=f"How to change {quoted(subscription.query)}",
    )


def command_of(subscription: Subscription, here: Channel) -> str:
    """Return the edit that would make a subscription what it is."""
    words = [f"/papers edit {subscription.number} {quoted(subscription.query)}", _hours(subscription.cadence)]
    if subscription.cadence.timezone:
        words.append(f"--tz {subscription.cadence.timezone}")
    if subscription.cap is not None:
        words.append(f"--max {subscription.cap}")
    words.append(f"--source {','.join(map(str, subscription.sources))}")
    if subscription.min_upvotes:
        words.append(f"--min-upvotes {subscription.min_upvotes}")
    if subscription.upvoted_only:
        words.append("--upvoted-only")
    if subscription.ping:
        words.append(f"--ping {subscription.ping}")
    return " ".join(words) + to_whom(subscription.channel, here)


def _hours(cadence: Cadence) -> str:
    if cadence.frequency is Frequency.INSTANT:
        return "--instant"
    if cadence.frequency is Frequency.WEEKLY:
        (day,) = cadence.weekdays
        return f"--weekly {WEEKDAY_NAMES[day]} {cadence.at:%H:%M}"
    return f"--daily {cadence.at:%H:%M} --days {days_in_words(cadence.weekdays).replace(' ', '')}"


# --- pause, resume ---------------------------------------------------------------------------------------------------


def paused(
    now_paused: Sequence[Subscription],
    already: Sequence[Subscription],
    here: Channel,
    *,
    by: str,
    zone: str,
    today: date,
) -> Document:
    """Say what was paused and until when, and what was paused before; `zone` is the channel's."""
    blocks: list[Block] = []
    if now_paused:
        pause = now_paused[0].pause
        until = f" until {_day(pause.until, zone, today)}" if pause and pause.until else ""
        blocks += _what_was_done(f"{person(by)} paused", now_paused, f"{until}. Papers of that time are not kept.")
        target = f"{now_paused[0].number if len(now_paused) == 1 else 'all'}{to_whom(now_paused[0].channel, here)}"
        way_out = (code(f"/papers resume {target}"), Text(" ends it." if not until else " ends it earlier."))
        blocks.append(Paragraph(way_out))
    if not now_paused and len(already) > 1:
        end = code(f"/papers resume all{to_whom(already[0].channel, here)}"), Text(" ends that.")
        said = Text("Every subscription is paused already. ")
        return Document(blocks=(Paragraph((said, *end)),), summary="Paused already")
    blocks += (Paragraph(_paused_already(each, zone, today)) for each in already)
    if not now_paused and len(already) == 1 and already[0].pause and already[0].pause.reason is not PauseReason.ACCESS:
        resume = code(f"/papers resume {already[0].number}{to_whom(already[0].channel, here)}")
        blocks.append(Paragraph((resume, Text(" ends it."))))
    return Document(blocks=tuple(blocks), summary="Paused" if now_paused else "Paused already")


def _what_was_done(done: str, subscriptions: Sequence[Subscription], rest: str) -> Iterator[Block]:
    if len(subscriptions) == 1:
        yield Paragraph((Text(f"{done} "), *named(subscriptions[0]), Text(rest)))
        return
    yield Paragraph((Text(f"{done} {count(len(subscriptions), 'subscription')}{rest}"),))
    yield BulletList(tuple(named(each) for each in subscriptions))


def _paused_already(subscription: Subscription, zone: str, today: date) -> Spans:
    return (*named(subscription), Text(f" is paused already, {why_paused(subscription.pause, zone, today)}."))


def why_paused(pause: Pause | None, zone: str, today: date) -> str:
    """Say who paused something and since when: `by @bo since 12 Nov`, or what access was lost."""
    assert pause is not None
    since = f"since {_day(pause.since, zone, today)}"
    if pause.reason is PauseReason.ACCESS:
        return f"{since}: {pause.in_words}"
    return f"by {person(pause.by)} {since}" + (f" until {_day(pause.until, zone, today)}" if pause.until else "")


def _day(moment: datetime, zone: str, today: date) -> str:
    return date_in_words(moment.astimezone(ZoneInfo(zone)).date(), today)


def resumed(
    resumed_now: Sequence[tuple[Subscription, Subscription]],
    active: Iterable[Subscription],
    here: Channel,
    *,
    by: str,
    zone: str,
    now: datetime,
) -> Document:
    """Say what goes on, each as it was and as it is, and when; and what was not paused. `zone` is the channel's."""
    blocks: list[Block] = []
    if len(resumed_now) == 1:
        ((_, only),) = resumed_now
        blocks += _what_was_done(f"{person(by)} resumed", [only], ".")
        blocks.append(Paragraph(next_digest(only, here, only.cadence.timezone or zone, now)))
    elif resumed_now:
        blocks.append(Paragraph((Text(f"{person(by)} resumed {len(resumed_now)} subscriptions."),)))
        blocks.append(BulletList(tuple(_goes_on(is_, here, zone, now) for _, is_ in resumed_now)))
    for was, is_ in resumed_now:
        label: Spans = () if len(resumed_now) == 1 else (Text(f"#{is_.number}: "),)
        if was.pause and was.pause.reason is PauseReason.ACCESS:
            said = (
                f"It was paused because I could not post here ({was.pause.in_words}). "
                "If I still can't, I pause it again."
            )
            blocks.append(Note((*label, Text(f"{said} Papers that were missed come with it, of up to 14 days."))))
    blocks += (
        Paragraph(
            (*named(each), Text(" is not paused. "), *next_digest(each, here, each.cadence.timezone or zone, now))
        )
        for each in active
    )
    return Document(blocks=tuple(blocks), summary="Resumed" if resumed_now else "Not paused")


def _goes_on(subscription: Subscription, here: Channel, channel_zone: str, now: datetime) -> Spans:
    zone = subscription.cadence.timezone or channel_zone
    hours = f", {cadence_in_words(subscription.cadence, zone)}. "
    return (*named(subscription), Text(hours), *next_digest(subscription, here, zone, now))


# --- run ----------------------------------------------------------------------------------------------------------


def ran(
    subscription: Subscription, papers: int, here: Channel, *, cut: int, waiting: int, zone: str, now: datetime
) -> Document:
    """Say that a digest is on its way, and what follows it; `zone` is that of the subscription's hours."""
    said = [Text(f"Posting {_best(papers, cut)} for "), *named(subscription), Text(" now.")]
    if waiting:
        said.append(Text(f" {count(waiting, 'more paper')} of these days matched and {_wait(waiting)} not posted."))
    after = (
        Text("No digest repeats them. " if papers > 1 else "No digest repeats it. "),
        *next_digest(subscription, here, zone, now),
    )
    return Document(blocks=(Paragraph(tuple(said)), Paragraph(after)), summary=f"Posting {quoted(subscription.query)}")


def _best(papers: int, cut: int) -> str:
    """Say how many papers are shown, without a word of where the rest is: each platform has its own place for it."""
    if not cut:
        return count(papers, "paper")
    return f"the best {'' if papers == 1 else f'{papers:,} '}of {count(papers + cut, 'paper')}"


def _wait(papers: int) -> str:
    return "is" if papers == 1 else "are"


def nothing_to_run(
    subscription: Subscription, why: str, here: Channel, *, mutes: Sequence[Query], zone: str, now: datetime
) -> Document:
    """Say that nothing is waiting, and why; `mutes` are those that keep something out."""
    said = (Text("Nothing is waiting for "), *named(subscription), Text(f": {why}. I posted nothing."))
    way_out = [Paragraph(how_to_unmute(mutes, subscription.channel, here))] if mutes else []
    return Document(
        blocks=(Paragraph(said), *way_out, Paragraph(next_digest(subscription, here, zone, now))),
        summary="Nothing to post",
    )
