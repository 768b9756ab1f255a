"""Makes the manifest of the Slack app from the catalog of commands. Pure.

It asks only for scopes that are used; `SCOPES` says what for. Socket Mode is on, so no public address is needed.
Source: https://docs.slack.dev/reference/app-manifest
"""

from collections.abc import Sequence
from typing import Any, Final

from bot.commands.arguments import ROOT
from bot.commands.command import Command

Json = Any

NAME: Final = "paperround"

BOT_NAME: Final = "papers"
"""The bot's name in Slack: people write `/invite @papers`."""

_DESCRIPTION: Final = "New research papers that match what a channel cares about."

_LONG_DESCRIPTION: Final = (
    "paperround watches sources of new research papers, Hugging Face Daily Papers and arXiv, and posts to each channel "
    "a digest of those that match what the channel asked for, at the hour that the channel chose. Everything is done "
    'from chat: /papers subscribe "diffusion models" begins, /papers help explains. It says why a paper was posted, '
    "and why none was."
)
"""Slack requires at least 174 characters here."""

SCOPES: Final = {
    "commands": "the command /papers",
    "chat:write": "digests, answers, messages to a person",
    "users:read": "a person's time zone, and who is an administrator",
    "channels:read": "who is in a public channel, and what becomes of it",
    "groups:read": "the same of private channels that it is in",
}
"""The scopes of the bot, and what each is for.

Left out on purpose: `channels:join` and `chat:write.public`, because it posts only where it was invited;
`HISTORY_SCOPES`, because it should not read what people write.
"""

HISTORY_SCOPES: Final = frozenset({"channels:history", "groups:history"})
"""Scopes that an operator may add, for public and for private channels.

With one of them, a post of which nobody knows whether it arrived is looked for before it is posted again.
"""

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
"""The events that `comings.py` handles; none of them contains what people write."""


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
                # Without it the app cannot post direct messages.
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "slash_commands": [
                {
                    "command": ROOT,
                    "description": _DESCRIPTION,
                    "usage_hint": _usage(commands),
                    # Makes Slack send channels as <#C123|name>: a name alone can change and is not unique.
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
            # Bolt refreshes rotated tokens only when a request arrives; a digest at nine could find its token expired.
            "token_rotation_enabled": False,
        },
    }


def _usage(commands: Sequence[Command]) -> str:
    """Return the hint that Slack shows while the command is typed: the first example, then the other verbs."""
    first, *others = commands
    return " | ".join((first.examples[0], *(command.name for command in others)))
