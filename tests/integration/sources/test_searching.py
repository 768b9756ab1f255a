"""The sources' own searches over HTTP: asked with words alone, read whole, and refused in words."""

from dataclasses import replace

import pytest

from adapters.arxiv.source import ArxivSource
from adapters.http import HttpClient
from adapters.huggingface.source import HuggingFaceSource
from adapters.sql.store import SqlStore, open_store
from bot.errors import SourceError
from tests.builders import NOW, TODAY
from tests.fakes.arxiv import API, RSS, FakeArxiv, submissions
from tests.fakes.clock import SteppingClock
from tests.fakes.huggingface import FakeHuggingFace, an_item
from tests.fakes.web import Asked, Reply, Web, in_turn, web


async def found_at_huggingface(url: str, server: Web, words: tuple[str, ...], limit: int = 5) -> list[str]:
    clock = SteppingClock(NOW)
    async with open_store(url) as store, HttpClient(clock, store.rate_limits) as http:
        return [str(each.id) for each in await HuggingFaceSource(http, clock, server.url).search(words, limit)]


async def found_at_arxiv(url: str, server: Web, words: tuple[str, ...], limit: int = 5) -> list[str]:
    clock = SteppingClock(NOW)
    async with open_store(url) as store, HttpClient(clock, store.rate_limits) as http:
        source = ArxivSource(http, clock, server.url + API, server.url + RSS)
        return [str(each.id) for each in await source.search(words, limit)]


async def test_hugging_face_is_asked_for_words_and_answers_like_a_list(migrated_sqlite_url: str) -> None:
    items = [
        an_item(1, "Kettles"),
        an_item(2, "Doors"),
        an_item(3, "Kettles again"),
        {"paper": None, "title": "kettle"},
    ]
    async with web(FakeHuggingFace(SteppingClock(NOW), {TODAY: items})) as server:
        found = await found_at_huggingface(migrated_sqlite_url, server, ("kettle", "kettles on stoves"))
    assert found == ["arxiv:2606.00001", "arxiv:2606.00003"]
    assert dict(server.asked[0].query) == {"q": "kettle kettles on stoves", "limit": "5"}


async def test_what_hugging_face_finds_was_listed_by_nobody(migrated_sqlite_url: str) -> None:
    clock = SteppingClock(NOW)
    async with (
        web(FakeHuggingFace(clock, {TODAY: [an_item(1, "Kettles")]})) as server,
        open_store(migrated_sqlite_url) as store,
        HttpClient(clock, store.rate_limits) as http,
    ):
        (found,) = await HuggingFaceSource(http, clock, server.url).search(("kettles",), 5)
    assert found.sightings == ()


@pytest.mark.parametrize("body", [b"{}", b"<html>", b'[{"paper": 3}]'])
async def test_an_answer_that_is_no_list_is_an_error_of_the_source(migrated_sqlite_url: str, body: bytes) -> None:
    async with web(in_turn(Reply(body=body))) as server:
        with pytest.raises(SourceError):
            await found_at_huggingface(migrated_sqlite_url, server, ("kettles",))


async def test_hugging_face_may_refuse_a_search(migrated_sqlite_url: str) -> None:
    async with web(in_turn(Reply(status=400))) as server:
        with pytest.raises(SourceError, match="answered 400 to a search"):
            await found_at_huggingface(migrated_sqlite_url, server, ("kettles",))


async def test_arxiv_is_asked_for_all_the_phrases_best_first(migrated_sqlite_url: str) -> None:
    papers = [replace(each, title=f"World models {each.number}") for each in submissions(9, NOW, TODAY)]
    async with web(FakeArxiv(SteppingClock(NOW), papers).answer) as server:
        found = await found_at_arxiv(migrated_sqlite_url, server, ("world models", "2606.00003"))
    assert found == ["arxiv:2606.00003"]
    asked = server.asked[0].query
    assert asked["search_query"] == 'all:"world models" AND all:"2606.00003"'
    assert (asked["sortBy"], asked["max_results"]) == ("relevance", "5")


async def test_nothing_that_a_person_types_is_syntax_for_arxiv(migrated_sqlite_url: str) -> None:
    async with web(FakeArxiv(SteppingClock(NOW)).answer) as server:
        assert await found_at_arxiv(migrated_sqlite_url, server, ('a" OR all:(b', "C++", "\\", "x" * 300)) == []
    assert server.asked[0].query["search_query"] == 'all:"a OR all b" AND all:"C++"'


async def test_arxiv_is_not_asked_for_nothing(store: SqlStore) -> None:
    clock = SteppingClock(NOW)

    def refuse(asked: Asked) -> Reply:
        raise AssertionError(asked)

    async with web(refuse) as server, HttpClient(clock, store.rate_limits) as http:
        assert await ArxivSource(http, clock, server.url + API, server.url + RSS).search(('"()',), 5) == ()
