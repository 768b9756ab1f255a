"""When something may be sent to Slack: moments that all processes share, and holds that Slack asked for."""

from datetime import timedelta
from typing import Final

from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel
from bot.ports import Clock, RateLimits

CHANNEL_INTERVAL: Final = timedelta(seconds=1.1)
"""Between posts to a channel: about one a second is allowed. Source: https://docs.slack.dev/apis/web-api/rate-limits"""

WORKSPACE_INTERVAL: Final = timedelta(seconds=0.2)
"""Between posts to a workspace. Slack allows "several hundred" a minute; these are 300."""

READ_INTERVAL: Final = timedelta(seconds=1.5)
"""Between looks into the history of a workspace: 50 a minute are allowed. Source: as for CHANNEL_INTERVAL"""

PATIENCE: Final = timedelta(seconds=4)
"""What is further off is not waited for while a lease runs: the delivery comes back when it is time."""


class Pacing:
    """Moments for posts and looks.

    A 429 does not say whether the channel or the workspace was too fast. Channels are kept below their limit here, so
    it is taken for the workspace.
    """

    def __init__(self, rate_limits: RateLimits, clock: Clock) -> None:
        self._rate_limits = rate_limits
        self._clock = clock

    async def wait_for(self, channel: Channel) -> None:
        """Return when a post to the channel may be sent.

        Raises:
            DeliveryError: not soon; it says when.
        """
        # The workspace comes last: what Slack asked for is looked at right before sending.
        await self._take((str(channel), CHANNEL_INTERVAL), (_workspace(channel), WORKSPACE_INTERVAL))

    async def wait_to_read(self, channel: Channel) -> None:
        """Return when the history of the channel may be asked for.

        Raises:
            DeliveryError: not soon; it says when.
        """
        await self._take((_reading(channel), READ_INTERVAL))

    async def obey(self, channel: Channel, error: DeliveryError) -> None:
        """Let nobody post to the workspace for as long as Slack asked, if it did."""
        await self._hold(_workspace(channel), error)

    async def obey_reading(self, channel: Channel, error: DeliveryError) -> None:
        """Let nobody look into the workspace's history for as long as Slack asked, if it did."""
        await self._hold(_reading(channel), error)

    async def _take(self, *keys: tuple[str, timedelta]) -> None:
        waited = timedelta()
        for key, interval in keys:
            while wait := await self._rate_limits.take(key, interval, 1, self._clock.wall()):
                if waited + wait > PATIENCE:
                    raise DeliveryError(Verdict.RETRY_LATER, "it is not our turn to post to Slack", retry_after=wait)
                waited += wait
                await self._clock.sleep(wait.total_seconds())

    async def _hold(self, key: str, error: DeliveryError) -> None:
        if error.retry_after:
            await self._rate_limits.hold(key, self._clock.wall() + error.retry_after)


def _workspace(channel: Channel) -> str:
    return f"{channel.platform}:{channel.workspace}"


def _reading(channel: Channel) -> str:
    return f"{channel.platform}:{channel.workspace}:history"
