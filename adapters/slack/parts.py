"""Builds the parts of the Slack adapter from the settings, for the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.slack.client import SlackApi
from adapters.slack.members import Members
from adapters.slack.messenger import SlackMessenger
from adapters.slack.tokens import TokenWorkspace
from bot.commands.services import Services
from bot.model.installation import Secret
from bot.ports import Clock, Endpoint, Gateway, Installations, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApp:
    """The Slack app as the settings describe it.

    With a `bot_token` it serves that token's one workspace. With `client_id` and `client_secret` instead, any number of
    workspaces can install it.
    """

    base_url: str
    bot_token: Secret | None = None
    app_token: Secret | None = None
    signing_secret: Secret | None = None
    client_id: str = ""
    client_secret: Secret | None = None


class SlackParts:
    """The parts that call Slack. The gateway, which needs slow imports, is built only when somebody asks for it."""

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
        """Build the gateway, through which Slack's commands, presses and events arrive."""
        from adapters.slack.gateway import SlackDoor, SlackGateway  # noqa: PLC0415 - Bolt takes a second to load

        door = SlackDoor(
            base_url=self._app.base_url, app_token=self._app.app_token, signing_secret=self._app.signing_secret
        )
        return SlackGateway(door, services, self.installations, self.members, self._pages(services.default_zone))

    def _pages(self, default_zone: str) -> Mapping[str, Endpoint]:
        """Return the web pages that install the app, by path; none where the settings name no client."""
        from adapters.slack import oauth  # noqa: PLC0415 - as above

        if not self._app.client_id or self._app.client_secret is None:
            return {}
        client = oauth.OAuthClient(
            client_id=self._app.client_id, client_secret=self._app.client_secret.value, base_url=self._app.base_url
        )
        return oauth.install_endpoints(client, self._store, self._clock, default_zone=default_zone)
