"""Access: where a command acts, and whether whoever asks may do that there. Asked once, before every handler."""

from dataclasses import replace
from typing import Final

from bot.commands.command import Access, Command
from bot.commands.request import ME, Asked, ChangeSettings, Request, Requester
from bot.commands.services import Services
from bot.errors import RefusedError
from bot.model.channel import Channel, Platform, WhoCanManage
from bot.views.words import channel_name, person

_OFFER: Final = "I can send these to you: `/papers subscribe … --to me`."
_NEEDS: Final = {
    Platform.CONSOLE: "is for managers",
    Platform.SLACK: "is for managers",
    Platform.DISCORD: "needs Manage Channels",
}
"""What a person lacks, in the platform's own word."""


async def permitted(command: Command, asked: Asked, requester: Requester, services: Services) -> Requester:
    """Return the requester as they act: in the channel that the command is meant for, which they may use in this way.

    Whoever manages the workspace may do everything in each of its channels but in another person's own, which nobody
    else may read or change; whoever manages one channel, in that one.

    Raises:
        RefusedError: they may not; it says who may, and what to do instead.
    """
    channel = _channel_of(asked.place, requester)
    acting = replace(requester, channel=channel, typed_in=requester.here)
    if channel.is_personal:
        if channel != channel.personal(requester.user):
            raise RefusedError(f"{channel_name(channel)} is {person(channel.id[1:])}'s own.", hint=_OFFER)
        return acting
    if await services.manages(requester, channel):
        return replace(acting, is_manager=True)
    if channel != requester.channel:
        message = f"Only a manager may act in another channel; this one is {channel_name(requester.channel)}."
        # Not by its name, which a platform may tell us and not them.
        raise RefusedError(message, hint="Type the command in that channel itself.")
    if _changes_channel(command, asked.request):
        settings = await services.store.subscriptions.settings(channel)
        if settings.who_can_manage is not WhoCanManage.EVERYONE:
            raise RefusedError(f"Changing {channel_name(channel)} {_NEEDS[channel.platform]}.", hint=_OFFER)
    return acting


def _changes_channel(command: Command, request: Request) -> bool:
    if command.access is Access.CHANGE and isinstance(request, ChangeSettings):
        return not request.only_reads
    return command.access is not Access.ANYONE


def _channel_of(place: str, requester: Requester) -> Channel:
    here = requester.channel
    if place == ME:
        return here.personal(requester.user)
    return Channel(here.platform, here.workspace, place) if place else here
