# ruff: noqa: RUF001 - what phones type for quotes and dashes is what these tests are about
"""Queries as people type them: the tree they stand for, or where the mistake is and what to type instead."""

from datetime import date

import pytest

from bot.errors import NotUnderstoodError, QueryError
from bot.query.ast import Scope, Since, Words, positive_categories
from bot.query.parse import MAX_CLAUSES, MAX_LENGTH, MAX_TERMS, parse


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("agents", "agent"),
        ("b a", "a b"),
        ("a AND b", "a b"),
        ("a b OR c", "a b OR c"),
        ("c OR b a", "a b OR c"),
        ("a (c OR b) -d", "a (b OR c) -d"),
        ("a NOT b", "a -b"),
        ("a —b –c", "a -b -c"),
        ("-(a OR b) c", "c -a -b"),
        ("-(-a)", "a"),
        ("NOT NOT NOT b a", "a -b"),
        ("((a)) (a OR a)", "a"),
        ("(a b OR b a) c", "a b c"),
        ('"language model"', '"language model"'),
        ("Language-Models", '"language model"'),
        (r"GPT-4 C++ $\alpha$-divergence", '"alpha divergence" "gpt 4" c++'),
        ("GPT4 c++ α-Divergence", '"alpha divergence" "gpt 4" c++'),
        ('state-of-the-art -"survey paper"', '"state of the art" -"survey paper"'),
        ("“smart quotes” x", '"smart quote" x'),
        ("„Welt“ «monde» ＂世界＂", '"世 界" monde welt'),
        ("（a OR b）　c", "c (a OR b)"),
        (r"\"world models\"", '"world model"'),
        (r'Schr\"odinger "Erd\H{o}s number"', '"erdo number" schrodinger'),
        (r"$\mathcal{O}(n \log n)$ time", '"o n log n" time'),
        ("$5 models", "5 model"),
        ("机器学习", '"机 器 学 习"'),
        ("Attention: all", "all attention"),
        ('author:"Kaiming He" author:Erdős', 'author:"kaiming he" author:erdos'),
        ("Title:(a OR b-c)", 'title:"b c" OR title:a'),
        ("abstract:robots org:Meta-AI", 'abstract:robot org:"meta ai"'),
        ("cat:(CS.cl OR cs.lg) x", "x (cat:cs.CL OR cat:cs.LG)"),
        ("cat:cs.* cat:hep-th", "cat:cs cat:hep-th"),
        ("source:hf source:jsonl", "source:huggingface source:jsonl"),
        ("upvotes:10 upvotes:>9 upvotes:≥10 upvotes:10+", "upvotes:>=10"),
        ("upvotes:<5 upvotes:<=4", "upvotes:<=4"),
        ("a -upvotes:=0", "a -upvotes:=0"),
        ("a (b OR -c)", "a (b OR -c)"),
        ("trending", "trending"),
        ("-survey Trending cat:cs.CL", "trending cat:cs.CL -survey"),
        ("trending AND (a OR b)", "trending (a OR b)"),
        ("a AND trending AND b", "trending a b"),
        ('"trending" title:trending', '"trending" title:"trending"'),
        ("a\u200b \n  b\u00a0c", "a b c"),
    ],
)
def test_a_query_is_read_as(typed: str, canonical: str) -> None:
    query = parse(typed)
    assert str(query) == canonical
    assert parse(canonical) == query


