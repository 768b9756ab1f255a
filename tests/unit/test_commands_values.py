# ruff: noqa: RUF001 - what phones type for dashes is its subject
"""The values of flags: times, weekdays, zones, sources, numbers; kindly read, and refused with what was meant."""

from datetime import time

import pytest

from bot.commands.request import Subscribe
from bot.model.cadence import EVERY_DAY, WEEKDAYS, Cadence, Frequency
from bot.model.subscription import SourceChoice
from bot.query.parse import parse as query
from tests.unit.commands import refused, said, subscribed

WEEKLY = Frequency.WEEKLY


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9", time(9)),
        ("9:00", time(9)),
        ("09:00", time(9)),
        ("09.30", time(9, 30)),
        ("9h30", time(9, 30)),
        ("9h", time(9)),
        ("9am", time(9)),
        ("9 pm", time(21)),
        ("9:15PM", time(21, 15)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("at 9", time(9)),
        ("noon", time(12)),
        ("midnight", time(0)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_of_day_is_accepted_as_people_write_it(text: str, at: time) -> None:
    request = subscribed(f"agents --daily {text}")
    assert (request.cadence.at, request.has_time, str(request.query)) == (at, True, "agent")


@pytest.mark.parametrize("text", ["25:00", "9:75", "24", "9:5", "13pm", "0am", "99:99:99"])
def test_a_time_that_no_clock_shows_is_refused(text: str) -> None:
    error = refused(f"subscribe agents --daily {text}")
    assert said(error) == f"I don't understand the time `{text}`. Times go from `00:00` to `23:59`, as in `09:00`."
    assert error.column == len("subscribe agents --daily ") + 1


@pytest.mark.parametrize("text", ["--daily agents", "agents --daily", "--daily --max 5 agents"])
def test_daily_alone_keeps_the_hour_of_the_channel(text: str) -> None:
    request = subscribed(text)
    assert (str(request.query), request.has_time) == ("agent", False)


def test_words_after_daily_that_are_no_time_belong_to_the_query() -> None:
    assert str(subscribed("--daily 3d gaussian").query) == str(query("3d gaussian"))
    assert str(subscribed('--daily "9 ways to cook rice"').query) == str(query('"9 ways to cook rice"'))


@pytest.mark.parametrize(
    ("text", "day", "at", "has_time"),
    [
        ("--weekly", 0, time(9), True),
        ("--weekly fri", 4, time(9), False),
        ("--weekly Friday 16:00", 4, time(16), True),
        ("--weekly on fri at 16:00", 4, time(16), True),
        ("--weekly 16:00 fri", 4, time(16), True),
        ("--weekly 16:00", 0, time(16), True),
        ("--weekly=fri 16:00", 4, time(16), True),
        ("--weekly fri,16:00", 4, time(16), True),
        ('--weekly "fri 4 pm"', 4, time(16), True),
        ("--weekly thurs. 9 am", 3, time(9), True),
        ("--weekly sundays midnight", 6, time(0), True),
        ("weekly:tue 8", 1, time(8), True),
    ],
)
def test_weekly_takes_a_day_and_a_time(text: str, day: int, at: time, has_time: bool) -> None:  # noqa: FBT001 - a column of the table
    weekly = Cadence(frequency=WEEKLY, at=at, weekdays=frozenset({day}))
    for request in (subscribed(f"trending {text}"), subscribed(f"{text} trending")):
        assert request == Subscribe(query=query("trending"), cadence=weekly, has_time=has_time)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("--weekly moonday", "I don't know the weekday `moonday`. Did you mean `monday`?"),
        ("--weekly firday 16:00", "I don't know the weekday `firday`. Did you mean `friday`?"),
        ("--weekly xyz 16:00", "I don't know the weekday `xyz`. Days are `mon`, `tue`, `wed`, `thu`, `fri`,"),
        ("--daily=mon", "I don't understand the time `mon`. Days go with `--days`."),
        ("--weekly=someday", "I don't know the weekday `someday`."),
        ("--weekly fri,tue", "A weekly digest has one day. For several days, write them as in `--days mon,wed`"),
        ("--weekly=9:00,10:00", "A weekly digest has one time."),
        ("--days mon,tuesdy", "I don't know the weekday `tuesdy`. Did you mean `tuesday`?"),
        ("--days weekdys", "I don't know the weekday `weekdys`. Did you mean `weekdays`?"),
        ("--days 3", "I don't know the weekday `3`."),
        ("--days ,", "`--days` needs days."),
    ],
)
def test_a_weekday_that_is_none_is_refused_with_the_one_that_was_meant(text: str, words: str) -> None:
    assert said(refused(f"subscribe agents {text}")).startswith(words)


def test_words_after_weekly_that_are_no_weekday_belong_to_the_query() -> None:
    assert str(subscribed("--weekly mono depth").query) == str(query("mono depth"))
    assert str(subscribed("agents --weekly sunny").query) == str(query("agents sunny"))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("weekdays", WEEKDAYS),
        ("weekday", WEEKDAYS),
        ("daily", EVERY_DAY),
        ("weekends", {5, 6}),
        ("mon,wed", {0, 2}),
        ("mon, wed", {0, 2}),
        ("Mon wed fri", {0, 2, 4}),
        ("mo,mi", None),
        ("mon-fri", WEEKDAYS),
        ("fri–mon", {4, 5, 6, 0}),
        ("sun", {6}),
    ],
)
def test_days_are_sets_lists_and_ranges(text: str, days: frozenset[int] | None) -> None:
    if days is None:
        refused(f"subscribe agents --days {text}")
        return
    request = subscribed(f"--days {text} --daily 08:00 agents")
    assert request == Subscribe(
        query=query("agents"), cadence=Cadence(at=time(8), weekdays=frozenset(days)), has_time=True
    )


