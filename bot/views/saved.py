"""The reading list: what was saved, page by page, as BibTeX too, and what is said to saving. Pure."""

from collections.abc import Sequence
from datetime import date

from bot.document import Action, Block, Code, Document, Paragraph, Spans, Text, code, strong
from bot.model.paper import Paper, StoredPaper
from bot.text.bibtex import entries
from bot.views.papers import line_of
from bot.views.show import work_of
from bot.views.words import authors_in_words, count, date_in_words

PAGE_SIZE = 10
"""Papers on a page: each has a button of its own."""

BIBTEX_PAGE_SIZE = 20
"""Entries on a page: a few messages in a chat, however many authors they have."""


def saved_papers(mine: Sequence[StoredPaper], page: int, today: date, *, actions: tuple[Action, ...]) -> Document:
    """Show a page of the list, last saved first; every paper on it can be taken off."""
    first = (page - 1) * PAGE_SIZE
    shown = mine[first : first + PAGE_SIZE]
    lines: tuple[Block, ...] = tuple(
        line_of(each, number=number, tags=_tags(each.paper, today))
        for number, each in enumerate(shown, start=first + 1)
    )
    offs = tuple(_off(each.paper, f"Remove {number}") for number, each in enumerate(shown, start=first + 1))
    pages = () if len(shown) == len(mine) else (*_range(first, len(shown), len(mine)), Text(" · "))
    return Document(
        heading=(strong("Your reading list"), Text(f" · {count(len(mine), 'paper')}")),
        blocks=lines,
        actions=(*actions, *offs),
        footnote=(*pages, code("/papers saved --bibtex"), Text(" gives it to a bibliography")),
    )


def bibliography(papers: Sequence[StoredPaper], first: int, last: int, *, actions: tuple[Action, ...]) -> Document:
    """Show the papers from `first` up to `last` as BibTeX, to copy; a paper has the same key on every page."""
    shown = tuple(entries(work_of(each.paper) for each in papers))[first:last]
    return Document(
        heading=(strong("Your reading list"), Text(f" · {count(len(papers), 'paper')} as BibTeX")),
        blocks=(Code("\n\n".join(shown)),),
        actions=actions,
        footnote=() if len(shown) == len(papers) else _range(first, len(shown), len(papers)),
    )


def no_papers() -> Document:
    """Say that nothing is saved, and how that changes."""
    said = "Your reading list is empty. Save on a paper puts it there; to find one: "
    return Document(blocks=(Paragraph((Text(said), code("/papers trending"))),))


def saved_now(stored: StoredPaper, many: int) -> Document:
    """Say that a paper is on the list now."""
    said = f"Saved: {stored.paper.title}. Your reading list has {count(many, 'paper')}: "
    return Document(blocks=(Paragraph((Text(said), code("/papers saved"))),), actions=(_off(stored.paper, "Remove"),))


def saved_already(stored: StoredPaper) -> Document:
    """Say that a paper was on the list before."""
    said = f"{stored.paper.title} is on your reading list already: "
    return Document(blocks=(Paragraph((Text(said), code("/papers saved"))),), actions=(_off(stored.paper, "Remove"),))


def removed(paper: Paper, *, was_there: bool) -> Document:
    """Say that a paper is on the list no longer, and offer to put it back."""
    if not was_there:
        return Document(blocks=(Paragraph((Text(f"{paper.title} is not on your reading list."),)),))
    back = Action(label="Save again", verb="save", target=str(paper.id))
    said = f"Taken off your reading list: {paper.title}."
    return Document(blocks=(Paragraph((Text(said),)),), actions=(back,))


def _range(first: int, shown: int, of: int) -> Spans:
    return (Text(f"{first + 1}–{first + shown} of {of:,}"),)  # noqa: RUF001 - a range


def _off(paper: Paper, label: str) -> Action:
    return Action(label=label, verb="unsave", target=str(paper.id))


def _tags(paper: Paper, today: date) -> tuple[Spans, ...]:
    published = date_in_words(paper.published_at.date(), today) if paper.published_at else ""
    return tuple((Text(each),) for each in (authors_in_words(paper.authors), published) if each)
