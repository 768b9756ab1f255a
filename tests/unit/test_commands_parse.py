# ruff: noqa: RUF001 - what phones type for quotes and dashes is its subject
"""What people type, and the request it is; what is not understood, where, and what to type instead."""

from datetime import time

import pytest

from bot.commands.catalog import command_named
from bot.commands.parse import MAX_LENGTH, arguments_of, parse
from bot.commands.request import (
    Help,
    ListSubscriptions,
    PreviewQuery,
    PreviewSubscription,
    Request,
    Search,
    Show,
    Status,
    Subscribe,
    Trending,
    Unsubscribe,
)
from bot.errors import CommandError
from bot.model.cadence import EVERY_DAY, WEEKDAYS, Cadence, Frequency
from bot.model.subscription import SourceChoice
from bot.query.parse import parse as query

WEEKLY = Frequency.WEEKLY


def subscribed(text: str) -> Subscribe:
    request = parse(f"subscribe {text}")
    assert isinstance(request, Subscribe)
    return request


def refused(text: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        parse(text)
    return caught.value


def said(error: CommandError) -> str:
    return f"{error.message} {error.hint}".strip()


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Help()),
        ("/papers", Help()),
        ("help", Help()),
        ("?", Help()),
        ("--help", Help()),
        ("help subscribe", Help(verb="subscribe")),
        ("help SEARCH", Help(verb="search")),
        ("subscribe --help", Help(verb="subscribe")),
        ("subscribe agents --daily 09:00 --help", Help(verb="subscribe")),
        ("search -h", Help(verb="search")),
        ("status", Status()),
        ("  Status  ", Status()),
        ("/papers status", Status()),
        ("/Papers /status", Status()),
        ("list", ListSubscriptions()),
        ("list --all", ListSubscriptions(everywhere=True)),
        ("unsubscribe 3", Unsubscribe(number=3)),
        ("unsubscribe #3", Unsubscribe(number=3)),
        ("unsubscribe all", Unsubscribe(number=None)),
        ("unsubscribe ALL --yes", Unsubscribe(number=None, is_confirmed=True)),
        ("trending", Trending()),
        ("trending week", Trending(period="week")),
        ("trending MONTH", Trending(period="month")),
        ("show 2310.06825", Show(paper="2310.06825")),
        ("show arXiv:2310.06825", Show(paper="arXiv:2310.06825")),
        ("show <https://arxiv.org/abs/2310.06825|arxiv.org>", Show(paper="https://arxiv.org/abs/2310.06825")),
        ('show "10.48550/arXiv.2310.06825"', Show(paper="10.48550/arXiv.2310.06825")),
        ("preview 3", PreviewSubscription(number=3)),
        ("preview #12", PreviewSubscription(number=12)),
        ('preview "3"', PreviewQuery(query=query('"3"'))),
        ("preview 3 agents", PreviewQuery(query=query("3 agents"))),
        ("preview agents --days 30", PreviewQuery(query=query("agents"), days=30)),
        ("preview --days=3650 agents", PreviewQuery(query=query("agents"), days=3650)),
        (
            "preview agents --source arxiv --min-upvotes 2 --upvoted-only",
            PreviewQuery(query=query("agents"), sources=(SourceChoice("arxiv"),), min_upvotes=2, upvoted_only=True),
        ),
        ("search agents", Search(query=query("agents"))),
        (
            "search agents since:30d --sort upvotes --page 2",
            Search(query=query("agents since:30d", allow_since=True), sort="upvotes", page=2),
        ),
        ("search sort:date agents page:3", Search(query=query("agents"), sort="date", page=3)),
    ],
)
def test_a_command_is_understood(text: str, request_: Request) -> None:
    assert parse(text) == request_


def test_a_subscription_without_flags_leaves_the_rest_to_the_channel() -> None:
    assert subscribed('"world models"') == Subscribe(query=query('"world models"'), cadence=Cadence())


@pytest.mark.parametrize(
    "text",
    [
        'subscribe "world models" -survey --daily 07:30 --max 5',
        'subscribe --daily 07:30 --max 5 "world models" -survey',
        'subscribe "world models" --max=5 -survey --daily=07:30',
        "subscribe “world models” —max 5 -survey —daily 07:30",
        "subscribe “world models” –max 5 –survey ––daily 07:30",
        'subscribe max:5 "world models" daily:07:30 -survey',
        'subscribe "world models"\n-survey\n--daily 07:30\t--max 5',
        'sub\x00scribe "world models" -survey --dai\u202ely 07:30 --max 5',
        'SUBSCRIBE "world models" -survey --Daily 7:30am --MAX 5',
        'subscribe "world models" -survey --daily "07:30" --max "5"',
    ],
)
def test_flags_may_stand_anywhere_and_be_typed_as_phones_do(text: str) -> None:
    assert parse(text) == Subscribe(
        query=query('"world models" -survey'), cadence=Cadence(at=time(7, 30)), has_time=True, cap=5
    )


