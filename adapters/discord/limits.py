"""What fits into a Discord message, and how long a text is there.

Discord does not say what it counts: lengths are measured in UTF-16 units, of which an emoji takes two.
Source, unless a line says otherwise: https://docs.discord.com/developers/components/reference
"""

COMPONENTS = 40
"""Components of a message, nested ones counted."""

TEXT = 4000 * 95 // 100
"""The texts of a message together: 4,000, of which five per cent stay free; labels are counted, too, to be sure.

Source: `LayoutView.content_length` of discord.py 2.7; https://github.com/discord/discord-api-docs/pull/8562
"""

ROW = 5
"""Buttons of a row."""

LABEL = 80
"""A button's label, of which a phone displays about 30 characters."""

CUSTOM_ID = 100
"""What a button carries; unique in a message."""

ROLES = 40
"""Roles that one message calls: Discord takes 100, but their names stand in its text.

Source: https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

THREAD_NAME = 100
"""The name of a thread, and of a post in a forum.

Source: https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
"""

MODAL_TITLE = 45
"""A modal's title, and the label of a field. Source: https://docs.discord.com/developers/components/reference#label"""

FIELDS = 5
"""Fields of a modal."""

DESCRIPTION = 100
"""What stands below a field's label, or in an empty field."""

INPUT_TEXT = 4000
"""What may be typed into a field."""

OPTIONS = 25
"""Options of a select, and suggestions while somebody types."""

OPTION_TEXT = 100
"""An option's label, and what it stands for."""

LINK = 500
"""An address in a text. Discord names no limit; a longer one would crowd out the words, and is left out."""


def length(text: str) -> int:
    """Return how long a text is in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
