"""Commands that write a channel down as a file, and make it what a file says."""

from typing import Final

from bot.commands.building import files as build
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import ApplyShown, Export, Import

_FILE: Final = Parameter(
    name="file",
    help="What `export` gave: in Discord a file, on the console its path, else the text, behind or below.",
    kind=Kind.FILE,
    shown="FILE",
    is_free=True,
    is_required=True,
)

EXPORT: Final = Command(
    name="export",
    help="Write the settings and subscriptions of this channel down as YAML.",
    details="`import` reads it, in this channel or another.",
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=("export",),
    requests=(Export,),
    build=build.export,
)
IMPORT: Final = Command(
    name="import",
    help="Make the settings and subscriptions of this channel what a YAML file says.",
    details=(
        "First shows what would change; Apply then does all of it or nothing, and Undo takes it back. A subscription "
        "whose query the channel has keeps its number and its history. Settings that the file does not name stay, and "
        "all subscriptions do if it has no list of them."
    ),
    parameters=(
        _FILE,
        Parameter(name="yes", help="Change it at once.", kind=Kind.SWITCH, aliases=("confirm",)),
    ),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=(
        "import {version: 1, subscriptions: [{query: agents, daily: 09:00}]}",
        "import --yes {version: 1, settings: {max: 5}}",
    ),
    requests=(Import,),
    build=build.import_file,
)
APPLY: Final = Command(
    name="apply-import",
    help="Make a channel what a file says, if that changes what was shown.",
    parameters=(
        Parameter(
            name="shown",
            help="The difference that was shown.",
            kind=Kind.ID,
            shown="SHOWN",
            is_free=True,
            is_first=True,
            is_required=True,
        ),
        _FILE,
    ),
    access=Access.MANAGE,
    visibility=Visibility.CHANNEL,
    examples=("apply-import SHOWN {version: 1}",),
    requests=(ApplyShown,),
    build=build.apply_shown,
)
