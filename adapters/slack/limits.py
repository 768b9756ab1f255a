"""Slack's limits for messages and modals, and how to measure a text against them.

Slack does not document which unit it counts. We count UTF-16 units (an emoji is two of them), and keep texts five per
cent below the documented limit. Numbers come from the doc comments of @slack/types 3.2.0 unless a line names another
source.
"""

BLOCKS = 50
"""Most blocks in one message. Source: https://docs.slack.dev/reference/block-kit/blocks"""

TEXT = 3000 * 95 // 100
"""Longest text object; Slack documents 3,000.

Source: https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

BUDGET = 10_000
"""Most characters in all strings of one message's blocks together.

Undocumented: `msg_blocks_too_long` was seen from about 11,300 to 13,300 characters.
Source: https://github.com/slackapi/bolt-js/issues/2509 and 2867
"""

FALLBACK = 3500 * 95 // 100
"""Longest top-level `text`: Slack has posted texts above about 4,000 characters in pieces, or twice.

Source: https://github.com/slackapi/bolt-python/issues/764
"""

ACTIONS = 25
"""Most elements in one actions block. Source: https://docs.slack.dev/reference/block-kit/blocks/actions-block"""

ACTION_ID = 255
"""Longest id of an action. Source: https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

BUTTON_TEXT = 75
"""Longest label of a button; Slack displays about 30 characters of it. Source: as for ACTION_ID"""

BUTTON_VALUE = 2000
"""Longest `value` of a button. Source: as for ACTION_ID"""

OVERFLOW_OPTIONS = 5
"""Most options in one overflow menu.

Source: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
"""

OPTION_TEXT = 75
"""Longest label of an option. Source: https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""

OPTION_VALUE = 150
"""Longest `value` of an option. Source: as for OPTION_TEXT"""

VIEW_BLOCKS = 100
"""Most blocks in one modal. Source: https://docs.slack.dev/reference/views/modal-views"""

VIEW_TITLE = 24
"""Longest title of a modal, and longest label of each of its two buttons. Source: as for VIEW_BLOCKS"""

INPUT_LABEL = 2000
"""Longest label of a form's field, and longest hint. Source: https://docs.slack.dev/reference/block-kit/blocks/input-block"""

INPUT_TEXT = 3000
"""Most characters that a person may type into a field.

Source: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
"""

LINK = 500
"""Longest address that becomes a link; a longer one is left out. Slack names no limit: the number is ours."""


def length(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
