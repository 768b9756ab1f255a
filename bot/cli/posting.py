"""Posting at once what a command has put into the outbox, so that a console needs no service for it."""

from bot.bootstrap import App
from bot.cli.options import Form
from bot.document import Reply
from bot.model.channel import Platform
from bot.pipeline.deliver import deliver_due


async def post_at_once(app: App, reply: Reply, form: Form) -> None:
    """Deliver the console's digests after a reply that enqueued one; call it once the reply is printed.

    With `--as json` and no file the digest waits in the outbox for the next round, because stdout is one JSON object.
    """
    is_free = app.settings.console.file is not None or form is Form.TEXT
    if reply.has_enqueued and is_free:
        mine = {name: each for name, each in app.messengers.items() if name == Platform.CONSOLE}
        await deliver_due(app.store, mine, app.clock)
