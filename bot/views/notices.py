"""What paperround says by itself: the greeting, a silence that is improbable, a pause for lost access. Pure."""

from collections.abc import Sequence
from typing import Final

from bot.document import LONGEST_TITLE, Action, Document, Paragraph, Spans, Style, Text, code
from bot.model.cadence import WEEKDAYS
from bot.model.channel import Channel
from bot.model.subscription import Subscription
from bot.text.tldr import cut
from bot.views.words import channel_name, count, quoted

_GREETING: Final = "I post new research papers that match what this channel cares about. Try:"
_TO_TRY: Final = ('/papers subscribe "diffusion models"', "/papers trending", "/papers help")


def greeting_document() -> Document:
    """Say what to do with somebody who has just joined."""
    tries: Spans = (code(_TO_TRY[0]),)
    for each in _TO_TRY[1:]:
        tries = (*tries, Text(" · "), code(each))
    summary = f"{_GREETING} {' · '.join(_TO_TRY)}"
    title = cut(_GREETING, LONGEST_TITLE)
    return Document(blocks=(Paragraph((Text(_GREETING),)), Paragraph(tries)), summary=summary, title=title)


def paused_document(channel: Channel) -> Document:
    """Tell somebody whose subscriptions a channel lost that it is kept, and what ends that."""
    return _said(
        Text("Paused: I can't post in "),
        Text(channel_name(channel), Style.CHANNEL),
        Text(". When I'm let in again I resume by myself, with up to 14 days of missed papers in one digest."),
    )


def quiet_document(subscription: Subscription, *, a_day: float, days: int, actions: Sequence[Action]) -> Document:
    """Say that a subscription is quieter than it should be: what it brought a weekday before, and since when not."""
    said = f"{_topic(subscription)} usually brings {_rate(a_day)}; nothing for {count(days, 'weekday')}."
    return _said(Text(f"{said} Sources are fine."), actions=actions)


def _said(*spans: Text, actions: Sequence[Action] = ()) -> Document:
    sentence = "".join(span.text for span in spans)
    return Document(
        blocks=(Paragraph(spans),),
        actions=tuple(actions),
        summary=sentence,
        title=cut(sentence, LONGEST_TITLE),
    )


def _topic(subscription: Subscription) -> str:
    """Return the query in quotes; one that has its own keeps to those."""
    typed = quoted(subscription.query)
    return typed if '"' in typed else f'"{typed}"'


def _rate(a_day: float) -> str:
    """Say a rate in whole papers: `7 a day`, `2 a week`."""
    return f"{round(a_day)} a day" if a_day >= 1 else f"{max(round(a_day * len(WEEKDAYS)), 1)} a week"
