"""The catalog: every command, defined once. Parsers, help, docs/commands.md and the platforms' menus come from it."""

from typing import Final

from bot.commands import build
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Autocomplete, Kind, Parameter
from bot.commands.request import (
    Help,
    ListSubscriptions,
    PreviewQuery,
    PreviewSubscription,
    Request,
    Search,
    Show,
    Status,
    Subscribe,
    Trending,
    Unsubscribe,
)
from bot.model.cadence import DEFAULT_TIME
from bot.model.channel import DEFAULT_CAP, MAX_CAP

MOST_DAYS: Final = 3650
"""How far a preview looks back (PRODUCT.md, Commands)."""
_MOST: Final = 999_999_999
_MOST_UPVOTES: Final = 10_000
_MOST_PAGES: Final = 1000


_NAMES: Final = ("subscribe", "unsubscribe", "list", "preview", "search", "trending", "show", "status", "help")

_QUERY: Final = Parameter(
    name="query",
    help='What to look for: "a phrase", OR, -word, author: cat: title: and more.',
    kind=Kind.QUERY,
    shown="QUERY",
    is_free=True,
    is_required=True,
)
_SOURCE: Final = Parameter(
    name="source",
    help="Where from: `hf` (Hugging Face), `arxiv`, or categories as in `arxiv:cs.CV`.",
    kind=Kind.SOURCES,
    shown="SOURCES",
    autocomplete=Autocomplete.SOURCES,
    example='subscribe "world models" --source hf,arxiv:cs.CV',
)
_MIN_UPVOTES: Final = Parameter(
    name="min-upvotes",
    help="Hold a paper of Hugging Face back until it has this many upvotes.",
    kind=Kind.INTEGER,
    shown="N",
    most=_MOST_UPVOTES,
    example="subscribe agents --min-upvotes 10",
)
_UPVOTED_ONLY: Final = Parameter(
    name="upvoted-only", help="Leave out papers that nobody can upvote, as those of arXiv alone.", kind=Kind.SWITCH
)

