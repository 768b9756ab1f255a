# ruff: noqa: RUF001 - what phones type for quotes and dashes is its subject
"""Whatever is typed ends in a request or in one error that shows its place; the order of flags never matters."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.commands.catalog import COMMANDS, VERBS
from bot.commands.complete import completions
from bot.commands.parse import MAX_LENGTH, parse
from bot.commands.refusal import refusal_of
from bot.commands.request import PreviewQuery, Request, Search, Subscribe
from bot.errors import CommandError
from bot.query.parse import parse as query
from tests.queries import queries

LONG = 100_000

FLAGS = sorted({f"--{name}" for command in COMMANDS for name in command.flags})
HOSTILE = (
    *'\x00\n\t\u202e\u2066\ud800\u0301\u200b😀—–-=:"“`()\\,?٣9',
    *("--", "机器", "((((((((((((", "))))", "a" * 300, "99999999999999999999", "09:00", "25:00", "fri", "moonday"),
    *(
        "'; DROP TABLE papers; --",
        "%s%n{0.__class__}",
        "$\\alpha$",
        "<#C1|x>",
        "&amp;",
        "@everyone",
        "../../etc/passwd",
    ),
    *("hf,arxiv:cs.CV", "arxiv:", "cs.CV", "CETT", "Europe/Berlin", "all", "OR", "AND", "NOT", "trending", "since:30d"),
    *("author:", "autor:x", "/papers", "#3"),
)

EXAMPLES = sorted({example for command in COMMANDS for example in command.examples})


@st.composite
def nearly_examples(draw: st.DrawFn) -> str:
    """Draw a command that is one, or nearly: with a piece of it replaced."""
    line = draw(st.sampled_from(EXAMPLES))
    first, last = sorted(draw(st.tuples(*[st.integers(0, len(line))] * 2)))
    return line if draw(st.booleans()) else line[:first] + draw(st.sampled_from(("", *HOSTILE))) + line[last:]


lines = st.one_of(
    nearly_examples(),
    st.text(max_size=80),
    st.builds(
        lambda verb, parts, between: between.join([verb, *parts]),
        st.sampled_from((*VERBS, "subscrib", "Help", "/list", "")),
        st.lists(st.one_of(st.sampled_from(HOSTILE), st.sampled_from(FLAGS), st.text(max_size=8)), max_size=12),
        st.sampled_from((" ", " ", " ", "", "=", "  ", "\n")),
    ),
)


def outcome(line: str) -> Request | CommandError:
    try:
        return parse(line)
    except CommandError as error:
        return error


@settings(deadline=None)
@given(lines)
@example("subscribe " + "(" * 8000)
@example("subscribe " + '"' * 8001)
@example("subscribe " + "--daily " * 1000)
@example("subscribe " + "a," * 4000 + " --source " + "hf," * 400)
@example("preview " + "9" * 8000)
@example("show " + "\u202e" * 8000)
@example("\x00" * 8000)
def test_any_text_is_a_request_or_one_error_that_shows_its_place(line: str) -> None:
    result = outcome(line)
    if isinstance(result, CommandError):
        assert 1 <= result.column <= len(result.text) + 1
        assert result.caret().count("\n") == 1
        assert result.message
        assert result.example.startswith("/papers ")
        assert not isinstance(outcome(result.example), CommandError)
        assert len(result.text) <= MAX_LENGTH
        reply = refusal_of(result, result.verb)
        assert (reply.ok, reply.understood, reply.visible_to_channel) == (False, False, False)
    elif isinstance(result, Subscribe | PreviewQuery | Search):
        again = query(str(result.query), allow_since=True, max_length=LONG)
        assert again == result.query


@settings(deadline=None)
@given(lines)
def test_reading_a_text_twice_gives_the_same(line: str) -> None:
    first, second = outcome(line), outcome(line)
    assert str(first) == str(second)


@settings(deadline=None)
@given(lines)
def test_the_root_before_a_command_changes_nothing(line: str) -> None:
    without, rooted = outcome(line), outcome(f"/papers {line}")
    if isinstance(without, CommandError) or line.split()[:1] == ["/papers"]:
        return  # the place moves, and a second root is no verb
    assert rooted == without


@settings(deadline=None)
@given(lines)
def test_completion_answers_whatever_is_typed(line: str) -> None:
    for each in completions(line):
        assert 0 <= each.length <= len(line)
        assert each.text


FLAGGED = {
    "daily": ("--daily 07:30", "--daily=7.30", "daily:07:30", "—daily 7:30am"),
    "days": ("--days mon,wed", "--days=mon,wed", "--days mon wed", "days:mon,wed"),
    "tz": ("--tz Europe/Berlin", "--tz=europe/berlin", "tz:Europe/Berlin", "--timezone Europe/Berlin"),
    "max": ("--max 5", "--max=5", "max:5", "–max 5", '--max "5"'),
    "source": ("--source hf,arxiv:cs.CV", "--source hf, arxiv:cs.cv", "--source=huggingface,arxiv:cs.CV"),
    "min-upvotes": ("--min-upvotes 10", "--min_upvotes=10", "min-upvotes:10"),
    "upvoted-only": ("--upvoted-only", "--Upvoted_only", "——upvoted-only"),
    "ping": ("--ping <@&4242>", "--ping=4242", "ping:4242", "—ping @4242"),
}


@settings(deadline=None)
@given(st.data())
def test_flags_mean_the_same_in_any_order_between_any_words(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(FLAGGED)), unique=True))
    flags = [data.draw(st.sampled_from(FLAGGED[name])) for name in names]
    words = ['"world models"', "-survey", "(agents OR robots)", "author:He", "source:hf"]
    pieces = list(words)
    for flag in flags:
        pieces.insert(data.draw(st.integers(0, len(pieces))), flag)
    plain = " ".join(FLAGGED[name][0] for name in sorted(names))
    # A list of weekdays goes on with the next word only where that is a weekday, and none of the words is.
    assert parse(f"subscribe {' '.join(pieces)}") == parse(f"subscribe {' '.join(words)} {plain}")


@settings(deadline=None)
@given(queries())
def test_a_query_is_read_as_the_query_language_reads_it(typed: str) -> None:
    result = outcome(f"subscribe {typed} --max 3")
    assert isinstance(result, Subscribe)
    assert result.query == query(typed)


@pytest.mark.parametrize("verb", ["subscribe", "preview", "search"])
@settings(deadline=None)
@given(typed=queries())
def test_a_flag_in_a_phrase_is_text_whatever_stands_around_it(verb: str, typed: str) -> None:
    result = outcome(f'{verb} {typed} "a --max 3 --page 2 b"')
    if isinstance(result, CommandError):
        return  # one term too many
    assert isinstance(result, Subscribe | PreviewQuery | Search)
    assert "a max 3 page 2 b" in str(result.query)
