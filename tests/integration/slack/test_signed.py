"""Slack over HTTP: what is not signed, signed too long ago, or sent twice, is refused and has no effect."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from adapters.slack.gateway import SlackGateway
from adapters.slack.signed import Seen
from bot.clock import SystemClock
from tests.builders import NOW
from tests.fakes.clock import SteppingClock
from tests.fakes.slack_talk import FORM, a_button, a_command, a_press, an_event, as_form, signed
from tests.integration.slack.talking import EVENTS, PATIENCE, Talk, talk

JSON = "application/json"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def slack_talk(migrated_sqlite_url: str) -> AsyncIterator[Talk]:
    async with talk(migrated_sqlite_url) as begun:
        yield begun


def now() -> datetime:
    return SystemClock().now()


def a_subscription_of(slack_talk: Talk) -> str:
    return urlencode(a_command(slack_talk.slack, "subscribe teapots"))


async def has_no_effect(slack_talk: Talk, body: str, headers: Mapping[str, str]) -> None:
    answer = await slack_talk.post(body, headers)
    assert answer.status_code == 401
    # What came in before it would be done by now.
    await slack_talk.types("list")
    assert await slack_talk.subscribed() == {}
    assert len(slack_talk.slack.said) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"x-slack-signature": "v0=00"},
        {"x-slack-signature": ""},
        {"x-slack-signature": "v0=ü"},
        {"x-slack-request-timestamp": ""},
        {"x-slack-request-timestamp": "soon"},
        {"x-slack-request-timestamp": "1e9"},
        {"x-slack-request-timestamp": "-5"},
        {"x-slack-request-timestamp": "٣"},
        {"x-slack-request-timestamp": "9" * 5000},
    ],
)
async def test_a_wrong_signature_or_timestamp_has_no_effect(changed: Mapping[str, str], slack_talk: Talk) -> None:
    body = a_subscription_of(slack_talk)
    headers = {**signed(body, now().timestamp()), **changed}
    encoded = {name: value.encode() for name, value in headers.items()}
    await has_no_effect(slack_talk, body, encoded)  # type: ignore[arg-type]  # httpx sends bytes as they are


async def test_a_body_that_was_changed_has_no_effect(slack_talk: Talk) -> None:
    body = a_subscription_of(slack_talk)
    await has_no_effect(slack_talk, f"{body}+kettles", signed(body, now().timestamp()))


async def test_a_body_is_read_only_if_it_was_signed(slack_talk: Talk) -> None:
    for kind, body in (
        (JSON, "[" * 100_000),
        (JSON, "[]"),
        (JSON, "{"),
        (JSON, f'{{"a": {"9" * 5000}}}'),
        (FORM, f"payload={'[' * 100_000}"),
        (FORM, "payload=x"),
        (FORM, "payload=[]"),
    ):
        forged = signed(body, now().timestamp(), secret="another", kind=kind)
        assert (await slack_talk.post(body, forged)).status_code == 401
        assert (await slack_talk.post(body, signed(body, now().timestamp(), kind=kind))).status_code == 400


async def test_a_body_signed_with_another_secret_has_no_effect(slack_talk: Talk) -> None:
    body = a_subscription_of(slack_talk)
    await has_no_effect(slack_talk, body, signed(body, now().timestamp(), secret="another"))


@pytest.mark.parametrize("off", [-6 * MINUTE, 6 * MINUTE])
async def test_what_was_signed_at_another_time_has_no_effect(off: timedelta, slack_talk: Talk) -> None:
    body = a_subscription_of(slack_talk)
    await has_no_effect(slack_talk, body, signed(body, (now() + off).timestamp()))


async def test_a_request_is_good_once(slack_talk: Talk) -> None:
    said = await slack_talk.types("subscribe kettles")
    body = as_form(a_press(slack_talk.slack, a_button(said.buttons["Undo"])))
    headers = signed(body, now().timestamp())
    assert (await slack_talk.post(body, headers)).status_code == 200
    await slack_talk.slack.until(lambda slack: len(slack.said) == 2)
    assert (await slack_talk.post(body, headers)).status_code == 401
    await slack_talk.types("list")
    assert len(slack_talk.slack.said) == 3


async def test_a_request_is_acted_on_once_whatever_process_is_sent_it(migrated_sqlite_url: str) -> None:
    async with talk(migrated_sqlite_url) as one, talk(migrated_sqlite_url) as other:
        said = await one.types("subscribe kettles")
        for body in (
            urlencode(a_command(one.slack, "help")),
            as_form(a_press(one.slack, a_button(said.buttons["Undo"]))),
        ):
            headers = signed(body, now().timestamp())
            for each in (one, other):
                assert (await each.post(body, headers)).status_code == 200
                assert isinstance(each.gateway, SlackGateway)
                await each.gateway.work.settled(PATIENCE)
        assert (len(one.slack.said), len(other.slack.said)) == (3, 0)


async def test_a_body_that_is_no_text_and_another_method_are_refused(slack_talk: Talk) -> None:
    headers = dict(signed("", now().timestamp()))
    assert (await slack_talk.web.post(EVENTS, content=b"\xff\xfe", headers=headers)).status_code == 401
    assert (await slack_talk.web.get(EVENTS, headers=headers)).status_code == 405


async def test_an_unknown_command_is_not_ours(slack_talk: Talk) -> None:
    body = urlencode({**a_command(slack_talk.slack, "list"), "command": "/teapots"})
    assert (await slack_talk.post(body)).status_code == 404


async def test_slack_may_make_sure_of_the_address(slack_talk: Talk) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"})
    answer = await slack_talk.post(body, signed(body, now().timestamp(), kind="application/json"))
    assert (answer.status_code, answer.json()) == (200, {"challenge": "c1"})
    assert (await slack_talk.post(body, signed(body, 0, kind="application/json"))).status_code == 401


async def test_a_payload_that_makes_no_sense_is_answered_and_does_no_harm(slack_talk: Talk) -> None:
    for body in (
        urlencode({"command": "/papers"}),
        as_form({"type": "block_actions", "actions": [{"action_id": "press-1", "type": "button"}]}),
        as_form({"type": "view_submission", "view": {"type": "modal", "callback_id": "form", "private_metadata": "["}}),
        as_form(a_press(slack_talk.slack, {**a_button("x"), "value": ["save:x"]})),
        as_form({**a_press(slack_talk.slack, a_button("save:x")), "user": {"id": ["U1ANA"]}}),
        urlencode({**a_command(slack_talk.slack, "list"), "team_id": "../x"}),
    ):
        assert (await slack_talk.post(body)).status_code == 200
    for number, event in enumerate(
        (
            an_event("member_joined_channel", channel=None),
            an_event("channel_archive", channel=["C01"]),
            an_event("channel_rename", channel={"id": ["C01"]}),
            an_event("channel_archive", at=10**30, channel="C01"),
        )
    ):
        told = json.dumps({**event, "event_id": f"Ev{number}"})
        assert (await slack_talk.post(told, signed(told, now().timestamp(), kind=JSON))).status_code == 200
    await slack_talk.types("list")
    assert len(slack_talk.slack.said) == 1


def test_what_was_seen_is_forgotten_when_it_is_old_or_there_is_too_much() -> None:
    clock = SteppingClock(NOW)
    seen = Seen(clock, MINUTE, most=3)
    assert [seen.is_new(each) for each in "aab"] == [True, False, True]
    clock.moment += MINUTE
    assert seen.is_new("a")
    assert [seen.is_new(each) for each in "bcd"] == [True, True, True]
    assert seen.is_new("a")


def test_what_was_seen_is_not_new_again_when_the_clock_is_set_back() -> None:
    # Else a copied request would be good once more, by every second that the clock is set.
    clock = SteppingClock(NOW)
    seen = Seen(clock, MINUTE, most=3)
    assert seen.is_new("a")
    clock.moment -= timedelta(seconds=1)
    assert not seen.is_new("a")
