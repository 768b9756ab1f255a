"""Parameters that several commands have, in the same words everywhere."""

from typing import Final

from bot.commands.parameter import Autocomplete, Kind, Parameter
from bot.model.channel import DEFAULT_CAP, MAX_CAP

MOST_DAYS: Final = 3650
"""How far a preview looks back."""
MOST_NUMBERS: Final = 999_999_999
_MOST_UPVOTES: Final = 10_000

QUERY: Final = Parameter(
    name="query",
    help='What to look for: "a phrase", OR, -word, author: cat: title: and more.',
    kind=Kind.QUERY,
    shown="QUERY",
    is_free=True,
    is_required=True,
)
NUMBER_OR_ALL: Final = Parameter(
    name="number",
    help="The number that `list` shows, or `all`.",
    kind=Kind.NUMBER,
    shown="NUMBER|all",
    is_free=True,
    is_required=True,
    least=1,
    most=MOST_NUMBERS,
    autocomplete=Autocomplete.SUBSCRIPTIONS,
)

# --- when ---------------------------------------------------------------------------------------------------------

DAILY: Final = Parameter(
    name="daily",
    help="Every day of `--days`, at this time.",
    kind=Kind.TIME,
    shown="[HH:MM]",
    example='subscribe "world models" --daily 09:00',
)
WEEKLY: Final = Parameter(
    name="weekly",
    help="Once a week; alone it means Monday at 09:00.",
    kind=Kind.DAY_AND_TIME,
    shown="[DAY] [HH:MM]",
    example="subscribe trending --weekly mon 09:00",
)
INSTANT: Final = Parameter(
    name="instant",
    help="Soon after papers appear, between 08:00 and 20:00, at most every 30 minutes.",
    kind=Kind.SWITCH,
    example="subscribe agents --instant",
)
DAYS: Final = Parameter(
    name="days",
    help="On which days: `weekdays`, `daily`, or as in `mon,wed`.",
    kind=Kind.DAYS,
    shown="DAYS",
    example="subscribe agents --daily 09:00 --days mon,wed",
)
TZ: Final = Parameter(
    name="tz",
    help="The time zone of this subscription, as in `Europe/Berlin`.",
    kind=Kind.ZONE,
    shown="ZONE",
    aliases=("timezone",),
    autocomplete=Autocomplete.ZONES,
    example='subscribe "world models" --daily 09:00 --tz Europe/Berlin',
)

# --- what ---------------------------------------------------------------------------------------------------------

MAX: Final = Parameter(
    name="max",
    help=f"At most this many papers of it in a digest; the channel's cap is {DEFAULT_CAP}.",
    kind=Kind.INTEGER,
    shown="N",
    least=1,
    most=MAX_CAP,
    example='subscribe "world models" --max 5',
)
SOURCE: Final = Parameter(
    name="source",
    help="Where from: `hf` (Hugging Face), `arxiv`, or categories as in `arxiv:cs.CV`.",
    kind=Kind.SOURCES,
    shown="SOURCES",
    autocomplete=Autocomplete.SOURCES,
    example='subscribe "world models" --source hf,arxiv:cs.CV',
)
MIN_UPVOTES: Final = Parameter(
    name="min-upvotes",
    help="Hold a paper of Hugging Face back until it has this many upvotes.",
    kind=Kind.INTEGER,
    shown="N",
    most=_MOST_UPVOTES,
    example="subscribe agents --min-upvotes 10",
)
UPVOTED_ONLY: Final = Parameter(
    name="upvoted-only", help="Leave out papers that nobody can upvote, as those of arXiv alone.", kind=Kind.SWITCH
)

# --- for whom -----------------------------------------------------------------------------------------------------

PING: Final = Parameter(
    name="ping",
    help="Call this role to its digests; on Discord only, and for managers.",
    kind=Kind.ROLE,
    shown="@ROLE",
    example="subscribe agents --ping <@&4242>",
)
