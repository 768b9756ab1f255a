"""Commands that steer what a channel has: edit, pause, resume, run, settings, undo."""

from dataclasses import replace
from typing import Final

from bot.commands.building import steering as build
from bot.commands.catalog.parameters import (
    DAILY,
    DAYS,
    INSTANT,
    MAX,
    MIN_UPVOTES,
    MOST_DAYS,
    MOST_NUMBERS,
    NUMBER_OR_ALL,
    PING,
    QUERY,
    SOURCE,
    TZ,
    UPVOTED_ONLY,
    WEEKLY,
)
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Autocomplete, Kind, Parameter
from bot.commands.request import (
    ChangeSettings,
    EditSubscription,
    PauseSubscriptions,
    PostLatest,
    ResumeSubscriptions,
    RunNow,
    Undo,
)
from bot.model.channel import DEFAULT_CAP, MAX_CAP, WhoCanManage

_NUMBER: Final = Parameter(
    name="number",
    help="The number that `list` shows.",
    kind=Kind.NUMBER,
    shown="NUMBER",
    is_free=True,
    is_required=True,
    least=1,
    most=MOST_NUMBERS,
    autocomplete=Autocomplete.SUBSCRIPTIONS,
)

EDIT: Final = Command(
    name="edit",
    help="Change a subscription: its query, its hours, what it takes.",
    details=(
        "What you do not name stays. `--tz none`, `--max none`, `--min-upvotes 0`, `--no-upvoted-only` and `--no-ping` "
        "take back what was set; a number alone shows how the subscription stands, as a command to copy."
    ),
    parameters=(
        replace(_NUMBER, is_first=True),
        replace(QUERY, help="What to look for instead.", is_required=False),
        replace(DAILY, example="edit 3 --daily 09:00"),
        replace(
            WEEKLY, help="Once a week, on this day; what you leave out stays.", example="edit 3 --weekly fri 16:00"
        ),
        replace(INSTANT, example="edit 3 --instant"),
        replace(DAYS, example="edit 3 --days mon,wed"),
        replace(
            TZ,
            help="The time zone of this subscription, as in `Europe/Berlin`; `none` follows the channel's.",
            example="edit 3 --tz Europe/Berlin",
        ),
        replace(
            MAX,
            help="At most this many papers of it in a digest; `none` or 0 leaves only the channel's cap.",
            least=0,
            example="edit 3 --max 5",
        ),
        replace(SOURCE, example="edit 3 --source hf,arxiv:cs.CV"),
        replace(MIN_UPVOTES, example="edit 3 --min-upvotes 10"),
        UPVOTED_ONLY,
        Parameter(
            name="no-upvoted-only", help="Take papers again that nobody can upvote.", kind=Kind.SWITCH, aliases=()
        ),
        replace(PING, example="edit 3 --ping <@&4242>"),
        Parameter(name="no-ping", help="Call no role any more.", kind=Kind.SWITCH),
    ),
    # A bare one only reads, but it is a form to fill in: who may not send it off is told before.
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    contradictions=(
        ("daily", "weekly", "instant"),
        ("weekly", "days"),
        ("instant", "days"),
        ("upvoted-only", "no-upvoted-only"),
        ("ping", "no-ping"),
    ),
    examples=("edit 3 --weekly fri 16:00 --max 5", 'edit 3 "flow matching" -medical', "edit 3"),
    requests=(EditSubscription,),
    build=build.edit,
)
PAUSE: Final = Command(
    name="pause",
    help="Stop the digests of one subscription, or of all, for a while.",
    details="Papers of that time are not kept for later: after a pause it starts afresh.",
    parameters=(
        NUMBER_OR_ALL,
        Parameter(
            name="until",
            help="It goes on by itself when this day begins; without it, when someone resumes it.",
            kind=Kind.DATE,
            shown="YYYY-MM-DD",
            example="pause 3 --until 2030-12-01",
        ),
    ),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("pause 3", "pause all", "pause 3 --until 2030-12-01"),
    requests=(PauseSubscriptions,),
    build=build.pause,
)
RESUME: Final = Command(
    name="resume",
    help="Let one paused subscription go on, or all.",
    parameters=(NUMBER_OR_ALL,),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("resume 3", "resume all"),
    requests=(ResumeSubscriptions,),
    build=build.resume,
)
RUN: Final = Command(
    name="run",
    help="Post now what is waiting for a subscription; the next digest does not repeat it.",
    parameters=(_NUMBER,),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("run 3",),
    requests=(RunNow,),
    build=build.run,
)
SETTINGS: Final = Command(
    name="settings",
    help="Show or change what holds for the whole channel.",
    details="Alone it shows everything. Several at once: `/papers settings --max 5 --timezone Europe/Berlin`.",
    parameters=(
        Parameter(
            name="timezone",
            help="The time zone of its hours; `none` is the default's.",
            kind=Kind.ZONE,
            shown="ZONE",
            is_named=True,
            aliases=("tz",),
            autocomplete=Autocomplete.ZONES,
            example="settings timezone Europe/Berlin",
        ),
        Parameter(
            name="max",
            help=f"At most this many papers in one digest; {DEFAULT_CAP} unless it is set.",
            kind=Kind.INTEGER,
            shown="N",
            is_named=True,
            least=1,
            most=MAX_CAP,
            aliases=("cap",),
            example="settings max 10",
        ),
        Parameter(
            name="who-can-manage",
            help="Who may change the subscriptions; only a manager sets it.",
            kind=Kind.CHOICE,
            shown="|".join(WhoCanManage),
            is_named=True,
            choices=tuple(WhoCanManage),
            example="settings who-can-manage managers",
        ),
        Parameter(
            name="mute",
            help="Leave out every paper with this word or phrase, or by `author:NAME`.",
            kind=Kind.MUTE,
            shown="WORD|author:NAME",
            is_named=True,
            example="settings mute author:lecun",
        ),
        Parameter(
            name="unmute",
            help="Take such papers again.",
            kind=Kind.MUTE,
            shown="WORD|author:NAME",
            is_named=True,
            example="settings unmute survey",
        ),
        Parameter(
            name="quiet-notes",
            help="Whether I may say, at most once a month, that it is quieter than it should be.",
            kind=Kind.CHOICE,
            shown=f"{build.ON}|{build.OFF}",
            is_named=True,
            choices=(build.ON, build.OFF),
            example="settings quiet-notes off",
        ),
    ),
    access=Access.CHANGE,
    visibility=Visibility.CHANNEL,
    examples=("settings", "settings timezone Europe/Berlin", "settings max 10", "settings mute survey"),
    requests=(ChangeSettings,),
    build=build.settings,
)

POST: Final = Command(
    name="post",
    help="Post the newest papers of the last days now.",
    parameters=(
        _NUMBER,
        Parameter(
            name="days",
            help="Of how many days.",
            kind=Kind.INTEGER,
            shown="N",
            is_required=True,
            least=1,
            most=MOST_DAYS,
        ),
        Parameter(name="max", help="How many.", kind=Kind.INTEGER, shown="N", is_required=True, least=1, most=MAX_CAP),
    ),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("post 3 --days 7 --max 5",),
    requests=(PostLatest,),
    build=build.post,
)
"""What *Post the latest 5 now* stands for."""
UNDO: Final = Command(
    name="undo",
    help="Put a change back.",
    parameters=(
        Parameter(name="change", help="Which one.", kind=Kind.ID, shown="CHANGE", is_free=True, is_required=True),
    ),
    # Of those who may change the channel now, the handler asks whose change it is.
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("undo CHANGE",),
    requests=(Undo,),
    build=build.undo,
)
"""What *Undo* stands for."""