def test_what_a_person_typed_is_kept_for_showing_it_again() -> None:
    assert subscribed("“world models” --max 5 -survey").query.typed == "“world models” -survey"


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
        ("pubmed", "I don't know the source `pubmed`. Sources are `huggingface`, `arxiv`, `jsonl`, `hf`, `page`."),
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
        ("preview 0", "The number of a subscription is a number from 1 to 999,999,999, not `0`."),
        ("search agents --page 0", "`--page` takes a number from 1 to 1,000, not `0`."),
        ("unsubscribe 99999999999999999999", "The number of a subscription is a number from 1"),
        ("search agents --sort upvote", "I don't know `upvote` here. Did you mean `upvotes`?"),
        ("search agents --sort best", "I don't know `best` here. Choose one of `relevance`, `upvotes`, `date`."),
        ("trending weak", "I don't know `weak` here. Did you mean `week`?"),
        ("help subscrib", "I don't know `subscrib` here. Did you mean `subscribe`?"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(text: str, words: str) -> None:
    assert said(refused(text)).startswith(words)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("--daily 09:00 --weekly", "daily", "weekly"),
        ("--weekly fri --daily", "weekly", "daily"),
        ("--instant --daily", "instant", "daily"),
        ("--weekly --instant", "weekly", "instant"),
        ("--instant --days mon", "instant", "days"),
        ("--days mon --weekly", "days", "weekly"),
    ],
)
def test_flags_that_contradict_each_other_are_named(text: str, first: str, second: str) -> None:
    error = refused(f"subscribe agents {text}")
    assert error.message == f"`--{first}` and `--{second}` contradict each other."
    assert error.text[error.column - 1 :].startswith(f"--{second}")


@pytest.mark.parametrize("name", ["days", "source", "min-upvotes"])
def test_a_subscription_is_previewed_with_what_it_has_itself(name: str) -> None:
    assert refused(f"preview 3 --{name} 3").message.startswith(f"`--{name}` goes with a query; `3` is")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subscribe agents --dayly", "I didn't understand `--dayly`. Did you mean `--daily`?"),
        ("subscribe agents --weekley fri", "I didn't understand `--weekley`. Did you mean `--weekly`?"),
        ("subscribe agents —dayly 09:00", "I didn't understand `--dayly`. Did you mean `--daily`?"),
        (
            "subscribe agents --page 2",
            "I didn't understand `--page`. `--page` goes with `search`, not with `subscribe`.",
        ),
        ("search agents --since 30d", "I didn't understand `--since`. Write it in the query, as in `since:30d`."),
        ("status --xyzzy", "I didn't understand `--xyzzy`. `status` takes no flags."),
        ("search agents --xyzzy", "I didn't understand `--xyzzy`. `search` takes `--sort`, `--page`."),
        ("subscribe agents --max", "`--max` needs a value. Write it as in `--max N`."),
        ("subscribe agents --max --daily", "`--max` needs a value."),
        ("subscribe agents --max=", "`--max` needs a value."),
        ('subscribe agents --tz ""', "`--tz` needs a value."),
        ("subscribe agents --instant=yes", "`--instant` takes no value. Write `--instant` alone."),
        ("subscribe agents --max 3 --max 4", "`--max` is there twice. Leave one of them out."),
        ("list agents", "`list` takes no words. Leave them out."),
        ("show a b", "`show` takes one paper: an id, an address or a DOI. To look for a title, use `search`."),
        ("subscribe", "`subscribe` needs a query after it."),
        ("subscribe --max 3", "`subscribe` needs a query after it."),
        ("show", "`show` needs a paper after it."),
        ("unsubscribe", "`unsubscribe` needs a subscription after it."),
        ("unsubscribe agents", "`unsubscribe` takes the number of a subscription, or `all`. `list` shows the numbers."),
        ("subscrib agents", "I don't know the command `subscrib`. Did you mean `subscribe`?"),
        ("xyzzy", "I don't know the command `xyzzy`. I know `subscribe`, `unsubscribe`, `list`, `preview`,"),
    ],
)
def test_what_is_not_understood_is_said_with_the_way_out(text: str, words: str) -> None:
    assert said(refused(text)).startswith(words)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('subscribe "a --daily 09:00" agents', '"a --daily 09:00" agents'),
        ("subscribe “a --max 3”", '"a --max 3"'),
        ("subscribe -survey agents", "-survey agents"),
        ("subscribe agents -daily", "agents -daily"),
        ("subscribe agents —survey", "agents -survey"),
        ("subscribe source:hf agents", "source:hf agents"),
        ('subscribe author:Schr\\"odinger --max 3', 'author:Schr\\"odinger'),
        ('subscribe title:"a --max 3" b', 'title:"a --max 3" b'),
        ("subscribe (agents OR --max 3 robots)", "(agents OR robots)"),
    ],
)
def test_what_looks_like_a_flag_and_is_none_is_text(text: str, found: str) -> None:
    request = parse(text)
    assert isinstance(request, Subscribe)
    assert request.query == query(found)


