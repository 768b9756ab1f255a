"""Every error that paperround raises, in one tree.

PaperroundError
├── UserError               safe to show to the person who asked; exit status 1
│   ├── NotUnderstoodError  the text was not understood; exit status 2
│   │   ├── FileError       a file of subscriptions, all mistakes at once
│   │   └── PlacedError     and where the mistake stands
│   │       ├── QueryError    in a query
│   │       └── CommandError  in a command: with an example to copy
│   ├── RefusedError        understood, and not done
│   └── SettingsError       the operator's settings, all mistakes at once; exit status 2
├── StoreError              the database is away, full, locked or of another version; says the way out
├── TokenError              a workspace's token cannot be had, or is not taken: says the way out, and when to ask again
├── SourceError             a source of papers could not be read: whether and when to try again
└── DeliveryError           a message could not be posted: a verdict, and when to try again
"""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

_REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that nobody mistakes for one another when reading aloud."""


_CARET_CONTEXT = 24
"""Characters shown on either side of a mistake: the two lines fit a phone."""


class PaperroundError(Exception):
    """The root: whatever paperround raises on purpose."""


class UserError(PaperroundError):
    """A refusal in words made for the person: it names the thing and the way out, and holds no secret."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message if not hint else f"{message}\n{hint}")
        self.message = message
        self.hint = hint


class NotUnderstoodError(UserError):
    """The text was not understood: syntax, an unknown word, a number out of range."""


class FileError(NotUnderstoodError):
    """A file of subscriptions that was not understood: every mistake at once, each with its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class PlacedError(NotUnderstoodError):
    """Text that was not understood: what is wrong, where, and what to type instead.

    `column` counts the characters of `text` from 1; it is one past the end where something is missing there.
    """

    def __init__(self, message: str, *, text: str, column: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.text = text
        self.column = column

    def __str__(self) -> str:
        return f"{self.message}\n{self.caret()}\n{self.hint}".strip()

    def caret(self) -> str:
        """Return two lines for fixed-width type: the text (its part around the mistake), and a caret under it."""
        first = max(0, self.column - 1 - _CARET_CONTEXT)
        last = self.column - 1 + _CARET_CONTEXT
        before = ("…" if first else "") + self.text[first : self.column - 1]
        after = self.text[self.column - 1 : last] + ("…" if last < len(self.text) else "")
        # East Asian characters take two columns each.
        width = sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in before)
        return f"{before}{after}\n{' ' * width}^"


class QueryError(PlacedError):
    """A query that was not understood."""


class CommandError(PlacedError):
    """A command that was not understood: `verb` is empty when not even that was known; `example` is one to copy.

    `parameter` is the one whose value is wrong, where it is one's alone. Words between backticks in `message` and
    `hint` are words to type.
    """

    def __init__(self, message: str, *, text: str, column: int, hint: str = "", verb: str = "", example: str) -> None:
        super().__init__(message, text=text, column=column, hint=hint)
        self.verb = verb
        self.example = example
        self.parameter = ""


class RefusedError(UserError):
    """The request was understood and is not done; nothing was changed."""


class SettingsError(UserError):
    """Every mistake in the settings at once, each by the name to type."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class StoreError(PaperroundError):
    """The database could not do its part; the transaction was rolled back and nothing changed."""


class TokenError(PaperroundError):
    """The token of a workspace cannot be had, or the platform does not take it; the words say what to do.

    `retry_after` is when to ask again: what waits for it is kept.
    """

    def __init__(self, reason: str, *, retry_after: timedelta) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class SourceError(PaperroundError):
    """A source could not be read; nothing of the answer was stored.

    `retry_after` is how long the source asked us to wait; None when it did not say. `answered` says that the source is
    there, and only this answer of it is no good: its other lists are worth asking for.
    """

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, answered: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.answered = answered


class Verdict(StrEnum):
    """What a failed post means for the delivery, its channel and its workspace."""

    RETRY_LATER = "retry later"
    PAUSE_CHANNEL = "pause the channel"
    STOP_WORKSPACE = "stop the workspace"
    OUR_BUG = "our bug"
    UNKNOWN_OUTCOME = "unknown outcome"


class DeliveryError(PaperroundError):
    """A part was not posted, or nobody knows whether it was (`UNKNOWN_OUTCOME`).

    `retry_after` is how long the platform asked us to wait; None leaves it to the backoff.
    """

    def __init__(self, verdict: Verdict, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{verdict}: {reason}")
        self.verdict = verdict
        self.reason = reason
        self.retry_after = retry_after


def reference() -> str:
    """Make a short reference that joins what a person is told with a line of the log: `7F3K`."""
    return "".join(secrets.choice(_REFERENCE_LETTERS) for _ in range(4))
