"""The condition on `paper` that a query stands for: exact, by the matcher's tokens, on both databases."""

from datetime import datetime
from typing import assert_never

from sqlalchemy import ColumnElement, Text, and_, exists, func, literal, not_, or_, type_coerce

from adapters.sql.engine import Database
from adapters.sql.library.fulltext import FullText, PostgresText, SqliteText
from adapters.sql.tables import paper, sighting
from bot.query.ast import And, Category, Node, Not, Or, Source, Upvotes, Words
from bot.query.categories import ARCHIVES


def condition_of(text: FullText, node: Node, as_of: datetime) -> ColumnElement[bool]:
    """Return the condition that a tree stands for."""
    if (whole := text.condition(node)) is not None:
        return whole
    match node:
        case And(parts):
            return and_(*(condition_of(text, part, as_of) for part in parts))
        case Or(parts):
            return or_(*(condition_of(text, part, as_of) for part in parts))
        case Not(part):
            return not_(condition_of(text, part, as_of))
        case Category(name=name):
            return or_(in_category(text, name), *([_holds(text, f"\n{name}.")] if name in ARCHIVES else []))
        case Source(name=name):
            return exists().where(
                sighting.c.paper == paper.c.key, sighting.c.source == name, sighting.c.first_seen_at <= as_of
            )
        case Upvotes(least=least, most=most):
            most_of_all = (1 << 31) - 1 if most is None else most
            return func.coalesce(paper.c.upvotes, -1).between(max(least, 0), most_of_all)
        case Words():
            raise AssertionError(node)  # full text takes every word
        case _:
            assert_never(node)


def in_category(text: FullText, name: str) -> ColumnElement[bool]:
    """Return the condition that a paper has exactly this category."""
    return _holds(text, f"\n{name}\n")


def _holds(text: FullText, piece: str) -> ColumnElement[bool]:
    return text.holds(literal("\n") + type_coerce(paper.c.categories, Text) + "\n", piece)


def text_of(database: Database) -> FullText:
    """Return the full text of a database."""
    return SqliteText() if database.is_sqlite else PostgresText()
