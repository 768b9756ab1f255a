"""Changing a channel: read, plan, carry out; and all again when somebody else was quicker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.commands.limits import refuse_beyond_number
from bot.commands.request import Requester
from bot.commands.services import Services
from bot.errors import RefusedError
from bot.model.change import ChangeId, ChangeKind, ChannelPlan, NewChange
from bot.model.channel import ChannelSettings
from bot.model.interaction import new_id
from bot.model.subscription import Subscription
from bot.views.words import name_from

ATTEMPTS: Final = 5
"""How often a change is planned before it is refused: others have changed the channel between each two."""

Planner = Callable[[Sequence[Subscription], ChannelSettings], ChannelPlan]
"""Decides, from a channel as it is, what to make of it; raises RefusedError to change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What was changed: the id for its Undo, the channel as it was read, the plan, and what was added.

    After an empty plan there is nothing to undo.
    """

    id: ChangeId
    known: tuple[Subscription, ...]
    settings: ChannelSettings
    plan: ChannelPlan
    added: tuple[Subscription, ...] = ()


async def change_channel(kind: ChangeKind, plan_of: Planner, requester: Requester, services: Services) -> Changed:
    """Change the requester's channel by a plan, wholly or not at all, and keep who did it.

    Raises:
        RefusedError: the planner's, too many subscriptions, or the channel kept changing; nothing was changed.
    """
    store, channel = services.store.subscriptions, requester.channel
    new = NewChange(id=ChangeId(new_id()), by=requester.user, at=services.clock.now(), kind=kind)
    for _ in range(ATTEMPTS):
        known, settings = await store.of_channel(channel), await store.settings(channel)
        plan = plan_of(known, settings)
        await refuse_beyond_number(plan, requester, services)
        added = () if plan == ChannelPlan() else await store.change(channel, plan, new)
        if added is not None:
            return Changed(id=new.id, known=known, settings=settings, plan=plan, added=added)
    raise RefusedError(
        f"Others are changing {name_from(channel, requester.here)} at the same moment; I changed nothing.",
        hint="Type the command again.",
    )
