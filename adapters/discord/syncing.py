"""Keeps Discord's menu of commands equal to the catalog's; sends it only when it differs."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from adapters.discord.client import DiscordApi
from adapters.discord.commands import commands_json
from bot.commands.catalog import COMMANDS
from bot.errors import DeliveryError, PaperroundError
from bot.ports import Clock

log = logging.getLogger(__name__)

Json = Any

SOON: Final = timedelta(seconds=15)
AGAIN: Final = timedelta(minutes=5)
"""Waits after Discord refused the menu and named no time: 15 s, then twice as long each time, at most 5 minutes."""

_PATH: Final = "/applications/{application_id}/commands"

_DEFAULTS: Final[Mapping[str, Json]] = {
    "type": None,
    "name": None,
    "description": None,
    "required": False,
    "autocomplete": False,
    "choices": [],
    "channel_types": [],
    "contexts": None,
    "integration_types": None,
    "default_member_permissions": None,
    "options": [],
}
"""The keys of a command or option that are compared, and what a missing one means. Others are added by Discord."""

_BOUNDS: Final = ("min_value", "max_value", "max_length")
"""Keys that are compared as well, but where 0 differs from a missing key."""

_NESTED: Final = frozenset({"options", "choices"})


async def is_in_sync(api: DiscordApi, application: str) -> bool:
    """Say whether Discord's menu equals this version's.

    Raises:
        DeliveryError: Discord does not answer.
    """
    return is_same(await api.call("GET", _PATH, application_id=application), commands_json(COMMANDS))


async def sync(api: DiscordApi, application: str) -> bool:
    """Send the menu if Discord's differs; return whether it was sent.

    Raises:
        DeliveryError: Discord refused it, or did not answer.
    """
    if await is_in_sync(api, application):
        return False
    await api.call("PUT", _PATH, commands_json(COMMANDS), application_id=application)
    return True


class MenuError(PaperroundError):
    """Discord refused the menu of commands; the message says why."""


class Menu:
    """Sends the menu once after the start of a process, and tries again if Discord refuses it."""

    def __init__(self, api: DiscordApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._is_current = False
        self._fault = ""
        self._again_in = SOON
        self._again_at: datetime | None = None

    async def keep_current(self, application: str) -> None:
        """Send the menu if it is not known to be current, and if it is time to try.

        Raises:
            MenuError: Discord's menu is not known to be current.
        """
        if self._is_current:
            return
        now = self._clock.wall()
        if self._again_at is None or now >= self._again_at:
            try:
                if await sync(self._api, application):
                    log.info("discord: the menu of commands was sent")
            except DeliveryError as error:
                self._fault = f"Discord did not take the menu of commands: {error.reason}."
                self._again_at = now + (error.retry_after or self._again_in)
                self._again_in = min(self._again_in * 2, AGAIN)
            else:
                self._is_current = True
                return
        raise MenuError(self._fault)


def is_same(known: Json, ours: Json) -> bool:
    """Say whether two menus mean the same, ignoring what Discord adds (ids, versions, translations). Pure."""
    return bool(_meaning(known) == _meaning(ours))


def _meaning(menu: Json) -> Json:
    if not isinstance(menu, list):
        return menu
    return [_meaning_of(each) for each in menu]


def _meaning_of(each: Mapping[str, Json]) -> Json:
    if "value" in each:
        return (each["name"], each["value"])
    said = {name: each.get(name) or default for name, default in _DEFAULTS.items()}
    said |= {name: each.get(name) for name in _BOUNDS}
    return {name: _meaning(value) if name in _NESTED else value for name, value in said.items()}
