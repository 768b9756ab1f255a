"""What handlers may use."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.commands.outside import Outside
from bot.commands.request import Requester
from bot.model.channel import Channel
from bot.ports import Clock, PaperSource, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one workspace may ask for."""

    subscriptions: int = 1_000
    searches_per_minute: int = 60


ChannelCheck = Callable[[Channel], Awaitable[None]]
"""Asks a platform whether a channel can be posted to; raises RefusedError, which says what to do, when it cannot."""

ManagerCheck = Callable[[Channel, str], Awaitable[bool]]
"""Asks a platform whether a person manages a channel where they are not; raises RefusedError when it does not say."""

HiddenCheck = Callable[[frozenset[Channel], Requester], Awaitable[frozenset[Channel]]]
"""Asks a platform which of these channels a person may not see; raises RefusedError when it says it of none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports behind every command.

    `default_zone` is the IANA zone of channels that have none. `sources` are the configured ones, by name. `outside`
    asks them what they know beside the library. `channel_checks` are those of the platforms that have one, by name;
    `manager_check` and `hidden_check` are those of the platform which hears who asks, if it has them.
    """

    store: Store
    clock: Clock
    default_zone: str
    sources: Mapping[str, PaperSource]
    limits: Limits = Limits()
    outside: Outside = field(default_factory=Outside)
    channel_checks: Mapping[str, ChannelCheck] = field(default_factory=dict)
    manager_check: ManagerCheck | None = None
    hidden_check: HiddenCheck | None = None

    async def refuse_unreachable(self, channel: Channel) -> None:
        """Refuse a channel that cannot be posted to.

        Raises:
            RefusedError: it cannot; the words say what to do.
        """
        if check := self.channel_checks.get(channel.platform):
            await check(channel)

    async def manages(self, requester: Requester, channel: Channel) -> bool:
        """Say whether somebody manages a channel of their workspace.

        Raises:
            RefusedError: the platform does not say; the words say what to do.
        """
        if channel == requester.channel:
            return requester.is_manager
        if self.manager_check is not None:
            return await self.manager_check(channel, requester.user)
        return requester.is_manager and requester.manages_all

    async def hidden_from(self, requester: Requester, channels: Iterable[Channel]) -> frozenset[Channel]:
        """Return those channels that somebody may not see: other people's own, and what the platform hides.

        Where a platform hides none, managers of the whole workspace see all, and others those that they are in.

        Raises:
            RefusedError: the platform does not say; the words say what to do.
        """
        mine = {requester.channel, requester.here, requester.channel.personal(requester.user)}
        others = frozenset(channels) - mine
        personal = frozenset(each for each in others if each.is_personal)
        if self.hidden_check is not None:
            asked = others - personal
            return personal | await self.hidden_check(asked, requester) if asked else personal
        return personal if requester.is_manager and requester.manages_all else others
