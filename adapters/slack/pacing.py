"""Keeps calls to Slack inside its rate limits, across all processes, and obeys Slack's requests to wait."""

from datetime import timedelta
from typing import Final

from bot.errors import DeliveryError, Verdict
from bot.model.channel import Channel
from bot.ports import Clock, RateLimits

CHANNEL_INTERVAL: Final = timedelta(seconds=1.1)
"""Time between posts to one channel. Slack allows about one a second.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

WORKSPACE_INTERVAL: Final = timedelta(seconds=0.2)
"""Time between posts to one workspace: 300 a minute. Slack allows "several hundred". Source: as for CHANNEL_INTERVAL"""

READ_INTERVAL: Final = timedelta(seconds=1.5)
"""Time between reads of history in one workspace: 40 a minute. Slack allows 50. Source: as for CHANNEL_INTERVAL"""

PATIENCE: Final = timedelta(seconds=4)
"""Longest wait while a delivery is leased. If a post would have to wait longer, it is given back to the outbox."""


class Pacing:
    """Waits until a post or a read is allowed.

    A 429 does not say whether the channel or the whole workspace was too fast. We keep each channel below its limit, so
    we take it to mean the workspace.
    """

    def __init__(self, rate_limits: RateLimits, clock: Clock) -> None:
        self._rate_limits = rate_limits
        self._clock = clock

    async def wait_for(self, channel: Channel) -> None:
        """Wait until a post to the channel is allowed.

        Raises:
            DeliveryError: that takes longer than `PATIENCE`; `retry_after` says how long.
        """
        # The workspace last: a hold that Slack asked for is on the workspace, and must be checked right before sending.
        await self._take((str(channel), CHANNEL_INTERVAL), (_workspace(channel), WORKSPACE_INTERVAL))

    async def wait_to_read(self, channel: Channel) -> None:
        """Wait until reading the channel's history is allowed.

        Raises:
            DeliveryError: that takes longer than `PATIENCE`; `retry_after` says how long.
        """
        await self._take((_reading(channel), READ_INTERVAL))

    async def obey(self, channel: Channel, error: DeliveryError) -> None:
        """Stop all posts to the workspace, by every process, for as long as the error asks, if it does."""
        await self._hold(_workspace(channel), error)

    async def obey_reading(self, channel: Channel, error: DeliveryError) -> None:
        """Stop all reads of the workspace's history, by every process, for as long as the error asks, if it does."""
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
