"""The workspaces that took paperround in: the `Installations` port."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, delete, literal, select, type_coerce, update

from adapters.sql.engine import Database
from adapters.sql.sealed import KeyRing, Sealed, UnreadableTokenError
from adapters.sql.tables import installation as installations
from bot.errors import TokenError
from bot.model.installation import Installation, Rotation, Secret

UNREADABLE_FOR: Final = timedelta(minutes=5)
"""How long to wait before a token that no key reads is tried again.

The keys of a process do not change. Another, started with the right ones, posts meanwhile what waits.
"""


class SqlInstallations:
    """`Installations` over SQL."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self._database = database
        self._ring = ring
        self._sealed = Sealed(ring)

    async def find(self, platform: str, workspace: str) -> Installation | None:
        """See `Installations.find`."""
        async with self._database.read() as connection:
            found = await connection.execute(self._rows().where(_is(platform, workspace)))
            try:
                row = found.first()
            except UnreadableTokenError as error:
                reason = f"The token of {platform}:{workspace} {error}"
                raise TokenError(reason, retry_after=UNREADABLE_FOR) from error
        return _installation(row, row.token) if row else None

    async def workspaces(self, platform: str) -> tuple[str, ...]:
        """See `Installations.workspaces`."""
        names = select(installations.c.workspace).where(installations.c.platform == platform)
        async with self._database.read() as connection:
            return tuple((await connection.scalars(names.order_by(installations.c.workspace))).all())

    async def unreadable(self, platform: str) -> tuple[str, ...]:
        """See `Installations.unreadable`."""
        mine = select(installations).where(installations.c.platform == platform).order_by(installations.c.workspace)
        async with self._database.read() as connection:
            rows = (await connection.execute(mine)).all()
        return tuple(row.workspace for row in rows if self._opened(row.token) is None)

    async def save(self, installation: Installation, at: datetime) -> None:
        """See `Installations.save`."""
        _ = self._ring.newest  # without a key it ends here, and not inside of the driver
        new = self._database.insert(installations).values(
            platform=installation.platform,
            workspace=installation.workspace,
            token=literal(installation.token, self._sealed),
            bot_user=installation.bot_user,
            scopes=sorted(installation.scopes),
            at=at,
        )
        same = (installations.c.platform, installations.c.workspace)
        replaced = {name: new.excluded[name] for name in ("token", "bot_user", "scopes", "at")}
        async with self._database.write() as connection:
            await connection.execute(new.on_conflict_do_update(index_elements=same, set_=replaced))

    async def purge(self, platform: str, workspace: str, before: datetime) -> bool:
        """See `Installations.purge`."""
        old = _is(platform, workspace) & (installations.c.at <= before)
        async with self._database.write() as connection:
            return (await connection.execute(delete(installations).where(old))).rowcount > 0

    async def rotate(self) -> Rotation:
        """See `Installations.rotate`."""
        others = select(installations).where(~installations.c.token.startswith(self._ring.newest, autoescape=True))
        changed, unreadable = 0, []
        async with self._database.write() as connection:
            for row in (await connection.execute(others.with_for_update())).all():
                token = self._opened(row.token)
                if token is None:
                    unreadable.append(f"{row.platform}:{row.workspace}")
                    continue
                mine = update(installations).where(_is(row.platform, row.workspace))
                await connection.execute(mine.values(token=self._ring.seal(token)))
                changed += 1
        return Rotation(changed=changed, unreadable=tuple(sorted(unreadable)))

    def _opened(self, sealed: str) -> Secret | None:
        """Return a token; None when no key reads it."""
        try:
            return self._ring.open(sealed)
        except UnreadableTokenError:
            return None

    def _rows(self) -> Select[Any]:
        columns = (each for each in installations.c if each.name != "token")
        return select(*columns, type_coerce(installations.c.token, self._sealed).label("token"))


def _is(platform: str, workspace: str) -> ColumnElement[bool]:
    return (installations.c.platform == platform) & (installations.c.workspace == workspace)


def _installation(row: Row[Any], token: Secret) -> Installation:
    return Installation(
        platform=row.platform,
        workspace=row.workspace,
        token=token,
        bot_user=row.bot_user,
        scopes=frozenset(row.scopes),
    )
