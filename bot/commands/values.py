# ruff: noqa: RUF001 - what phones type for dashes is part of its subject
"""Readers: what was written for one parameter into a value, or an error at its place that says what to type."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, time
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from bot.commands.arguments import NUMBERS, Word, Written, quoted
from bot.errors import QueryError
from bot.model.cadence import EVERY_DAY, WEEKDAY_NAMES, WEEKDAYS
from bot.model.subscription import SourceChoice
from bot.query.ast import Query
from bot.query.categories import CATEGORIES, category_like, category_named
from bot.query.fields import OFFERED, SOURCE_NAMES
from bot.query.mute import mute_of
from bot.query.parse import parse
from bot.text.suggest import suggest

SURE: Final = 80
"""How alike, of 100, a word must be to the name of a weekday to be taken for a mistyped one, and not for a query."""

_LONG_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_WORDS: Final = ("weekdays", "daily", *WEEKDAY_NAMES)
"""What `--days` takes, for menus and hints."""
_SHORTEST_NAME: Final = 3
_SETS_OF_DAYS: Final = {
    "weekdays": WEEKDAYS,
    "workdays": WEEKDAYS,
    "daily": EVERY_DAY,
    "everyday": EVERY_DAY,
    "all": EVERY_DAY,
    "weekends": EVERY_DAY - WEEKDAYS,
}

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})?(?::\d{2})?)?\s*(am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
_LIKE_A_TIME = re.compile(
    r"(?:\d{1,2}|\d{1,2}h\d{0,2}|\d+:\d*(?::\d*)?|\d{1,2}\.\d\d)(?:[ap]m|[ap]\.m\.)?|noon|midnight", re.IGNORECASE
)
_NAMED_TIMES: Final = {"noon": time(12), "midnight": time(0)}
_HALVES: Final = frozenset({"am", "pm", "a.m.", "p.m."})
_TWELVE, _LAST_HOUR, _LAST_MINUTE = 12, 23, 59

_DATE = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_ROLE = re.compile(r"<@&([0-9]{1,20})>|@?([0-9]{1,20})")
"""A role by its id, or as Discord sends one that was picked from its list."""
_BEGINS_A_MUTE = re.compile(r'["“”„]|author:', re.IGNORECASE)
_PIECES = re.compile(r"[^\s,;@]+")
_ITEMS = re.compile(r"[^\s,;]+")
_INTEGER = re.compile(r"#?(\d+)")
_LONGEST_INTEGER: Final = 9
_RANGE = re.compile(r"([a-z]+)[-–—]([a-z]+)", re.IGNORECASE)
_OFFSET = re.compile(r"(?:utc|gmt)?[+-−]\d{1,2}(?::?\d\d)?", re.IGNORECASE)

_CITY_OF: Final = {
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EET": "Europe/Helsinki",
    "EEST": "Europe/Helsinki",
    "WET": "Europe/Lisbon",
    "BST": "Europe/London",
    "MSK": "Europe/Moscow",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
    "SGT": "Asia/Singapore",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
}
"""A place for the short names of zones that people use; several are shared, so they are only offered."""


def query_of(written: Written, *, allow_since: bool = False) -> Query:
    """Read a query."""
    try:
        return parse(written.text, allow_since=allow_since)
    except QueryError as error:
        column = written.column_of(error.column)
        raise written.error(error.message, at=Word("", column), hint=error.hint) from error


def integer_of(written: Written) -> int:
    """Read a whole number inside the parameter's limits."""
    parameter = written.parameter
    found = _INTEGER.fullmatch(written.text)
    digits = (found[1].lstrip("0") or "0") if found else ""
    is_inside = 0 < len(digits) <= _LONGEST_INTEGER and parameter.least <= int(digits) <= parameter.most
    if is_inside:
        return int(digits)
    if parameter.is_free:
        message = f"`{written.line.verb}` takes the number of a subscription; {quoted(written.text)} is none."
        raise written.error(message, hint=NUMBERS)
    wanted = f"{written.named} takes a number from {parameter.least:,} to {parameter.most:,}"
    rest = f", not {quoted(written.text)}." if digits else f"; {quoted(written.text)} is none."
    raise written.error(f"{wanted}{rest}")


