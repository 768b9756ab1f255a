"""Completion: what may come next while a person types a command, from the catalog.

a line of text ──completions──> the words that its last one may become
one typed option ──suggestions──> what it may be, from the channel's subscriptions too
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from bot.commands.access import permitted
from bot.commands.arguments import ROOT
from bot.commands.catalog import COMMANDS, command_named
from bot.commands.catalog.parameters import NUMBER_OR_ALL
from bot.commands.catalog.subscriptions import LIST
from bot.commands.command import Command
from bot.commands.parameter import Autocomplete, Kind, Parameter
from bot.commands.parse import arguments_of
from bot.commands.place import PLACES
from bot.commands.request import Requester
from bot.commands.services import Services
from bot.commands.values import ALL, DAY_WORDS, zone_abbreviated, zone_names
from bot.errors import PaperroundError
from bot.model.cadence import WEEKDAY_NAMES
from bot.model.paper import ARXIV
from bot.model.subscription import Subscription
from bot.query.categories import CATEGORIES
from bot.query.fields import SOURCE_NAMES, SOURCES
from bot.text.tldr import cut
from bot.views.words import quoted

SUGGESTED: Final = 25
"""Suggestions at once: as many as a platform shows."""

LONGEST: Final = 100
"""Characters of a suggestion, and of what it stands for."""

USUAL_ZONES: Final = (
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Helsinki",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Toronto",
    "America/Sao_Paulo",
    "Asia/Jerusalem",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Australia/Sydney",
)
"""Where most people are who nobody knows anything of: zones to offer before a letter is typed."""

_SOURCES: Final = ("hf", *SOURCES)
"""Sources to offer, the shorter name first."""

_USUAL_CATEGORIES: Final = ("cs.AI", "cs.CL", "cs.CV", "cs.LG", "cs.RO", "stat.ML")
"""What the arXiv's readers of machine learning read, before a letter is typed."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A word that may stand in place of the last `length` characters typed, and what it means."""

    text: str
    length: int
    meaning: str = ""


_FLAG: Final = "--"


def completions(typed: str) -> Iterator[Completion]:
    """Yield what the last word of a line may become, whatever its case; a finished word offers what follows it."""
    *words, last = typed.split(" ")
    words = [word for word in words if word]
    if words and words[0].lower() == ROOT:
        words.pop(0)
    for text, meaning in _candidates(words, last):
        # In a list only what stands behind the last comma is still open.
        part = last.rpartition(",")[2] if "," in last and not text.startswith(_FLAG) else last
        if text.lower().startswith(part.lower()) and text != part:
            yield Completion(text, len(part), meaning.replace("`", ""))


def _candidates(words: list[str], last: str) -> Iterator[tuple[str, str]]:
    if not words:
        yield from ((command.name, command.help) for command in COMMANDS)
        return
    command = command_named(words[0])
    if command is None:
        return
    before = words[-1].lower()
    is_name = before.startswith(_FLAG) or (command.is_by_name and len(words) > 1)
    flag = command.flags.get(before.removeprefix(_FLAG)) if is_name else None
    if flag is not None and not last.startswith(_FLAG):
        yield from ((value, "") for value in _values(flag))
    if flag is None or flag.kind is Kind.SWITCH or last.startswith(_FLAG):
        yield from _next(command, words, last)


def _next(command: Command, words: list[str], last: str) -> Iterator[tuple[str, str]]:
    if command.free is not None and len(words) == 1:
        yield from ((choice, "") for choice in command.free.choices)
    used = {word.lower() for word in words}
    is_time_for_words = command.free is not None and command.free.is_required and len(words) == 1
    if last.startswith("-") or command.is_by_name or not (last or is_time_for_words):
        yield from (
            (f"{parameter}", parameter.help)
            for parameter in command.everything
            if not parameter.is_free and f"{parameter}" not in used
        )


def _values(parameter: Parameter) -> Iterator[str]:
    match parameter.kind:
        case Kind.CHOICE:
            yield from parameter.choices
        case Kind.DAYS:
            yield from DAY_WORDS
        case Kind.DAY_AND_TIME:
            yield from WEEKDAY_NAMES
        case Kind.ZONE:
            yield from zone_names().values()
        case Kind.SOURCES:
            yield from SOURCE_NAMES
            yield from (f"arxiv:{category}" for category in sorted(CATEGORIES))
        case _:
            return


# --- one option -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an option may be: the name that a person sees, and the value that it stands for."""

    name: str
    value: str


