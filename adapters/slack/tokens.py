"""Finds the token for a workspace: SLACK_BOT_TOKEN, or the one that the workspace gave us when it installed the app.

SLACK_BOT_TOKEN ──auth.test──> accepted: its workspace is remembered; check again after GOOD_FOR
                          ├──> refused: callers get a TokenError; check again after REFUSED_FOR
                          └──> no answer: keep what was known; check again after AWAY_FOR
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
"""How long an accepted token is trusted without a check: a revoked one is noticed within this time."""

REFUSED_FOR: Final = timedelta(minutes=5)
"""How long to wait before a refused token is tried again. A different one comes only with a restart."""

AWAY_FOR: Final = timedelta(seconds=30)
"""How long to wait before asking again when Slack did not answer."""


async def installation_in(installations: Installations, workspace: str) -> Installation:
    """Return a workspace's installation (its token and scopes), with errors that suit a post.

    Raises:
        DeliveryError: `STOP_WORKSPACE` if the workspace has not installed the app; `RETRY_LATER` if its token cannot be
            read or checked now.
    """
    try:
        found = await installations.find(Platform.SLACK, workspace)
    except TokenError as error:
        raise DeliveryError(Verdict.RETRY_LATER, str(error), retry_after=error.retry_after) from error
    if found is None:
        raise DeliveryError(Verdict.STOP_WORKSPACE, "I am not installed in the workspace")
    return found


class TokenWorkspace:
    """`Installations` with exactly one workspace: the one that SLACK_BOT_TOKEN belongs to."""

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
        """Return nothing: this token comes from the settings, so none is stored that could be unreadable."""
        del platform
        return ()

    async def save(self, installation: Installation, at: datetime) -> None:
        """Refuse: the settings name the one workspace, so no other can be added."""
        del installation, at
        raise RefusedError(
            "SLACK_BOT_TOKEN names the one workspace.", hint="Set SLACK_CLIENT_ID in its place to let others install."
        )

    async def purge(self, platform: str, workspace: str, before: datetime) -> bool:
        """Forget the token, but only if Slack refuses it: the event behind this call may concern an earlier token."""
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
        """Do nothing: no token is stored, so none has to be encrypted again."""
        return Rotation()

    async def _asked(self) -> Installation:
        """Return the token's workspace, from memory, or from Slack when a check is due.

        Raises:
            TokenError: Slack refused the token, or has never confirmed it.
        """
        async with self._asking:
            now = self._clock.wall()
            if self._asked_again_at is None or now >= self._asked_again_at:
                self._asked_again_at = now + await self._ask()
            if self._known is None:
                raise self._fault
            return self._known

    async def _ask(self) -> timedelta:
        """Ask Slack whose the token is; return how long to wait before the next check."""
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
