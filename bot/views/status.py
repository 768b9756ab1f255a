"""What status says: sources, schedules, deliveries, and what is late. Pure."""

from collections.abc import Sequence

from bot.document import Block, BulletList, Document, Paragraph, Spans, Text, strong
from bot.model.report import Report, Row
from bot.views.words import joined, moment_in_words, source_title

_AT_NAMES = {"schedules": "next ", "deliveries": "", "sources": "last ", "late": "since "}


def status_document(report: Report, *, zone: str, channel: str = "") -> Document:
    """Say how things stand, in a zone's time; `channel` is the name whose rows need not say it.

    Moments are named in that one zone, for whoever reads: the report's reasons have some in it, too.
    """
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
    pieces: list[Spans] = []
    if not row.reason.startswith(row.outcome):
        pieces.append((Text(row.outcome),))
    if row.at is not None:
        pieces.append((Text(f"{_AT_NAMES[group]}{moment_in_words(row.at, zone)}"),))
    if row.reason:
        pieces.append((Text(row.reason),))
    return (*spans, *joined(pieces))
