"""All that was matched, where it is too much for a message: page by page, or the best of an answer. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.document import Action, Block, Code, Document, Note, PaperCard, PaperLine, Paragraph, Spans, Text, code
from bot.views.words import NEXT, PREVIOUS

ALL: Final = "all"
"""The verb of the buttons that show it."""

PAGE_SIZE: Final = 10
"""Papers on a page: each has a control of its own."""

MOST_IN_CHAT: Final = 50
"""Papers that an answer shows in a chat: a few messages, where ten years would be hundreds."""

LONGEST_CODE_IN_CHAT: Final = 24_000
"""Characters to copy that an answer shows in a chat: a few messages, too."""


def for_chat(document: Document) -> Document:
    """Return an answer with no more than a chat has room for: the first papers, and what it says of the rest."""
    document = replace(document, blocks=tuple(map(_short_enough, document.blocks)))
    papers = [each for each in document.blocks if isinstance(each, PaperCard | PaperLine)]
    left_out = papers[MOST_IN_CHAT:]
    if not left_out:
        return document
    last = document.blocks.index(left_out[0])
    others = tuple(each for each in document.blocks[last:] if not isinstance(each, PaperCard | PaperLine))
    said = (
        f"These are the first {MOST_IN_CHAT} of {len(papers):,}; {len(left_out):,} more are not shown. "
        "Ask for fewer days, or narrow the query, to see them."
    )
    return replace(document, blocks=(*document.blocks[:last], Note((Text(said),)), *others))


def _short_enough(block: Block) -> Block:
    """Return a block; of code that is too long the way to have it, for a part of a file would be another file."""
    if not isinstance(block, Code) or len(block.text) <= LONGEST_CODE_IN_CHAT:
        return block
    said = f"This has {len(block.text):,} characters, too many for a chat. Whoever runs paperround can write it down: "
    return Paragraph((Text(said), code("paperround papers --help"), Text(" says how.")))


def whole_document(document: Document, page: int, *, message: str) -> Document:
    """Show a page of everything that a digest matched: without TL;DRs, each paper as a card of its own.

    `page` counts from 1; the last one stands in for one that there is not. `message` is the platform's id of what was
    posted, for the buttons that turn the page.
    """
    papers = [each for each in (*document.blocks, *document.more) if isinstance(each, PaperCard | PaperLine)]
    pages = max(-(-len(papers) // PAGE_SIZE), 1)
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE_SIZE
    shown = papers[first : first + PAGE_SIZE]
    around = ((PREVIOUS, page - 1), (NEXT, page + 1))
    return Document(
        heading=document.heading,
        blocks=tuple(_card(each, number) for number, each in enumerate(shown, start=first + 1)),
        actions=tuple(
            Action(label=label, verb=ALL, target=f"{message}:{number}")
            for label, number in around
            if 1 <= number <= pages
        ),
        footnote=tuple(_where(first, len(shown), len(papers), document.unlisted)),
        summary=document.summary,
    )


def _card(paper: PaperCard | PaperLine, number: int) -> PaperCard:
    if isinstance(paper, PaperCard):
        return PaperCard(paper=paper.paper, title=paper.title, facts=paper.facts, number=number)
    title, rest = _title_and_rest(paper.spans)
    return PaperCard(paper=paper.paper, title=title, facts=(rest,) if rest else (), number=number)


def _title_and_rest(spans: Spans) -> tuple[Spans, Spans]:
    """Cut a line where its title ends: at the first dot between two of its pieces."""
    for index, span in enumerate(spans):
        if isinstance(span, Text) and span.text == " · " and not span.href:
            return spans[:index], spans[index + 1 :]
    return spans, ()


def _where(first: int, shown: int, papers: int, unlisted: int) -> Iterator[Text]:
    total = papers + unlisted
    is_range = shown > 1
    yield Text(f"{first + 1}–{first + shown} of {total:,}" if is_range else f"{first + shown} of {total:,}")  # noqa: RUF001 - a range
    if unlisted and first + shown == papers:
        yield Text(f" · the other {unlisted:,} are too many to list")