@pytest.mark.parametrize(
    ("typed", "column", "said"),
    [
        ('a "flow matching', 3, 'Add the closing "'),
        ("(a OR b", 1, "Add the closing )"),
        ("a OR", 5, "missing at the end"),
        ("OR a", 1, "OR needs something on both sides"),
        ("a AND OR b", 7, "OR needs something on both sides"),
        ("a AND", 6, "missing at the end"),
        ("a (b OR) c", 8, "missing before the bracket"),
        ("()", 2, "missing before the bracket"),
        ("autor:He x", 1, "Did you mean author:?"),
        ("x category:cs.CL", 3, "Did you mean cat:?"),
        ("foo:bar", 1, 'write "foo bar"'),
        ("http://x.y/z", 1, "show http://x.y/z"),
        ("upvotes:many", 9, "upvotes:>=10"),
        ("upvotes:<0", 9, "upvotes:=0"),
        ("upvotes: 10", 9, "without a space"),
        ("cat:", 5, "cat:cs.CL"),
        ("a cat:CL", 7, "Did you mean cat:cs.CL?"),
        ("cat:cs.LGG", 5, "Did you mean cat:cs.LG?"),
        ("cat:cooking", 5, "cat:cs stands for all of cs"),
        ("source:arxv", 8, "Did you mean source:arxiv?"),
        ("source:arxiv:cs.CL", 8, "source:arxiv cat:cs.CL"),
        ("source:nature", 8, "Sources are huggingface, arxiv."),
        ("title:(a cat:cs.CL)", 10, "outside the brackets"),
        ("a) b", 2, "Drop it"),
        ("", 1, "asks for nothing"),
        ("-", 1, "-word"),
        ("a - b", 3, "-word"),
        ("a --weekly", 3, "one dash"),
        ('"a"-b', 4, "Put a space before it"),
        ("a || b", 3, "write OR"),
        ("a & b", 3, "leave it out"),
        ("a !!!", 3, "nothing to look for in “!!!”"),
        ('a ""', 3, "an empty phrase"),
        ("-a", 2, "only leaves things out"),
        ("-(a b)", 3, "This side of OR"),
        ("a OR -b", 7, "(a OR b) -c"),
        ("trending OR a", 1, 'write "trending" in quotes'),
        ("a -trending", 4, 'write "trending" in quotes'),
        ("a since:30d", 3, "works in search only"),
    ],
)
def test_a_mistake_is_shown_with_its_place_and_the_way_out(typed: str, column: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    assert caught.value.column == column
    assert said in f"{caught.value.message} {caught.value.hint}"
    assert isinstance(caught.value, NotUnderstoodError)


def test_the_caret_stands_under_the_mistake() -> None:
    with pytest.raises(QueryError) as caught:
        parse("diffusion autor:He")
    assert caught.value.caret() == "diffusion autor:He\n          ^"
    assert str(caught.value) == (
        "I don't know the field autor:\ndiffusion autor:He\n          ^\nDid you mean author:?"
    )


def test_the_caret_of_a_long_query_fits_a_phone_and_minds_wide_characters() -> None:
    with pytest.raises(QueryError) as caught:
        parse("机器 (")
    assert caught.value.caret() == "机器 (\n      ^"
    with pytest.raises(QueryError) as caught:
        parse('"' + "word " * 60 + '" cat:x "' + "word " * 20 + '"')
    lines = caught.value.caret().split("\n")
    assert all(len(line) <= 52 for line in lines)
    assert lines[0][len(lines[1]) - 1] == "x"


@pytest.mark.parametrize(
    "typed",
    [
        "a" * (MAX_LENGTH + 1),
        " ".join(f"a{n}" for n in range(MAX_TERMS + 1)),
        "(" * 9 + "a" + ")" * 9,
        " ".join(f"(a{n} OR b{n})" for n in range(MAX_CLAUSES.bit_length())),
    ],
)
def test_a_query_over_a_limit_is_refused(typed: str) -> None:
    with pytest.raises(QueryError, match=r"[Aa]t most"):
        parse(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "a" * MAX_LENGTH,
        " ".join(f"a{n}" for n in range(MAX_TERMS)),
        "(" * 8 + "-a b" + ")" * 8,
        "NOT " * 100 + "a",
        " ".join(f"(a{n} OR b{n})" for n in range(MAX_CLAUSES.bit_length() - 1)),
    ],
)
def test_a_query_at_a_limit_is_read(typed: str) -> None:
    assert list(parse(typed).leaves())


def test_since_bounds_a_search() -> None:
    assert parse("a since:30d", allow_since=True).since == Since(days=30)
    assert parse("since:2w (a OR b)", allow_since=True).since == Since(days=14)
    query = parse("(a OR b) since:2026-05-01", allow_since=True)
    assert str(query) == "(a OR b) since:2026-05-01"
    assert parse(str(query), allow_since=True) == query


def test_since_says_the_first_day_however_far_back() -> None:
    today = date(2026, 6, 16)
    assert Since(days=30).first_day(today) == date(2026, 5, 17)
    assert Since(on=date(2026, 5, 1)).first_day(today) == date(2026, 5, 1)
    far = parse("a since:99999y", allow_since=True).since
    assert far is not None
    assert far.first_day(today) == date.min


@pytest.mark.parametrize("typed", ["since:7d", "a OR b since:3d", "a -since:3d", "a since:x", "a since:1d since:2d"])
def test_since_cannot_stand_anywhere(typed: str) -> None:
    with pytest.raises(QueryError):
        parse(typed, allow_since=True)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("cats or dogs", "write OR in capitals"),
        ("cats and dogs", "must all be there anyway"),
        ("cats not dogs", "write -word"),
        ("agent*", "plurals match by themselves"),
        ("'world models'", '"double quotes"'),
    ],
)
def test_what_was_perhaps_not_meant_is_read_as_written_with_a_hint(typed: str, hint: str) -> None:
    (found,) = parse(typed).hints
    assert hint in found


def test_a_plain_query_gets_no_hint() -> None:
    assert parse('"world models" OR (agents -survey) cat:cs.*').hints == ()


def test_a_query_remembers_what_was_typed_and_where() -> None:
    query = parse('x  author:"Kaiming He"')
    assert query.typed == 'x author:"Kaiming He"'
    leaf, is_wanted = list(query.leaves())[1]
    assert is_wanted
    assert isinstance(leaf, Words)
    assert (leaf.scope, leaf.typed, leaf.column) == (Scope.AUTHOR, "Kaiming He", 10)


def test_the_categories_that_a_query_asks_for_are_known() -> None:
    query = parse("cat:cs.CL (cat:math OR x source:hf) -cat:cs.LG -source:arxiv")
    assert positive_categories(query) == {"cs.CL", "math"}
