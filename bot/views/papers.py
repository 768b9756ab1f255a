"""One paper, as a lead or as a line, with the matched words marked. Pure."""

from collections.abc import Iterable

from bot.document import PaperCard, PaperLine, Spans, Style, Text
from bot.matching.explain import Field, explain, highlight
from bot.model.paper import StoredPaper
from bot.query.ast import Query
from bot.text.tldr import TLDR_LENGTH, cut, tldr_of
from bot.views.words import authors_in_words

_BETWEEN = Text(" · ")


def lead_of(
    stored: StoredPaper, *, query: Query | None = None, number: int = 0, why: Iterable[Spans] = ()
) -> PaperCard:
    """Show a paper with its TL;DR, its facts, and why it is there.

    `query` marks its words in place; a reason is said only when they are not to be seen. `why` comes before it.
    """
    paper = stored.paper
    title = marked(paper.title, query, Field.TITLE, href=link_of(stored))
    body = marked(summary_of(stored), query, Field.ABSTRACT)
    facts = [
        _plain(authors_in_words(paper.authors)),
        _plain(paper.organisation),
        _plain(upvotes_in_words(stored)),
        _link("PDF", paper.links.pdf),
        _link("Code", paper.links.code),
        *why,
    ]
    if query is not None and not _is_marked((*title, *body)):
        facts.append(reason_of(stored, query))
    return PaperCard(
        paper=str(paper.id), title=title, body=body, facts=tuple(fact for fact in facts if fact), number=number
    )


def line_of(
    stored: StoredPaper, *, query: Query | None = None, number: int = 0, tags: Iterable[Spans] = ()
) -> PaperLine:
    """Show a paper in a line: its title, its upvotes, and `tags` (which subscription, when it was posted)."""
    spans = [*marked(stored.paper.title, query, Field.TITLE, href=link_of(stored))]
    for tag in (_plain(upvotes_in_words(stored)), *tags):
        if tag:
            spans += (_BETWEEN, *tag)
    return PaperLine(paper=str(stored.paper.id), spans=tuple(spans), number=number)


def marked(text: str, query: Query | None, field: Field, *, href: str = "") -> Spans:
    """Return a text with the words that a query asks for marked, linked as a whole."""
    found = highlight(text, query, field) if query else ()
    if not found:
        return _plain(text, href)
    spans: list[Text] = []
    done = 0
    for start, end in found:
        spans += (Text(text[done:start], href=href), Text(text[start:end], Style.MATCH, href))
        done = end
    spans.append(Text(text[done:], href=href))
    return tuple(span for span in spans if span.text)


def summary_of(stored: StoredPaper) -> str:
    """Return the TL;DR: the source's, else the sentences of the abstract that state the contribution."""
    return cut(stored.paper.tldr, TLDR_LENGTH) or tldr_of(stored.paper.abstract)


def reason_of(stored: StoredPaper, query: Query) -> Spans:
    """Say why a paper matched: which word or phrase, in which field; empty when the query has nothing to point at."""
    return _plain(", ".join(str(reason) for reason in explain(query, stored)))


def link_of(stored: StoredPaper) -> str:
    """Return where a title leads: the paper's page at its source; empty when no source gave one."""
    links = stored.paper.links
    return links.hf or links.abs or links.pdf or links.project


def upvotes_in_words(stored: StoredPaper) -> str:
    """Return `87▲`; empty where nobody counts."""
    upvotes = stored.paper.upvotes
    return "" if upvotes is None else f"{upvotes:,}▲"


def _plain(words: str, href: str = "") -> Spans:
    return (Text(words, href=href),) if words else ()


def _link(words: str, href: str) -> Spans:
    return _plain(words, href) if href else ()


def _is_marked(spans: Spans) -> bool:
    return any(isinstance(span, Text) and span.style is Style.MATCH for span in spans)
