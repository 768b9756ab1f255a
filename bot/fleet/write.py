"""A channel as a YAML text: its settings and subscriptions, in one order, as `read_channel` reads them."""

from collections.abc import Iterable
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from bot.fleet.form import VERSION, form_of, settings_entries
from bot.model.channel import ChannelSettings
from bot.model.subscription import Subscription

_NEVER_FOLDED: Final = 1 << 20

_TEXT: Final = "tag:yaml.org,2002:str"
_QUOTED: Final = frozenset(":\"'#")

_COMMENT: Final = (
    "# The settings and subscriptions of a channel. `import` reads this text: it shows what would change, and then\n"
    "# makes the channel what is written here. A query with quotes stands between single ones.\n"
)


def write_channel(settings: ChannelSettings, subscriptions: Iterable[Subscription], default_zone: str) -> str:
    """Return a channel's settings and subscriptions as YAML, in the order of their numbers."""
    zone = ZoneInfo(settings.timezone or default_zone)
    forms = [form_of(each, zone) for each in subscriptions]
    listed = [_dumped([form.entries]) for form in forms]
    return "\n".join(
        (
            f"{_COMMENT}version: {VERSION}\n",
            _dumped({"settings": settings_entries(settings)}),
            "subscriptions:\n" + "\n".join(listed) if listed else "subscriptions: []\n",
        )
    )


def _dumped(value: Any) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=_NEVER_FOLDED
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Writes what other readers of YAML understand as we do, and quotes alike what looks alike: every hour, say."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT, text, style="'" if _QUOTED & set(text) else None)


_Dumper.add_representer(str, _represent_text)
