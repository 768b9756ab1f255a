# ruff: noqa: RUF001 - what phones type for quotes and dashes is its subject
"""What people type, and the request it is; what is not understood, where, and what to type instead."""

from datetime import time

import pytest

from bot.commands.catalog import command_named
from bot.commands.parse import MAX_LENGTH, arguments_of, parse, read
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
from bot.model.cadence import Cadence, Frequency
from bot.model.subscription import SourceChoice
from bot.query.parse import parse as query
from tests.unit.commands import refused, said, subscribed

WEEKLY = Frequency.WEEKLY


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
        ('trending "week"', Trending(period="week")),
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
        ("status --xyzzy", "I didn't understand `--xyzzy`. `status` takes `--to`, `--in`."),
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
        ("unsubscribe", "`unsubscribe` needs a subscription after it. `/papers list` shows the numbers."),
        ("edit", "`edit` needs a subscription after it. `/papers list` shows the numbers."),
        ("pause", "`pause` needs a subscription after it. `/papers list` shows the numbers."),
        ("pause agents", "`pause` takes the number of a subscription, or `all`. `/papers list` shows the numbers."),
        (f"search {'a ' * 1500}", "The command has 3,007 characters; at most 2,000 are read. Shorten it."),
        ("subscrib agents", "I don't know the command `subscrib`. Did you mean `subscribe`?"),
        ("xyzzy", "I don't know the command `xyzzy`. `help` lists them; to look for papers, begin with `search`."),
        ("remove 1", "I don't know the command `remove`. Did you mean `unsubscribe`?"),
        ("subscribe rl --daily mon 9:00", "I don't understand the time `mon`. Days go with `--days`."),
        ("subscribe rl --daily Mondays", "I don't understand the time `Mondays`. Days go with `--days`."),
        ('settings mute "a b" author:"Jane Doe"', "`mute` takes one word, phrase or author. Write each in a command"),
        ('settings mute "a b" c', "`mute` takes one word, phrase or author. Write each in a command"),
        ("settings mute a “b c”", "`mute` takes one word, phrase or author. Write each in a command"),
    ],
)
def test_what_is_not_understood_is_said_with_the_way_out(text: str, words: str) -> None:
    assert said(refused(text)).startswith(words)


@pytest.mark.parametrize(
    ("text", "hint", "example"),
    [
        ("pause --to me", "`/papers list --to me` shows the numbers.", " --to me"),
        ("edit abc --to=me", "`/papers list --to me` shows the numbers.", " --to me"),
        ("unsubscribe 0 --in #tea", "`/papers list --in #tea` shows the numbers.", " --in #tea"),
        ("preview 3 --days 0 --in <#C1|tea>", "", " --in #C1"),
        ("pause --to me --in #tea", "`/papers list` shows the numbers.", ""),
        ("subscribe agents --to me --max 0", "", " --to me"),
    ],
)
def test_what_to_type_instead_acts_in_the_same_place(text: str, hint: str, example: str) -> None:
    error = refused(text)
    assert error.hint.endswith(hint)
    assert error.example.endswith(example)
    assert read(error.example).place == (read(f"list {example}").place if example else "")


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
        ("subscribe --daily sun spots", "sun spots"),
        ("subscribe --daily sun", "sun"),
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
        ("world models", "/papers search world models"),
        ("/papers world models", "/papers search world models"),
        ("Unsub 1", "/papers unsubscribe 1"),
        ("mute blockchain", "/papers settings mute blockchain"),
        ("stop 3", "/papers pause 3"),
        ('world "models', "/papers help"),
        ("subscribe agents --max5", '/papers subscribe "world models"'),
        ("trending week month", "/papers trending"),
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
