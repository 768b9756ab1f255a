"""Everybody's own reading list: the `SavedPapers` port."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select

from adapters.sql.engine import Database
from adapters.sql.library.reading import papers_by_key
from adapters.sql.tables import saved
from bot.model.paper import PaperKey, StoredPaper


class SqlSavedPapers:
    """`SavedPapers` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, platform: str, workspace: str, user: str, paper: PaperKey, at: datetime) -> bool:
        """See `SavedPapers.save`."""
        new = self._database.insert(saved).values(platform=platform, workspace=workspace, user=user, paper=paper, at=at)
        async with self._database.write() as connection:
            stored = await connection.execute(new.on_conflict_do_nothing().returning(saved.c.paper))
            return stored.first() is not None

    async def remove(self, platform: str, workspace: str, user: str, paper: PaperKey) -> bool:
        """See `SavedPapers.remove`."""
        async with self._database.write() as connection:
            gone = await connection.execute(
                delete(saved).where(_is_mine(platform, workspace, user), saved.c.paper == paper)
            )
            return gone.rowcount > 0

    async def of_user(self, platform: str, workspace: str, user: str, as_of: datetime) -> tuple[StoredPaper, ...]:
        """See `SavedPapers.of_user`."""
        mine = select(saved.c.paper).where(_is_mine(platform, workspace, user), saved.c.at <= as_of)
        async with self._database.read() as connection:
            keys = list(await connection.scalars(mine.order_by(saved.c.at.desc(), saved.c.paper.desc())))
            found = await papers_by_key(connection, keys, as_of)
        return tuple(found[PaperKey(key)].stored for key in keys)


def _is_mine(platform: str, workspace: str, user: str) -> ColumnElement[bool]:
    return and_(saved.c.platform == platform, saved.c.workspace == workspace, saved.c.user == user)
