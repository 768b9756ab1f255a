"""Queries of every shape: their canonical text, their reading in words, and texts that are no query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueryError
from bot.query.ast import Query, canonical_text, with_negations_at_leaves
from bot.query.parse import parse
from bot.query.reading import in_words
from tests.queries import queries

LONG = 100_000


@given(queries())
def test_the_canonical_text_of_a_query_gives_the_query_again(typed: str) -> None:
    query = parse(typed)
    again = parse(str(query), max_length=LONG)
    assert str(again) == str(query)
    assert again == query
    assert hash(again) == hash(query)


@given(queries())
def test_case_order_and_doubles_do_not_matter(typed: str) -> None:
    query = parse(typed, max_length=LONG)
    doubled = f"({typed}) ({typed})" if not query.is_trending else typed
    try:
        same = parse(doubled, max_length=LONG)
    except QueryError:
        return  # twice as many terms may be over a limit
    assert same == query


@given(queries())
def test_a_double_negation_says_the_same(typed: str) -> None:
    query = parse(typed)
    if query.root is None:
        return
    twice = with_negations_at_leaves(with_negations_at_leaves(query.root, is_negated=True), is_negated=True)
    assert canonical_text(twice, is_trending=query.is_trending, since=None) == str(query)


@given(st.one_of(st.text(max_size=60), st.text(alphabet=st.sampled_from('ab "()-:ORNTAD$\\{}é学'), max_size=40)))
def test_any_text_is_read_or_refused_in_words_at_a_place_inside_it(typed: str) -> None:
    query, error = _read(typed)
    if error is not None:
        assert 1 <= error.column <= len(error.text) + 1
        assert error.message
        assert error.hint
        assert error.caret().count("\n") == 1
    else:
        assert query is not None
        assert parse(str(query), max_length=LONG) == query
        assert in_words(query)


def _read(typed: str) -> tuple[Query | None, QueryError | None]:
    try:
        return parse(typed), None
    except QueryError as error:
        return None, error


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ('"world models" -survey', 'the phrase "world models" and not survey, in title or abstract'),
        ("agents* OR robots", "agents or robots, in title or abstract"),
        ("a b OR c", "(a and b) or c, in title or abstract"),
        ("-d a (b OR c)", "a and (b or c) and not d, in title or abstract"),
        ("author:LeCun", "by LeCun"),
        (
            "agents author:LeCun cat:cs.CL upvotes:>=10 -org:acme",
            "agents, in title or abstract; by LeCun and in cs.CL and with at least 10 upvotes and not from acme",
        ),
        ("title:agents source:hf upvotes:=3", "agents in the title and listed by Hugging Face and with 3 upvotes"),
        ("agents OR author:LeCun", "agents or by LeCun (words in title or abstract)"),
        ("trending", "what is trending"),
        ("trending agents", "what is trending: agents, in title or abstract"),
    ],
)
def test_a_query_is_read_back_in_words(typed: str, words: str) -> None:
    assert in_words(parse(typed)) == words


def test_a_search_says_in_words_how_far_back_it_looks() -> None:
    assert in_words(parse("agents since:30d", allow_since=True)) == "agents, in title or abstract, of the last 30 days"
    assert in_words(parse("trending since:2026-05-01", allow_since=True)) == "what is trending: since 2026-05-01"
