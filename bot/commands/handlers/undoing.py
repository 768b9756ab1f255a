"""Undo: put back what somebody changed."""

from bot.commands.buttons import no_longer_good
from bot.commands.request import Requester, Undo
from bot.commands.services import Services
from bot.document import Reply
from bot.errors import RefusedError
from bot.model.change import UNDO_FOR, Change, UndoResult
from bot.views.changes import undone
from bot.views.words import person, to_whom


async def undo(request: Undo, requester: Requester, services: Services) -> Reply:
    """Put a change back if nothing changed since, and say what that did; it is for who made it, and for managers.

    Whoever asks may change the channel: who made the change, and may not change it any more, has been refused before.
    """
    store, here = services.store, requester.channel
    change = await store.changes.find(request.change, here.platform, here.workspace)
    now = services.clock.now()
    if change is None:
        raise no_longer_good()
    if not _may_undo(requester, change):
        raise RefusedError(f"Undo is for {person(change.by)}, who did it, and for managers; nothing was undone.")
    listed = f"`/papers list{to_whom(change.channel, requester.here)}` shows how things stand."
    if now - change.at > UNDO_FOR:
        minutes = UNDO_FOR.total_seconds() / 60
        raise RefusedError(f"Undo works for {minutes:.0f} minutes; nothing was undone.", hint=listed)
    subscriptions = store.subscriptions
    before = await subscriptions.of_channel(change.channel)
    settings_before = await subscriptions.settings(change.channel)
    done = await store.changes.undo(change, requester.user, now, services.default_zone)
    if done.result is UndoResult.CHANGED_SINCE:
        by = f" by {person(done.by)}" if done.by else ""
        raise RefusedError(f"Changed since{by}; nothing undone.", hint=listed)
    if done.result is UndoResult.ALREADY_UNDONE:
        raise RefusedError(f"{person(done.by)} undid that already.", hint=listed)
    settings = await subscriptions.settings(change.channel)
    document = undone(
        change,
        before,
        await subscriptions.of_channel(change.channel),
        by=requester.user,
        zone=settings.timezone or services.default_zone,
        with_settings=settings != settings_before,
    )
    return Reply(verb="undo", document=document)


def _may_undo(requester: Requester, change: Change) -> bool:
    if change.channel.is_personal:
        return change.channel == change.channel.personal(requester.user)
    return requester.is_manager or requester.user == change.by
