"""Calls Discord's REST API: one request a call, never sent twice by discord.py, every failure a `DeliveryError`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from bot.model.installation import Secret
from bot.ports import Clock

BASE_URL: Final = "https://discord.com/api/v10"

CALL_TIMEOUT: Final = timedelta(seconds=8)
"""How long one call may take: with the pacing before it, it stays below what a post may take."""

Json = Any


class DiscordApi:
    """Discord's REST API, spoken with the bot's one token; it connects when it is first used."""

    def __init__(
        self, token: Secret, clock: Clock, base_url: str = BASE_URL, *, timeout: timedelta = CALL_TIMEOUT
    ) -> None:
        self._token = token
        self._clock = clock
        self._base_url = base_url
        self._timeout = timeout

    async def call(
        self, method: str, path: str, body: Json = None, *, query: Mapping[str, str] | None = None, **ids: str
    ) -> Json:
        """Ask for `path`, whose `{channel_id}` and the like are taken from `ids`; returns the answer's JSON.

        Raises:
            DeliveryError: it was refused, or nobody knows; UNKNOWN_OUTCOME whenever it may have been done.
        """
        raise NotImplementedError

    async def myself(self) -> str:
        """Return the bot's own user id.

        Raises:
            DeliveryError: as for `call`.
        """
        raise NotImplementedError

    async def download(self, url: str, at_most: int) -> bytes:
        """Return what is at an address that Discord gave.

        Raises:
            DeliveryError: it cannot be had, or has more than `at_most` bytes.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Let go of the connections."""
