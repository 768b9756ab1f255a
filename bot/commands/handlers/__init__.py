"""What is done about each request: one module per subject, behind one function."""

from typing import assert_never

from bot.commands.handlers.previewing import preview_of_query, preview_of_subscription
from bot.commands.handlers.searching import search, trending
from bot.commands.handlers.showing import show
from bot.commands.handlers.standing import status
from bot.commands.handlers.subscribing import list_subscriptions, subscribe, unsubscribe
from bot.commands.handlers.undoing import undo
from bot.commands.help import help_reply
from bot.commands.request import (
    Help,
    ListSubscriptions,
    PreviewQuery,
    PreviewSubscription,
    Request,
    Requester,
    Search,
    Show,
    Status,
    Subscribe,
    Trending,
    Undo,
    Unsubscribe,
)
from bot.commands.services import Services
from bot.document import Reply


async def handle(request: Request, requester: Requester, services: Services) -> Reply:  # noqa: C901 - one case a request
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
        case ListSubscriptions():
            return await list_subscriptions(request, requester, services)
        case PreviewSubscription():
            return await preview_of_subscription(request, requester, services)
        case PreviewQuery():
            return await preview_of_query(request, requester, services)
        case Search():
            return await search(request, services)
        case Trending():
            return await trending(request, requester, services)
        case Show():
            return await show(request, services)
        case Status():
            return await status(requester, services)
        case Undo():
            return await undo(request, requester, services)
        case Help():
            return help_reply(request)
        case _:
            assert_never(request)
