"""What fits into a Slack message, and how long a text is there.

Slack does not say what it counts: lengths are measured in UTF-16 units, of which an emoji takes two, and texts stay
five per cent below what is documented. The numbers are those of the doc comments of @slack/types 3.2.0, unless a
line says otherwise.
"""

BLOCKS = 50
"""Blocks of a message. Source: https://docs.slack.dev/reference/block-kit/blocks"""

TEXT = 3000 * 95 // 100
"""A text object: 3,000. Source: https://docs.slack.dev/reference/block-kit/composition-objects/text-object"""

BUDGET = 10_000
"""All strings of a message's blocks together.

Undocumented: `msg_blocks_too_long` was seen from about 11,300 to 13,300 characters.
Source: https://github.com/slackapi/bolt-js/issues/2509 and 2867
"""

FALLBACK = 3500 * 95 // 100
"""The top-level `text`: above about 4,000 characters Slack itself posted it split, or twice.

Source: https://github.com/slackapi/bolt-python/issues/764
"""

ACTIONS = 25
"""Elements of an actions block. Source: https://docs.slack.dev/reference/block-kit/blocks/actions-block"""

ACTION_ID = 255
"""An action's id. Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

BUTTON_TEXT = 75
"""A button's label, of which about 30 characters are displayed. Source: as for ACTION_ID"""

BUTTON_VALUE = 2000
"""What a button carries. Source: as for ACTION_ID"""

OVERFLOW_OPTIONS = 5
"""Options of an overflow menu.

Source: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
"""

OPTION_TEXT = 75
"""An option's label. Source: https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""

OPTION_VALUE = 150
"""What an option carries. Source: as for OPTION_TEXT"""

VIEW_BLOCKS = 100
"""Blocks of a modal. Source: https://docs.slack.dev/reference/views/modal-views"""

VIEW_TITLE = 24
"""A modal's title, and each of its two buttons. Source: as for VIEW_BLOCKS"""

INPUT_LABEL = 2000
"""The label of a field, and its hint. Source: https://docs.slack.dev/reference/block-kit/blocks/input-block"""

INPUT_TEXT = 3000
"""What may be typed into a field.

Source: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""

LINK = 500
"""An address in a text. Slack names no limit; a longer one would crowd out the words, and is left out."""


def length(text: str) -> int:
    """Return how long a text is in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
