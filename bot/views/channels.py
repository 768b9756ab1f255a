"""What an operator reads about every channel. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.document import Block, BulletList, Document, Fields, Paragraph, Spans, Text, Time, strong
from bot.model.cadence import Frequency
from bot.model.report import ChannelReport
from bot.model.subscription import Subscription
from bot.views.words import count, quoted


def channels_document(reports: Sequence[ChannelReport]) -> Document:
    """List the channels with their subscriptions; hours and moments are the channel's own."""
    if not reports:
        return Document(blocks=(Paragraph((Text("No channel has subscriptions yet."),)),))
    blocks: list[Block] = []
    for report in reports:
        blocks.append(Paragraph((strong(str(report.channel)),)))
        blocks.append(BulletList(tuple(_line(each, report.zone) for each in report.subscriptions)))
        blocks.append(Fields(tuple(_standing(report))))
    faults = sum(bool(report.fault) for report in reports)
    said = f"{count(len(reports), 'channel')}, {count(faults, 'fault') if faults else 'no fault'}."
    return Document(blocks=(*blocks, Paragraph((Text(said),))))


def _line(subscription: Subscription, channel_zone: str) -> Spans:
    hours = str(subscription.cadence)
    if subscription.cadence.frequency is not Frequency.INSTANT:
        hours = f"{hours} {subscription.cadence.timezone or channel_zone}"
    paused = "" if subscription.is_active else " · paused"
    return Text(f"#{subscription.number} "), strong(quoted(subscription.query)), Text(f" · {hours}{paused}")


def _standing(report: ChannelReport) -> Iterator[tuple[str, Spans]]:
    last, due = report.last_digest, report.next_digest
    yield "last digest", _moment(last, report.zone) if last else (Text("none yet"),)
    if due:
        yield "next digest", _moment(due, report.zone)
    else:
        is_instant = any(each.is_active for each in report.subscriptions)
        yield "next digest", (Text("as papers appear" if is_instant else "none, all is paused"),)
    if report.fault:
        yield "fault", (Text(report.fault),)


def _moment(at: datetime, zone: str) -> Spans:
    return (Time(at, zone, "zoned"),)
