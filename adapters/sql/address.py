"""Where the database is: what people write as its URL, read with an error that says what to write instead."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import StoreError

_EXAMPLES: Final = "sqlite:///paperround.db, or postgresql://user:password@host/database"
_SQLITE: Final = frozenset({"sqlite", "sqlite+aiosqlite"})
_POSTGRESQL: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class Address:
    """A database's address. Its text and its `repr` hold no password."""

    url: URL

    @property
    def is_sqlite(self) -> bool:
        """Say whether it is a file."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path:
        """The file of a SQLite database."""
        return Path(self.url.database or "")

    def __str__(self) -> str:
        if self.is_sqlite:
            return f"the database {self.path}"
        # A socket's folder stands among the options, as libpq wants it.
        host = self.url.host or self.url.query.get("host", "localhost")
        port = f":{self.url.port}" if self.url.port else ""
        return f"the database {self.url.database or ''} on PostgreSQL at {host}{port}"

    def __repr__(self) -> str:
        # Not the URL: a password may stand among its options, too.
        return f"Address({str(self)!r})"


def address_of(url: str) -> Address:
    """Read a URL.

    Raises:
        StoreError: it names no database that paperround can use; the message shows none of the URL but its scheme,
            which is the one piece that holds no secret.
    """
    scheme, colon, _ = url.partition("://")
    if not colon:
        raise StoreError(f"The database URL has no driver before ://. Write it as {_EXAMPLES}.")
    if scheme not in _SQLITE | _POSTGRESQL:
        raise StoreError(f"The database URL begins with {scheme}://, which is not supported. Write {_EXAMPLES}.")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise unreadable() from _without_text(error)
    if scheme in _POSTGRESQL:
        return Address(parsed.set(drivername="postgresql+psycopg"))
    if not parsed.database or parsed.database == ":memory:" or parsed.host:
        raise StoreError(
            "The database URL names no file. Write sqlite:///paperround.db for a file in the working folder, or "
            "sqlite:////var/lib/paperround.db (four slashes) for one by its whole path."
        )
    return Address(parsed.set(drivername="sqlite+aiosqlite"))


def unreadable() -> StoreError:
    """Return what to say of a URL that cannot be read; raise it from no error that quotes the URL."""
    return StoreError(f"The database URL cannot be read. Write it as {_EXAMPLES}.")


def _without_text(error: Exception) -> Exception:
    """Return an error of the same type without its words: they quote the URL, and with it the password."""
    return type(error)()
