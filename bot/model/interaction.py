"""Interactions: requests that wait behind a button."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType

from bot.model.channel import Channel

RequestId = NewType("RequestId", str)
"""128 random bits as text; nobody guesses one, and its row says whose it is."""

KEPT_FOR = timedelta(days=7)
"""How long a button stands for its request."""

DO: Final = "do"
"""The verb of a button that stands for a kept request."""

_BYTES: Final = 16
"""128 random bits, which nobody guesses."""


def new_id() -> str:
    """Return 128 random bits as text."""
    return secrets.token_urlsafe(_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRequest:
    """A command that a button stands for, as the text that would ask for it.

    `channel` is where it acts; only presses from its platform and workspace find it. `user` is the only person who may
    press it, empty for everybody. A single-use request has one effect, however often it is pressed.
    """

    id: RequestId
    channel: Channel
    text: str
    expires_at: datetime
    user: str = ""
    is_single_use: bool = False


def new_request(
    channel: Channel, text: str, now: datetime, *, user: str = "", is_single_use: bool = False
) -> KeptRequest:
    """Return a request to keep behind a button that is shown now, under an id of its own."""
    return KeptRequest(
        id=RequestId(new_id()),
        channel=channel,
        text=text,
        expires_at=now + KEPT_FOR,
        user=user,
        is_single_use=is_single_use,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A request that was pressed; `is_first` is False when a single-use one had its effect before."""

    request: KeptRequest
    is_first: bool
