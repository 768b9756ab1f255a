"""Everybody's own reading list: save, take off, read it, as BibTeX too."""

from bot.commands.buttons import Buttons
from bot.commands.handlers.finding import found, kept
from bot.commands.request import Requester, Save, Saved, Unsave
from bot.commands.services import Services
from bot.document import Reply
from bot.model.channel import Platform
from bot.views.saved import (
    BIBTEX_PAGE_SIZE,
    PAGE_SIZE,
    bibliography,
    no_papers,
    removed,
    saved_already,
    saved_now,
    saved_papers,
)
from bot.views.words import NEXT, PREVIOUS


async def save(request: Save, requester: Requester, services: Services) -> Reply:
    """Put a paper on the reading list of whoever asks."""
    stored = await kept(request.paper, services)
    here, now = requester.channel, services.clock.now()
    is_new = await services.store.saved.save(here.platform, here.workspace, requester.user, stored.key, now)
    mine = await services.store.saved.of_user(here.platform, here.workspace, requester.user, now)
    document = saved_now(stored, len(mine)) if is_new else saved_already(stored)
    return Reply(verb="save", document=document)


async def unsave(request: Unsave, requester: Requester, services: Services) -> Reply:
    """Take a paper off the reading list of whoever asks."""
    paper = await found(request.paper, services)
    here = requester.channel
    was_there = paper.stored is not None and await services.store.saved.remove(
        here.platform, here.workspace, requester.user, paper.stored.key
    )
    return Reply(verb="unsave", document=removed(paper.paper, was_there=was_there))


async def saved(request: Saved, requester: Requester, services: Services) -> Reply:
    """Show a page of the reading list of whoever asks, last saved first; as BibTeX, first saved first."""
    here, now = requester.channel, services.clock.now()
    mine = await services.store.saved.of_user(here.platform, here.workspace, requester.user, now)
    if not mine:
        return Reply(verb="saved", document=no_papers())
    command, size = "saved", PAGE_SIZE
    if request.is_bibtex:
        # A terminal has room for all of it, and a file is written from there.
        command = "saved --bibtex"
        size = len(mine) if here.platform is Platform.CONSOLE else BIBTEX_PAGE_SIZE
    pages = -(-len(mine) // size)
    page = min(request.page, pages)
    buttons = Buttons(requester, now)
    around = ((PREVIOUS, page - 1), (NEXT, page + 1))
    actions = [buttons.command(label, f"{command} --page {each}") for label, each in around if 1 <= each <= pages]
    if not request.is_bibtex:
        actions.append(buttons.command("BibTeX", "saved --bibtex"))
    await buttons.keep(services.store.requests)
    if request.is_bibtex:
        # Letters behind equal keys go by age, so that no key changes when a paper is added.
        papers = tuple(reversed(mine))
        first, last = (page - 1) * size, page * size
        shown = tuple(str(each.paper.id) for each in papers[first:last])
        return Reply(verb="saved", document=bibliography(papers, first, last, actions=tuple(actions)), papers=shown)
    document = saved_papers(mine, page, now.date(), actions=tuple(actions))
    return Reply(verb="saved", document=document, papers=document.papers)
