"""The question for a channel's time zone, which Discord does not tell. Pure.

Whoever makes the first subscription of a channel without a zone gets a select with likely zones. Their choice runs the
command `settings timezone`. "Keep" is a choice, too, so that nobody is asked twice.
"""

from datetime import time
from typing import Any, Final

from adapters.discord.limits import OPTIONS
from adapters.discord.markdown import markdown
from bot.commands.complete import USUAL_ZONES
from bot.document import Text

Json = Any

ZONE: Final = "zone"
"""How the select's id begins; if the question is about another channel than the one it is asked in, its id follows."""

LOCAL: Final = {
    "bg": ("Europe/Sofia",),
    "cs": ("Europe/Prague",),
    "da": ("Europe/Copenhagen",),
    "de": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "el": ("Europe/Athens",),
    "en-GB": ("Europe/London", "Europe/Dublin"),
    "en-US": ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    "es-419": ("America/Mexico_City", "America/Bogota", "America/Argentina/Buenos_Aires", "America/Santiago"),
    "es-ES": ("Europe/Madrid",),
    "fi": ("Europe/Helsinki",),
    "fr": ("Europe/Paris", "Europe/Brussels", "America/Montreal"),
    "hi": ("Asia/Kolkata",),
    "hr": ("Europe/Zagreb",),
    "hu": ("Europe/Budapest",),
    "id": ("Asia/Jakarta",),
    "it": ("Europe/Rome",),
    "ja": ("Asia/Tokyo",),
    "ko": ("Asia/Seoul",),
    "lt": ("Europe/Vilnius",),
    "nl": ("Europe/Amsterdam", "Europe/Brussels"),
    "no": ("Europe/Oslo",),
    "pl": ("Europe/Warsaw",),
    "pt-BR": ("America/Sao_Paulo",),
    "ro": ("Europe/Bucharest",),
    "ru": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk"),
    "sv-SE": ("Europe/Stockholm",),
    "th": ("Asia/Bangkok",),
    "tr": ("Europe/Istanbul",),
    "uk": ("Europe/Kyiv",),
    "vi": ("Asia/Ho_Chi_Minh",),
    "zh-CN": ("Asia/Shanghai", "Asia/Singapore"),
    "zh-TW": ("Asia/Taipei",),
}
"""The likely zones of a person, by the language of their Discord.

Source of the languages: https://docs.discord.com/developers/reference#locales
"""

_CONTAINER, _TEXT, _ROW, _SELECT = 17, 10, 1, 3
_COMPONENTS_V2: Final = 1 << 15


def zones_for(locale: str, kept: str) -> list[str]:
    """Return the zones to offer, at most `OPTIONS`: the present one, those of the person's language, the usual ones."""
    return list(dict.fromkeys((kept, *LOCAL.get(locale, ()), *USUAL_ZONES)))[:OPTIONS]


def question(kept: str, at: time, locale: str, place: str = "") -> Json:
    """Return a message that asks for a channel's zone.

    `kept` is the present zone (IANA), `at` the local time of the digest, `locale` the person's language, and `place`
    the id of the channel if it is another one, `@` and an id for a person's own.
    """
    where = "Where are you?" if place.startswith("@") else "Where is this channel?"
    asked = markdown((Text(f"{at:%H:%M} is {kept} so far. {where}"),))
    options = [{"label": f"Keep {zone}" if zone == kept else zone, "value": zone} for zone in zones_for(locale, kept)]
    select = {
        "type": _SELECT,
        "custom_id": f"{ZONE}:{place}" if place else ZONE,
        "placeholder": "Time zone",
        "options": options,
    }
    inside = [{"type": _TEXT, "content": asked}, {"type": _ROW, "components": [select]}]
    return {
        "flags": _COMPONENTS_V2,
        "components": [{"type": _CONTAINER, "components": inside}],
        "allowed_mentions": {"parse": []},
    }
