"""One paper whole: its abstract, its links, who listed it when. Pure."""

from datetime import date

from bot.document import Block, Document, Fields, Note, PaperCard, Paragraph, Spans, Text
from bot.model.paper import Paper
from bot.views.words import count, date_in_words, source_title

AUTHORS_SHOWN = 20
"""Authors named; a paper has up to 664."""

_LINK_NAMES = (("abs", "arXiv"), ("pdf", "PDF"), ("hf", "Hugging Face"), ("code", "Code"), ("project", "Project"))


def paper_document(paper: Paper, today: date, *, asked: str = "") -> Document:
    """Show a paper; `asked` names the source that was asked for it, when it is not in the library."""
    blocks: list[Block] = [PaperCard(paper=str(paper.id), title=(Text(paper.title),), facts=_facts(paper))]
    blocks.append(Paragraph((Text(paper.abstract or paper.tldr or "No source gave an abstract."),)))
    if links := _links(paper):
        blocks.append(Fields(links))
    if listed := _listed(paper, today):
        blocks.append(Note((Text(listed),)))
    if asked:
        blocks.append(Note((Text(f"Outside my library; {asked} was asked for it."),)))
    return Document(blocks=tuple(blocks), summary=paper.title)


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
