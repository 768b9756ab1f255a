"""Discord's limits for messages and modals, and how to measure a text against them.

Discord does not document which unit it counts. We count UTF-16 units; an emoji is two of them.
Source, unless a line says otherwise: https://docs.discord.com/developers/components/reference
"""

COMPONENTS = 40
"""Most components in one message, nested ones included."""

TEXT = 4000 * 95 // 100
"""Longest text of all components in one message together. Discord allows 4,000; we leave five per cent free, and count
buttons' labels as well, to be safe.

Source: `LayoutView.content_length` of discord.py 2.7; https://github.com/discord/discord-api-docs/pull/8562
"""

ROW = 5
"""Most buttons in one row."""

LABEL = 80
"""Longest label of a button; a phone displays about 30 characters of it."""

CUSTOM_ID = 100
"""Longest id of a button or select; it must be unique in its message."""

ROLES = 40
"""Most roles that one message pings. Discord allows 100, but their mentions take room in its text.

Source: https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

THREAD_NAME = 100
"""Longest name of a thread, and of a post in a forum.

Source: https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
"""

MODAL_TITLE = 45
"""Longest title of a modal, and longest label of a field. Source: https://docs.discord.com/developers/components/reference#label"""

FIELDS = 5
"""Most fields in one modal."""

DESCRIPTION = 100
"""Longest description below a field's label, and longest placeholder of an empty field."""

INPUT_TEXT = 4000
"""Most characters that a person may type into a field."""

OPTIONS = 25
"""Most options of a select, and most suggestions while somebody types."""

OPTION_TEXT = 100
"""Longest label of an option, and longest value."""

LINK = 500
"""Longest address that becomes a link; a longer one is left out. Discord names no limit: the number is ours."""


def length(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
