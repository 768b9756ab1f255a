"""Commands that show papers, and how things stand, and change nothing."""

from typing import Final

from bot.commands import building as build
from bot.commands.catalog.parameters import MIN_UPVOTES, MOST_DAYS, MOST_NUMBERS, QUERY, SOURCE, UPVOTED_ONLY
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Autocomplete, Kind, Parameter
from bot.commands.request import PreviewQuery, PreviewSubscription, Search, Show, Status, Trending

_MOST_PAGES: Final = 1000

PREVIEW: Final = Command(
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
            most=MOST_NUMBERS,
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
        SOURCE,
        MIN_UPVOTES,
        UPVOTED_ONLY,
    ),
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=('preview "world models"', "preview 3", 'preview "language models" -survey --days 30'),
    requests=(PreviewSubscription, PreviewQuery),
    build=build.preview,
)
SEARCH: Final = Command(
    name="search",
    help="Search every stored paper.",
    details="`since:30d` looks 30 days back, `since:2026-05-01` back to that day.",
    parameters=(
        QUERY,
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
)
TRENDING: Final = Command(
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
)
SHOW: Final = Command(
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
)
STATUS: Final = Command(
    name="status",
    help="Say what was fetched, matched and posted, what is late, and why.",
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=("status",),
    requests=(Status,),
    build=build.status,
)
