"""The `Requests` and `SavedPapers` ports: buttons that stand for a request, and reading lists."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.sql.store import SqlStore
from bot.model.channel import Channel, Platform
from bot.model.interaction import KEPT_FOR, KeptRequest, RequestId
from bot.model.paper import PaperId, PaperKey
from tests.builders import GENERAL, NOW, a_paper

MINUTE = timedelta(minutes=1)
MINE = ("console", "local", "ana")


def a_request(name: str = "r1", *, channel: Channel = GENERAL, is_single_use: bool = False) -> KeptRequest:
    return KeptRequest(
        id=RequestId(name),
        channel=channel,
        text="search teapot --page 2",
        expires_at=NOW + KEPT_FOR,
        user="ana",
        is_single_use=is_single_use,
    )


async def test_a_button_gives_its_request_back_as_often_as_it_is_pressed(store: SqlStore) -> None:
    await store.requests.keep([a_request()])
    for minutes in (1, 2):
        taken = await store.requests.take(RequestId("r1"), "console", "local", "ana", NOW + minutes * MINUTE)
        assert taken is not None
        assert (taken.request, taken.is_first) == (a_request(), True)


async def test_to_find_a_request_takes_nothing(store: SqlStore) -> None:
    await store.requests.keep([a_request(is_single_use=True)])
    found = await store.requests.find(RequestId("r1"), "console", "local", NOW)
    assert found == await store.requests.take(RequestId("r1"), "console", "local", "ana", NOW)
    again = await store.requests.find(RequestId("r1"), "console", "local", NOW)
    assert again is not None
    assert (again.request, again.is_first) == (a_request(is_single_use=True), False)
    for workspace, at in (("away", NOW), ("local", NOW + KEPT_FOR)):
        assert await store.requests.find(RequestId("r1"), "console", workspace, at) is None


async def test_a_single_use_request_is_first_once_whoever_presses_at_the_same_time(store: SqlStore) -> None:
    await store.requests.keep([a_request(is_single_use=True)])
    presses = (store.requests.take(RequestId("r1"), "console", "local", "ana", NOW + MINUTE) for _ in range(4))
    taken = await asyncio.gather(*presses)
    assert sorted(each.is_first for each in taken if each) == [False, False, False, True]


async def test_a_request_that_came_to_nothing_can_be_pressed_again(store: SqlStore) -> None:
    await store.requests.keep([a_request(is_single_use=True)])
    await store.requests.take(RequestId("r1"), "console", "local", "ana", NOW)
    await store.requests.release(RequestId("r1"))
    again = await store.requests.take(RequestId("r1"), "console", "local", "ana", NOW)
    assert again is not None
    assert again.is_first


async def test_what_another_person_presses_is_still_there_for_the_one_it_is_for(store: SqlStore) -> None:
    await store.requests.keep([a_request(is_single_use=True)])
    by_bo = await store.requests.take(RequestId("r1"), "console", "local", "bo", NOW)
    assert by_bo is not None
    assert by_bo.request.user == "ana"
    mine = await store.requests.take(RequestId("r1"), "console", "local", "ana", NOW)
    assert mine is not None
    assert mine.is_first


async def test_the_operator_s_shell_finds_where_a_request_acts(store: SqlStore) -> None:
    away = Channel(Platform.SLACK, "T1", "C1")
    await store.requests.keep([a_request("mine"), a_request("theirs", channel=away)])
    assert await store.requests.channel_of(RequestId("mine")) == GENERAL
    assert await store.requests.channel_of(RequestId("theirs")) == away
    assert await store.requests.channel_of(RequestId("never")) is None


async def test_a_foreign_an_expired_and_an_unknown_request_look_alike(store: SqlStore) -> None:
    away = Channel(Platform.SLACK, "T1", "C1")
    await store.requests.keep([a_request("mine"), a_request("theirs", channel=away)])
    assert await store.requests.take(RequestId("theirs"), "console", "local", "ana", NOW) is None
    assert await store.requests.take(RequestId("theirs"), "slack", "T2", "ana", NOW) is None
    assert await store.requests.take(RequestId("mine"), "console", "local", "ana", NOW + KEPT_FOR) is None
    assert await store.requests.take(RequestId("never"), "console", "local", "ana", NOW) is None


async def test_requests_that_are_over_are_purged_and_the_others_still_stand(store: SqlStore) -> None:
    await store.requests.keep([a_request("over"), replace(a_request("good"), expires_at=NOW + KEPT_FOR + MINUTE)])
    assert await store.requests.purge(NOW + KEPT_FOR - MINUTE) == 0
    assert await store.requests.purge(NOW + KEPT_FOR) == 1
    assert await store.requests.channel_of(RequestId("over")) is None
    assert await store.requests.take(RequestId("good"), "console", "local", "ana", NOW + KEPT_FOR) is not None


async def key_of(store: SqlStore, number: int) -> PaperKey:
    identity = PaperId("arxiv", f"2606.{number:05}")
    return (await store.papers.find([identity], NOW))[identity].key


async def saved(store: SqlStore, at: datetime = NOW + MINUTE, *, user: str = "ana") -> list[str]:
    return [str(each.paper.id) for each in await store.saved.of_user("console", "local", user, at)]


async def test_a_reading_list_holds_a_paper_once_and_the_last_saved_first(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(1), a_paper(2)], NOW)
    assert await store.saved.save(*MINE, await key_of(store, 1), NOW)
    assert await store.saved.save(*MINE, await key_of(store, 2), NOW + MINUTE)
    assert not await store.saved.save(*MINE, await key_of(store, 1), NOW + MINUTE)
    assert await saved(store) == ["arxiv:2606.00002", "arxiv:2606.00001"]
    assert await saved(store, NOW) == ["arxiv:2606.00001"]


async def test_reading_lists_of_people_and_workspaces_are_apart(store: SqlStore) -> None:
    await store.papers.ingest([a_paper(1)], NOW)
    await store.saved.save(*MINE, await key_of(store, 1), NOW)
    assert await saved(store, user="bo") == []
    assert await store.saved.of_user("slack", "local", "ana", NOW) == ()
    assert not await store.saved.remove("console", "other", "ana", await key_of(store, 1))
    assert await store.saved.remove(*MINE, await key_of(store, 1))
    assert not await store.saved.remove(*MINE, await key_of(store, 1))
    assert await saved(store) == []


async def test_papers_that_prove_to_be_one_are_one_on_a_reading_list(store: SqlStore) -> None:
    doi = PaperId("doi", "10.1000/teapot")
    by_doi, by_arxiv = replace(a_paper(9, "A"), id=doi), a_paper(1, "B")
    await store.papers.ingest([by_doi, by_arxiv], NOW)
    found = await store.papers.find([doi, by_arxiv.id], NOW)
    await store.saved.save(*MINE, found[by_arxiv.id].key, NOW)
    await store.saved.save(*MINE, found[doi].key, NOW + MINUTE)
    await store.saved.save("console", "local", "bo", found[by_arxiv.id].key, NOW)
    await store.papers.ingest([replace(by_arxiv, aliases=(doi,))], NOW)
    assert await saved(store, NOW) == ["arxiv:2606.00001"]
    assert await saved(store, NOW, user="bo") == ["arxiv:2606.00001"]
