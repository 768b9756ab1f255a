"""Everything of Slack that the composition root asks for, built from what the settings say."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.slack.client import SlackApi
from adapters.slack.installation import OneWorkspace
from adapters.slack.members import Members
from adapters.slack.messenger import SlackMessenger
from adapters.slack.probe import one_workspace
from bot.commands.services import Services
from bot.errors import RefusedError, SourceError, StoreError
from bot.model.installation import Installation, Rotation, Secret
from bot.ports import Clock, Endpoint, Gateway, Installations, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApp:
    """The app: for one workspace by its `bot_token`, else for many by the client's id and secret."""

    base_url: str
    bot_token: Secret | None = None
    app_token: Secret | None = None
    signing_secret: Secret | None = None
    client_id: str = ""
    client_secret: Secret | None = None


class SlackParts:
    """What speaks with Slack. What hears it is loaded by who asks for it: most commands need none of that."""

    def __init__(self, app: SlackApp, store: Store, clock: Clock) -> None:
        self._app = app
        self._store = store
        self._clock = clock
        self.installations: Installations = (
            TokenWorkspace(app.bot_token, app.base_url, clock) if app.bot_token is not None else store.installations
        )
        api = SlackApi(app.base_url)
        self.members = Members(api, self.installations, clock)
        self.messenger = SlackMessenger(api, self.installations, store.rate_limits, clock)

    def gateway(self, services: Services) -> Gateway:
        """Return what hears Slack."""
        from adapters.slack.gateway import SlackDoor, SlackGateway  # noqa: PLC0415 - Bolt takes a second to load

        door = SlackDoor(
            base_url=self._app.base_url, app_token=self._app.app_token, signing_secret=self._app.signing_secret
        )
        return SlackGateway(door, services, self.installations, self.members, self._pages(services.default_zone))

    def _pages(self, default_zone: str) -> Mapping[str, Endpoint]:
        """Return the pages that install the app, for many workspaces."""
        from adapters.slack import oauth  # noqa: PLC0415 - as above

        if not self._app.client_id or self._app.client_secret is None:
            return {}
        app = oauth.SlackApp(
            client_id=self._app.client_id, client_secret=self._app.client_secret.value, base_url=self._app.base_url
        )
        return oauth.install_endpoints(app, self._store, self._clock, default_zone=default_zone)


class TokenWorkspace:
    """`Installations` of the workspace that SLACK_BOT_TOKEN belongs to; Slack is asked which one when that matters."""

    def __init__(self, token: Secret, base_url: str, clock: Clock) -> None:
        self._token = token
        self._base_url = base_url
        self._clock = clock
        self._known: OneWorkspace | None = None
        self._asking = asyncio.Lock()

    async def find(self, platform: str, workspace: str) -> Installation | None:
        """See `Installations.find`."""
        return await (await self._mine()).find(platform, workspace)

    async def all(self, platform: str) -> tuple[Installation, ...]:
        """See `Installations.all`."""
        return await (await self._mine()).all(platform)

    async def save(self, installation: Installation, at: datetime) -> None:
        """Refuse: this workspace is named by the settings."""
        await (await self._mine()).save(installation, at)

    async def purge(self, platform: str, workspace: str, before: datetime) -> bool:
        """See `Installations.purge`."""
        return await (await self._mine()).purge(platform, workspace, before)

    async def rotate(self) -> Rotation:
        """See `Installations.rotate`: nothing is stored."""
        return Rotation()

    async def _mine(self) -> OneWorkspace:
        async with self._asking:
            if self._known is None:
                try:
                    self._known = OneWorkspace(await one_workspace(self._token, self._base_url), self._clock.wall())
                except (RefusedError, SourceError) as error:
                    raise StoreError(f"Slack: {error}") from error
            return self._known
