"""What handlers may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.commands.outside import Outside
from bot.ports import Clock, PaperSource, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one workspace may ask for."""

    subscriptions: int = 1_000
    searches_per_minute: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports behind every command.

    `default_zone` is the IANA zone of channels that have none. `sources` are the configured ones, by name. `outside`
    asks them what they know beside the library.
    """

    store: Store
    clock: Clock
    default_zone: str
    sources: Mapping[str, PaperSource]
    limits: Limits = Limits()
    outside: Outside = field(default_factory=Outside)
