"""Search: the `SearchIndex` port. Selection is exact, by the matcher's tokens; what is best comes first.

Query ──> condition on `paper` ──> selected ──> ordered by score, upvotes, date ──> one page
      ──> words asked for ──> score
                  nothing selected: again, with any of the words, whole phrases first
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.engine import Database
from adapters.sql.library.conditions import condition_of, text_of
from adapters.sql.library.reading import papers_by_key
from adapters.sql.tables import paper, sighting
from bot.matching.rank import trending_score
from bot.model.paper import PaperKey
from bot.ports import SearchPage, SearchRequest
from bot.query.ast import And, Node, Or, Since, Words, leaves_of

FEWEST_TO_RELAX: Final = 2
"""A search for one word has nothing to be relaxed to."""


class Sort(StrEnum):
    """The rankings of a search."""

    RELEVANCE = "relevance"
    UPVOTES = "upvotes"
    DATE = "date"


class SqlSearch:
    """`SearchIndex` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._text = text_of(database)

    async def search(self, request: SearchRequest) -> SearchPage:
        """See `SearchIndex.search`."""
        root = request.query.root
        async with self._database.read() as connection:
            page = await self._page(connection, request, root)
            if page.total == 0 and root is not None and (looser := relaxed(root)) is not None:
                page = await self._page(connection, request, looser, phrases=_phrases_wanted(root))
                page = replace(page, is_relaxed=page.total > 0)
        return page

    async def counts(self, words: Sequence[Words]) -> tuple[int, ...]:
        """See `SearchIndex.counts`."""
        async with self._database.read() as connection:
            return tuple([await connection.scalar(self._text.count(each)) or 0 for each in words])

    async def _page(
        self, connection: AsyncConnection, request: SearchRequest, root: Node | None, phrases: Sequence[Words] = ()
    ) -> SearchPage:
        """Return a page of what a tree selects; the more of the phrases a paper has, the better it is."""
        selected = _visible(request, true() if root is None else condition_of(self._text, root, request.as_of))
        total = await connection.scalar(select(func.count()).select_from(paper).where(selected)) or 0
        if request.query.is_trending and request.sort == Sort.RELEVANCE:
            keys = await _trending(connection, request, selected)
        else:
            ordered = self._ordered(request, root, phrases).where(selected).limit(request.limit).offset(request.offset)
            keys = list(await connection.scalars(ordered))
        known = await papers_by_key(connection, keys, request.as_of)
        papers = tuple(known[PaperKey(key)].stored for key in keys)
        return SearchPage(papers=papers, total=total)

    def _ordered(self, request: SearchRequest, root: Node | None, phrases: Sequence[Words]) -> Select[Any]:
        """Select keys in the order asked for; equals stand by upvotes, then date, then key."""
        wanted = [] if root is None else _words_wanted(root)
        upvotes = func.coalesce(paper.c.upvotes, -1).desc()
        published = func.coalesce(paper.c.published_at, paper.c.first_seen_at).desc()
        if not wanted:
            by_score: tuple[ColumnElement[Any], ...] = ()
            keys = select(paper.c.key)
        else:
            scores = self._text.scores(wanted)
            by_score = (*self._by_phrases(phrases), func.coalesce(scores.c.score, 0.0).desc())
            keys = select(paper.c.key).outerjoin(scores, scores.c.key == paper.c.key)
        match Sort(request.sort):
            case Sort.RELEVANCE:
                order = (*by_score, upvotes, published)
            case Sort.UPVOTES:
                order = (upvotes, *by_score, published)
            case Sort.DATE:
                order = (published, *by_score, upvotes)
        return keys.order_by(*order, paper.c.key)

    def _by_phrases(self, phrases: Sequence[Words]) -> tuple[ColumnElement[Any], ...]:
        """Order by how many phrases a paper has: a score knows only their words."""
        conditions = [self._text.condition(phrase) for phrase in phrases]
        held = [case((condition, 1), else_=0) for condition in conditions if condition is not None]
        return (sum(held[1:], held[0]).desc(),) if held else ()


def _visible(request: SearchRequest, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    visible = and_(paper.c.first_seen_at <= request.as_of, condition)
    return visible if request.query.since is None else and_(visible, _is_since(request.query.since, request.as_of))


def _is_since(since: Since, as_of: datetime) -> ColumnElement[bool]:
    first = since.first_day(as_of.date())
    return or_(
        paper.c.published_at >= datetime.combine(first, time(), UTC),
        exists().where(
            sighting.c.paper == paper.c.key, sighting.c.listed_on >= first, sighting.c.first_seen_at <= as_of
        ),
    )


async def _trending(connection: AsyncConnection, request: SearchRequest, selected: ColumnElement[bool]) -> list[int]:
    """Return a page of keys by upvotes with their half-life, as `rank` has them."""
    listed = (
        select(func.max(sighting.c.listed_on))
        .where(sighting.c.paper == paper.c.key, sighting.c.first_seen_at <= request.as_of)
        .scalar_subquery()
    )
    today = request.as_of.date()
    rows = await connection.execute(select(paper.c.key, paper.c.upvotes, listed.label("listed_on")).where(selected))
    scored = sorted(
        (
            -trending_score(row.upvotes or 0, (today - row.listed_on).days if row.listed_on else 0.0),
            -(row.upvotes or 0),
            row.key,
        )
        for row in rows
    )
    return [key for _, _, key in scored[request.offset : request.offset + request.limit]]


def _words_wanted(root: Node) -> list[Words]:
    return [leaf for leaf, is_wanted in leaves_of(root) if is_wanted and isinstance(leaf, Words)]


def _phrases_wanted(root: Node) -> list[Words]:
    return [words for words in _words_wanted(root) if len(words.tokens) > 1]


def relaxed(root: Node) -> Node | None:
    """Return what to search for when nothing has all the words: any of them, each by itself, and what else was asked.

    None when that would be the same search again.
    """
    tokens = dict.fromkeys((words.scope, token) for words in _words_wanted(root) for token in words.tokens)
    if len(tokens) < FEWEST_TO_RELAX:
        return None
    any_of = Or(tuple(Words(scope=scope, tokens=(token,)) for scope, token in tokens))
    parts = root.parts if isinstance(root, And) else (root,)
    return And((any_of, *(part for part in parts if not _words_wanted(part))))
