"""Slack's SDK over a real connection: a digest and its thread, links, pauses, and no token in a log."""

import asyncio
import logging
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.slack.client import SlackApi, client_of
from adapters.slack.messenger import SlackMessenger
from adapters.slack.pacing import CHANNEL_INTERVAL, WORKSPACE_INTERVAL
from bot.model.channel import Channel, Platform
from bot.model.delivery import DeliveryState, Kind
from bot.model.installation import Secret
from bot.pipeline.deliver import CLAIMS_AT_ONCE
from tests.builders import NOW
from tests.conformance.deliveries import stored_papers
from tests.console import Console
from tests.delivering import why_paused
from tests.fakes.slack import ALWAYS, Fault
from tests.slack_world import HERE, LONG, a_world, token_of

THERE = Channel(Platform.SLACK, "T1", "C2")
ELSEWHERE = Channel(Platform.SLACK, "T2", "C3")
SOON = timedelta(seconds=3)


async def test_a_long_digest_is_a_message_and_its_thread_in_order(store_url: str) -> None:
    async with a_world(store_url) as world:
        await world.digest(papers=LONG)
        assert await world.deliver() == 1
        parent, *replies = world.slack.messages
        assert [each.mark[1] for each in world.slack.messages] == [0, 1, 2]
        assert [each.body["thread_ts"] for each in replies] == [parent.ts] * len(replies)
        assert parent.body["metadata"]["event_type"] == "papers_digest"
        moments = [each.at for each in world.slack.calls("chat.postMessage")]
        assert all(later - earlier >= CHANNEL_INTERVAL for earlier, later in pairwise(moments))
        assert world.slack.wrong == []


async def test_a_receipt_links_to_the_message_and_a_reply_to_its_place_in_the_thread(store_url: str) -> None:
    async with a_world(store_url) as world:
        await world.digest(papers=LONG)
        assert await world.deliver() == 1
        parent, reply, *_ = (each.ts for each in world.slack.messages)
        keys = await stored_papers(world.store, LONG)
        rows = (await world.store.outbox.ledger([HERE], (NOW - timedelta(days=9)).date()))[HERE]
        hrefs = {row.paper: row.href for row in rows}
        archive = "https://t1.slack.example/archives/C1/p"
        in_thread = f"{archive}{reply.replace('.', '')}?thread_ts={parent}&cid=C1"
        assert list(dict.fromkeys(hrefs[key] for key in keys.values()))[:2] == [
            archive + parent.replace(".", ""),
            in_thread,
        ]
        assert len(world.slack.calls("auth.test")) == 1


@pytest.mark.parametrize("fault", [Fault(code="fatal_error"), Fault(status=500), Fault(hangs_up=True)])
async def test_a_workspace_that_does_not_tell_its_address_gets_its_digest(
    migrated_sqlite_url: str, fault: Fault
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(*[fault] * ALWAYS, method="auth.test")
        await world.digest()
        await world.digest(THERE)
        assert await world.finish() == 2
        assert len(world.slack.calls("auth.test")) == 1


async def test_an_answer_that_only_says_ok_is_an_acceptance_and_what_follows_stands_in_the_channel(
    migrated_sqlite_url: str,
) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(Fault(accepts=True, body=b'{"ok": true}', content_type="application/json"))
        await world.digest(papers=LONG)
        assert await world.finish() == 1
        assert [each.mark[1] for each in world.slack.messages] == [0, 1, 2]
        assert ["thread_ts" in each.body for each in world.slack.messages] == [False] * 3


async def test_a_digest_to_a_person_goes_to_their_own_channel(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest(HERE.personal("U7"), papers=LONG)
        assert await world.deliver() == 1
        assert {each.body["channel"] for each in world.slack.calls("chat.postMessage")} == {"U7"}
        assert len(world.slack.messages) > 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("not_in_channel", "I am not in the channel (not_in_channel)"),
        ("is_archived", "the channel is archived (is_archived)"),
    ],
)
async def test_a_lost_channel_is_paused_with_the_reason_and_its_neighbour_is_not(
    store_url: str, code: str, words: str
) -> None:
    async with a_world(store_url) as world:
        world.slack.refusals[HERE.id] = code
        await world.digest(HERE)
        await world.digest(THERE)
        assert await world.deliver() >= 1
        assert await why_paused(world.store, HERE) == words
        assert await why_paused(world.store, THERE) == ""
        assert {each.channel for each in world.slack.messages} >= {THERE.id}


async def test_a_withdrawn_token_stops_the_workspace_and_no_other(store_url: str) -> None:
    async with a_world(store_url, workspaces=("T1", "T2")) as world:
        world.slack.fail(*[Fault(code="token_revoked")] * 9)
        for channel in (HERE, THERE, ELSEWHERE):
            await world.digest(channel)
        assert await world.deliver() == 1
        assert await why_paused(world.store, HERE) == "the workspace has withdrawn my token (token_revoked)"
        assert await why_paused(world.store, THERE) == await why_paused(world.store, HERE)
        assert await why_paused(world.store, ELSEWHERE) == ""
        assert await world.store.outbox.pending(world.clock.now()) == ()