ALL: Final = "all"
"""What stands for every subscription in place of a number."""


def number_or_all_of(written: Written) -> int | None:
    """Read the number of a subscription, or `all`, which is None."""
    if written.text.lower() == ALL:
        return None
    if not is_number(written):
        message = f"`{written.line.verb}` takes the number of a subscription, or `{ALL}`."
        raise written.error(message, hint=NUMBERS)
    return integer_of(written)


def is_number(written: Written) -> bool:
    """Say whether this names a subscription by its number: `3`, `#3`."""
    return len(written.words) == 1 and _INTEGER.fullmatch(written.text) is not None


def choice_of(written: Written) -> str:
    """Read one of the parameter's choices, whatever its case."""
    choices = written.parameter.choices
    wanted = written.text.lower().strip('"“”')
    if wanted in choices:
        return wanted
    listed = ", ".join(f"`{choice}`" for choice in choices)
    near = suggest(wanted, choices)
    hint = "" if near else f"Choose one of {listed}."
    raise written.error(f"I don't know {quoted(written.text)} here.", hint=hint, instead=near)


def paper_of(written: Written) -> str:
    """Read how a person names one paper; a chat may have put an address between angle brackets."""
    if len(written.words) > 1:
        message = f"`{written.line.verb}` takes one paper: an id, an address or a DOI."
        raise written.error(message, at=written.words[1], hint="To look for a title, use `search`.")
    return written.text.strip("\"“”<>'").partition("|")[0]


# --- when ---------------------------------------------------------------------------------------------------------


def is_like_time(text: str) -> bool:
    """Say whether a word must be meant as a time of day, right or wrong: `9`, `9:00`, `09.00`, `9am`, `25:00`."""
    return _LIKE_A_TIME.fullmatch(text) is not None


def is_half_of_day(text: str) -> bool:
    """Say whether a word is the half of a day that follows an hour: `9 am`."""
    return text.lower() in _HALVES


def is_like_weekday(text: str) -> bool:
    """Say whether a word must be meant as a weekday, right or mistyped, and not as a word of a query."""
    wanted = text.lower().rstrip(".")
    if len(wanted) < _SHORTEST_NAME or not wanted.isalpha():
        return False
    is_near = len(wanted) > _SHORTEST_NAME + 1 and bool(suggest(wanted, _LONG_NAMES, alike=SURE))
    return weekday_named(wanted) is not None or is_near or wanted.endswith("day")


def weekday_named(text: str) -> int | None:
    """Return the weekday of a name, long or short, in any case (0 is Monday); None for none."""
    wanted = text.lower().rstrip(".")
    for day, name in enumerate(_LONG_NAMES):
        if len(wanted) > 1 and (name.startswith(wanted) or wanted == f"{name}s"):
            return day
    return None


def time_of(written: Written) -> time:
    """Read a time of day: `09:00`, `9`, `9.30`, `9h30`, `9am`, `noon`."""
    return _time(written, written.text, written.words[0] if len(written.words) == 1 else None)


def _time(written: Written, text: str, at: Word | None) -> time:
    if named := _NAMED_TIMES.get(text.lower()):
        return named
    if found := _TIME.fullmatch(text):
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half and 1 <= hour <= _TWELVE:
            hour = hour % _TWELVE + (_TWELVE if half.startswith("p") else 0)
        elif half:
            hour = _LAST_HOUR + 1
        if hour <= _LAST_HOUR and minute <= _LAST_MINUTE:
            return time(hour, minute)
    is_day = weekday_named(text) is not None
    hint = "Days go with `--days`." if is_day else "Times go from `00:00` to `23:59`, as in `09:00`."
    raise written.error(f"I don't understand the time {quoted(text)}.", at=at, hint=hint)


