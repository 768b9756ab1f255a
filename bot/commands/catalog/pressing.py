"""Commands that only buttons stand for."""

from typing import Final

from bot.commands import building as build
from bot.commands.command import Access, Command, Visibility
from bot.commands.parameter import Kind, Parameter
from bot.commands.request import Undo

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
