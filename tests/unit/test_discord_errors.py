"""Every refusal of Discord has one verdict, one waiting time, and says what has to keep silent meanwhile."""

from datetime import timedelta

import pytest

from adapters.discord.errors import (
    CLOUDFLARE_WAIT,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    TOKEN_WAIT,
    VERDICTS,
    WAIT_WITHOUT_A_WORD,
    Concern,
    Refusal,
    discord_error_of,
    refusal_of,
)
from bot.errors import Verdict

KNOWN = {
    Verdict.RETRY_LATER: "20016 20028 20029 40003 40004 40062 110000 130000 160006 50083",
    Verdict.PAUSE_CHANNEL: """
        10003 10013 10015 50001 50013 50007 50033 50278 50008 50024 50027 40058 40067 160005 220001
    """,
    Verdict.STOP_WORKSPACE: "10004",
    Verdict.OUR_BUG: "20009 40005 50006 50035 50109 200000 200001 240000 10008 160004 40033 10062 40060",
}
CASES = [(int(code), verdict) for verdict, codes in KNOWN.items() for code in codes.split()]
BAD_TOKEN = 40001
VIA = {"Via": "1.1 google"}
SLOW = {"message": "You are being rate limited.", "retry_after": 7.5, "global": False}


@pytest.mark.parametrize(("code", "verdict"), CASES, ids=[str(code) for code, _ in CASES])
def test_every_known_code_has_its_verdict_and_is_named(code: int, verdict: Verdict) -> None:
    error = discord_error_of(Refusal(status=400, code=code))
    assert error.verdict is verdict
    assert error.code == code
    assert str(code) in error.reason


def test_no_code_of_the_table_goes_untested() -> None:
    assert VERDICTS.keys() == {BAD_TOKEN, *(code for code, _ in CASES)}


@pytest.mark.parametrize("code", [code for code, verdict in CASES if verdict is Verdict.PAUSE_CHANNEL])
def test_people_read_in_words_why_their_channel_is_paused(code: int) -> None:
    assert not discord_error_of(Refusal(status=403, code=code)).reason.startswith("Discord refused it")


def test_a_code_that_nobody_knows_was_a_refusal_and_is_tried_again() -> None:
    error = discord_error_of(Refusal(status=400, code=123456))
    assert error.verdict is Verdict.RETRY_LATER
    assert "123456" in error.reason
    assert error.retry_after is None


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, Verdict.RETRY_LATER),
        (403, Verdict.RETRY_LATER),
        (404, Verdict.RETRY_LATER),
        (405, Verdict.RETRY_LATER),
        (500, Verdict.UNKNOWN_OUTCOME),
        (502, Verdict.UNKNOWN_OUTCOME),
        (503, Verdict.UNKNOWN_OUTCOME),
        (504, Verdict.UNKNOWN_OUTCOME),
        (524, Verdict.UNKNOWN_OUTCOME),
    ],
)
def test_without_a_code_the_status_decides(status: int, verdict: Verdict) -> None:
    error = discord_error_of(Refusal(status=status))
    assert error.verdict is verdict
    assert str(status) in error.reason


def test_a_server_that_breaks_down_over_an_unknown_code_may_have_posted() -> None:
    assert discord_error_of(Refusal(status=500, code=123456)).verdict is Verdict.UNKNOWN_OUTCOME
    assert discord_error_of(Refusal(status=500, code=10003)).verdict is Verdict.PAUSE_CHANNEL
    assert discord_error_of(Refusal(status=503, code=130000)).verdict is Verdict.RETRY_LATER


@pytest.mark.parametrize("refusal", [Refusal(status=401), Refusal(status=403, code=BAD_TOKEN)])
def test_a_refused_token_makes_all_wait_and_stops_no_server(refusal: Refusal) -> None:
    error = discord_error_of(refusal)
    assert error.verdict is Verdict.RETRY_LATER
    assert error.retry_after == TOKEN_WAIT
    assert error.concern is Concern.EVERYTHING
    assert "DISCORD_BOT_TOKEN" in error.reason


