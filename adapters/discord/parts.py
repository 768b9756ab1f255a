"""Builds the parts of the Discord adapter from the settings, for the composition root."""

from dataclasses import dataclass

from adapters.discord.client import DiscordApi
from adapters.discord.members import Members
from adapters.discord.messenger import DiscordMessenger
from adapters.discord.places import Places
from bot.commands.services import Services
from bot.model.installation import Secret
from bot.ports import Clock, Gateway, RateLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordApp:
    """The bot's token, and the addresses of Discord; with an empty `gateway_url` Discord names the gateway's."""

    token: Secret
    api_url: str
    gateway_url: str = ""


class DiscordParts:
    """The parts that call Discord; they connect when they are first used."""

    def __init__(self, app: DiscordApp, rate_limits: RateLimits, clock: Clock) -> None:
        self._app = app
        self._api = DiscordApi(app.token, rate_limits, clock, app.api_url)
        self.members = Members(self._api, clock)
        self._places = Places(self._api, clock, self.members.guilds)
        self.messenger = DiscordMessenger(self._api, self._places, clock)

    def gateway(self, services: Services) -> Gateway:
        """Build the gateway, through which commands, presses and events arrive."""
        from adapters.discord.gateway import DiscordDoor, DiscordGateway  # noqa: PLC0415 - most commands do not need it

        door = DiscordDoor(token=self._app.token, base_url=self._app.api_url, gateway_url=self._app.gateway_url)
        return DiscordGateway(door, services, self._api, self.members, self._places)

    async def close(self) -> None:
        """Close the connections to the REST API."""
        await self._api.close()
