"""The paper that a person or a button names: in the library, or asked of the sources."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.commands.services import Services
from bot.errors import NotUnderstoodError, RefusedError, SourceError
from bot.model.naming import EXAMPLES, paper_named
from bot.model.paper import Paper, PaperId, StoredPaper
from bot.views.words import source_title

PATIENCE: Final = timedelta(seconds=10)
"""How long a source may take to answer somebody who waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A paper, and what the library has of it: None for one that `asked`, a source's name, had to be asked for."""

    paper: Paper
    stored: StoredPaper | None = None
    asked: str = ""


async def found(name: str, services: Services) -> Found:
    """Return the paper of this name. What a source is asked for is not stored: nobody listed it here.

    Raises:
        NotUnderstoodError: it is no name of a paper.
        RefusedError: nobody knows the paper.
    """
    wanted = paper_named(name)
    # An importer's ids (acl:P19-1001) are names only where they are known.
    known = wanted or _id_of(name)
    if known is not None:
        stored = (await services.store.papers.find([known], services.clock.now())).get(known)
        if stored is not None:
            return Found(paper=stored.paper, stored=stored)
    if wanted is None:
        raise NotUnderstoodError(f"I can't tell which paper `{name}` is.", hint=EXAMPLES)
    paper, asked = await _ask_sources(wanted, services)
    return Found(paper=paper, asked=asked)


async def kept(name: str, services: Services) -> StoredPaper:
    """Return the paper of this name as the library has it; one that only a source knows is stored now.

    Raises:
        NotUnderstoodError: it is no name of a paper.
        RefusedError: nobody knows the paper.
    """
    here = await found(name, services)
    if here.stored is not None:
        return here.stored
    now = services.clock.now()
    await services.store.papers.ingest([here.paper], now)
    return (await services.store.papers.find([here.paper.id], now))[here.paper.id]


def _id_of(name: str) -> PaperId | None:
    try:
        return PaperId.parse(name)
    except ValueError:
        return None


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
