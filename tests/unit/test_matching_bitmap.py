"""The fast matcher says, of all queries at once, what the definition says of each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.bitmap import PAPERS_AT_A_TIME, compile_queries, match
from bot.matching.choose import FEW_QUERIES, match_day
from bot.matching.clauses import clauses_of
from bot.matching.explain import evaluate
from bot.model.paper import Paper
from bot.query.parse import MAX_CLAUSES, MAX_TERMS, parse
from tests.builders import a_paper, stored
from tests.queries import papers, queries


def _numbers(day: list[Paper], *typed: str) -> list[list[int]]:
    """Match by bits, and return the numbers of the papers for each query."""
    found = match([stored(paper) for paper in day], compile_queries([parse(text) for text in typed]))
    return [[int(each.key) for each in matched] for matched in found]


@settings(max_examples=200)
@given(st.lists(papers(), max_size=8), st.lists(queries(), min_size=1, max_size=6))
def test_all_queries_at_once_say_what_the_definition_says_one_by_one(day: list[Paper], typed: list[str]) -> None:
    library = [stored(paper) for paper in day]
    asked = [parse(text) for text in typed]
    found = match(library, compile_queries(asked))
    assert [list(matched) for matched in found] == [
        [each for each in library if evaluate(query, each)] for query in asked
    ]
    assert list(found.counts()) == [len(matched) for matched in found]


@given(queries(), papers())
def test_a_query_holds_when_one_of_its_clauses_does(typed: str, paper: Paper) -> None:
    query = parse(typed)
    each = stored(paper)

    def holds(condition: object) -> bool:
        return evaluate(parse(str(condition)), each)

    by_clauses = any(
        all(map(holds, clause.required)) and not any(map(holds, clause.forbidden)) for clause in clauses_of(query)
    )
    assert by_clauses == evaluate(query, each)


def test_a_phrase_of_any_length_matches_only_where_it_stands_whole() -> None:
    day = [
        a_paper(1, "one two three four five six seven"),
        a_paper(2, "one two three four five six"),
        a_paper(3, "one two three one two three four five six seven"),
        a_paper(4, "seven six five four three two one"),
    ]
    assert _numbers(day, '"one two three four five six seven"', '"six seven"', '"three one"') == [[1, 3], [1, 3], [3]]


def test_a_phrase_longer_than_all_the_text_of_a_day_matches_nothing() -> None:
    assert _numbers([a_paper(1, "b a a")], '"a a a a a b"', '"b a a a a a"') == [[], []]


def test_no_phrase_runs_from_one_text_into_the_next() -> None:
    day = [
        a_paper(1, "deep world", abstract="model learning", authors=("Ada Kaiming", "He Byron")),
        a_paper(2, "learning deep", abstract="deep model"),
    ]
    assert _numbers(day, '"world model"', '"learning learning"', 'author:"kaiming he"', '"deep deep"') == [
        [],
        [],
        [],
        [],
    ]


def test_fields_look_only_where_they_say() -> None:
    day = [
        a_paper(1, "robots", abstract="of Ada", authors=("Kaiming He",), categories=("cs.CL", "math.ST")),
        a_paper(2, "other", abstract="robots", authors=("Ada Robots",), categories=("cs.LG",)),
    ]
    assert _numbers(day, "robot", "title:robot", "abstract:robot", "author:robots", "author:ada") == [
        *([1, 2], [1], [2], [2], [2]),
    ]
    assert _numbers(day, "cat:cs.CL", "cat:cs", "cat:math", "cat:cs.CV", "-cat:cs.LG robot") == [
        [1],
        [1, 2],
        [1],
        [],
        [1],
    ]


def test_upvotes_that_nobody_counts_are_inside_no_bounds() -> None:
    day = [a_paper(1, upvotes=None), a_paper(2, upvotes=0), a_paper(3, upvotes=10)]
    typed = ("upvotes:>=0", "upvotes:<=9", "upvotes:=10", "world -upvotes:>=10")
    assert _numbers(day, *typed) == [[2, 3], [2], [3], [1, 2]]


def test_trending_matches_every_paper_that_its_restrictions_let_through() -> None:
    day = [a_paper(1, "a survey"), a_paper(2, "robots")]
    assert _numbers(day, "trending", "trending -survey", "trending robots", '"trending"') == [[1, 2], [2], [2], []]


def test_a_clause_may_have_any_number_of_conditions() -> None:
    words = [f"w{chr(97 + n)}" for n in range(MAX_TERMS // 2)]
    day = [a_paper(1, " ".join(words)), a_paper(2, " ".join(words) + " xb"), a_paper(3, " ".join(words[1:]))]
    assert _numbers(day, " ".join(words) + " " + " ".join(f"-x{word[1]}" for word in words)) == [[1]]


def test_many_alternatives_are_all_followed() -> None:
    pairs = [(f"a{chr(97 + n)}", f"b{chr(97 + n)}") for n in range(MAX_CLAUSES.bit_length() - 1)]
    day = [a_paper(n, " ".join(pair[(n >> bit) & 1] for bit, pair in enumerate(pairs))) for n in range(1, 200)]
    (found,) = _numbers([*day, a_paper(300, "aa ab")], " ".join(f"({a} OR {b})" for a, b in pairs))
    assert found == list(range(1, 200))


def test_equal_queries_are_evaluated_once_and_answered_each() -> None:
    asked = [parse("world model"), parse("robots"), parse("models World")]
    assert len(set(compile_queries(asked).distinct.tolist())) == 2
    assert _numbers([a_paper(1, "world model")], "world model", "robots", "models World") == [[1], [], [1]]


def test_queries_once_compiled_serve_any_day() -> None:
    compiled = compile_queries([parse("robots"), parse("trending")])
    for count in (0, 1, 63, 64, 65, 129):
        day = [stored(a_paper(n, "robots" if n % 2 else "other")) for n in range(1, count + 1)]
        robots, everything = match(day, compiled)
        assert [int(each.key) for each in robots] == list(range(1, count + 1, 2))
        assert len(everything) == count


def test_what_contradicts_itself_matches_nothing() -> None:
    assert _numbers([a_paper(1, "a b"), a_paper(2, "a")], "a -a", "(a -a) OR b") == [[], [1]]


def test_no_query_and_no_paper_are_no_trouble() -> None:
    assert _numbers([a_paper(1)]) == []
    assert _numbers([], "a", "trending", 'author:"a b"', "upvotes:>=1") == [[], [], [], []]


def test_matches_are_a_sequence_in_the_order_of_the_queries() -> None:
    asked = [parse("a"), parse("b"), parse("c")]
    found = match([stored(a_paper(1, "a b")), stored(a_paper(2, "b"))], compile_queries(asked))
    assert len(found) == 3
    assert [len(matched) for matched in found[1:]] == [2, 0]
    assert found[-1] == ()


def test_few_queries_and_many_get_the_same_answers() -> None:
    library = [stored(a_paper(1, "a b")), stored(a_paper(2, "b")), stored(a_paper(3, "c"))]
    asked = [parse(text) for text in ("a", "b -a", "c OR a", "trending", '"a b"', "d")]
    many = asked * FEW_QUERIES
    assert list(match_day(library, asked)) * FEW_QUERIES == list(match_day(library, many))


def test_more_papers_than_fit_at_a_time_keep_their_order() -> None:
    count = PAPERS_AT_A_TIME + 70
    library = [stored(a_paper(n, "robots" if n % 100 == 1 else "x")) for n in range(1, count + 1)]
    found = match(library, compile_queries([parse("robots"), parse("cats"), parse("trending -x")]))
    expected = list(range(1, count + 1, 100))
    assert [[int(each.key) for each in matched] for matched in found] == [expected, [], expected]
    assert list(found.counts()) == [len(expected), 0, len(expected)]
