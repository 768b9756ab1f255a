"""Search and trending."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.commands.handlers.asking import zone_of
from bot.commands.request import Period, Requester, Search, Trending
from bot.commands.services import Services
from bot.document import Reply
from bot.model.paper import HUGGINGFACE, StoredPaper
from bot.ports import SearchRequest
from bot.views.search import (
    PAGE_SIZE,
    TRENDING_SHOWN,
    found,
    nothing_found,
    nothing_trending,
    past_the_end,
    trending_papers,
)
from bot.views.words import date_in_words, quoted

_DAYS: dict[Period, int] = {"day": 7, "week": 7, "month": 30}
"""How far back each period looks; the day is the newest list of the week, because there is none at weekends."""


async def search(request: Search, services: Services) -> Reply:
    """Search the library, and show one page of what was found."""
    now = services.clock.now()
    wanted = SearchRequest(
        query=request.query,
        as_of=now,
        limit=PAGE_SIZE,
        offset=(request.page - 1) * PAGE_SIZE,
        sort=request.sort,
    )
    page = await services.store.search.search(wanted)
    sort = "" if request.sort == "relevance" else f" --sort {request.sort}"
    command = f"/papers search {quoted(request.query)}{sort} --page"
    if not page.total:
        library = await services.store.papers.statistics(now)
        document = nothing_found(request.query, library, now.date())
    elif not page.papers:
        document = past_the_end(page.total, number=request.page, command=command)
    else:
        document = found(request.query, page, number=request.page, command=command)
    return Reply(verb="search", document=document, papers=document.papers)


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
    others = [f"/papers trending {period}" for period in _DAYS if period != request.period]
    document = trending_papers(papers, when=when, others=others)
    cut = tuple(str(each.paper.id) for each in papers[TRENDING_SHOWN:])
    return Reply(verb="trending", document=document, papers=document.papers, cut=cut)


def _listed_days(stored: StoredPaper) -> list[date]:
    """Return the days on which Hugging Face listed a paper, in order."""
    return [sighting.listed_on for sighting in stored.paper.sightings if sighting.source == HUGGINGFACE]
