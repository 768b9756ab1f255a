"""`press`: press a button from the command line."""

from datetime import datetime

from bot.bootstrap import App, open_app
from bot.cli.border import clock_at, say
from bot.cli.options import DEFAULT_CHANNEL, DEFAULT_USER, Form, channel_of
from bot.cli.papers import in_form, status_of
from bot.cli.posting import post_at_once
from bot.commands.buttons import UNDO
from bot.commands.press import press
from bot.commands.request import Requester
from bot.model.change import ChangeId
from bot.model.channel import Channel, Platform
from bot.model.interaction import DO, RequestId
from bot.settings import Settings


async def run_press(
    settings: Settings, action_id: str, *, channel: Channel | None, user: str, form: Form, as_of: datetime | None
) -> int:
    """Press a button and print the answer; returns the exit status. Without a channel it is the button's own."""
    async with open_app(settings, clock=clock_at(as_of)) as app:
        here = channel or await _channel_of(app, action_id)
        requester = Requester(channel=here, user=user, is_manager=user == DEFAULT_USER)
        reply = await press(action_id, requester, app.services)
        say(in_form(form, reply))
        await post_at_once(app, reply, form)
    return status_of(reply)


async def _channel_of(app: App, action_id: str) -> Channel:
    """Return where a button acts, if that is the console's; else the default channel, where it is not found."""
    verb, _, target = action_id.partition(":")
    found = None
    if verb == DO:
        found = await app.store.requests.channel_of(RequestId(target))
    elif verb == UNDO:
        found = await app.store.changes.channel_of(ChangeId(target))
    is_ours = found is not None and found.platform is Platform.CONSOLE
    return found if found and is_ours else channel_of(DEFAULT_CHANNEL)
