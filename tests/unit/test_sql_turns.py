"""Whose turn it is, decided from queues alone."""

import pytest

from adapters.sql.turns import in_turn


@pytest.mark.parametrize(
    ("queues", "limit", "turns"),
    [
        ([], 3, ""),
        ([(0, "aaaa")], 3, "aaa"),
        ([(0, "aaaa"), (0, "b")], 3, "aba"),
        ([(0, "aaaa"), (0, "b"), (0, "cc")], 9, "abcacaa"),
        ([(2, "aaaa"), (0, "bbb")], 4, "bbab"),
        ([(5, "a")], 1, "a"),
        ([(0, "aa"), (0, "bb")], 0, ""),
    ],
)
def test_who_has_the_fewest_on_their_way_is_next(queues: list[tuple[int, str]], limit: int, turns: str) -> None:
    assert "".join(in_turn(queues, limit)) == turns
