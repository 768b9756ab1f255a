"""Small pieces of wording that every view shares: counts, names of authors, topics. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.document import Spans, Text, strong
from bot.model.cadence import Cadence, Frequency, days_in_words
from bot.model.channel import Channel
from bot.model.subscription import Subscription
from bot.query.ast import Query
from bot.query.fields import SOURCE_TITLES

AUTHORS_BEFORE, AUTHORS_AFTER = 2, 1
"""Authors named of a long list: the first two and the last."""

PREVIOUS, NEXT = "Previous", "Next"
"""What the buttons that turn pages say, everywhere."""

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def count(number: int, noun: str) -> str:
    """Say a number of things: `1 paper`, `4,120 papers`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def authors_in_words(authors: Sequence[str]) -> str:
    """Name the authors: all of a few, else `Ada B, Cy D … Zoe E (12)`."""
    if len(authors) <= AUTHORS_BEFORE + AUTHORS_AFTER:
        return ", ".join(authors)
    first, last = authors[:AUTHORS_BEFORE], authors[-AUTHORS_AFTER:]
    return f"{', '.join(first)} … {', '.join(last)} ({len(authors)})"


def topic_of(query: Query) -> str:
    """Name what a query is about, as the person wrote it; a query that is one phrase loses its quotes."""
    typed = query.typed or str(query)
    inner = typed[1:-1]
    return inner if typed[:1] == typed[-1:] == '"' and '"' not in inner and inner else typed


def titles_in_words(titles: Sequence[str], rest: int) -> str:
    """Name some titles and count the rest: `Title A; Title B; 3 more`."""
    return "; ".join([*titles, *([f"{rest:,} more"] if rest else [])])


def quoted(query: Query) -> str:
    """Return a query as the person wrote it: what they recognise, and may copy."""
    return query.typed or str(query)


def named(subscription: Subscription) -> Spans:
    """Name a subscription by its query, and by the number that commands take."""
    return strong(quoted(subscription.query)), Text(f" (#{subscription.number})")


def person(user: str) -> str:
    """Name a person."""
    return f"@{user}"


def role(ping: str) -> str:
    """Name a role."""
    return f"@&{ping}"


def joined(pieces: Iterable[Spans]) -> Spans:
    """Put a dot between the pieces of a line."""
    spans: Spans = ()
    for piece in pieces:
        spans = (*spans, Text(" · "), *piece) if spans else piece
    return spans


def source_title(source: str) -> str:
    """Return a source's name as people write it."""
    return SOURCE_TITLES.get(source, source)


def channel_name(channel: Channel) -> str:
    """Name a channel inside its workspace: `#tea`, or `@ana` for a person's own."""
    return channel.id if channel.is_personal else f"#{channel.id}"


def name_from(channel: Channel, here: Channel) -> str:
    """Name a channel to whoever reads it in one: `this channel`, or `#tea` for another."""
    return "this channel" if channel == here else channel_name(channel)


def capitalised(words: str) -> str:
    """Begin a sentence with some words, whose other letters stay as they are."""
    return words[:1].upper() + words[1:]


def to_whom(channel: Channel, here: Channel | None = None) -> str:
    """Return what a command must end in to act there, when it is typed in `here`; None: in the channel itself.

    That is ` --to me` for a person's own channel, ` --in #tea` for another. Without it the command would act in the
    channel where the person types it, on what has the same number there.
    """
    if channel.is_personal:
        return " --to me"
    return "" if here is None or channel == here else f" --in {channel_name(channel)}"


def cadence_in_words(cadence: Cadence, zone: str) -> str:
    """Say how often, in a sentence: `weekdays at 09:00 Europe/Berlin`, `Mondays at 09:00 UTC`, `as papers appear`."""
    if cadence.frequency is Frequency.INSTANT:
        return f"as papers appear, between 08:00 and 20:00 {zone}"
    days = days_in_words(cadence.weekdays)
    if cadence.frequency is Frequency.WEEKLY:
        days = " and ".join(f"{_DAY_NAMES[day]}s" for day in sorted(cadence.weekdays))
    return f"{days} at {cadence.at:%H:%M} {zone}"


def day_in_words(day: date, today: date) -> str:
    """Name a day: `today`, `yesterday`, `12 Nov`, `12 Nov 2025`."""
    if day == today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    return date_in_words(day, today)


def since_in_words(since: datetime, now: datetime) -> str:
    """Say since when something is so, in UTC, with its day where that is another: `05:10 UTC`, `24 Nov, 05:10 UTC`."""
    day = "" if since.date() == now.date() else f"{date_in_words(since.date(), now.date())}, "
    return f"{day}{since:%H:%M} UTC"


def moment_in_words(at: datetime, zone: str) -> str:
    """Write a moment in a zone's time, and name the zone: `Tue 24 Nov, 09:00 Europe/Berlin`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b, %H:%M} {zone}"


def date_in_words(day: date, today: date) -> str:
    """Write a date, with its year where that is not this one: `24 Aug`, `24 Aug 2025`."""
    return f"{day.day} {day:%b}" + (f" {day.year}" if day.year != today.year else "")
