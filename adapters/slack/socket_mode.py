"""The SDK's Socket Mode client, with a bound on how often it reconnects by itself.

The SDK opens a new connection at once whenever one ends or Slack asks for a refresh. If each ends as soon as it is made
(a fault of Slack, or of a proxy), that makes about forty connections a second, for ever. So a connection that ends
early is replaced at once only `EARLY_ENDS` times in a row, because Slack may refresh even a new one. After that, the
watchdog in `connection.py` decides when to try again.
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
"""A connection that ends sooner than this has ended early. Slack refreshes a healthy one every few hours."""

EARLY_ENDS: Final = 2
"""How many early ends in a row the client answers with a new connection by itself, before the watchdog takes over."""

PING_EVERY: Final = timedelta(seconds=10)


class Client(SocketModeClient):
    """The SDK's client, which gives up (`has_ended_early`) after `early_ends` connections in a row that ended early."""

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
        """Whether the present connection has lasted for `OF_USE_AFTER`."""
        return self._clock.wall() - self._connected_at >= OF_USE_AFTER

    async def connect(self) -> None:
        """Connect, and remember when."""
        await super().connect()  # type: ignore[no-untyped-call]  # slack_sdk does not say
        self._connected_at = self._clock.wall()

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: FBT001, FBT002 - as the SDK calls it
        """Replace a connection that has ended or is about to; or give up, if too many in a row ended early."""
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
    """Bolt's handler around our client, instead of one that it makes itself."""

    client: Client

    def __init__(self, app: AsyncApp, client: Client) -> None:
        # Without `super().__init__`, which would open a client of its own that nobody closes.
        self.app = app
        self.app_token = client.app_token
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt's own: it names its client
