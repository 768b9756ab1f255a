"""Status: how things stand for the channel."""

from bot.commands.handlers.asking import zone_of
from bot.commands.request import Requester
from bot.commands.services import Services
from bot.document import Reply
from bot.pipeline.report import report_of
from bot.views.status import status_document


async def status(requester: Requester, services: Services) -> Reply:
    """Say what was fetched, matched and posted, what is late, and why: the sources, and this channel alone."""
    zone = await zone_of(requester, services)
    report = await report_of(services.store, services.clock, services.sources, requester.channel, zone=zone)
    return Reply(verb="status", document=status_document(report, zone=zone, channel=str(requester.channel)))
