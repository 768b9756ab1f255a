"""Export: a channel as a YAML text."""

from bot.commands.request import Requester
from bot.commands.services import Services
from bot.document import Code, Document, Reply
from bot.fleet.write import write_channel
from bot.views.words import channel_name


async def export_channel(requester: Requester, services: Services) -> Reply:
    """Write the channel's settings and subscriptions down: nothing but the text, so that it can be kept as a file."""
    store, channel = services.store.subscriptions, requester.channel
    settings = await store.settings(channel)
    text = write_channel(settings, await store.of_channel(channel), services.default_zone)
    summary = f"{channel_name(channel)} as a file"
    return Reply(verb="export", document=Document(blocks=(Code(text.rstrip("\n")),), summary=summary))
