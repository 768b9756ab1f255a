"""Every refusal of Slack has one verdict."""

from datetime import timedelta

import pytest

from adapters.slack.errors import LONGEST_WAIT, VERDICTS, WAIT_WITHOUT_A_WORD, Refusal, delivery_error_of
from bot.errors import Verdict

OK = 200

KNOWN = {
    Verdict.RETRY_LATER: """
        ratelimited rate_limited message_limit_exceeded service_unavailable request_timeout org_login_required
        team_added_to_org
    """,
    Verdict.PAUSE_CHANNEL: """
        channel_not_found not_in_channel is_archived restricted_action restricted_action_read_only_channel
        restricted_action_thread_only_channel restricted_action_non_threadable_channel no_permission ekm_access_denied
        messages_tab_disabled method_not_supported_for_channel_type user_not_found cannot_dm_bot
    """,
    Verdict.STOP_WORKSPACE: """
        account_inactive token_revoked invalid_auth not_authed token_expired missing_scope not_allowed_token_type
        app_access_restricted access_denied accesslimited enterprise_is_restricted team_access_not_granted
    """,
    Verdict.OUR_BUG: """
        invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text metadata_too_large
        invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app too_many_attachments
        too_many_contact_cards attachment_payload_limit_exceeded invalid_arg_name invalid_array_arg invalid_arguments
        invalid_charset invalid_form_data invalid_post_type missing_post_type cannot_reply_to_message
        restricted_action_thread_locked missing_file_data markdown_text_conflict as_user_not_supported
        duplicate_channel_not_found duplicate_message_not_found team_not_found unknown_method method_deprecated
        deprecated_endpoint slack_connect_file_link_sharing_blocked slack_connect_canvas_sharing_blocked
        slack_connect_lists_sharing_blocked
    """,
    Verdict.UNKNOWN_OUTCOME: "fatal_error internal_error",
}
CASES = [(code, verdict) for verdict, codes in KNOWN.items() for code in codes.split()]


@pytest.mark.parametrize(("code", "verdict"), CASES, ids=[code for code, _ in CASES])
def test_every_known_code_has_its_verdict_and_is_named(code: str, verdict: Verdict) -> None:
    error = delivery_error_of(Refusal(status=OK, code=code))
    assert error.verdict is verdict
    assert code in error.reason or code.startswith("rate")


def test_no_code_of_the_table_goes_untested() -> None:
    assert VERDICTS.keys() <= {code for code, _ in CASES}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("invalid_brand_new", Verdict.OUR_BUG), ("restricted_action_brand_new", Verdict.PAUSE_CHANNEL)],
)
def test_a_new_code_of_a_known_family_means_what_the_family_means(code: str, verdict: Verdict) -> None:
    assert delivery_error_of(Refusal(status=OK, code=code)).verdict is verdict


def test_a_code_that_nobody_knows_was_a_refusal_and_is_tried_again() -> None:
    error = delivery_error_of(Refusal(status=OK, code="brand_new"))
    assert error.verdict is Verdict.RETRY_LATER
    assert "brand_new" in error.reason


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Verdict.UNKNOWN_OUTCOME),
        (302, Verdict.UNKNOWN_OUTCOME),
        (400, Verdict.RETRY_LATER),
        (403, Verdict.RETRY_LATER),
        (404, Verdict.RETRY_LATER),
        (429, Verdict.RETRY_LATER),
        (500, Verdict.UNKNOWN_OUTCOME),
        (502, Verdict.UNKNOWN_OUTCOME),
        (503, Verdict.UNKNOWN_OUTCOME),
        (504, Verdict.UNKNOWN_OUTCOME),
    ],
)
def test_without_a_code_the_status_decides(status: int, verdict: Verdict) -> None:
    error = delivery_error_of(Refusal(status=status))
    assert error.verdict is verdict
    assert str(status) in error.reason or error.reason == "Slack asked us to wait"


def test_a_server_that_breaks_down_over_an_unknown_code_may_have_posted() -> None:
    assert delivery_error_of(Refusal(status=500, code="brand_new")).verdict is Verdict.UNKNOWN_OUTCOME
    assert delivery_error_of(Refusal(status=500, code="is_archived")).verdict is Verdict.PAUSE_CHANNEL


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("30", timedelta(seconds=30)),
        (" 7 ", timedelta(seconds=7)),
        ("0", timedelta(seconds=1)),
        ("", WAIT_WITHOUT_A_WORD),
        ("soon", WAIT_WITHOUT_A_WORD),
        ("-5", WAIT_WITHOUT_A_WORD),
        ("٣", WAIT_WITHOUT_A_WORD),
        ("Wed, 21 Oct 2026 07:28:00 GMT", WAIT_WITHOUT_A_WORD),
        ("18000", timedelta(hours=5)),
        ("9" * 40, LONGEST_WAIT),
    ],
)
@pytest.mark.parametrize("refusal", [Refusal(status=429), Refusal(status=OK, code="ratelimited")])
def test_the_waiting_time_is_slacks_own_within_reason(refusal: Refusal, header: str, wait: timedelta) -> None:
    asked = Refusal(status=refusal.status, code=refusal.code, retry_after=header)
    assert delivery_error_of(asked).retry_after == wait


def test_another_refusal_waits_for_as_long_as_it_says_or_leaves_it_to_the_backoff() -> None:
    assert delivery_error_of(Refusal(status=503, retry_after="60")).retry_after == timedelta(minutes=1)
    assert delivery_error_of(Refusal(status=503)).retry_after is None
