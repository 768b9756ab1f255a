"""Logs: one line each on stderr, in UTC, without secrets.

A person never sees a traceback. What broke is told to them in a sentence with a short reference
(`bot.errors.reference`), and the log line with the same reference says what it was and where.
"""

import logging
import re
import sys
import time
import traceback
from types import TracebackType

CHATTY = ("httpx", "httpcore", "alembic", "sqlalchemy", "asyncio", "aiosqlite")
"""Libraries whose INFO lines say what every request and every tick does."""

SILENT = ("apscheduler", "discord", "uvicorn")
"""They warn of what is no trouble of ours: a tick longer than its interval, a voice that nobody hears, a stranger's
request that is no HTTP. discord.py also says addresses that are secrets.
"""

FRAMES_SHOWN = 6
"""Places named for an unforeseen error, the innermost first."""

_SECRETS = (
    (re.compile(r"\b(xox[a-z]|xapp)(\.xox[a-z])?-[\w-]+"), r"\1-***"),
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), "***"),  # Discord: user id, time, signature, each base64
    (re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic|bot)\s+)?[^\s\"',}]+"), r"\1***"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (
        re.compile(
            r"(hooks\.slack(?:-gov)?\.com/\w+/|discord(?:app)?\.com/api/(?:v\d+/)?(?:webhooks|interactions)/)\S+"
        ),
        r"\1***",
    ),
    (re.compile(r"(\w://)[^/\s]*@"), r"\1***@"),
    (re.compile(r"(?i)\b(\w*(?:password|secret|token)=)[^\s&\"']+"), r"\1***"),
)

_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {10: " | ", 9: " "}


def redact(text: str) -> str:
    """Return `text` without tokens, Authorization values and the credentials of addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class OneLine(logging.Formatter):
    """Formats a record as one line: time in UTC, level, who, what, and for an error where it came from."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(  # noqa: N802 - the name is logging's
        self, ei: tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
    ) -> str:
        """Return the error and the innermost places it came through."""
        _, error, trace = ei
        frames = reversed(traceback.extract_tb(trace)[-FRAMES_SHOWN:])
        places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)
        return f"{type(error).__name__}: {error} [{places}]"

    def format(self, record: logging.LogRecord) -> str:
        """Return the whole line, without secrets and control characters."""
        return redact(super().format(record)).translate(_CONTROLS)


def start_logging(level: int = logging.INFO) -> None:
    """Send the log to stderr from now on; a second call changes the level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.raiseExceptions = False  # a log that nobody reads any more (a closed pipe) stops nothing
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.ERROR)
