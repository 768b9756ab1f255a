"""Block Kit, judged four times: by Slack's SDK, by slackblocks, by a schema of keys, and by adapters/slack/limits.py.

None of the four sees everything: the SDK lets unknown keys and 51 blocks pass, slackblocks any key, the schema any
length; ids that are there twice and the size of the whole are left to `within_limits`. A fifth, made
of Slack's own types, needs node and judges the same documents in tests/peers/test_block_kit.py.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from jsonschema import Draft7Validator
from slack_sdk.models.blocks import Block as SdkBlock
from slackblocks import blocks as their
from slackblocks.elements import Button, OverflowMenu
from slackblocks.messages import Message
from slackblocks.objects import Option, Text, TextType
from slackblocks.rich_text.elements import RichText
from slackblocks.rich_text.objects import RichTextCodeBlock

from adapters.slack import limits
from adapters.slack.limits import length
from adapters.slack.render import PARENT, messages
from bot.document import Document

Json = Any


def judged(document: Document) -> list[Json]:
    """Return the payloads of a document, of which everybody but Slack's types has said that they are right."""
    rendered = messages(document)
    for message in rendered:
        well_formed(message.payload)
        within_limits(message.payload)
        taken_by_the_sdk(message.payload)
        taken_by_slackblocks(message.payload)
        mentions_nobody(message.payload)
    parent, *replies = rendered
    assert "thread_ts" not in parent.payload
    assert all(reply.payload["thread_ts"] == PARENT for reply in replies)
    assert tuple(paper for message in rendered for paper in message.papers) == document.papers
    return [message.payload for message in rendered]


# --- structure --------------------------------------------------------------------------------------------------------


def thing(kind: str, **properties: Json) -> Json:
    """A schema of an object of one type, with exactly these properties."""
    of_type = {"type": {"const": kind}, **properties}
    return {"type": "object", "properties": of_type, "required": [*of_type], "additionalProperties": False}


def several(*items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items[0] if len(items) == 1 else {"anyOf": list(items)}}


WORDS = {"type": "string", "minLength": 1}
MRKDWN = thing("mrkdwn", text=WORDS, verbatim={"const": True})
PLAIN = thing("plain_text", text=WORDS, emoji={"const": False})
OPTION = {
    "type": "object",
    "properties": {"text": PLAIN, "value": WORDS},
    "required": ["text", "value"],
    "additionalProperties": False,
}
MENU = thing("overflow", action_id=WORDS, options=several(OPTION))
BUTTON = thing("button", action_id=WORDS, text=PLAIN, value=WORDS)
CODE = thing("rich_text_preformatted", elements=several(thing("text", text=WORDS)))
SECTION = thing("section", text=MRKDWN, accessory=MENU)
SECTION["required"].remove("accessory")
KINDS = {
    "section": SECTION,
    "context": thing("context", elements=several(MRKDWN)),
    "divider": thing("divider"),
    "rich_text": thing("rich_text", elements=several(CODE)),
    "actions": thing("actions", elements=several(BUTTON)),
}
VALIDATORS = {kind: Draft7Validator(schema) for kind, schema in KINDS.items()}
KEYS = {"text", "blocks", "unfurl_links", "unfurl_media"}


def well_formed(payload: Json) -> None:
    """Every key is known, and nothing that has to be there is missing."""
    assert payload.keys() - {"thread_ts"} == KEYS
    assert payload["unfurl_links"] is payload["unfurl_media"] is False
    for block in payload["blocks"]:
        VALIDATORS[block["type"]].validate(block)


# --- limits, three times ----------------------------------------------------------------------------------------------


def within_limits(payload: Json) -> None:
    """Everything fits, by our own numbers."""
    blocks = payload["blocks"]
    assert 1 <= len(blocks) <= limits.BLOCKS
    assert sum(length(each) for each in strings(blocks)) <= limits.BUDGET
    assert payload["text"].strip()
    assert length(payload["text"]) <= limits.FALLBACK
    for text in mrkdwns(blocks):
        assert text == text.strip()
        assert length(text) <= limits.TEXT
    ids = [each["action_id"] for each in found(blocks, "action_id")]
    assert len(ids) == len(set(ids))
    assert all(length(each) <= limits.ACTION_ID for each in ids)
    for block in blocks:
        match block["type"]:
            case "actions":
                assert len(block["elements"]) <= limits.ACTIONS
                for button in block["elements"]:
                    assert length(button["text"]["text"]) <= limits.BUTTON_TEXT
                    assert length(button["value"]) <= limits.BUTTON_VALUE
            case "rich_text":
                assert all(length(each) <= limits.TEXT for each in strings(block))
            case "section" if menu := block.get("accessory"):
                assert len(menu["options"]) <= limits.OVERFLOW_OPTIONS
                for option in menu["options"]:
                    assert length(option["text"]["text"]) <= limits.OPTION_TEXT
                    assert length(option["value"]) <= limits.OPTION_VALUE


