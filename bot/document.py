"""Documents: what is said to a channel or a person, before any platform decides how it looks.

A Document is a heading, blocks, and a footnote. Blocks hold spans; a span is plain text with a style and perhaps
an address. No markup ever stands in a text: `*`, `<` and `@` are just characters here, and each renderer escapes
them once, at its edge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

LONGEST_TITLE: Final = 100
"""Characters of a document's title: a platform that needs one has room for no more."""


class Style(StrEnum):
    """How a span is meant; a renderer that cannot show it shows the text plain.

    CHANNEL is a channel of the same workspace, written `#id`: where the platform can, it is shown by its name, as a
    link that calls nobody.
    """

    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    MATCH = "match"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Text:
    """A run of characters; with `href` it is a link."""

    text: str
    style: Style = Style.PLAIN
    href: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """A moment in UTC, shown in each reader's own zone where the platform can, else in `zone` (an IANA name).

    `form` is "datetime", "date", "time", or "zoned": a datetime that names `zone` where that is what it is shown in.
    """

    at: datetime
    zone: str = "UTC"
    form: str = "datetime"


Span = Text | Time
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class Note:
    """A quiet remark, smaller than a paragraph."""

    spans: Spans


@dataclass(frozen=True, slots=True)
class BulletList:
    """Things of equal weight, one to a line."""

    items: tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """Names and values, in order."""

    pairs: tuple[tuple[str, Spans], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Characters to copy as they are: an example, a caret under a mistake, BibTeX."""

    text: str


@dataclass(frozen=True, slots=True)
class Divider:
    """A change of subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCard:
    """One paper shown as a lead: `title`, then `body` (the TL;DR), then `facts` (authors, organisation, links, why).

    `paper` is its id as text, for the controls. `number` stands before the title; 0 shows none.
    """

    paper: str
    title: Spans
    body: Spans = ()
    facts: tuple[Spans, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """One paper shown in a line; `is_reminder` says that the channel has had it, and a round-up only reminds of it."""

    paper: str
    spans: Spans
    number: int = 0
    is_reminder: bool = False


Block = Paragraph | Note | BulletList | Fields | Code | Divider | PaperCard | PaperLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to press: a label, the verb it stands for, and the paper or the stored request it is about."""

    label: str
    verb: str
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything said at once.

    `summary` is the text of a notification. `title` names the document where a platform keeps it under a name (a post
    in a forum), in at most `LONGEST_TITLE` characters; elsewhere nobody sees it. `pings` are the roles to be called to
    it, as the platform names them. `more` are papers that matched and were cut: where a platform has a place beside the
    message (a thread, a private list), they are shown there. `unlisted` counts further ones, too many for such a place.
    """

    heading: Spans = ()
    blocks: tuple[Block, ...] = ()
    actions: tuple[Action, ...] = ()
    more: tuple[PaperLine, ...] = ()
    unlisted: int = 0
    footnote: Spans = ()
    summary: str = ""
    title: str = ""
    pings: tuple[str, ...] = ()

    @property
    def papers(self) -> tuple[str, ...]:
        """The ids of the papers shown, in order."""
        return tuple(block.paper for block in self.blocks if isinstance(block, PaperCard | PaperLine))

    @property
    def brought(self) -> tuple[str, ...]:
        """The ids of the papers shown, in order, without a round-up's reminders."""
        reminders = {block.paper for block in self.blocks if isinstance(block, PaperLine) and block.is_reminder}
        return tuple(paper for paper in self.papers if paper not in reminders)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A command to fill in: the text of each parameter as it stands, by name, and the channel where it will act."""

    verb: str
    values: Mapping[str, str]
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer to a command.

    `papers` are the ids shown, in order; `cut` those that matched and were cut. `visible_to_channel` is False when
    only the person who asked may see it. `ok` is False for a refusal; `understood` is False when the text was not
    understood (exit status 2 on the console). `has_enqueued` says that something to post waits in the outbox now.
    `form` is what to fill in, shown in place of the document where a platform has forms.
    """

    verb: str
    document: Document
    ok: bool = True
    understood: bool = True
    visible_to_channel: bool = False
    papers: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    has_enqueued: bool = False
    form: Form | None = None


def text(*words: str) -> Spans:
    """Make plain spans of words."""
    return tuple(Text(word) for word in words if word)


def strong(words: str) -> Text:
    """Make a strong span."""
    return Text(words, Style.STRONG)


def code(words: str) -> Text:
    """Make a span of code: something to type."""
    return Text(words, Style.CODE)
