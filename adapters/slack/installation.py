"""Bolt's two OAuth stores, kept in our own database so that every process shares them.

BoltInstallations uses the port `Installations`; States uses the port `Requests`.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store import Installation as BoltInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from adapters.slack.names import tenant_of, workspace_of
from bot.errors import PaperroundError, RefusedError
from bot.model.channel import Channel, Platform
from bot.model.installation import Installation, Secret
from bot.model.interaction import KeptRequest, RequestId, new_id
from bot.ports import Clock, Installations, Requests

log = logging.getLogger(__name__)

STATE_FOR: Final = timedelta(minutes=10)
"""How long a person may take from our page to Slack's and back."""

_INSTALLING: Final = Channel(Platform.SLACK, "-", "-")
"""The channel under which states are kept. No workspace has this id, so no button can reach them."""


class BoltInstallations(AsyncInstallationStore):
    """Bolt's installation store. It keeps bot tokens only, since paperround never acts as a person."""

    def __init__(self, installations: Installations, clock: Clock) -> None:
        self._installations = installations
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        """The logger that Bolt asks for."""
        return log

    async def async_save(self, installation: BoltInstallation) -> None:
        """Store an installation; which workspace it is comes from Slack's answer alone."""
        await self._installations.save(installation_of(installation), self._clock.wall())

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """Return the bot of a workspace; None if it has not installed the app."""
        workspace = workspace_of(enterprise_id, team_id, is_enterprise_install=is_enterprise_install)
        try:
            found = await self._installations.find(Platform.SLACK, workspace)
        except PaperroundError as error:
            # Bolt would go on as if the app were not installed, with no more than an info line in the log.
            log.error("slack:%s: no usable token: %s", workspace, error)  # noqa: TRY400 - the words say it all
            raise
        return _bot(found) if found else None

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> BoltInstallation | None:
        """Return None: no person's installation is kept, so Bolt asks for the bot's."""
        del enterprise_id, team_id, user_id, is_enterprise_install
        return None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Delete the token of a workspace."""
        now = self._clock.wall()
        await self._installations.purge(Platform.SLACK, workspace_of(enterprise_id, team_id), now)

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Do nothing: no person's token is kept."""
        del enterprise_id, team_id, user_id


class States(AsyncOAuthStateStore):
    """Bolt's state store: random states that prove where an install began; each works once, for `STATE_FOR`."""

    def __init__(self, requests: Requests, clock: Clock) -> None:
        self._requests = requests
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        """The logger that Bolt asks for."""
        return log

    async def async_issue(self, *args: Sequence[Any], **kwargs: Any) -> str:
        """Make a state and store it."""
        del args, kwargs
        state = RequestId(new_id())
        expires_at = self._clock.wall() + STATE_FOR
        kept = KeptRequest(id=state, channel=_INSTALLING, text="", expires_at=expires_at, is_single_use=True)
        await self._requests.keep([kept])
        return state

    async def async_consume(self, state: str) -> bool:
        """Say whether a state is ours, not expired and not used before; it is used up by this."""
        where = (_INSTALLING.platform, _INSTALLING.workspace)
        taken = await self._requests.take(RequestId(state), *where, "", self._clock.wall())
        return taken is not None and taken.is_first


def installation_of(installed: BoltInstallation) -> Installation:
    """Return what we keep of Bolt's installation.

    Raises:
        RefusedError: Slack gave no bot token, or did not say for which workspace.
    """
    try:
        workspace = workspace_of(
            installed.enterprise_id, installed.team_id, is_enterprise_install=installed.is_enterprise_install
        )
    except ValueError as error:
        raise RefusedError("Slack did not say which workspace this is.", hint="Try once more.") from error
    if not installed.bot_token or not installed.bot_user_id:
        raise RefusedError(
            "Slack gave no token of a bot.", hint="The app's manifest has none: see paperround export slack."
        )
    return Installation(
        platform=Platform.SLACK,
        workspace=workspace,
        token=Secret(installed.bot_token),
        bot_user=installed.bot_user_id,
        scopes=frozenset(installed.bot_scopes or ()),
    )


def _bot(found: Installation) -> Bot:
    tenant = tenant_of(found.workspace)
    return Bot(
        enterprise_id=tenant.enterprise_id or None,
        team_id=tenant.team_id or None,
        is_enterprise_install=tenant.is_enterprise_install,
        bot_token=found.token.value,
        bot_id="",  # Bolt learns it from auth.test
        bot_user_id=found.bot_user,
        bot_scopes=sorted(found.scopes),
        installed_at=0.0,
    )