def test_instant_has_no_hours() -> None:
    request = subscribed("agents --instant --tz UTC")
    assert request.cadence == Cadence(frequency=Frequency.INSTANT, timezone="UTC")
    assert not request.has_time


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("utc", "UTC"),
        ("CET", "CET"),
        ('"America/New York"', "America/New_York"),
    ],
)
def test_a_time_zone_is_known_whatever_its_case(typed: str, zone: str) -> None:
    assert subscribed(f"agents --tz {typed}").cadence.timezone == zone
    assert subscribed(f"agents --timezone {typed}").cadence.timezone == zone


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("CETT", "I don't know the time zone `CETT`. Did you mean `CET` (Europe/Paris)?"),
        ("Berlin", "I don't know the time zone `Berlin`. Did you mean `Europe/Berlin`?"),
        ("PST", "I don't know the time zone `PST`. Did you mean `America/Los_Angeles`?"),
        ("xyzzy", "I don't know the time zone `xyzzy`. Name a place, as in `Europe/Berlin`."),
        ("UTC+2", "I don't know the time zone `UTC+2`. Offsets change with the season; name a place,"),
        ("../../etc/passwd", "I don't know the time zone `../../etc/passwd`."),
        ("Europe", "I don't know the time zone `Europe`."),
    ],
)
def test_an_unknown_time_zone_is_refused_with_the_one_that_was_meant(typed: str, words: str) -> None:
    assert said(refused(f"subscribe agents --tz {typed}")).startswith(words)


@pytest.mark.parametrize(
    ("typed", "sources"),
    [
        ("hf", ["huggingface"]),
        ("HuggingFace", ["huggingface"]),
        ("page", ["huggingface"]),
        ("jsonl", ["jsonl"]),
        ("hf,arxiv:cs.cv", ["huggingface", "arxiv:cs.CV"]),
        ("hf, arxiv:cs.CV", ["huggingface", "arxiv:cs.CV"]),
        ("hf --source arxiv:gr-qc", ["huggingface", "arxiv:gr-qc"]),
        ("hf,huggingface,hf", ["huggingface"]),
    ],
)
def test_sources_are_a_list_of_names_and_categories(typed: str, sources: list[str]) -> None:
    assert subscribed(f"agents --source {typed}").sources == tuple(map(SourceChoice.parse, sources))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("hugingface", "I don't know the source `hugingface`. Did you mean `huggingface`?"),
        ("pubmed", "I don't know the source `pubmed`. Sources are `huggingface`, `arxiv`."),
        ("cs.CV", "I don't know the source `cs.CV`. Did you mean `arxiv:cs.CV`?"),
        ("arxiv:cs.XX", "I don't know the arXiv category `cs.XX`. Categories look like `cs.CL`."),
        ("arxiv:CL", "I don't know the arXiv category `CL`. Did you mean `cs.CL`?"),
        ("arxiv:cs", "`cs` is a whole archive of categories. Name one, as in `arxiv:cs.CL`, or write `cat:cs`"),
        ("arxiv:", "There is no category after the colon."),
        ("hf:cs.CV", "`hf` has no categories; only `arxiv` has. Did you mean `hf`?"),
        (",", "`--source` needs a source."),
    ],
)
def test_an_unknown_source_or_category_is_refused_with_the_one_that_was_meant(typed: str, words: str) -> None:
    assert said(refused(f"subscribe agents --source {typed}")).startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subscribe agents --max 0", "`--max` takes a number from 1 to 25, not `0`."),
        ("subscribe agents --max 26", "`--max` takes a number from 1 to 25, not `26`."),
        ("subscribe agents --max -5", "`--max` takes a number from 1 to 25; `-5` is none."),
        ("subscribe agents --max ten", "`--max` takes a number from 1 to 25; `ten` is none."),
        ("subscribe agents --min-upvotes 99999999999999999999", "`--min-upvotes` takes a number from 0 to 10,000"),
        ("preview agents --days 0", "`--days` takes a number from 1 to 3,650, not `0`."),
        ("preview agents --days 3651", "`--days` takes a number from 1 to 3,650, not `3651`."),
        ("preview agents --days mon", "`--days` takes a number from 1 to 3,650; `mon` is none."),
        ("preview 0", "`preview` takes the number of a subscription; `0` is none. `/papers list` shows the numbers."),
        ("edit abc", "`edit` takes the number of a subscription; `abc` is none. `/papers list` shows the numbers."),
        ("run 3.", "`run` takes the number of a subscription; `3.` is none. `/papers list` shows the numbers."),
        ("search agents --page 0", "`--page` takes a number from 1 to 1,000, not `0`."),
        ("unsubscribe 99999999999999999999", "`unsubscribe` takes the number of a subscription; `9"),
        ("search agents --sort upvote", "I don't know `upvote` here. Did you mean `upvotes`?"),
        ("search agents --sort best", "I don't know `best` here. Choose one of `relevance`, `upvotes`, `date`."),
        ("trending weak", "I don't know `weak` here. Did you mean `week`?"),
        ("help subscrib", "I don't know `subscrib` here. Did you mean `subscribe`?"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(text: str, words: str) -> None:
    assert said(refused(text)).startswith(words)
