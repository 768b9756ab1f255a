"""How files of subscriptions read their values: as the flags of `subscribe`, so that one grammar serves both."""

from collections.abc import Mapping

from bot.commands.catalog.subscriptions import SUBSCRIBE
from bot.commands.handlers.asking import default_sources, refuse_unknown_sources
from bot.commands.parse import arguments_of
from bot.commands.request import Subscribe
from bot.commands.services import Services
from bot.commands.values import integer_of, zone_of
from bot.fleet.form import SubscriptionForm


class FlagGrammar:
    """Reads what stands in a file by the catalog; a source that nobody fetches here is refused."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def subscription(self, options: Mapping[str, str | bool]) -> SubscriptionForm:
        """See `Grammar.subscription`."""
        request = SUBSCRIBE.request_of(arguments_of(SUBSCRIBE, options))
        assert isinstance(request, Subscribe)
        refuse_unknown_sources(request.sources or (), self._services)
        return SubscriptionForm(
            query=request.query,
            cadence=request.cadence,
            cap=request.cap,
            min_upvotes=request.min_upvotes,
            upvoted_only=request.upvoted_only,
            sources=request.sources or default_sources(self._services),
            ping=request.ping,
        )

    def zone(self, text: str) -> str:
        """See `Grammar.zone`."""
        return zone_of(arguments_of(SUBSCRIBE, {"tz": text})["tz"])

    def cap(self, text: str) -> int:
        """See `Grammar.cap`."""
        return integer_of(arguments_of(SUBSCRIBE, {"max": text})["max"])
