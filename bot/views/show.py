"""One paper whole: its abstract, its links, who listed it when, BibTeX, and what is like it. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from bot.document import Action, Block, BulletList, Code, Document, Fields, Note, PaperCard, Paragraph, Spans, Text
from bot.model.paper import Paper, StoredPaper
from bot.text.bibtex import Work, bibtex
from bot.views.papers import lead_of, link_of, upvotes_in_words
from bot.views.words import count, date_in_words, source_title

AUTHORS_SHOWN = 20
"""Authors named; a paper has up to 664."""

_LINK_NAMES = (("abs", "arXiv"), ("pdf", "PDF"), ("hf", "Hugging Face"), ("code", "Code"), ("project", "Project"))

_MONTH = re.compile(r"(\d\d)(0[1-9]|1[0-2])\.")
"""Source: https://info.arxiv.org/help/arxiv_identifier.html"""

_ACTIONS = (("Save", "save"), ("Similar", "similar"), ("Discuss", "discuss"), ("Less like this", "less"))


def paper_document(
    stored: StoredPaper,
    today: date,
    *,
    similar: Sequence[StoredPaper] = (),
    asked: str = "",
    share: Action | None = None,
) -> Document:
    """Show a paper; `asked` names the source that was asked for it, when it is not in the library."""
    paper = stored.paper
    blocks: list[Block] = [PaperCard(paper=str(paper.id), title=(Text(paper.title),), facts=_facts(paper))]
    blocks.append(Paragraph((Text(paper.abstract or paper.tldr or "No source gave an abstract."),)))
    if links := _links(paper):
        blocks.append(Fields(links))
    if listed := _listed(paper, today):
        blocks.append(Note((Text(listed),)))
    if asked:
        blocks.append(Note((Text(f"Outside my library; {asked} was asked for it."),)))
    if similar:
        blocks += (Paragraph((Text("Similar:"),)), BulletList(tuple(map(_similar, similar))))
    blocks += (Paragraph((Text("BibTeX:"),)), Code(bibtex([work_of(paper)])))
    return Document(
        blocks=tuple(blocks),
        actions=(*paper_actions(paper), *([share] if share else [])),
        summary=paper.title,
    )


def paper_actions(paper: Paper) -> tuple[Action, ...]:
    """Return what can be done with a paper; the buttons carry its id and nothing else."""
    return tuple(Action(label=label, verb=verb, target=str(paper.id)) for label, verb in _ACTIONS)


def similar_papers(stored: StoredPaper, similar: Sequence[StoredPaper]) -> Document:
    """Show what is most like a paper."""
    if not similar:
        return Document(blocks=(Paragraph((Text(f"Nothing in my library is like {stored.paper.title}."),)),))
    leads = tuple(lead_of(each, number=number) for number, each in enumerate(similar, start=1))
    said = f"Similar to {stored.paper.title}"
    return Document(heading=(Text(said),), blocks=leads, summary=said)


def work_of(paper: Paper) -> Work:
    """Return what a bibliography says of a paper."""
    ids = (paper.id, *paper.aliases)
    arxiv = next((each.value for each in ids if each.scheme == "arxiv"), "")
    return Work(
        title=paper.title,
        authors=paper.authors,
        published_on=paper.published_at.date() if paper.published_at else _month_of(arxiv),
        arxiv=arxiv,
        primary=next(iter(paper.categories), "") if arxiv else "",
        doi=next((each.value for each in ids if each.scheme == "doi"), ""),
        url=paper.links.abs or paper.links.hf or paper.links.pdf or paper.links.project,
    )


def _month_of(arxiv: str) -> date | None:
    """Return the first day of the month that a new id of arXiv names: 2606.00001 is of June 2026."""
    found = _MONTH.match(arxiv)
    return date(2000 + int(found[1]), int(found[2]), 1) if found else None


def _similar(stored: StoredPaper) -> Spans:
    facts = " · ".join(fact for fact in (upvotes_in_words(stored), str(stored.paper.id)) if fact)
    return Text(stored.paper.title, href=link_of(stored)), Text(f" · {facts}")


def _facts(paper: Paper) -> tuple[Spans, ...]:
    published = f"{paper.published_at:%Y-%m-%d}" if paper.published_at else ""
    upvotes = "" if paper.upvotes is None else f"{paper.upvotes:,}▲"
    said = (_authors(paper.authors), paper.organisation, published, " ".join(paper.categories), upvotes, str(paper.id))
    return tuple((Text(each),) for each in said if each)


def _authors(authors: tuple[str, ...]) -> str:
    more = len(authors) - AUTHORS_SHOWN
    return ", ".join(authors[:AUTHORS_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _links(paper: Paper) -> tuple[tuple[str, Spans], ...]:
    found = ((name, getattr(paper.links, field)) for field, name in _LINK_NAMES)
    doi = next((each.value for each in (paper.id, *paper.aliases) if each.scheme == "doi"), "")
    links = tuple((name, (Text(href, href=href),)) for name, href in found if href)
    return (*links, ("DOI", (Text(doi, href=f"https://doi.org/{doi}"),))) if doi else links


def _listed(paper: Paper, today: date) -> str:
    """Return `Listed by Hugging Face on 16 Jun, arXiv on 15 Jun (and 2 times more)`; empty when nobody listed it."""
    last = sorted(paper.sightings, key=lambda each: (each.listed_on, each.source), reverse=True)
    said = [f"{source_title(each.source)} on {date_in_words(each.listed_on, today)}" for each in last[:4]]
    more = f", and {count(len(last) - len(said), 'time')} before" if len(last) > len(said) else ""
    return f"Listed by {', '.join(said)}{more}." if said else ""