def day_and_time_of(written: Written) -> tuple[int | None, time | None]:
    """Read a weekday, a time, or both: `fri 16:00`."""
    day: int | None = None
    at: time | None = None
    pieces = list(_pieces(written, _PIECES))
    while pieces:
        piece = pieces.pop(0)
        if is_like_time(piece.text):
            text = piece.text
            if pieces and is_half_of_day(pieces[0].text):
                text += pieces.pop(0).text
            if at is not None:
                raise written.error("A weekly digest has one time.", at=piece, hint="Leave one of them out.")
            at = _time(written, text, piece)
            continue
        if day is not None:
            hint = "For several days, write them as in `--days mon,wed`, without `--weekly`."
            raise written.error("A weekly digest has one day.", at=piece, hint=hint)
        day = _weekday(written, piece)
    return day, at


def days_of(written: Written) -> frozenset[int]:
    """Read a set of weekdays: `weekdays`, `daily`, `mon,wed`, `mon-fri`."""
    days: set[int] = set()
    for piece in _pieces(written, _ITEMS):
        if named := _SETS_OF_DAYS.get(piece.text.lower()) or _SETS_OF_DAYS.get(f"{piece.text.lower()}s"):
            days |= named
        elif span := _RANGE.fullmatch(piece.text):
            first, last = _weekday(written, piece.part(*span.span(1))), _weekday(written, piece.part(*span.span(2)))
            days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        else:
            days.add(_weekday(written, piece, also=("weekdays", "daily")))
    if not days:
        raise written.error(f"{written.named} needs days.", hint="Write `weekdays`, `daily`, or days as in `mon,wed`.")
    return frozenset(days)


def _weekday(written: Written, piece: Word, *, also: tuple[str, ...] = ()) -> int:
    day = weekday_named(piece.text)
    if day is None:
        near = suggest(piece.text, (*_LONG_NAMES, *WEEKDAY_NAMES, *also))
        hint = "" if near else f"Days are {', '.join(f'`{name}`' for name in (*WEEKDAY_NAMES, *also))}."
        raise written.error(f"I don't know the weekday {quoted(piece.text)}.", at=piece, hint=hint, instead=near)
    return day


def date_of(written: Written) -> date:
    """Read a date: `2026-12-01`."""
    if found := _DATE.fullmatch(written.text):
        with suppress(ValueError):
            return date(*map(int, found.groups()))
    raise written.error(f"I don't understand the date {quoted(written.text)}.", hint="Write it as in `2026-12-01`.")


def zone_of(written: Written) -> str:
    """Read a time zone by its IANA name, whatever its case."""
    wanted = written.text
    zones = zone_names()
    if name := zones.get(wanted.casefold().replace(" ", "_")):
        return name
    message = f"I don't know the time zone {quoted(wanted)}."
    if _OFFSET.fullmatch(wanted):
        hint = "Offsets change with the season; name a place, as in `Europe/Berlin`, or `UTC`."
        raise written.error(message, hint=hint)
    near = zone_abbreviated(wanted) or suggest(wanted, zones.values())
    city = _CITY_OF.get(near)
    hint = f"Did you mean `{near}` ({city})?" if city else ""
    raise written.error(message, hint=hint if near else "Name a place, as in `Europe/Berlin`.", instead=near)


def zone_abbreviated(text: str) -> str:
    """Return the zone of a place for a short name that people use, whatever its case: `CET`; empty for none."""
    return _CITY_OF.get(text.upper(), "")


@lru_cache(maxsize=1)
def zone_names() -> Mapping[str, str]:
    """Return the IANA names of this machine's time zones, by their folded form."""
    return {name.casefold(): name for name in sorted(available_timezones())}


def zone_or_none_of(written: Written) -> str:
    """Read a time zone, or `none` for the one that holds without it, which is returned as nothing."""
    return "" if _is_none(written) else zone_of(written)


