"""The manifest of the Slack app, made from the catalog of commands. Pure.

It asks for what is used and nothing else; each scope says below what for. Socket Mode is on, so no public address is
needed. Source: https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Sequence
from typing import Any, Final

from bot.commands.arguments import ROOT
from bot.commands.command import Command

Json = Any

NAME: Final = "paperround"

BOT_NAME: Final = "papers"
"""What people write to let it in: `/invite @papers`."""

_DESCRIPTION: Final = "New research papers that match what a channel cares about."

_LONG_DESCRIPTION: Final = (
    "paperround watches sources of new research papers, Hugging Face Daily Papers and arXiv, and posts to each channel "
    "a digest of those that match what the channel asked for, at the hour that the channel chose. Everything is done "
    'from chat: /papers subscribe "diffusion models" begins, /papers help explains. It says why a paper was posted, '
    "and why none was."
)
"""Slack takes no fewer than 174 characters here."""

SCOPES: Final = {
    "commands": "the command /papers",
    "chat:write": "digests, answers, messages to a person",
    "users:read": "a person's time zone, and who is an administrator",
    "channels:read": "who is in a public channel, and what becomes of it",
    "groups:read": "the same of private channels that it is in",
}
"""The scopes of the bot, and what each is for.

Not asked for: `channels:join` and `chat:write.public`, since it posts only where it was invited; `HISTORY_SCOPES`,
since nothing that people write concerns it.
"""

HISTORY_SCOPES: Final = frozenset({"channels:history", "groups:history"})
"""What an operator may add: a post of which nobody knows whether it arrived is looked up, in public and in private
channels, before it is posted again. Either is used where it is; without both there is nothing to ask for."""

EVENTS: Final = (
    "app_uninstalled",
    "tokens_revoked",
    "member_joined_channel",
    "member_left_channel",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
)
"""Coming and going, of the app and of its channels; none of them carries what people write."""


def manifest(commands: Sequence[Command]) -> Json:
    """Return the manifest of an app that offers these commands."""
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": NAME,
            "description": _DESCRIPTION,
            "long_description": _LONG_DESCRIPTION,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                # Without it nothing can be posted to a person.
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "slash_commands": [
                {
                    "command": ROOT,
                    "description": _DESCRIPTION,
                    "usage_hint": _usage(commands),
                    # Channels come as <#C123|name>: names are not unique over an organisation, and change.
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": True,
            "socket_mode_enabled": True,
            # Rotated tokens are refreshed only when a request arrives; a digest at nine would find its token expired.
            "token_rotation_enabled": False,
        },
    }


def _usage(commands: Sequence[Command]) -> str:
    """Return what stands beside the command while it is typed: the first example, and the other verbs."""
    first, *others = commands
    return " | ".join((first.examples[0], *(command.name for command in others)))
