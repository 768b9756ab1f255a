"""Reading files of subscriptions as an installation with Hugging Face alone does."""

from typing import cast

from bot.clock import FixedClock
from bot.commands.handlers.forms import FlagGrammar
from bot.commands.services import Services
from bot.ports import PaperSource, Store
from tests.builders import NOW
from tests.scenarios.asking import FakeSource


def a_grammar(*sources: str) -> FlagGrammar:
    """Build what reads the values of a file where these sources are configured."""
    configured: dict[str, PaperSource] = {name: FakeSource(name) for name in sources}
    # Values are read without looking anything up.
    return FlagGrammar(
        Services(store=cast("Store", None), clock=FixedClock(NOW), default_zone="UTC", sources=configured)
    )


GRAMMAR = a_grammar("huggingface")