def integer_or_none_of(written: Written) -> int:
    """Read a whole number, or `none`, which is 0."""
    return 0 if _is_none(written) else integer_of(written)


def _is_none(written: Written) -> bool:
    return written.text.lower() in {"none", "default"}


# --- for whom ------------------------------------------------------------------------------------------------------


def role_of(written: Written) -> str:
    """Read a role, and return its id."""
    found = _ROLE.fullmatch(written.text)
    if found is None:
        hint = "Pinging a role works on Discord only, where you pick it from a list."
        raise written.error(f"{quoted(written.text)} is no role that I can ping.", hint=hint)
    # As a number is written: with a nought before it, the role of everybody would not be known for what it is.
    return str(int(found[1] or found[2]))


def role_or_none_of(written: Written) -> str:
    """Read a role, or `none`, which is returned as nothing."""
    return "" if _is_none(written) else role_of(written)


# --- what not --------------------------------------------------------------------------------------------------------


def muted_of(written: Written) -> Query:
    """Read a mute: a word, a phrase, or `author:NAME`; words without quotes are one phrase."""
    first, *others = written.words
    second = next((each for each in others if " " in first.text or _BEGINS_A_MUTE.match(each.text)), None)
    if second is not None:
        hint = "Write each in a command of its own, a phrase in quotes."
        raise written.error(f"{written.named} takes one word, phrase or author.", at=second, hint=hint)
    try:
        return mute_of(written.text)
    except QueryError as error:
        raise written.error(error.message, hint="Write a word or a name, as in `author:lecun`.") from error


# --- where from ---------------------------------------------------------------------------------------------------


def sources_of(written: Written) -> tuple[SourceChoice, ...]:
    """Read sources, each once and in order: `hf,arxiv:cs.CV`."""
    chosen = tuple(dict.fromkeys(_source(written, piece) for piece in _pieces(written, _ITEMS)))
    if not chosen:
        raise written.error(f"{written.named} needs a source.", hint="Write it as in `--source hf,arxiv:cs.CV`.")
    return chosen


def _source(written: Written, piece: Word) -> SourceChoice:
    typed, colon, category = piece.text.partition(":")
    name = SOURCE_NAMES.get(typed.lower())
    if name is None:
        message = f"I don't know the source {quoted(piece.text)}."
        if not colon and (known := category_named(piece.text)):
            raise written.error(message, at=piece, instead=f"arxiv:{known}")
        near = suggest(typed, SOURCE_NAMES)
        hint = "" if near else f"Sources are {', '.join(f'`{each}`' for each in OFFERED)}."
        raise written.error(message, at=piece.part(0, len(typed)), hint=hint, instead=near)
    if not colon:
        return SourceChoice(name)
    at = piece.part(len(typed) + 1, len(piece.text)) if category else piece
    if name != "arxiv":
        raise written.error(f"`{typed.lower()}` has no categories; only `arxiv` has.", at=piece, instead=typed.lower())
    return SourceChoice(name, _category(written, category, at))


def _category(written: Written, typed: str, at: Word) -> str:
    known = category_named(typed)
    if known in CATEGORIES:
        return known
    if known:
        hint = f"Name one, as in `arxiv:cs.CL`, or write `cat:{known}` in the query for all of {known}."
        raise written.error(f"`{known}` is a whole archive of categories.", at=at, hint=hint)
    near = category_like(typed)
    message = f"I don't know the arXiv category {quoted(typed)}." if typed else "There is no category after the colon."
    if near in CATEGORIES:
        raise written.error(message, at=at, instead=near)
    raise written.error(message, at=at, hint="Categories look like `cs.CL`.")


def _pieces(written: Written, pattern: re.Pattern[str]) -> Iterator[Word]:
    for word in written.words:
        for found in pattern.finditer(word.text):
            yield word.part(*found.span())