async def test_a_workspace_that_took_paperround_out_is_stopped_without_asking_it(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest()
        await world.store.installations.purge(Platform.SLACK, "T1", NOW + timedelta(seconds=1))
        assert await world.deliver() == 0
        assert await why_paused(world.store, HERE) == "I am not installed in the workspace"
        assert world.slack.asked == []


async def test_blocks_that_slack_does_not_take_are_our_bug_and_are_not_tried_again(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(Fault(code="invalid_blocks"))
        await world.digest()
        assert await world.finish() == 0
        (dead,) = await world.store.outbox.pending(world.clock.now())
        assert (dead.state, dead.reason) == (DeliveryState.DEAD, "Slack refused it (invalid_blocks)")
        assert len(world.slack.calls("chat.postMessage")) == 1


async def test_where_nothing_listens_nothing_was_posted_and_it_is_tried_later(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        store = world.store
        nowhere = SlackApi("http://127.0.0.1:9/api/")
        world.messenger = SlackMessenger(nowhere, store.installations, store.rate_limits, world.clock)
        await world.digest()
        assert await world.deliver() == 0
        (waiting,) = await store.outbox.pending(world.clock.now())
        assert waiting.reason == "Slack cannot be reached (ClientConnectorError)"


async def test_two_kinds_of_one_channel_keep_its_pace(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest()
        await world.digest(kind=Kind.RUN)
        assert await world.finish() == 2
        first, second = (each.at for each in world.slack.calls("chat.postMessage"))
        assert second - first >= CHANNEL_INTERVAL


async def test_a_workspace_is_written_to_at_its_pace_whatever_the_number_of_channels(store_url: str) -> None:
    channels = [Channel(Platform.SLACK, "T1", f"C{number}") for number in range(1, 26)]
    async with a_world(store_url) as world:
        world.slack.a_minute = 301
        for channel in channels:
            await world.digest(channel)
        assert await world.finish() == len(channels)
        last = max(each.at for each in world.slack.calls("chat.postMessage"))
        assert last - NOW >= WORKSPACE_INTERVAL * (len(channels) - 1)
        assert world.slack.wrong == []
        assert set(world.times.values()) == {1}


async def test_a_workspace_with_many_digests_keeps_none_with_few_waiting(migrated_sqlite_url: str) -> None:
    async with a_world(migrated_sqlite_url, workspaces=("T1", "T2")) as world:
        for number in range(1, 25):
            await world.digest(Channel(Platform.SLACK, "T1", f"C{number}"))
        await world.digest(ELSEWHERE)
        assert await world.finish() == 25
        posted = [each.workspace for each in world.slack.calls("chat.postMessage")]
        assert posted.index("T2") < CLAIMS_AT_ONCE


@pytest.mark.parametrize(
    "fault",
    [
        Fault(code="invalid_auth"),
        Fault(code="brand_new"),
        Fault(status=429, code="ratelimited", retry_after=30),
        Fault(status=500),
        Fault(body=b"<html>busy</html>", status=503),
        Fault(body=b"{", content_type="application/json"),
        Fault(body=b"[1]", content_type="application/json"),
        Fault(body=b"\xff\xfe", content_type="application/json"),
        Fault(body=b"{}", content_type="application/json"),
        Fault(body=b"fine", content_type="text/plain"),
        Fault(body=b"fine", content_type="application/gzip"),
        Fault(hangs_up=True),
    ],
)
async def test_no_log_no_error_and_no_status_holds_a_token(
    migrated_sqlite_url: str, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    caplog.set_level(logging.DEBUG)
    async with a_world(migrated_sqlite_url) as world:
        world.slack.fail(fault)
        await world.digest()
        assert await world.deliver() == 0
        statuses = await world.store.outbox.pending(world.clock.now())
    assert "xoxb" not in caplog.text
    assert "xoxb" not in repr(statuses)
    assert "an unexpected error" not in caplog.text + repr(statuses)


async def test_the_service_posts_to_slack_once_its_token_is_set(migrated_sqlite_url: str, tmp_path: Path) -> None:
    async with a_world(migrated_sqlite_url) as world:
        await world.digest()
        settings = {
            "PAPERROUND_DATABASE_URL": migrated_sqlite_url,
            "PAPERROUND_SLACK__BASE_URL": world.slack.url,
            "SLACK_BOT_TOKEN": token_of("T1"),
            "SLACK_APP_TOKEN": "xapp-1-A1-1-secret",
        }
        once = ("once", "--no-fetch", "--as-of", NOW.isoformat())
        ended = await asyncio.to_thread(Console(tmp_path, settings), *once)
        assert (ended.status, [each.channel for each in world.slack.messages]) == (0, [HERE.id]), ended.err
        assert "secret" not in ended.out + ended.err


def test_a_proxy_is_asked_for_slack_and_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "slack.example")
    token = Secret(token_of("T1"))
    proxies = {
        url: client_of(token, url, SOON).proxy
        for url in ("https://slack.com/api/", "https://slack.example/api/", "http://127.0.0.1:8080/api/")
    }
    assert [*proxies.values()] == ["http://proxy.example:3128", None, None]
