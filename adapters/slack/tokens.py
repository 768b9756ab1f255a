"""With which token we speak to a workspace: the one of the settings, or the one that it gave us.

SLACK_BOT_TOKEN ──auth.test──> good: known, and asked again now and then
                          ├──> refused: told to whoever asks, and asked again in some minutes
                          └──> no answer: what was known stays, and it is asked again soon
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final

from adapters.slack.probe import one_workspace
from bot.errors import DeliveryError, RefusedError, SourceError, TokenError, Verdict
from bot.model.channel import Platform
from bot.model.installation import Installation, Rotation, Secret
from bot.ports import Clock, Installations

GOOD_FOR: Final = timedelta(minutes=10)
"""How long a token that Slack took is good without asking: so the probe notices within that time that it is not."""

REFUSED_FOR: Final = timedelta(minutes=5)
"""When a token that Slack does not take is tried again; the settings bring another one only with a start."""

AWAY_FOR: Final = timedelta(seconds=30)
"""When a Slack that did not answer is asked again."""


async def installation_in(installations: Installations, workspace: str) -> Installation:
    """Return how a workspace installed the app, for whoever is about to post there.

    Raises:
        DeliveryError: it has not, or its token cannot be had now; then nothing is lost, and it is tried again.
    """
    try:
        found = await installations.find(Platform.SLACK, workspace)
    except TokenError as error:
        raise DeliveryError(Verdict.RETRY_LATER, str(error), retry_after=error.retry_after) from error
    if found is None:
        raise DeliveryError(Verdict.STOP_WORKSPACE, "I am not installed in the workspace")
    return found


class TokenWorkspace:
    """`Installations` of the one workspace that SLACK_BOT_TOKEN belongs to."""

    def __init__(self, token: Secret, base_url: str, clock: Clock) -> None:
        self._token = token
        self._base_url = base_url
        self._clock = clock
        self._known: Installation | None = None
        self._fault = TokenError("SLACK_BOT_TOKEN was not tried yet.", retry_after=AWAY_FOR)
        self._asked_again_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def find(self, platform: str, workspace: str) -> Installation | None:
        """See `Installations.find`."""
        if platform != Platform.SLACK:
            return None
        mine = self._known or await self._asked()
        return mine if mine.workspace == workspace else None

    async def workspaces(self, platform: str) -> tuple[str, ...]:
        """See `Installations.workspaces`."""
        return ((await self._asked()).workspace,) if platform == Platform.SLACK else ()

    async def unreadable(self, platform: str) -> tuple[str, ...]:
        """See `Installations.unreadable`: nothing is stored."""
        del platform
        return ()

    async def save(self, installation: Installation, at: datetime) -> None:
        """Refuse: this workspace is named by the settings."""
        del installation, at
        raise RefusedError(
            "SLACK_BOT_TOKEN names the one workspace.", hint="Set SLACK_CLIENT_ID in its place to let others install."
        )

    async def purge(self, platform: str, workspace: str, before: datetime) -> bool:
        """Forget the token if Slack does not take it any more: what is heard may concern an earlier one."""
        del before
        if self._known is None or (platform, workspace) != (Platform.SLACK, self._known.workspace):
            return False
        self._asked_again_at = None
        try:
            await self._asked()
        except TokenError:
            return True
        return False

    async def rotate(self) -> Rotation:
        """See `Installations.rotate`: nothing is stored."""
        return Rotation()

    async def _asked(self) -> Installation:
        """Return whose the token is; Slack is asked when it is time to."""
        async with self._asking:
            now = self._clock.wall()
            if self._asked_again_at is None or now >= self._asked_again_at:
                self._asked_again_at = now + await self._ask()
            if self._known is None:
                raise self._fault
            return self._known

    async def _ask(self) -> timedelta:
        """Ask Slack whose the token is; returns how long its answer is good for."""
        try:
            self._known = await one_workspace(self._token, self._base_url)
        except RefusedError as error:
            self._known = None
            self._fault = TokenError(f"{error.message} {error.hint}", retry_after=REFUSED_FOR)
            return REFUSED_FOR
        except SourceError as error:
            self._fault = TokenError(f"Slack: {error}", retry_after=AWAY_FOR)
            return AWAY_FOR
        return GOOD_FOR
