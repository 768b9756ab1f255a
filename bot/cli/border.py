"""Where verbs begin and end: settings are read, errors become one sentence on stderr and an exit status.

0  done        1  failed        2  not understood: wrong usage, wrong settings, an unknown word
"""

import asyncio
import errno
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn

from bot.clock import FixedClock, SystemClock
from bot.errors import FileError, NotUnderstoodError, PaperroundError, SettingsError, reference
from bot.logs import redact, start_logging
from bot.ports import Clock
from bot.settings import Settings, load_settings, unknown_variables
from bot.text.clean import clean

log = logging.getLogger(__name__)

DONE, FAILED, NOT_UNDERSTOOD = 0, 1, 2

Verb = Callable[[Settings], Awaitable[int]]


def run_verb(verb: Verb, flags: dict[str, Any], *, level: int = logging.WARNING) -> NoReturn:
    """Read the settings, run a verb, and leave the process with its exit status."""
    start_logging(level)
    sys.exit(_ended(lambda: _run(verb, flags)))


def run_plain(verb: Callable[[], int]) -> NoReturn:
    """Run a verb that needs no settings, and leave the process with its exit status."""
    start_logging(logging.WARNING)
    sys.exit(_ended(verb))


def say(text: str) -> None:
    """Print a result."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def complain(text: str) -> None:
    """Say on stderr why something was not done; a closed stderr is nobody's loss.

    It may repeat a file or an answer, so nothing in it steers the terminal.
    """
    with suppress(OSError, ValueError):
        sys.stderr.write(f"paperround: {clean(redact(text))}\n")


def clock_at(as_of: datetime | None) -> Clock:
    """Return the clock to act by: the machine's, or one that stands still at `as_of`."""
    return SystemClock() if as_of is None else FixedClock(as_of)


def _run(verb: Verb, flags: dict[str, Any]) -> int:
    settings = load_settings(flags)
    for warning in unknown_variables():
        log.warning(warning)
    return asyncio.run(_awaited(verb, settings))


async def _awaited(verb: Verb, settings: Settings) -> int:
    return await verb(settings)


def _ended(verb: Callable[[], int]) -> int:
    """Run to the end, stdout included, and turn whatever happened into an exit status."""
    try:
        status = verb()
        sys.stdout.flush()
    except BaseExceptionGroup as group:
        status = _status_of(_first(group))
    except Exception as error:  # noqa: BLE001 - border: nothing may reach a person as a traceback
        status = _status_of(error)
    return status


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group; the others failed with it or because of it."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _status_of(error: BaseException) -> int:
    match error:
        case SettingsError():
            complain("the settings need a change:\n" + "\n".join(f"  {problem}" for problem in error.problems))
            return NOT_UNDERSTOOD
        case FileError():
            complain("the file needs a change:\n" + "\n".join(f"  {problem}" for problem in error.problems))
            return NOT_UNDERSTOOD
        case NotUnderstoodError():
            complain(str(error))
            return NOT_UNDERSTOOD
        case PaperroundError():
            complain(str(error))
            return FAILED
        case OSError():
            if error.errno != errno.EPIPE:
                complain(f"{error.filename or 'output'}: {error.strerror or error}")
            _give_up_stdout()
            return FAILED
        case Exception():
            ref = reference()
            log.error("a verb failed (ref %s)", ref, exc_info=error)
            complain(f"Something broke on my side (ref {ref}). What was stored is safe; the log line has the ref.")
            return FAILED
        case _:
            raise error


def _give_up_stdout() -> None:
    """Let what is still in stdout's buffer go nowhere, so that leaving the process says nothing about it."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
