"""What is done about each request: one module per subject, behind one function."""

from typing import assert_never

from bot.commands.handlers.discussing import discuss
from bot.commands.handlers.editing import edit
from bot.commands.handlers.exporting import export_channel
from bot.commands.handlers.importing import import_channel
from bot.commands.handlers.muting import less
from bot.commands.handlers.pausing import pause, resume
from bot.commands.handlers.previewing import preview_of_query, preview_of_subscription
from bot.commands.handlers.running import post_latest, run
from bot.commands.handlers.saving import save, saved, unsave
from bot.commands.handlers.searching import search, share, trending
from bot.commands.handlers.setting import settings
from bot.commands.handlers.showing import show, similar_to
from bot.commands.handlers.standing import status
from bot.commands.handlers.subscribing import list_subscriptions, subscribe, unsubscribe
from bot.commands.handlers.undoing import undo
from bot.commands.help import help_reply
from bot.commands.request import (
    ApplyShown,
    ChangeSettings,
    Discuss,
    EditSubscription,
    Export,
    Help,
    Import,
    Less,
    ListSubscriptions,
    PauseSubscriptions,
    PostLatest,
    PreviewQuery,
    PreviewSubscription,
    Request,
    Requester,
    ResumeSubscriptions,
    RunNow,
    Save,
    Saved,
    Search,
    Share,
    Show,
    Similar,
    Status,
    Subscribe,
    Trending,
    Undo,
    Unsave,
    Unsubscribe,
)
from bot.commands.services import Services
from bot.document import Reply


async def handle(request: Request, requester: Requester, services: Services) -> Reply:  # noqa: C901, PLR0912 - one case a request
    """Do what was asked and say so.

    Everything is read and changed in the requester's channel alone.

    Raises:
        RefusedError: it is not done, and nothing was changed.
        NotUnderstoodError: it names nothing there can be.
        StoreError: the database failed; nothing was changed.
    """
    match request:
        case Subscribe():
            return await subscribe(request, requester, services)
        case Unsubscribe():
            return await unsubscribe(request, requester, services)
        case EditSubscription():
            return await edit(request, requester, services)
        case PauseSubscriptions():
            return await pause(request, requester, services)
        case ResumeSubscriptions():
            return await resume(request, requester, services)
        case RunNow():
            return await run(request, requester, services)
        case PostLatest():
            return await post_latest(request, requester, services)
        case ChangeSettings():
            return await settings(request, requester, services)
        case ListSubscriptions():
            return await list_subscriptions(request, requester, services)
        case PreviewSubscription():
            return await preview_of_subscription(request, requester, services)
        case PreviewQuery():
            return await preview_of_query(request, requester, services)
        case Search():
            return await search(request, requester, services)
        case Trending():
            return await trending(request, requester, services)
        case Show():
            return await show(request, requester, services)
        case Share():
            return await share(request, requester, services)
        case Saved():
            return await saved(request, requester, services)
        case Save():
            return await save(request, requester, services)
        case Unsave():
            return await unsave(request, requester, services)
        case Similar():
            return await similar_to(request, services)
        case Discuss():
            return await discuss(request, requester, services)
        case Less():
            return await less(request, requester, services)
        case Status():
            return await status(requester, services)
        case Export():
            return await export_channel(requester, services)
        case Import() | ApplyShown():
            return await import_channel(request, requester, services)
        case Undo():
            return await undo(request, requester, services)
        case Help():
            return help_reply(request)
        case _:
            assert_never(request)
