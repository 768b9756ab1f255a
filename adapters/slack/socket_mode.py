"""One socket of Socket Mode, which replaces itself at once only if it was of use for a while.

The SDK answers every end of a connection, and every `disconnect` of Slack, with another one at once. Where they end as
soon as they are made, by a fault of Slack or of what stands before it, that is some forty a second without an end. So
only the first few that end early are replaced at once, for Slack may refresh a new one as well; when there is another
after them, the watchdog of `connection.py` decides.
"""

from datetime import timedelta
from typing import Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from adapters.proxies import proxy_for
from adapters.slack.client import client_of, silent_log
from bot.model.installation import Secret
from bot.ports import Clock

OF_USE_AFTER: Final = timedelta(seconds=60)
"""How long a connection has to have been there to be replaced at once. Slack itself replaces one every few hours."""

EARLY_ENDS: Final = 2
"""How many early ends in a row are answered at once: nobody is heard until the watchdog looks."""

PING_EVERY: Final = timedelta(seconds=10)


class Client(SocketModeClient):
    """The SDK's client, with a bound to how often it connects by itself."""

    def __init__(
        self, app_token: Secret, base_url: str, clock: Clock, call_within: timedelta, *, early_ends: int = EARLY_ENDS
    ) -> None:
        super().__init__(
            app_token.value,
            logger=silent_log(),
            web_client=client_of(app_token, base_url, call_within),
            ping_interval=PING_EVERY.total_seconds(),
        )
        self.proxy = proxy_for(base_url)
        self._clock = clock
        self._connected_at = clock.wall()
        self._early_ends = early_ends
        self.has_ended_early = False

    @property
    def is_of_use(self) -> bool:
        """Say whether the present connection was made a while ago."""
        return self._clock.wall() - self._connected_at >= OF_USE_AFTER

    async def connect(self) -> None:
        """Connect, and note when."""
        await super().connect()  # type: ignore[no-untyped-call]  # slack_sdk does not say
        self._connected_at = self._clock.wall()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as the SDK calls it
        """Replace a connection that has ended, or is about to; one too many that was of no use is given up."""
        if self.is_of_use:
            self._early_ends = EARLY_ENDS
        elif self._early_ends:
            self._early_ends -= 1
        else:
            self.has_ended_early = True
        if not self.has_ended_early:
            await super().connect_to_new_endpoint(force)
            return
        self.auto_reconnect_enabled = False
        await self.disconnect()  # type: ignore[no-untyped-call]  # slack_sdk does not say


class Handler(AsyncSocketModeHandler):
    """Bolt's handler, with the client that is given in place of one that it makes."""

    client: Client

    def __init__(self, app: AsyncApp, client: Client) -> None:  # Bolt's own would open a client that nobody closes
        self.app = app
        self.app_token = client.app_token
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt's own: it names its client
