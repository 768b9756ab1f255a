"""Show one paper whole, and what is like it."""

from typing import Final

from bot.commands.buttons import Buttons
from bot.commands.handlers.finding import found
from bot.commands.request import Requester, Show, Similar
from bot.commands.services import Services
from bot.document import Reply
from bot.matching.similar import query_for, rarest, similar, telling_words
from bot.model.paper import PaperKey, StoredPaper, tokens_of
from bot.ports import SearchRequest
from bot.views.show import paper_document, similar_papers

SIMILAR_SHOWN: Final = 5
CANDIDATES: Final = 50
"""Papers that are looked at for what is similar: the best by full text."""

NOT_STORED: Final = PaperKey(0)
"""The key of no paper of the library."""


async def show(request: Show, requester: Requester, services: Services) -> Reply:
    """Show one paper: its abstract, links and BibTeX, and what is similar."""
    here = await found(request.paper, services)
    now = services.clock.now()
    stored = here.stored or StoredPaper(key=NOT_STORED, paper=here.paper, tokens=tokens_of(here.paper))
    like = await papers_like(stored, services)
    buttons = Buttons(requester, now)
    share = buttons.command("Share", f"share show {here.paper.id}", single_use=True)
    await buttons.keep(services.store.requests)
    document = paper_document(stored, now.date(), similar=like, asked=here.asked, share=share)
    return Reply(verb="show", document=document, papers=(str(here.paper.id),))


async def similar_to(request: Similar, services: Services) -> Reply:
    """Show the papers of the library that are most like one."""
    here = await found(request.paper, services)
    stored = here.stored or StoredPaper(key=NOT_STORED, paper=here.paper, tokens=tokens_of(here.paper))
    document = similar_papers(stored, await papers_like(stored, services))
    return Reply(verb="similar", document=document, papers=document.papers)


async def papers_like(stored: StoredPaper, services: Services) -> tuple[StoredPaper, ...]:
    """Return the papers of the library that share the rarest words with this one, best first."""
    store, now = services.store, services.clock.now()
    words = telling_words(stored)
    own = frozenset() if stored.key == NOT_STORED else frozenset((*stored.tokens.title, *stored.tokens.abstract))
    counts = rarest(words, await store.search.counts(words), own=own)
    query = query_for(counts)
    if query is None:
        return ()
    page = await store.search.search(SearchRequest(query=query, as_of=now, limit=CANDIDATES))
    return similar(stored, page.papers, counts, SIMILAR_SHOWN)
