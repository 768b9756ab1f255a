"""Limits: how much one workspace may ask for, so that no one starves the others; set by the operator."""

from datetime import timedelta
from math import ceil
from typing import Final

from bot.commands.request import Request, Requester, Search
from bot.commands.services import Services
from bot.errors import RefusedError
from bot.model.change import ChannelPlan

MINUTE: Final = timedelta(minutes=1)


async def refuse_beyond_pace(request: Request, requester: Requester, services: Services) -> None:
    """Count a search of the workspace.

    Raises:
        RefusedError: there were as many as a minute takes; it says when there is room again.
    """
    if not isinstance(request, Search):
        return
    here, limit = requester.channel, services.limits.searches_per_minute
    key = f"search {here.platform}:{here.workspace}"
    wait = await services.store.rate_limits.take(key, MINUTE / limit, limit, services.clock.wall())
    if wait:
        seconds = ceil(wait.total_seconds())
        raise RefusedError(
            f"This workspace searched {limit:,} times within a minute, and that is the limit.",
            hint=f"Try again in {seconds} second{'' if seconds == 1 else 's'}.",
        )


async def refuse_beyond_number(plan: ChannelPlan, requester: Requester, services: Services) -> None:
    """Count the subscriptions of the workspace.

    Raises:
        RefusedError: the plan would make more than there may be; it says how to make room.
    """
    more = len(plan.add) - len(plan.remove)
    if more <= 0:
        return
    here, limit = requester.channel, services.limits.subscriptions
    known = await services.store.subscriptions.count(here.platform, here.workspace)
    if known + more > limit:
        raise RefusedError(
            f"This workspace has {known:,} subscriptions, and {limit:,} is the limit; I changed nothing.",
            hint="Remove some with `/papers unsubscribe`; the operator sets the limit with "
            "PAPERROUND_LIMITS__SUBSCRIPTIONS.",
        )
