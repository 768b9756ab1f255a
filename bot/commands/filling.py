"""Filling in: what forms have in common on every platform, between the flags of a command and what people see. Pure.

    values of a form ────hours_in──> Hours ──> fields, as a platform has them
    what was filled in ──> Hours ──hour_options──> typed options ──mistake?──> its words

How often, on which days and at what time are fields of their own, whatever the flags are that say it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.commands.parameter import Kind, Parameter
from bot.errors import CommandError, UserError
from bot.model.cadence import WEEKDAY_NAMES, WEEKDAYS

Options = dict[str, str | int | bool]

DAILY, WEEKLY, INSTANT, DAYS = "daily", "weekly", "instant", "days"
"""The flags that say when; of the first three a command takes one."""

ON_WEEKDAYS: Final = "weekdays"
"""The days of what is daily, where nobody chose any."""

OFTEN_LABEL: Final = "How often"
OFTENS: Final = {DAILY: "On chosen days", WEEKLY: "Once a week", INSTANT: "Soon after they appear"}
LABELS: Final = {
    "query": "What to look for",
    "file": "The text of the file",
    "tz": "Time zone",
    "max": "Papers in a digest, at most",
    "source": "Sources",
    "min-upvotes": "Upvotes, at least",
    "upvoted-only": "Only what can be upvoted",
}
"""What a field is called, by the parameter that it fills in; whoever looks at a form has seen no flags."""

_NOTHING: Final = {"min-upvotes": "0"}
_NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When digests come: one of `OFTENS`, days joined by commas, and a time; empty is what the channel has."""

    often: str
    days: str = ""
    at: str = ""


def hours_in(values: Mapping[str, str]) -> Hours:
    """Return what a form begins with."""
    often = next((name for name in OFTENS if name in values), DAILY)
    if often == WEEKLY:
        day, _, at = values[WEEKLY].partition(" ")
        return Hours(often=often, days=day, at=at)
    return Hours(often=often, days=values.get(DAYS) or ON_WEEKDAYS, at=values.get(DAILY, ""))


def hour_options(hours: Hours) -> Iterator[tuple[str, str | bool]]:
    """Yield the typed options that say what was filled in."""
    if hours.often == INSTANT:
        yield INSTANT, True
    elif hours.often == WEEKLY:
        # Weekdays are what stands there while it is daily, and no choice.
        days = [] if _is_on_weekdays(hours.days) else hours.days.split(",")
        yield WEEKLY, " ".join((*days, hours.at)).strip()
    else:
        yield DAILY, hours.at
        if hours.days:
            yield DAYS, hours.days


def _is_on_weekdays(days: str) -> bool:
    return days.lower() == ON_WEEKDAYS or set(days.lower().split(",")) == {WEEKDAY_NAMES[day] for day in WEEKDAYS}


def taken_back(parameter: Parameter) -> str:
    """Return what takes back what a field had that was emptied; empty where it stays as it was."""
    return _NOTHING.get(parameter.name, _NONE) if parameter.kind in {Kind.INTEGER, Kind.ZONE} else ""


def option_of(mistake: UserError) -> str:
    """Return the option that a mistake is in; empty where it is in none, or in several."""
    return mistake.parameter if isinstance(mistake, CommandError) else ""


def words_in_form(mistake: UserError) -> str:
    """Return what is wrong in words for a form: its field by the name that stands there."""
    said, option = f"{mistake.message} {mistake.hint}".strip(), option_of(mistake)
    return said.replace(f"`--{option}`", f"“{LABELS[option]}”") if option in LABELS else said