def test_a_webhook_s_token_that_is_over_silences_nothing_else() -> None:
    error = discord_error_of(Refusal(status=401, code=50027))
    assert (error.verdict, error.concern, error.retry_after) == (Verdict.PAUSE_CHANNEL, Concern.NOTHING, None)


@pytest.mark.parametrize(
    ("headers", "body", "wait", "concern"),
    [
        ({**VIA, "Retry-After": "8"}, SLOW, timedelta(seconds=8), Concern.ROUTE),
        ({**VIA, "X-RateLimit-Scope": "shared"}, SLOW, timedelta(seconds=7.5), Concern.ROUTE),
        (VIA, {**SLOW, "global": True}, timedelta(seconds=7.5), Concern.EVERYTHING),
        ({**VIA, "X-RateLimit-Scope": "global"}, SLOW, timedelta(seconds=7.5), Concern.EVERYTHING),
        ({**VIA, "Retry-After": "8"}, {"message": "wait"}, timedelta(seconds=8), Concern.ROUTE),
        (VIA, {"message": "wait"}, WAIT_WITHOUT_A_WORD, Concern.ROUTE),
        # Without a Via, and in HTML, it is Cloudflare that keeps the address out.
        ({"Retry-After": "60"}, None, timedelta(minutes=1), Concern.EVERYTHING),
        ({"Retry-After": "60"}, {"message": "wait"}, timedelta(minutes=1), Concern.EVERYTHING),
        # What only Discord says was said by Discord, behind a proxy that takes the Via away too.
        ({"Retry-After": "1"}, SLOW, timedelta(seconds=7.5), Concern.ROUTE),
        ({"Retry-After": "60"}, {**SLOW, "global": True}, timedelta(minutes=1), Concern.EVERYTHING),
        (VIA, None, CLOUDFLARE_WAIT, Concern.EVERYTHING),
        ({}, None, CLOUDFLARE_WAIT, Concern.EVERYTHING),
    ],
)
def test_a_429_says_how_long_to_wait_and_whose_limit_it_was(
    headers: dict[str, str], body: object, wait: timedelta, concern: Concern
) -> None:
    error = discord_error_of(refusal_of(429, headers, body))
    assert error.verdict is Verdict.RETRY_LATER
    assert error.retry_after == wait
    assert error.concern is concern


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        (30, timedelta(seconds=30)),
        (0, SHORTEST_WAIT),
        (0.001, SHORTEST_WAIT),
        (5 * 3600, timedelta(hours=5)),
        (1e300, LONGEST_WAIT),
        ("1.5", timedelta(seconds=1.5)),
        (-5, WAIT_WITHOUT_A_WORD),
        ("soon", WAIT_WITHOUT_A_WORD),
        ("nan", WAIT_WITHOUT_A_WORD),
        ("inf", WAIT_WITHOUT_A_WORD),
        ([], WAIT_WITHOUT_A_WORD),
        (None, WAIT_WITHOUT_A_WORD),
    ],
)
def test_the_waiting_time_is_discords_own_within_reason(said: object, wait: timedelta) -> None:
    assert discord_error_of(refusal_of(429, VIA, {"retry_after": said})).retry_after == wait


def test_slow_mode_waits_for_as_long_as_it_says() -> None:
    body = {"code": 20016, "message": "slow mode", "retry_after": 12}
    error = discord_error_of(refusal_of(400, VIA, body))
    assert (error.verdict, error.retry_after) == (Verdict.RETRY_LATER, timedelta(seconds=12))


@pytest.mark.parametrize(
    ("status", "scope", "is_counted"),
    [
        (401, "", True),
        (403, "", True),
        (429, "user", True),
        (429, "global", True),
        (429, "shared", False),
        (404, "", False),
    ],
)
def test_what_discord_counts_against_an_address_is_known(status: int, scope: str, is_counted: bool) -> None:  # noqa: FBT001 - a table
    headers = {**VIA, "X-RateLimit-Scope": scope}
    assert discord_error_of(refusal_of(status, headers, {"code": 0})).is_invalid is is_counted


@pytest.mark.parametrize("body", [None, [], "no", {"code": "10003"}, {"code": None}])
def test_a_body_that_makes_no_sense_has_no_code(body: object) -> None:
    assert refusal_of(404, {}, body).code == 0
