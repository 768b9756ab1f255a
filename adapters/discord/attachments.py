"""Reads text files that people attach to a command."""

from typing import Final

from adapters.discord.client import DiscordApi
from adapters.discord.interactions import Attached
from bot.errors import DeliveryError, RefusedError
from bot.fleet.read import MAX_LENGTH

_BYTES_PER_CHARACTER: Final = 4
MOST_BYTES: Final = MAX_LENGTH * _BYTES_PER_CHARACTER
"""Most bytes of a file: what the longest file that `import` reads can have in UTF-8."""


async def text_of(api: DiscordApi, file: Attached) -> str:
    """Download a file and return its text.

    Raises:
        RefusedError: it is too large, it is no UTF-8, or Discord does not give it; the hint says what to do.
    """
    if file.size > MOST_BYTES:
        raise RefusedError(
            f"{file.name} has {file.size:,} bytes; at most {MOST_BYTES:,} are read.",
            hint="A channel's settings and subscriptions take far fewer: is it the right file?",
        )
    try:
        content = await api.download(file.url, MOST_BYTES)
    except DeliveryError as error:
        raise RefusedError(f"Discord did not give me {file.name}.", hint="Attach it again.") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(
            f"{file.name} is no text in UTF-8.", hint="Save it as UTF-8, and attach it again."
        ) from error
