"""Commands that make and steer subscriptions."""

from typing import Final

from bot.commands import building as build
from bot.commands.catalog.parameters import (
    DAILY,
    DAYS,
    INSTANT,
    MAX,
    MIN_UPVOTES,
    NUMBER_OR_ALL,
    PING,
    QUERY,
    SOURCE,
    TZ,
    UPVOTED_ONLY,
    WEEKLY,
)
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import ListSubscriptions, Subscribe, Unsubscribe
from bot.model.cadence import DEFAULT_TIME

SUBSCRIBE: Final = Command(
    name="subscribe",
    help="Post new papers that match a query in this channel.",
    details=(
        f"Alone with a query: on weekdays at {DEFAULT_TIME:%H:%M} or the channel's hour, in the channel's time zone, "
        "from Hugging Face. `/papers subscribe trending` brings what is upvoted most."
    ),
    parameters=(
        QUERY,
        DAILY,
        WEEKLY,
        INSTANT,
        DAYS,
        TZ,
        MAX,
        SOURCE,
        MIN_UPVOTES,
        UPVOTED_ONLY,
        PING,
    ),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    contradictions=(("daily", "weekly", "instant"), ("weekly", "days"), ("instant", "days")),
    examples=(
        'subscribe "world models"',
        'subscribe (diffusion OR "flow matching") -medical --daily 09:00',
        "subscribe trending --weekly mon 09:00",
    ),
    requests=(Subscribe,),
    build=build.subscribe,
)
UNSUBSCRIBE: Final = Command(
    name="unsubscribe",
    help="Remove one subscription of this channel, or all.",
    parameters=(
        NUMBER_OR_ALL,
        Parameter(name="yes", help="Remove all without being asked.", kind=Kind.SWITCH, aliases=("confirm",)),
    ),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("unsubscribe 3", "unsubscribe all"),
    requests=(Unsubscribe,),
    build=build.unsubscribe,
)
LIST: Final = Command(
    name="list",
    help="Show the subscriptions of this channel.",
    parameters=(Parameter(name="all", help="Of every channel that you may see.", kind=Kind.SWITCH),),
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=("list", "list --all"),
    requests=(ListSubscriptions,),
    build=build.list_subscriptions,
)
