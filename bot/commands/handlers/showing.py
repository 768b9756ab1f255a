"""Show: one paper whole, from the library or, when it is not there, from a source."""

import asyncio
from datetime import timedelta

from bot.commands.request import Show
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import NotUnderstoodError, RefusedError, SourceError
from bot.model.naming import EXAMPLES, paper_named
from bot.model.paper import Paper, PaperId
from bot.views.show import paper_document
from bot.views.words import source_title

PATIENCE = timedelta(seconds=10)
"""How long a source may take to answer somebody who waits."""


async def show(request: Show, services: Services) -> Reply:
    """Show one paper. What a source is asked for is shown and not stored: nobody listed it here."""
    wanted = paper_named(request.paper)
    if wanted is None:
        raise NotUnderstoodError(f"I can't tell which paper `{request.paper}` is.", hint=EXAMPLES)
    now = services.clock.now()
    stored = (await services.store.papers.find([wanted], now)).get(wanted)
    if stored is not None:
        paper, asked = stored.paper, ""
    else:
        paper, asked = await _ask_sources(wanted, services)
    return Reply(verb="show", document=paper_document(paper, now.date(), asked=asked), papers=(str(paper.id),))


async def _ask_sources(wanted: PaperId, services: Services) -> tuple[Paper, str]:
    """Return the paper as the first source that knows it describes it, and the source's name.

    Raises:
        RefusedError: none of them does.
    """
    silent = []
    for name, source in services.sources.items():
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                paper = await source.paper(wanted)
        except (SourceError, TimeoutError):
            silent.append(source_title(name))
        else:
            if paper is not None:
                return paper, source_title(name)
    if silent:
        message = f"I don't have {wanted}, and {' and '.join(silent)} did not answer."
        raise RefusedError(message, hint="Try again in a few minutes.")
    raise RefusedError(f"I don't know a paper {wanted}; no source has it.", hint=EXAMPLES)
