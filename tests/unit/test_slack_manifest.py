"""Slack's manifest: one command, made from the catalog, and no right that is not used."""

from typing import Any

from adapters.slack.manifest import EVENTS, SCOPES, manifest
from bot.commands.catalog import COMMANDS, HIDDEN, VERBS

MANIFEST: Any = manifest(COMMANDS)
SHORTEST_LONG_DESCRIPTION, LONGEST_LONG_DESCRIPTION = 174, 4000
NEEDED_BY = {"member": "channels:read", "channel": "channels:read", "group": "groups:read"}


def test_there_is_one_command_and_its_hint_names_every_verb() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    assert command["command"] == "/papers"
    hint = command["usage_hint"]
    assert [verb for verb in VERBS if verb not in hint] == []
    assert not {hidden.name for hidden in HIDDEN} & set(hint.split(" | "))
    assert len(hint) < 1000


def test_channels_are_sent_by_their_ids() -> None:
    assert MANIFEST["features"]["slash_commands"][0]["should_escape"] is True


def test_it_runs_without_a_public_address_and_its_tokens_do_not_expire() -> None:
    settings = MANIFEST["settings"]
    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"] == {"is_enabled": True}
    assert settings["org_deploy_enabled"] is True
    assert settings["token_rotation_enabled"] is False
    assert "request_url" not in str(MANIFEST)


def test_no_right_is_asked_for_that_reads_what_people_write() -> None:
    assert MANIFEST["oauth_config"] == {"scopes": {"bot": list(SCOPES)}}
    assert not [scope for scope in SCOPES if "history" in scope or "write" in scope.replace("chat:write", "")]
    assert not [event for event in EVENTS if event.startswith(("message", "app_mention"))]
    assert all(SCOPES.values())


def test_every_event_has_the_scope_that_it_needs() -> None:
    prefixes = {event.split("_")[0] for event in EVENTS} - {"app", "tokens"}
    assert {NEEDED_BY[prefix] for prefix in prefixes} <= set(SCOPES)


def test_the_description_is_as_long_as_slack_wants_it() -> None:
    about = MANIFEST["display_information"]
    assert SHORTEST_LONG_DESCRIPTION < len(about["long_description"]) < LONGEST_LONG_DESCRIPTION
    assert len(about["description"]) <= 140
    assert len(about["name"]) <= 35
