"""What status says: sources, schedules, deliveries, and what is late. Pure."""

from collections.abc import Sequence

from bot.document import Block, BulletList, Document, Paragraph, Spans, Text, Time, strong
from bot.model.report import Report, Row
from bot.views.words import source_title

_AT_NAMES = {"schedules": "next", "deliveries": "", "sources": "last", "late": "since"}


def status_document(report: Report, *, zone: str, channel: str = "") -> Document:
    """Say how things stand, in a zone's time; `channel` is the name whose rows need not say it."""
    blocks: list[Block] = []
    groups = (("late", report.late), ("sources", report.sources))
    for name, rows in (*groups, ("schedules", report.schedules), ("deliveries", report.deliveries)):
        blocks += _group(name, rows, zone, channel)
    if not report.late:
        blocks.insert(0, Paragraph((Text("Nothing is late."),)))
    return Document(heading=(strong("Status"),), blocks=tuple(blocks))


def _group(name: str, rows: Sequence[Row], zone: str, channel: str) -> tuple[Block, ...]:
    """Return a list under its name; of an empty one only what matters."""
    if rows:
        return Paragraph((strong(name.capitalize()),)), BulletList(
            tuple(_line(name, row, zone, channel) for row in rows)
        )
    if name == "schedules":
        return (Paragraph((Text("No subscriptions yet."),)),)
    return ()


def _line(group: str, row: Row, zone: str, channel: str) -> Spans:
    spans: Spans = () if row.name == channel else (Text(f"{source_title(row.name)}: "),)
    spans = (*spans, Text(row.outcome))
    if row.at is not None:
        spans = (*spans, Text(f" · {_AT_NAMES[group]} ".replace("  ", " ")), Time(row.at, zone, "zoned"))
    return (*spans, Text(f" · {row.reason}")) if row.reason else spans
