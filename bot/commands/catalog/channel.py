"""Commands about the channel as a whole."""

from typing import Final

from bot.commands import building as build
from bot.commands.command import Access, Command, Visibility
from bot.commands.request import Status

STATUS: Final = Command(
    name="status",
    help="Say what was fetched, matched and posted, what is late, and why.",
    access=Access.ANYONE,
    visibility=Visibility.USER,
    examples=("status",),
    requests=(Status,),
    build=build.status,
)
