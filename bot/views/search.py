"""What is said to a search, and what is trending. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.document import Action, Block, Document, Note, Paragraph, Spans, Text, code, strong, text
from bot.model.digest import LEADS
from bot.model.paper import StoredPaper
from bot.ports import LibraryStatistics, SearchPage
from bot.query.ast import Query
from bot.views.papers import lead_of, line_of
from bot.views.words import count, date_in_words, person, quoted, source_title

PAGE_SIZE = 5
"""Papers on a page of a search: as many as a digest has leads."""

TRENDING_SHOWN = 10

SHARE = "Share"
"""The label of the button that shows the channel what one person sees."""

_OUTSIDE: Spans = (Text("outside my library"),)
_NO_LIBRARY = "No papers are stored yet; they come with the next fetch."


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the sources find that is not in the library, and which of them did not answer."""

    papers: tuple[StoredPaper, ...] = ()
    silent: tuple[str, ...] = ()


def found(
    query: Query, page: SearchPage, beside: Beside, *, number: int, command: str, actions: tuple[Action, ...] = ()
) -> Document:
    """Show a page of a search, and what was found beside it.

    `number` is the page's, `command` the words that ask for another one, but its number.
    """
    first = (number - 1) * PAGE_SIZE + 1
    blocks: list[Block] = [Note((Text(hint),)) for hint in query.hints]
    if page.is_relaxed:
        blocks.append(Note((Text("Nothing has all of "), code(quoted(query)), Text("; these have some of its words."))))
    blocks += (lead_of(stored, query=query, number=at) for at, stored in enumerate(page.papers, start=first))
    last = first + len(page.papers) - 1
    blocks += _beside(beside, query, last + 1)
    footnote: Spans = (Text(f"{first}–{last} of {page.total:,}" if last > first else f"{first} of {page.total:,}"),)  # noqa: RUF001 - a range
    if last < page.total:
        footnote = (*footnote, Text(" · next: "), code(f"{command} {number + 1}"))
    if beside.papers:
        footnote = (*footnote, Text(f" · {len(beside.papers)} outside my library"))
    counted = "" if page.is_relaxed else f" · {count(page.total, 'paper')}"
    return Document(
        heading=(strong(quoted(query)), *text(counted)),
        blocks=tuple(blocks),
        actions=actions,
        footnote=footnote,
    )


def past_the_end(total: int, *, number: int, command: str) -> Document:
    """Say that there is no such page."""
    pages = -(-total // PAGE_SIZE)
    said = f"There is no page {number:,}: {count(total, 'paper')} make {count(pages, 'page')}. The last is "
    return Document(blocks=(Paragraph((Text(said), code(f"{command} {pages}"))),))


def nothing_found(
    query: Query, library: LibraryStatistics, today: date, beside: Beside, *, actions: tuple[Action, ...] = ()
) -> Document:
    """Say that nothing was found, and in how much; show what was found beside it."""
    said: Spans = (Text(_NO_LIBRARY),)
    if library.papers:
        since = f" since {date_in_words(library.first_listed, today)}" if library.first_listed else ""
        said = (Text("Nothing for "), code(quoted(query)), Text(f" in {count(library.papers, 'paper')}{since}."))
    notes = tuple(Note((Text(hint),)) for hint in query.hints)
    return Document(blocks=(Paragraph(said), *_beside(beside, query, 1), *notes), actions=actions)


def _beside(beside: Beside, query: Query, number: int) -> Sequence[Block]:
    """Show what is not in the library, marked so; say whose answer is missing."""
    blocks: list[Block] = [
        lead_of(stored, query=query, number=at, why=(_OUTSIDE,)) for at, stored in enumerate(beside.papers, number)
    ]
    if beside.silent:
        names = " and ".join(map(source_title, beside.silent))
        blocks.append(Note((Text(f"Beside my library I asked {names}, without an answer."),)))
    return blocks


def trending_papers(
    papers: Sequence[StoredPaper], *, when: str, others: Sequence[str], actions: tuple[Action, ...] = ()
) -> Document:
    """Show the most upvoted papers of some days, all given, best first; `others` are commands for other days."""
    shown = papers[:TRENDING_SHOWN]
    blocks: list[Block] = [lead_of(stored, number=number) for number, stored in enumerate(shown[:LEADS], start=1)]
    blocks += (line_of(stored, number=number) for number, stored in enumerate(shown[LEADS:], start=LEADS + 1))
    footnote: Spans = (Text(f"{len(shown)} of {count(len(papers), 'paper')} that Hugging Face listed"),)
    for command in others:
        footnote = (*footnote, Text(" · "), code(command))
    heading = (strong("Trending"), Text(f" · {when}"))
    return Document(heading=heading, blocks=tuple(blocks), actions=actions, footnote=footnote)


def nothing_trending(when: str, newest: date | None, today: date) -> Document:
    """Say that there is no list of Hugging Face of these days; whether it published one is for `status` to say."""
    said: Spans = (Text(_NO_LIBRARY),)
    if newest is not None:
        none = (
            f"I have no list of Hugging Face from {when}. The newest list here is of {date_in_words(newest, today)}; "
        )
        said = (Text(none), code("/papers status"), Text(" says why."))
    return Document(blocks=(Paragraph(said),))


def shared(document: Document, *, by: str) -> Document:
    """Show the channel what one person was shown, and say who shares it."""
    return replace(
        document,
        blocks=(*document.blocks, Note((Text(f"Shared by {person(by)}."),))),
        actions=tuple(action for action in document.actions if action.label != SHARE),
    )
