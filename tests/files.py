"""Reading files of subscriptions as an installation with Hugging Face alone does."""

from typing import cast

from bot.clock import FixedClock
from bot.commands.handlers.forms import FlagGrammar
from bot.commands.services import Services
from bot.ports import PaperSource, Store
from tests.builders import NOW
from tests.scenarios.asking import FakeSource

_SOURCES: dict[str, PaperSource] = {"huggingface": FakeSource("huggingface")}

GRAMMAR = FlagGrammar(
    # Values are read without looking anything up.
    Services(store=cast("Store", None), clock=FixedClock(NOW), default_zone="UTC", sources=_SOURCES)
)
