"""Reacts when we join or leave channels, when channels change, and when workspaces uninstall the app.

    we were invited                        ──> greet the channel, once ever; resume what lost access had paused
    we were removed, archived, deleted     ──> pause the subscriptions with the reason, and tell their creators
    channel unarchived                     ──> resume, if we are a member
    channel got another id                 ──> move everything to the new id; resume, if we are a member
    app uninstalled, bot token revoked     ──> forget the token; pause the workspace

Slack may send an event twice, late, or to another process: handling it again must do no harm.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.slack.members import Members
from bot.errors import TokenError
from bot.model.channel import Channel, Platform
from bot.model.subscription import Pause, PauseReason
from bot.pipeline.deliver import PAUSED_BY
from bot.pipeline.notices import greet, lost_channels, tell_paused, welcome_back
from bot.ports import Clock, Installations, Store

log = logging.getLogger(__name__)

Json = Any

_LOST: Final = {
    "member_left_channel": "I was removed from the channel",
    "channel_left": "I was removed from the channel",
    "group_left": "I was removed from the channel",
    "channel_archive": "the channel was archived",
    "group_archive": "the channel was archived",
    "channel_deleted": "the channel was deleted",
    "group_deleted": "the channel was deleted",
}
_BACK: Final = frozenset({"channel_unarchive", "group_unarchive"})
_IDS: Final = ("old_channel_id", "new_channel_id")
_RENAMED: Final = frozenset({"channel_rename", "group_rename"})
_GONE: Final = {"app_uninstalled": "the app was uninstalled", "tokens_revoked": "the workspace has withdrawn my token"}

ASKED_AT_ONCE: Final = 20
ASK_EVERY: Final = timedelta(seconds=1.5)
"""`look_back` asks about 20 channels of a workspace at once, then one every 1.5 s: Slack allows 50 calls a minute.

Source: https://docs.slack.dev/reference/methods/conversations.info
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event of Slack's: its type (`kind`), its own fields (`details`), its workspace, and when it happened (UTC)."""

    workspace: str
    kind: str
    details: Mapping[str, Json]
    at: datetime

    @property
    def channel(self) -> Channel | None:
        """The channel that the event is about; None if it is about none."""
        named = self.details.get("channel") or ""
        channel_id = named.get("id", "") if isinstance(named, dict) else named
        return Channel(Platform.SLACK, self.workspace, channel_id) if channel_id else None


def happened_at(body: Mapping[str, Json], now: datetime) -> datetime:
    """Return when an event happened by Slack's clock (UTC); `now` where Slack does not say."""
    at = body.get("event_time")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int) else now


class Comings:
    """Handles events, and catches up on those that were missed while nobody listened."""

    def __init__(
        self, store: Store, clock: Clock, members: Members, installations: Installations, *, default_zone: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._members = members
        self._installations = installations
        self._default_zone = default_zone
        self.is_behind = False
        """Whether Slack left the question open for some channel, so that `look_back` should run again."""

    async def hear(self, event: Event) -> None:
        """Handle one event; events of other kinds are ignored.

        Raises:
            StoreError: the database failed. A lost pause is made up for: the next post to the channel fails and pauses.
        """
        channel = event.channel
        if event.kind in _GONE:
            await self._gone(event)
        elif event.kind == "channel_id_changed":
            await self._moved(event)
        elif channel is None:
            return
        elif event.kind == "member_joined_channel":
            await self._joined(event, channel)
        elif event.kind in _LOST:
            await self._lost(event, channel)
        elif event.kind in _BACK:
            await self._welcome_if_ours(channel)
        elif event.kind in _RENAMED:
            self._members.forget(channel.workspace, channel.id)

    async def look_back(self, workspaces: Sequence[str]) -> None:
        """Resume channels that lost access had paused and where we are a member now.

        For events that were missed: Slack does not repeat what happened while nobody listened.

        Raises:
            StoreError: the database failed.
        """
        self.is_behind = False
        for workspace in workspaces:
            for asked, channel in enumerate(await lost_channels(self._store, Platform.SLACK, workspace)):
                if asked >= ASKED_AT_ONCE:
                    await self._clock.sleep(ASK_EVERY.total_seconds())
                if channel.is_personal:
                    await self._welcome(channel)
                else:
                    await self._welcome_if_ours(channel)

    async def _joined(self, event: Event, channel: Channel) -> None:
        if await self._is_us(event):
            self._members.forget(channel.workspace, channel.id)
            await greet(self._store, self._clock, channel)
            await self._welcome(channel)

    async def _lost(self, event: Event, channel: Channel) -> None:
        if event.kind == "member_left_channel" and not await self._is_us(event):
            return
        self._members.forget(channel.workspace, channel.id)
        pause = self._pause(_LOST[event.kind])
        await tell_paused(self._store, self._clock, channel, pause)
        numbers = await self._store.subscriptions.pause(channel, pause)
        log.info("%s: %s; %d subscriptions paused", channel, pause.detail, len(numbers))

    async def _moved(self, event: Event) -> None:
        old, new = (Channel(Platform.SLACK, event.workspace, event.details[name]) for name in _IDS)
        if not await self._store.subscriptions.move(old, new.id):
            log.warning(
                "Slack changed the id of %s to %s, which is in use already; nothing was moved. Subscribe again there "
                "to what is missing",
                old,
                new,
            )
            return
        log.info("Slack changed the id of %s to %s; everything was moved", old, new)
        # A post to the old id may have failed meanwhile, which paused the channel.
        await self._welcome_if_ours(new)

    async def _welcome_if_ours(self, channel: Channel) -> None:
        is_ours = await self._members.is_ours(channel)
        if is_ours is None:
            self.is_behind = True
        elif is_ours:
            await self._welcome(channel)

    async def _welcome(self, channel: Channel) -> None:
        numbers = await welcome_back(self._store, self._clock, channel, default_zone=self._default_zone)
        if numbers:
            log.info("%s: I may post again; %d subscriptions resumed", channel, len(numbers))

    async def _gone(self, event: Event) -> None:
        if event.kind == "tokens_revoked" and not (event.details.get("tokens") or {}).get("bot"):
            # Only tokens of people were revoked, and we hold none.
            return
        await self._installations.purge(Platform.SLACK, event.workspace, event.at)
        if await self._is_installed(event.workspace):
            # It was installed again since, so this late event is about the earlier token.
            return
        pause = self._pause(_GONE[event.kind])
        channels = await self._store.subscriptions.pause_workspace(Platform.SLACK, event.workspace, pause)
        log.info("slack:%s: %s; %d channels paused", event.workspace, pause.detail, len(channels))

    async def _is_installed(self, workspace: str) -> bool:
        try:
            return workspace in await self._installations.workspaces(Platform.SLACK)
        except TokenError:
            return False

    async def _is_us(self, event: Event) -> bool:
        installation = await self._installations.find(Platform.SLACK, event.workspace)
        return installation is not None and event.details.get("user") == installation.bot_user

    def _pause(self, detail: str) -> Pause:
        return Pause(by=PAUSED_BY, reason=PauseReason.ACCESS, since=self._clock.now(), detail=detail)
