"""A paper that somebody wants to talk about: the message, and what they are told. Pure."""

from datetime import date

from bot.document import LONGEST_TITLE, Document, Paragraph, Text
from bot.model.digest import LedgerRow
from bot.model.paper import StoredPaper
from bot.text.tldr import cut
from bot.views.papers import lead_of
from bot.views.words import day_in_words, person


def discussion(stored: StoredPaper, *, by: str) -> Document:
    """Ask the channel about a paper, in a message of its own, in the name of a person."""
    asked = f"{person(by)}: worth a look?"
    title = stored.paper.title
    return Document(
        heading=(Text(asked),),
        blocks=(lead_of(stored),),
        summary=f"{asked} {title}",
        title=cut(title, LONGEST_TITLE),
    )


def will_be_discussed(stored: StoredPaper) -> Document:
    """Tell who asked that the channel will see it."""
    return Document(blocks=(Paragraph((Text(f"I post it here for discussion: {stored.paper.title}."),)),))


def discussed_before(stored: StoredPaper, before: LedgerRow, today: date) -> Document:
    """Tell who asks again when the channel was asked, and where where that is known."""
    when = Text(day_in_words(before.at.date(), today), href=before.href)
    said = Text(f"{stored.paper.title} was posted here for discussion ")
    return Document(blocks=(Paragraph((said, when, Text("; a channel is asked only once."))),))
