"""What is said to a search, and what is trending. Pure."""

from collections.abc import Sequence
from datetime import date

from bot.document import Block, Document, Note, Paragraph, Spans, Text, code, strong
from bot.model.digest import LEADS
from bot.model.paper import StoredPaper
from bot.ports import LibraryStatistics, SearchPage
from bot.query.ast import Query
from bot.views.papers import lead_of, line_of
from bot.views.words import count, date_in_words, quoted

PAGE_SIZE = 5
"""Papers on a page of a search: as many as a digest has leads."""

TRENDING_SHOWN = 10


def found(query: Query, page: SearchPage, *, number: int, command: str) -> Document:
    """Show a page of a search; `number` is the page's, `command` the words that ask for another one, but its number."""
    first = (number - 1) * PAGE_SIZE + 1
    blocks: list[Block] = [Note((Text(hint),)) for hint in query.hints]
    if page.is_relaxed:
        blocks.append(Note((Text("Nothing has all of "), code(quoted(query)), Text("; these have some of its words."))))
    blocks += (lead_of(stored, query=query, number=at) for at, stored in enumerate(page.papers, start=first))
    last = first + len(page.papers) - 1
    footnote: Spans = (Text(f"{first}–{last} of {page.total:,}" if last > first else f"{first} of {page.total:,}"),)  # noqa: RUF001 - a range
    if last < page.total:
        footnote = (*footnote, Text(" · next: "), code(f"{command} {number + 1}"))
    return Document(
        heading=(strong(quoted(query)), Text(f" · {count(page.total, 'paper')}")),
        blocks=tuple(blocks),
        footnote=footnote,
    )


def past_the_end(total: int, *, number: int, command: str) -> Document:
    """Say that there is no such page."""
    pages = -(-total // PAGE_SIZE)
    said = f"There is no page {number:,}: {count(total, 'paper')} make {count(pages, 'page')}. The last is "
    return Document(blocks=(Paragraph((Text(said), code(f"{command} {pages}"))),))


def nothing_found(query: Query, library: LibraryStatistics, today: date) -> Document:
    """Say that nothing was found, and in how much."""
    if not library.papers:
        return Document(blocks=(Paragraph((Text("No papers are stored yet; they come with the next fetch."),)),))
    since = f" since {date_in_words(library.first_listed, today)}" if library.first_listed else ""
    said = (Text("Nothing for "), code(quoted(query)), Text(f" in {count(library.papers, 'paper')}{since}."))
    return Document(blocks=(Paragraph(said), *(Note((Text(hint),)) for hint in query.hints)))


def trending_papers(papers: Sequence[StoredPaper], *, when: str, others: Sequence[str]) -> Document:
    """Show the most upvoted papers of some days, all given, best first; `others` are commands for other days."""
    shown = papers[:TRENDING_SHOWN]
    blocks: list[Block] = [lead_of(stored, number=number) for number, stored in enumerate(shown[:LEADS], start=1)]
    blocks += (line_of(stored, number=number) for number, stored in enumerate(shown[LEADS:], start=LEADS + 1))
    footnote: Spans = (Text(f"{len(shown)} of {count(len(papers), 'paper')} that Hugging Face listed"),)
    for command in others:
        footnote = (*footnote, Text(" · "), code(command))
    return Document(heading=(strong("Trending"), Text(f" · {when}")), blocks=tuple(blocks), footnote=footnote)


def nothing_trending(when: str, newest: date | None, today: date) -> Document:
    """Say that Hugging Face listed nothing in these days."""
    said = f"Hugging Face listed no papers in {when}."
    if newest is not None:
        said += f" The newest list here is of {date_in_words(newest, today)}."
    return Document(blocks=(Paragraph((Text(said),)),))
