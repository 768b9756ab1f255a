"""What is said about changes: who changed something, and what undoing one put back. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.document import BulletList, Document, Paragraph, Spans, Text
from bot.model.change import Change, ChangeKind
from bot.model.subscription import Subscription
from bot.views.words import cadence_in_words, date_in_words, named, person


def undone(
    change: Change,
    before: Sequence[Subscription],
    after: Sequence[Subscription],
    *,
    by: str,
    zone: str,
    with_settings: bool,
) -> Document:
    """Say what undoing put back; `before` and `after` are the channel's subscriptions around it."""
    items = [*_put_back(change, before, after, zone)]
    if with_settings:
        items.append((Text("the settings are as they were"),))
    said = f"Undone by {person(by)}:"
    if len(items) == 1:
        return Document(blocks=(Paragraph((Text(f"{said} "), *items[0], Text(". What was posted stays."))),))
    return Document(
        blocks=(Paragraph((Text(said),)), BulletList(tuple(items)), Paragraph((Text("What was posted stays."),)))
    )


def _put_back(
    change: Change, before: Sequence[Subscription], after: Sequence[Subscription], zone: str
) -> Iterator[Spans]:
    was, is_ = ({each.number: each for each in some} for some in (before, after))
    for number in change.numbers:
        if number not in is_:
            if number in was:
                yield (*named(was[number]), Text(" is gone again"))
            continue
        mine = is_[number]
        how = "paused" if mine.pause else cadence_in_words(mine.cadence, mine.cadence.timezone or zone)
        yield (*named(mine), Text(f" {'is as it was' if number in was else 'is back'}, {how}"))


def changed_last(subscription: Subscription, changes: Sequence[Change], today: date) -> str:
    """Say who changed a subscription last: `edited by @cy 12 Nov`; empty where its making or its pause says it."""
    mine = (each for each in changes if subscription.number in each.numbers and not each.is_undone)
    newest = next(mine, None)
    if newest is None or newest.kind in {ChangeKind.SUBSCRIBED, ChangeKind.PAUSED}:
        return ""
    return f"{newest.kind} by {person(newest.by)} {date_in_words(newest.at.date(), today)}"
