"""The link that invites the bot to a server, with the least permissions that it needs, and what each is for. Pure.

Left out on purpose: privileged intents, because it should not read what people write; Embed Links, because no digest
has embeds; Manage Messages and Manage Threads, because it changes only its own; Mention Everyone, because it pings only
roles that anybody may ping.
"""

from typing import Final
from urllib.parse import urlencode

from adapters.discord.permissions import Permission

LEAST: Final = {
    Permission.VIEW_CHANNEL: "to be in a channel at all",
    Permission.SEND_MESSAGES: "digests and answers; in a forum, its posts",
    Permission.SEND_MESSAGES_IN_THREADS: "digests in threads, and what follows in a forum's post",
    Permission.CREATE_PUBLIC_THREADS: "the thread under a paper that somebody wants to discuss",
    Permission.READ_MESSAGE_HISTORY: "to look whether a message went out, before it is posted again",
}
"""The permissions that it asks for, and what each is for."""

SCOPES: Final = ("bot", "applications.commands")
"""OAuth scopes: the bot itself, and its commands. Source: https://docs.discord.com/developers/topics/oauth2"""

ADDRESS: Final = "https://discord.com/oauth2/authorize"


def invite_link(application: str) -> str:
    """Return the address where a manager of a server invites the application with this id."""
    asked = {"client_id": application, "scope": " ".join(SCOPES), "permissions": sum(LEAST)}
    return f"{ADDRESS}?{urlencode(asked)}"