async def suggestions(  # noqa: PLR0917 - an option as it stands, and who types it
    verb: str,
    option: str,
    typed: str,
    values: Mapping[str, str | int | bool],
    requester: Requester,
    services: Services,
) -> Sequence[Suggestion]:
    """Return what an option may be, the likeliest first; none for an option without any, and none when all goes wrong.

    `typed` is what stands in it so far, `values` are the other options by their names. Subscriptions are those of the
    channel in which the command would act, if whoever types may act there.
    """
    command = command_named(verb)
    parameter = None if command is None else {each.name: each for each in command.everything}.get(option)
    if command is None or parameter is None:
        return ()
    wanted = typed.strip().casefold()
    match parameter.autocomplete:
        case Autocomplete.SUBSCRIPTIONS:
            found = _numbers(parameter, wanted, await _subscriptions(values, requester, services))
        case Autocomplete.ZONES:
            found = map(_plain, _zones(wanted, requester.zone, services.default_zone))
        case Autocomplete.SOURCES:
            found = map(_plain, _sources(typed, services))
        case Autocomplete.NONE:
            return ()
    return tuple(islice((each for each in found if len(each.value) <= LONGEST), SUGGESTED))


def _plain(value: str) -> Suggestion:
    return Suggestion(cut(value, LONGEST), value)


async def _subscriptions(
    values: Mapping[str, str | int | bool], requester: Requester, services: Services
) -> Sequence[Subscription]:
    """Return the subscriptions of the channel that the options name; none where they may not be read."""
    try:
        where = arguments_of(LIST, {each.name: values[each.name] for each in PLACES if each.name in values})
        acting = await permitted(LIST, LIST.asked_of(where), requester, services)
        return await services.store.subscriptions.of_channel(acting.channel)
    except PaperroundError:
        return ()


def _numbers(parameter: Parameter, wanted: str, known: Sequence[Subscription]) -> Iterator[Suggestion]:
    """Yield the subscriptions whose number begins with what is typed, then those whose query has it anywhere."""
    wanted = wanted.removeprefix("#")
    by_number = [each for each in known if str(each.number).startswith(wanted)]
    by_query = [each for each in known if each not in by_number and wanted in quoted(each.query).casefold()]
    for each in (*by_number, *by_query):
        state = ", paused" if each.pause else ""
        yield Suggestion(cut(f"#{each.number} {quoted(each.query)} · {each.cadence}{state}", LONGEST), str(each.number))
    if parameter == NUMBER_OR_ALL and len(known) > 1 and ALL.startswith(wanted):
        yield Suggestion(f"{ALL} {len(known)} subscriptions", ALL)


def _zones(wanted: str, *nearest: str) -> Iterable[str]:
    """Return zones: the usual ones after the nearest, or those whose name has what is typed, places of it first."""
    if not wanted:
        return dict.fromkeys(zone for zone in (*nearest, *USUAL_ZONES) if zone)
    wanted = wanted.replace(" ", "_")
    # The sign of Etc/GMT+2 is the other way round than people mean it.
    named = ((folded, zone) for folded, zone in zone_names().items() if not folded.startswith("etc/gmt"))
    found = sorted((zone for folded, zone in named if wanted in folded), key=partial(_rank, wanted))
    return dict.fromkeys((*filter(None, [zone_abbreviated(wanted)]), *found))


def _rank(wanted: str, zone: str) -> tuple[bool, bool, bool, str]:
    """Return what orders zones: the one that was meant, then places that begin so, the usual and the named ones."""
    begins = zone.casefold().rpartition("/")[2].startswith(wanted)
    return zone.casefold() != wanted, not begins, zone not in USUAL_ZONES, zone


def _sources(typed: str, services: Services) -> Iterator[str]:
    """Yield lists of sources: what stands before the last comma, and one more that has what is typed behind it."""
    before, comma, last = typed.rpartition(",")
    chosen = {each.strip().casefold() for each in before.split(",")}
    wanted = last.strip().casefold()
    done = {SOURCE_NAMES.get(each, each) for each in chosen}
    categories = (*_USUAL_CATEGORIES, *sorted(CATEGORIES - {*_USUAL_CATEGORIES}))
    for name in (*_SOURCES, *(f"{ARXIV}:{category}" for category in categories)):
        meant = SOURCE_NAMES.get(name, name.casefold())
        if wanted in name.casefold() and meant not in done and meant.partition(":")[0] in services.sources:
            done.add(meant)
            yield f"{before}{comma}{name}"
