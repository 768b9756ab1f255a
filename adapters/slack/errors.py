"""Turns Slack's refusals into verdicts: a table by error code, and rules for answers without a known code. Pure.

    a code in VERDICTS                   its verdict
    429                                  retry later, after the time that Slack names
    a code that begins as in FAMILIES    that family's verdict
    any other code                       retry later: Slack refused, so nothing was posted
    4xx without a code                   retry later: it comes from a proxy or a wrong address, not from Slack
    5xx, or an answer that is no JSON    unknown outcome: it may have been posted

A delivery refused with an unknown code is tried again for about a day, then given up; `paperround status` shows the
code. If we called it our bug at once, a passing fault would drop a digest; if we paused the channel, a guess would
silence it.
Source: https://docs.slack.dev/reference/methods/chat.postMessage
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from bot.errors import DeliveryError, Verdict

LONGEST_WAIT: Final = timedelta(days=1)
"""A longer Retry-After is cut to this: a vendor that errs must not silence us for years."""

WAIT_WITHOUT_A_WORD: Final = timedelta(seconds=30)
"""How long to wait after a 429 without a Retry-After."""

RATE_CODES: Final = frozenset({"ratelimited", "rate_limited"})

_WORDS: Final = {
    "channel_not_found": "the channel is gone, or I am not in it",
    "not_in_channel": "I am not in the channel",
    "is_archived": "the channel is archived",
    "restricted_action": "the workspace does not let me post there",
    "restricted_action_read_only_channel": "nobody may post in the channel",
    "restricted_action_thread_only_channel": "the channel takes replies only",
    "restricted_action_non_threadable_channel": "the channel takes no replies",
    "no_permission": "I am not allowed to post there",
    "ekm_access_denied": "administrators have suspended posting",
    "messages_tab_disabled": "the app takes no direct messages",
    "method_not_supported_for_channel_type": "this kind of channel takes no messages of mine",
    "user_not_found": "the person is gone",
    "cannot_dm_bot": "a bot takes no direct messages",
    "account_inactive": "the workspace has removed me",
    "token_revoked": "the workspace has withdrawn my token",
    "token_expired": "my token has run out",
    "invalid_auth": "the workspace does not accept my token",
    "not_authed": "the workspace does not accept my token",
    "not_allowed_token_type": "my token is of the wrong kind",
    "missing_scope": "the app lacks a scope",
    "app_access_restricted": "the workspace has restricted the app",
    "access_denied": "the workspace has restricted the app",
    "accesslimited": "the workspace does not take calls from this network",
    "enterprise_is_restricted": "the organisation has restricted the app",
    "team_access_not_granted": "the organisation has not granted this workspace",
}
"""How people read a code: each of these stands before the code in a notice or in `status`."""

VERDICTS: Final = {
    **dict.fromkeys(RATE_CODES, Verdict.RETRY_LATER),
    "message_limit_exceeded": Verdict.RETRY_LATER,
    "service_unavailable": Verdict.RETRY_LATER,
    "request_timeout": Verdict.RETRY_LATER,
    # The workspace is being moved into an organisation, which takes some hours.
    "org_login_required": Verdict.RETRY_LATER,
    "team_added_to_org": Verdict.RETRY_LATER,
    "channel_not_found": Verdict.PAUSE_CHANNEL,
    "not_in_channel": Verdict.PAUSE_CHANNEL,
    "is_archived": Verdict.PAUSE_CHANNEL,
    "restricted_action": Verdict.PAUSE_CHANNEL,
    "restricted_action_read_only_channel": Verdict.PAUSE_CHANNEL,
    "restricted_action_thread_only_channel": Verdict.PAUSE_CHANNEL,
    "restricted_action_non_threadable_channel": Verdict.PAUSE_CHANNEL,
    "no_permission": Verdict.PAUSE_CHANNEL,
    "ekm_access_denied": Verdict.PAUSE_CHANNEL,
    "messages_tab_disabled": Verdict.PAUSE_CHANNEL,
    "method_not_supported_for_channel_type": Verdict.PAUSE_CHANNEL,
    "user_not_found": Verdict.PAUSE_CHANNEL,
    "cannot_dm_bot": Verdict.PAUSE_CHANNEL,
    "account_inactive": Verdict.STOP_WORKSPACE,
    "token_revoked": Verdict.STOP_WORKSPACE,
    "token_expired": Verdict.STOP_WORKSPACE,
    "invalid_auth": Verdict.STOP_WORKSPACE,
    "not_authed": Verdict.STOP_WORKSPACE,
    "not_allowed_token_type": Verdict.STOP_WORKSPACE,
    "missing_scope": Verdict.STOP_WORKSPACE,
    "app_access_restricted": Verdict.STOP_WORKSPACE,
    "access_denied": Verdict.STOP_WORKSPACE,
    "accesslimited": Verdict.STOP_WORKSPACE,
    "enterprise_is_restricted": Verdict.STOP_WORKSPACE,
    "team_access_not_granted": Verdict.STOP_WORKSPACE,
    "invalid_blocks": Verdict.OUR_BUG,
    "invalid_blocks_format": Verdict.OUR_BUG,
    "msg_blocks_too_long": Verdict.OUR_BUG,
    "msg_too_long": Verdict.OUR_BUG,
    "no_text": Verdict.OUR_BUG,
    "metadata_too_large": Verdict.OUR_BUG,
    "metadata_must_be_sent_from_app": Verdict.OUR_BUG,
    "too_many_attachments": Verdict.OUR_BUG,
    "too_many_contact_cards": Verdict.OUR_BUG,
    "attachment_payload_limit_exceeded": Verdict.OUR_BUG,
    "cannot_reply_to_message": Verdict.OUR_BUG,
    "missing_post_type": Verdict.OUR_BUG,
    "missing_file_data": Verdict.OUR_BUG,
    "markdown_text_conflict": Verdict.OUR_BUG,
    "as_user_not_supported": Verdict.OUR_BUG,
    "duplicate_channel_not_found": Verdict.OUR_BUG,
    "duplicate_message_not_found": Verdict.OUR_BUG,
    "team_not_found": Verdict.OUR_BUG,
    "unknown_method": Verdict.OUR_BUG,
    "method_deprecated": Verdict.OUR_BUG,
    "deprecated_endpoint": Verdict.OUR_BUG,
    # Somebody locked this one thread. The digest's other replies are lost, but the channel still takes messages.
    "restricted_action_thread_locked": Verdict.OUR_BUG,
    # Slack documents of both that some aspect of the operation may have succeeded.
    "fatal_error": Verdict.UNKNOWN_OUTCOME,
    "internal_error": Verdict.UNKNOWN_OUTCOME,
}

FAMILIES: Final = {
    "invalid_": Verdict.OUR_BUG,
    "slack_connect_": Verdict.OUR_BUG,
    "restricted_action_": Verdict.PAUSE_CHANNEL,
}
"""Verdicts for codes that are not in `VERDICTS`, by how they begin: Slack has many of each kind and keeps adding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A failed answer: HTTP status, Slack's error code, and the Retry-After header as sent; empty where absent."""

    status: int
    code: str = ""
    retry_after: str = ""

    @property
    def is_for_rate(self) -> bool:
        """Whether Slack refused because we called too often."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS or self.code in RATE_CODES


def delivery_error_of(refusal: Refusal) -> DeliveryError:
    """Return the error to raise for a refusal: its verdict, its words, and how long to wait where Slack says so."""
    wait = _waiting_time(refusal.retry_after)
    if refusal.is_for_rate:
        reason = "Slack asked us to wait"
        return DeliveryError(Verdict.RETRY_LATER, reason, retry_after=wait or WAIT_WITHOUT_A_WORD)
    verdict = _verdict_of(refusal)
    if not refusal.code:
        reason = f"Slack answered with status {refusal.status} and no error code"
        return DeliveryError(verdict, reason, retry_after=wait)
    words = _WORDS.get(refusal.code, "Slack refused it")
    return DeliveryError(verdict, f"{words} ({refusal.code})", retry_after=wait)


def _verdict_of(refusal: Refusal) -> Verdict:
    if refusal.code in VERDICTS:
        return VERDICTS[refusal.code]
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Verdict.UNKNOWN_OUTCOME
    for beginning, verdict in FAMILIES.items():
        if refusal.code.startswith(beginning):
            return verdict
    if refusal.code or refusal.status >= HTTPStatus.BAD_REQUEST:
        return Verdict.RETRY_LATER
    return Verdict.UNKNOWN_OUTCOME


def _waiting_time(header: str) -> timedelta | None:
    """Read a Retry-After in whole seconds, at least one; None if it is no number (Slack sends no dates)."""
    text = header.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(timedelta(seconds=max(1, int(text[:9]))), LONGEST_WAIT)