def taken_by_the_sdk(payload: Json) -> None:
    """Slack's own SDK reads the blocks, and writes the same again."""
    parsed = [block.to_dict() for block in SdkBlock.parse_all(payload["blocks"])]
    assert parsed == payload["blocks"]


def taken_by_slackblocks(payload: Json) -> None:
    """Slackblocks builds the same message."""
    built = [_theirs(block) for block in payload["blocks"]]
    Message(channel="C1", text=payload["text"], blocks=built)


def _theirs(block: Json) -> their.Block:
    match block["type"]:
        case "section":
            menu = block.get("accessory")
            return their.SectionBlock(text=_text(block["text"]), accessory=_menu(menu) if menu else None)
        case "context":
            return their.ContextBlock(elements=[_text(each) for each in block["elements"]])
        case "divider":
            return their.DividerBlock()
        case "rich_text":
            (code,) = block["elements"]
            return their.RichTextBlock(RichTextCodeBlock([RichText(each["text"]) for each in code["elements"]]))
        case "actions":
            buttons = [
                Button(text=each["text"]["text"], action_id=each["action_id"], value=each["value"])
                for each in block["elements"]
            ]
            return their.ActionsBlock(elements=list(buttons))
        case other:
            raise AssertionError(other)


def _text(text: Json) -> Text:
    return Text(text["text"], type_=TextType.MARKDOWN, verbatim=text["verbatim"])


def _menu(menu: Json) -> OverflowMenu:
    options = [Option(Text(each["text"]["text"], TextType.PLAINTEXT), each["value"]) for each in menu["options"]]
    return OverflowMenu(action_id=menu["action_id"], options=options)


# --- what a reader sees -----------------------------------------------------------------------------------------------

TOKEN = re.compile(r"<([^<>]*)>")
DATE = re.compile(r"!date\^\d+\^[^|^]+\|([^|]+)")
LINK = re.compile(r"(https?://[^|\s]+)\|([^|\n]+)")
AS_TYPED = str.maketrans("∗ˍ∼ˋ∣∶›", "*_~`|:>")  # noqa: RUF001 - the characters that only look like markup


def mentions_nobody(payload: Json) -> None:
    """Every token is a link or a moment, no character steers, and no entity is cut."""
    for text in (payload["text"], *mrkdwns(payload["blocks"])):
        assert not set(text) & {"\x00", "\u202e", "\u2066", "\r", "\x1b"}
        for token in TOKEN.findall(text):
            assert DATE.fullmatch(token) or LINK.fullmatch(token), token
        assert not set(TOKEN.sub("", text)) & {"<", ">"}
        assert not re.search(r"&(?!(?:amp|lt|gt);)", text)
    assert not TOKEN.search(payload["text"])


def seen(text: str) -> str:
    """What mrkdwn says, as the person wrote it before it was escaped."""
    plain = TOKEN.sub(lambda token: token[1].rpartition("|")[2], text)
    pieces = plain.split("`")
    assert len(pieces) % 2 == 1, text
    said = [piece if index % 2 else _unmarked(piece) for index, piece in enumerate(pieces)]
    return unescape("".join(said).replace("\u200b", "")).translate(AS_TYPED)


def _unmarked(text: str) -> str:
    return re.sub(r"\*|~|(?<![^\W_])_|_(?![^\W_])", "", text)


def strings(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def mrkdwns(blocks: Json) -> Iterator[str]:
    yield from (each["text"] for each in found(blocks, "verbatim"))


def found(value: Json, key: str) -> Iterator[Json]:
    """Every object that has a key, at any depth."""
    if isinstance(value, dict):
        if key in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from found(each, key)
