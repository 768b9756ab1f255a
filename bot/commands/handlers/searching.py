"""Search and trending, and sharing what they found with the channel."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.commands.arguments import ROOT
from bot.commands.buttons import Buttons
from bot.commands.handlers.asking import zone_of
from bot.commands.handlers.showing import show
from bot.commands.outside import allowed, words_asked
from bot.commands.parse import parse
from bot.commands.request import Period, Requester, Search, Share, Show, Subscribe, Trending
from bot.commands.services import Services
from bot.document import Action, Reply
from bot.errors import CommandError
from bot.model.paper import HUGGINGFACE, Paper, PaperId, StoredPaper, title_id
from bot.ports import SearchPage, SearchRequest
from bot.query.ast import canonical_text
from bot.views.search import (
    PAGE_SIZE,
    SHARE,
    TRENDING_SHOWN,
    Beside,
    found,
    nothing_found,
    nothing_trending,
    past_the_end,
    shared,
    trending_papers,
)
from bot.views.words import NEXT, PREVIOUS, date_in_words, quoted

_DAYS: dict[Period, int] = {"day": 7, "week": 7, "month": 30}
"""How far back each period looks; the day is the newest list of the week, because there is none at weekends."""


async def search(request: Search, requester: Requester, services: Services) -> Reply:
    """Search the library, and show one page of what was found; little is eked out with what the sources find."""
    now = services.clock.now()
    wanted = SearchRequest(
        query=request.query,
        as_of=now,
        limit=PAGE_SIZE,
        offset=(request.page - 1) * PAGE_SIZE,
        sort=request.sort,
    )
    page = await services.store.search.search(wanted)
    words = _words(request)
    if page.total and not page.papers:
        document = past_the_end(page.total, number=request.page, command=f"{ROOT} {words} --page")
        return Reply(verb="search", document=document)
    beside = await _beside(request, page, services)
    buttons = Buttons(requester, now)
    actions = _actions(request, page, words, buttons) if page.total or beside.papers else ()
    await buttons.keep(services.store.requests)
    if page.total:
        command = f"{ROOT} {words} --page"
        document = found(request.query, page, beside, number=request.page, command=command, actions=actions)
    else:
        library = await services.store.papers.statistics(now)
        document = nothing_found(request.query, library, now.date(), beside, actions=actions)
    return Reply(verb="search", document=document, papers=document.papers)


def _words(request: Search) -> str:
    """Return the command that asks for the same, without its page.

    What was typed where a platform has an option of its own for a query may hold what a text reads as a flag: then the
    query is written in its canonical form.
    """
    sort = "" if request.sort == "relevance" else f" --sort {request.sort}"
    typed = f"search {quoted(request.query)}{sort}"
    try:
        again = parse(typed)
    except CommandError:
        again = None
    return typed if again == replace(request, page=1) else f"search {request.query}{sort}"


def _actions(request: Search, page: SearchPage, words: str, buttons: Buttons) -> tuple[Action, ...]:
    turns = []
    if request.page > 1:
        turns.append(buttons.command(PREVIOUS, f"{words} --page {request.page - 1}"))
    if request.page * PAGE_SIZE < page.total:
        turns.append(buttons.command(NEXT, f"{words} --page {request.page + 1}"))
    if text := _subscription(request):
        turns.append(buttons.command("Subscribe to this search", text))
    turns.append(buttons.command(SHARE, f"share {words} --page {request.page}", single_use=True))
    return tuple(turns)


def _subscription(request: Search) -> str:
    """Return the command that subscribes to what was searched for; empty where no subscription can have that query."""
    query = request.query
    whole = canonical_text(query.root, is_trending=query.is_trending, since=None)
    for words in (quoted(query), whole):
        try:
            asked = parse(f"subscribe {words}")
        except CommandError:
            continue
        if isinstance(asked, Subscribe) and asked.query.canonical == whole:
            return f"subscribe {words}"
    return ""


# --- outside the library -----------------------------------------------------------------------------------------


async def _beside(request: Search, page: SearchPage, services: Services) -> Beside:
    """Return what the sources find beside a first page that is not full, or holds only some of the words."""
    words = words_asked(request.query)
    is_enough = page.total >= PAGE_SIZE and not page.is_relaxed
    if request.page > 1 or is_enough or not words:
        return Beside()
    now = services.clock.now()
    heard = await services.outside.ask(words, services.sources, now)
    ids = {each.id: _ids_of(each) for each in heard.papers}
    known = await services.store.papers.find([each for some in ids.values() for each in some], now)
    strange = [each for each in heard.papers if not any(each_id in known for each_id in ids[each.id])]
    return Beside(papers=allowed(request.query, strange, now)[:PAGE_SIZE], silent=heard.silent)


def _ids_of(paper: Paper) -> tuple[PaperId, ...]:
    """Return every id under which the library may know a paper."""
    return (paper.id, *paper.aliases, title_id(paper.title))


# --- trending ----------------------------------------------------------------------------------------------------


async def trending(request: Trending, requester: Requester, services: Services) -> Reply:
    """Show what Hugging Face listed in a period, the most upvoted first."""
    now = services.clock.now()
    today = now.date()
    since = today - timedelta(days=_DAYS[request.period])
    papers = list(await services.store.papers.listed(since, today, now, [HUGGINGFACE]))
    local = now.astimezone(ZoneInfo(await zone_of(requester, services))).date()
    when = f"the last {_DAYS[request.period]} days"
    if not papers:
        newest = (await services.store.papers.statistics(now)).last_listed
        return Reply(verb="trending", document=nothing_trending(when, newest, local))
    if request.period == "day":
        day = max(_listed_days(each)[-1] for each in papers)
        papers = [each for each in papers if day in _listed_days(each)]
        when = f"the list of {day:%a} {date_in_words(day, local)}"
    papers.sort(key=lambda each: (-(each.paper.upvotes or 0), -_listed_days(each)[-1].toordinal(), each.key))
    others = [f"trending {period}" for period in _DAYS if period != request.period]
    buttons = Buttons(requester, now)
    actions = [buttons.command(each.capitalize(), each) for each in others]
    actions.append(buttons.command(SHARE, f"share trending {request.period}", single_use=True))
    await buttons.keep(services.store.requests)
    document = trending_papers(papers, when=when, others=[f"{ROOT} {each}" for each in others], actions=tuple(actions))
    cut = tuple(str(each.paper.id) for each in papers[TRENDING_SHOWN:])
    return Reply(verb="trending", document=document, papers=document.papers, cut=cut)


def _listed_days(stored: StoredPaper) -> list[date]:
    """Return the days on which Hugging Face listed a paper, in order."""
    return [sighting.listed_on for sighting in stored.paper.sightings if sighting.source == HUGGINGFACE]


# --- sharing -----------------------------------------------------------------------------------------------------


async def share(request: Share, requester: Requester, services: Services) -> Reply:
    """Answer what somebody asked for again, for all the channel."""
    match request.request:
        case Search():
            reply = await search(request.request, requester, services)
        case Trending():
            reply = await trending(request.request, requester, services)
        case Show():
            reply = await show(request.request, requester, services)
    return replace(reply, document=shared(reply.document, by=requester.user))
