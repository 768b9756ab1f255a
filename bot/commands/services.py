"""What handlers may use."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ports import Clock, PaperSource, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The ports behind every command.

    `default_zone` is the IANA zone of channels that have none. `sources` are the configured ones, by name.
    """

    store: Store
    clock: Clock
    default_zone: str
    sources: Mapping[str, PaperSource]