@pytest.mark.parametrize(
    ("text", "caret"),
    [
        ("subscribe agents --dayly 09:00", "subscribe agents --dayly 09:00\n                 ^"),
        ("/papers subscribe a --max 99", "…apers subscribe a --max 99\n                         ^"),
        ("subscribe --max 3 autor:He", "subscribe --max 3 autor:He\n                  ^"),
        ('subscribe --max 3 a --instant "b c', '…ibe --max 3 a --instant "b c\n                         ^'),
        ("subscribe a --max 3 (b OR c", "subscribe a --max 3 (b OR c\n                    ^"),
        ("subscribe a --source hf,arxv", "subscribe a --source hf,arxv\n                        ^"),
        ("subscribe", "subscribe\n         ^"),
        ("subscribe agents\n--max 99", "subscribe agents --max 99\n                       ^"),
        ("subscribe 机器 --dayly", "subscribe 机器 --dayly\n               ^"),
    ],
)
def test_a_caret_shows_the_place_in_the_text_as_typed(text: str, caret: str) -> None:
    assert refused(text).caret() == caret


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("subscrib agents", "/papers subscribe agents"),
        ("/papers subscrib agents", "/papers subscribe agents"),
        ("subscribe agents --dayly 09:00", "/papers subscribe agents --daily 09:00"),
        ("subscribe agents --tz CETT --max 3", "/papers subscribe agents --tz CET --max 3"),
        ("subscribe agents --source hf,arxv", "/papers subscribe agents --source hf,arxiv"),
        ("subscribe agents --max 99", '/papers subscribe "world models" --max 5'),
        ("subscribe -a", '/papers subscribe "world models"'),
        ("xyzzy", "/papers help"),
    ],
)
def test_the_example_to_copy_is_the_text_put_right_where_that_is_known(text: str, example: str) -> None:
    error = refused(text)
    assert error.example == example
    parse(error.example)


def test_an_error_names_the_verb_when_it_is_known() -> None:
    assert refused("subscribe agents --dayly").verb == "subscribe"
    assert refused("subscrib agents").verb == ""


@pytest.mark.parametrize("text", ["a" * 8000, "subscribe " + "a " * 4000, "subscribe " + "\x00" * 8000])
def test_a_text_that_is_too_long_is_refused_in_words(text: str) -> None:
    error = refused(text)
    assert len(error.text) <= MAX_LENGTH
    assert len(said(error)) < 300


def test_a_wrong_word_is_repeated_short_and_without_what_would_mark_it_up() -> None:
    assert refused("a`b" + "c" * 300).message == "I don't know the command `a'b" + "c" * 36 + "…`."


def test_typed_options_become_the_request_that_the_text_becomes() -> None:
    command = command_named("subscribe")
    assert command is not None
    options: dict[str, str | int | bool] = {
        "query": '"world models" -survey',
        "weekly": "fri 16:00",
        "tz": "Europe/Berlin",
        "max": 5,
        "source": "hf,arxiv:cs.CV",
        "upvoted-only": True,
        "instant": False,
    }
    typed = (
        '"world models" -survey --weekly fri 16:00 --tz Europe/Berlin --max 5 --source hf,arxiv:cs.CV --upvoted-only'
    )
    assert command.request_of(arguments_of(command, options)) == subscribed(typed)


def test_a_wrong_option_is_shown_by_itself_with_an_example() -> None:
    command = command_named("subscribe")
    assert command is not None
    with pytest.raises(CommandError) as caught:
        command.request_of(arguments_of(command, {"query": "agents autor:He"}))
    assert caught.value.caret() == "agents autor:He\n       ^"
    with pytest.raises(CommandError) as caught:
        command.request_of(arguments_of(command, {"query": "agents", "tz": "CETT"}))
    assert caught.value.caret() == "CETT\n^"
    assert caught.value.example == '/papers subscribe "world models" --daily 09:00 --tz Europe/Berlin'
