"""What a failing database means in plain words, and what to do about it.

A table for each database, by the code it gives; where libpq gives none (before a session exists), by its words.
"""

import re
import sqlite3
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from adapters.sql.address import Address
from bot.errors import StoreError

_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: "is locked by another process. Stop what holds it; paperround goes on by itself.",
    sqlite3.SQLITE_LOCKED: "is locked by another process. Stop what holds it; paperround goes on by itself.",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. Free some space; paperround goes on by itself.",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. Check that its folder exists and that this user may write there.",
    sqlite3.SQLITE_READONLY: "cannot be written. Check that this user may write the file and its folder.",
    sqlite3.SQLITE_PERM: "cannot be written. Check that this user may write the file and its folder.",
    sqlite3.SQLITE_NOTADB: "is another kind of file. Name another one in PAPERROUND_DATABASE_URL.",
    sqlite3.SQLITE_CORRUPT: "is damaged. Restore it from a backup, or move it away and fetch again.",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error. Check the disk.",
    sqlite3.SQLITE_TOOBIG: "refused a text that is too long for it.",
    sqlite3.SQLITE_IOERR_WRITE: "cannot be written: the disk is full, over its quota, or failing. Free some space; "
    "paperround goes on by itself.",
}
"""By result code, extended or primary. Source: https://www.sqlite.org/rescode.html"""

_POSTGRESQL: Final = {
    "28P01": "refused the password. Check user and password in PAPERROUND_DATABASE_URL.",
    "28000": "refused this user. Check the user in PAPERROUND_DATABASE_URL and the server's pg_hba.conf.",
    "3D000": "does not exist. Create it, then run: paperround migrate",
    "40P01": "ended a deadlock; paperround tries again.",
    "42P01": "lacks a table. Run: paperround migrate",
    "42703": "lacks a column. Run: paperround migrate",
    "42501": "refused permission. Grant this user the rights on its tables.",
    "53100": "cannot grow: the server's disk is full. Free some space; paperround goes on by itself.",
    "53200": "is out of memory; paperround tries again.",
    "53300": "has too many connections. Raise max_connections, or run fewer processes.",
    "55P03": "is locked by another session; paperround tries again.",
    "57014": "took too long to answer; paperround tries again.",
    "57P01": "was shut down. Start it; paperround goes on by itself.",
    "57P02": "crashed and restarts; paperround goes on by itself.",
    "57P03": "is starting up; paperround goes on by itself.",
    "25006": "is read only: it may be a standby. Name the primary in PAPERROUND_DATABASE_URL.",
}
"""By SQLSTATE. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_LIBPQ: Final = (
    (r"password authentication failed|no password supplied", _POSTGRESQL["28P01"]),
    (r"no pg_hba\.conf entry|role .* does not exist", _POSTGRESQL["28000"]),
    (r"database .* does not exist", _POSTGRESQL["3D000"]),
    (r"too many (clients|connections)|remaining connection slots", _POSTGRESQL["53300"]),
    (
        r"invalid connection option|(bad|invalid) .*value",
        "has an option that cannot be read. Check what stands behind the ? in PAPERROUND_DATABASE_URL.",
    ),
    (r"starting up|shutting down|in recovery", _POSTGRESQL["57P03"]),
    (
        r"resolve|name or service|nodename|no address",
        "has a host that nobody knows. Check the host in PAPERROUND_DATABASE_URL.",
    ),
)
"""By libpq's words, before there is a session to give a code."""

_DOWN: Final = "does not answer. Check that the server runs and that host and port are right."
_PRIMARY_CODE: Final = 0xFF
"""SQLite's extended codes carry the primary one in their lowest byte."""


def store_error(error: Exception, address: Address) -> StoreError:
    """Return what to tell the person: the database, what is wrong, the way out; nothing of the statement or the URL."""
    named = str(address)
    return StoreError(f"{named[:1].upper()}{named[1:]} {_trouble(error, address)} Nothing was changed.")


def _trouble(error: Exception, address: Address) -> str:
    if isinstance(error, PoolTimeoutError):
        return "is busier than its connections allow; paperround tries again."
    original = error.orig if isinstance(error, DBAPIError) else error
    if address.is_sqlite:
        code = getattr(original, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        return _SQLITE.get(code) or _SQLITE.get(code & _PRIMARY_CODE) or f"reports: {original}."
    if isinstance(error, DataError):
        return "refused a value that it cannot hold."
    state = getattr(original, "sqlstate", None)
    if state in _POSTGRESQL:
        return _POSTGRESQL[state]
    words = str(original)
    for pattern, trouble in _LIBPQ:
        if re.search(pattern, words, re.IGNORECASE):
            return trouble
    if state is None or state.startswith("08"):
        return _DOWN
    return f"reports error {state}; see the server's log."
