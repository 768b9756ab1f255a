"""Everything of Discord that the composition root asks for, built from what the settings say."""

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
    """The bot, by its token, and where Discord is; an empty `gateway_url` is wherever Discord says."""

    token: Secret
    api_url: str
    gateway_url: str = ""


class DiscordParts:
    """What speaks with Discord. It connects when it is first used."""

    def __init__(self, app: DiscordApp, rate_limits: RateLimits, clock: Clock) -> None:
        self._app = app
        self._api = DiscordApi(app.token, rate_limits, clock, app.api_url)
        self._places = Places(self._api, clock)
        self.members = Members(self._api, clock)
        self.messenger = DiscordMessenger(self._api, self._places, clock)

    def gateway(self, services: Services) -> Gateway:
        """Return what hears Discord."""
        from adapters.discord.gateway import DiscordDoor, DiscordGateway  # noqa: PLC0415 - for who asks for it alone

        door = DiscordDoor(token=self._app.token, base_url=self._app.api_url, gateway_url=self._app.gateway_url)
        return DiscordGateway(door, services, self._api, self.members, self._places)

    async def close(self) -> None:
        """Let go of the connections to the REST API."""
        await self._api.close()