COMMANDS: Final = (
    Command(
        name="subscribe",
        help="Post new papers that match a query in this channel.",
        details=(
            f"Without flags: on weekdays at {DEFAULT_TIME:%H:%M} or the channel's hour, in the channel's time zone, "
            "from Hugging Face. `subscribe trending` brings what is upvoted most."
        ),
        parameters=(
            _QUERY,
            Parameter(
                name="daily",
                help="Every day of `--days`, at this time.",
                kind=Kind.TIME,
                shown="[HH:MM]",
                example='subscribe "world models" --daily 09:00',
            ),
            Parameter(
                name="weekly",
                help="Once a week; alone it means Monday at 09:00.",
                kind=Kind.DAY_AND_TIME,
                shown="[DAY] [HH:MM]",
                example="subscribe trending --weekly mon 09:00",
            ),
            Parameter(
                name="instant",
                help="Soon after papers appear, between 08:00 and 20:00, at most every 30 minutes.",
                kind=Kind.SWITCH,
                example="subscribe agents --instant",
            ),
            Parameter(
                name="days",
                help="On which days: `weekdays`, `daily`, or as in `mon,wed`.",
                kind=Kind.DAYS,
                shown="DAYS",
                example="subscribe agents --daily 09:00 --days mon,wed",
            ),
            Parameter(
                name="tz",
                help="The time zone of this subscription, as in `Europe/Berlin`.",
                kind=Kind.ZONE,
                shown="ZONE",
                aliases=("timezone",),
                autocomplete=Autocomplete.ZONES,
                example='subscribe "world models" --daily 09:00 --tz Europe/Berlin',
            ),
            Parameter(
                name="max",
                help=f"At most this many papers of it in a digest; the channel's cap is {DEFAULT_CAP}.",
                kind=Kind.INTEGER,
                shown="N",
                least=1,
                most=MAX_CAP,
                example='subscribe "world models" --max 5',
            ),
            _SOURCE,
            _MIN_UPVOTES,
            _UPVOTED_ONLY,
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
    ),
    Command(
        name="unsubscribe",
        help="Remove one subscription of this channel, or all.",
        parameters=(
            Parameter(
                name="number",
                help="The number that `list` shows, or `all`.",
                kind=Kind.NUMBER,
                shown="NUMBER|all",
                is_free=True,
                is_required=True,
                least=1,
                most=_MOST,
                autocomplete=Autocomplete.SUBSCRIPTIONS,
            ),
            Parameter(name="yes", help="Remove all without being asked.", kind=Kind.SWITCH, aliases=("confirm",)),
        ),
        access=Access.MANAGE,
        visibility=Visibility.CHANNEL,
        examples=("unsubscribe 3", "unsubscribe all"),
        requests=(Unsubscribe,),
        build=build.unsubscribe,
    ),
    Command(
        name="list",
        help="Show the subscriptions of this channel.",
        parameters=(Parameter(name="all", help="Of every channel that you may see.", kind=Kind.SWITCH),),
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=("list", "list --all"),
        requests=(ListSubscriptions,),
        build=build.list_subscriptions,
    ),
    Command(
        name="preview",
        help="Show what a subscription would post now, or what a query would bring.",
        details=(
            "A number shows exactly the next digest. A query shows the last 7 days as a digest; with `--days` it shows "
            "every paper of those days that matches, from any source, without a cap."
        ),
        parameters=(
            Parameter(
                name="target",
                help="The number of a subscription, or a query.",
                kind=Kind.TARGET,
                shown="NUMBER|QUERY",
                is_free=True,
                is_required=True,
                least=1,
                most=_MOST,
                autocomplete=Autocomplete.SUBSCRIPTIONS,
            ),
            Parameter(
                name="days",
                help="Look this many days back.",
                kind=Kind.INTEGER,
                shown="N",
                least=1,
                most=MOST_DAYS,
                example='preview "world models" --days 30',
            ),
            _SOURCE,
            _MIN_UPVOTES,
            _UPVOTED_ONLY,
        ),
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=('preview "world models"', "preview 3", 'preview "language models" -survey --days 30'),
        requests=(PreviewSubscription, PreviewQuery),
        build=build.preview,
    ),
    Command(
        name="search",
        help="Search every stored paper.",
        details="`since:30d` looks 30 days back, `since:2026-05-01` to a date.",
        parameters=(
            _QUERY,
            Parameter(
                name="sort",
                help="What comes first; without it the best match.",
                kind=Kind.CHOICE,
                shown="|".join(build.ORDERS),
                choices=tuple(build.ORDERS),
                example='search "world models" --sort upvotes',
            ),
            Parameter(
                name="page",
                help="Which page.",
                kind=Kind.INTEGER,
                shown="N",
                least=1,
                most=_MOST_PAGES,
                example='search "world models" --page 2',
            ),
        ),
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=('search "world models"', "search agents author:lecun since:30d upvotes:>=20 --sort upvotes"),
        requests=(Search,),
        build=build.search,
    ),
    Command(
        name="trending",
        help="Show what is upvoted most: of the day, the week or the month.",
        parameters=(
            Parameter(
                name="period",
                help="How far back; without it the day.",
                kind=Kind.CHOICE,
                shown="|".join(build.PERIODS),
                is_free=True,
                choices=tuple(build.PERIODS),
            ),
        ),
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=("trending", "trending week"),
        requests=(Trending,),
        build=build.trending,
    ),
    Command(
        name="show",
        help="Show one paper whole.",
        parameters=(
            Parameter(
                name="paper",
                help="An arXiv id, an address at arXiv or Hugging Face, or a DOI.",
                kind=Kind.PAPER,
                shown="PAPER",
                is_free=True,
                is_required=True,
            ),
        ),
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=("show 2310.06825", "show https://arxiv.org/abs/2310.06825"),
        requests=(Show,),
        build=build.show,
    ),
    Command(
        name="status",
        help="Say what was fetched, matched and posted, what is late, and why.",
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=("status",),
        requests=(Status,),
        build=build.status,
    ),
    Command(
        name="help",
        help="Explain the commands, or one of them.",
        parameters=(
            Parameter(
                name="verb",
                help="Which command; without it all of them.",
                kind=Kind.CHOICE,
                shown="VERB",
                is_free=True,
                choices=_NAMES,
            ),
        ),
        access=Access.ANYONE,
        visibility=Visibility.USER,
        examples=("help", "help subscribe"),
        requests=(Help,),
        build=build.help_about,
    ),
)
"""Every command, in the order of help."""

VERBS: Final = tuple(command.name for command in COMMANDS)


def command_named(name: str) -> Command | None:
    """Return the command of that name, whatever its case; None for none."""
    return next((command for command in COMMANDS if command.name == name.lower()), None)


def command_for(request: Request) -> Command:
    """Return the command that makes requests of this kind."""
    return next(command for command in COMMANDS if isinstance(request, command.requests))
