"""What a file changes in a channel: the difference, before and after it is carried out. Pure."""

from collections.abc import Iterable, Iterator

from bot.document import Block, BulletList, Document, Note, Paragraph, Span, Spans, Text, code, strong
from bot.fleet.form import Entries, Value
from bot.fleet.plan import Difference, ValueChange
from bot.model.change import UNDO_FOR
from bot.model.channel import Channel
from bot.views.words import channel_name, count, person, to_whom

_NONE = "none"


def would_change(difference: Difference, channel: Channel, here: Channel, *, is_new: bool = False) -> Document:
    """Show what a file would change; `is_new` says that the channel is not as it was when this was shown before."""
    moved = (Paragraph((Text("The channel was changed since this was shown; nothing was applied. Now:"),)),)
    said = (Text(f"This would change {channel_name(channel)}:"),)
    return Document(
        blocks=(
            *(moved if is_new else ()),
            Paragraph(said),
            *difference_blocks(difference),
            Note(
                (
                    Text("Apply does all of it or nothing; so does "),
                    code(f"/papers import --yes{to_whom(channel, here)}"),
                    Text("."),
                )
            ),
        ),
        summary=f"Import into {channel_name(channel)}: {difference_in_words(difference)}",
    )


def was_changed(difference: Difference, channel: Channel, *, by: str) -> Document:
    """Tell the channel what was changed, and by whom."""
    said = (Text(f"{person(by)} imported subscriptions and settings into {channel_name(channel)}:"),)
    return Document(
        blocks=(Paragraph(said), *difference_blocks(difference)),
        summary=f"Imported: {difference_in_words(difference)}",
    )


def nothing_to_change(channel: Channel) -> Document:
    """Say that the channel is what the file says."""
    return Document(blocks=(Paragraph((Text(f"{channel_name(channel)} is like this already; nothing to change."),)),))


def channel_difference(difference: Difference, channel: Channel, *, undo: str = "") -> Document:
    """Show an operator what changes in one channel of many; `undo` is what to type to take it back."""
    blocks = [*difference_blocks(difference)]
    if undo:
        blocks.append(Note((Text(f"Undo, within {UNDO_FOR.total_seconds() / 60:.0f} minutes: "), code(undo))))
    return Document(heading=(strong(str(channel)),), blocks=tuple(blocks))


def difference_blocks(difference: Difference) -> Iterator[Block]:
    """Yield the difference, one line for each subscription and setting, and what stays."""
    lines: list[Spans] = [_setting(change) for change in difference.settings]
    lines += (_added(entries) for entries in difference.added)
    for subscription in difference.changed:
        named = (Text(f"change #{subscription.number} "), strong(subscription.query))
        lines.append((*named, *(span for change in subscription.values for span in (Text(" · "), *_change(change)))))
    lines += ((Text(f"remove #{number} "), strong(query)) for number, query in difference.removed)
    if lines:
        yield BulletList(tuple(lines))
    if difference.kept:
        stays = "stays as it is" if difference.kept == 1 else "stay as they are"
        yield Note((Text(f"{count(difference.kept, 'subscription')} {stays}."),))


def difference_in_words(difference: Difference) -> str:
    """Count what changes: `2 added, 1 changed, 1 setting`."""
    counted = (
        (len(difference.added), "added"),
        (len(difference.changed), "changed"),
        (len(difference.removed), "removed"),
    )
    said = [f"{number} {what}" for number, what in counted if number]
    if difference.settings:
        said.append(count(len(difference.settings), "setting"))
    return ", ".join(said) or "nothing"


def _setting(change: ValueChange) -> Spans:
    return Text("set "), *_change(change)


def _added(entries: Entries) -> Spans:
    said = [f"{key} {_shown(value)}" if value is not True else key for key, value in entries.items() if key != "query"]
    return Text("add "), strong(_shown(entries["query"])), Text("".join(f" · {each}" for each in said))


def _change(change: ValueChange) -> Iterable[Span]:
    before, after = _shown(change.before), _shown(change.after)
    return code(change.key), Text(f" {before} → {after}")


def _shown(value: Value | None) -> str:
    match value:
        case None | []:
            return _NONE
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case _:
            return str(value)
