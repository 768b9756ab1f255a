"""What it asks a server for: the least, what each permission is for, and the link that asks. Pure.

No privileged intent, since nothing that people write concerns it. Not asked for: Embed Links, since no digest has
embeds; Manage Messages and Manage Threads, since it changes nothing but its own; Mention Everyone, since it pings only
a role that anybody may ping.
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
"""The permissions, and what each is for."""

SCOPES: Final = ("bot", "applications.commands")
"""The bot itself, and its commands. Source: https://docs.discord.com/developers/topics/oauth2"""

ADDRESS: Final = "https://discord.com/oauth2/authorize"


def invite_link(application: str) -> str:
    """Return the page where somebody who manages a server lets the application in, by its id."""
    asked = {"client_id": application, "scope": " ".join(SCOPES), "permissions": sum(LEAST)}
    return f"{ADDRESS}?{urlencode(asked)}"
