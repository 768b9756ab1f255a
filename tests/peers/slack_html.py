"""Block Kit as HTML that looks like Slack on a phone. Only what the digests use is drawn."""

import re
from html import escape
from typing import Any, Final

Json = Any

STYLE: Final = """
body { margin: 0; width: 390px; background: #fff; color: #1d1c1d;
    font: 15px/1.46 Lato, 'Liberation Sans', Arial, sans-serif }
.message { display: flex; gap: 8px; padding: 12px 12px 4px }
.reply { margin-left: 44px; border-left: 2px solid #ddd }
.face { flex: none; width: 36px; height: 36px; border-radius: 6px; background: #4a154b; color: #fff;
    display: grid; place-items: center; font-weight: 700 }
.name { font-weight: 900 }
.app { font-size: 10px; background: #eee; color: #616061; border-radius: 2px; padding: 1px 3px }
.blocks { min-width: 0; flex: 1; overflow-wrap: anywhere }
.section { display: flex; gap: 8px; margin: 4px 0 10px } .section > div { flex: 1; min-width: 0 }
.menu, .button { border: 1px solid #bbb; border-radius: 4px; font-weight: 700; font-size: 13px; padding: 3px 10px }
.menu { flex: none; height: 20px; padding: 2px 7px } .button { display: inline-block; margin: 0 6px 6px 0 }
.context { color: #616061; font-size: 13px; margin: 4px 0 8px }
a { color: #1264a3; text-decoration: none } code { color: #c01343; background: #f6f6f6; border: 1px solid #ddd;
    border-radius: 3px; padding: 0 3px; font-size: 12px }
hr { border: 0; border-top: 1px solid #ddd; margin: 10px 0 }
"""

_MARKS: Final = (
    (re.compile(r"<(https?://[^|>]+)\|([^>]*)>"), r'<a href="\1">\2</a>'),
    (re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])"), r"<b>\1</b>"),
    (re.compile(r"(?<![\w/])_([^_\n]+)_(?!\w)"), r"<i>\1</i>"),
)


def slack_html(messages: list[Json]) -> str:
    """Return a page that shows messages: the first in the channel, the others as replies to it."""
    shown = "".join(_message(each, is_reply=bool(number)) for number, each in enumerate(messages))
    return f'<!doctype html><meta charset="utf-8"><title>Slack</title><style>{STYLE}</style>{shown}'


def _message(message: Json, *, is_reply: bool) -> str:
    blocks = "".join(map(_block, message["blocks"]))
    name = '<span class="name">papers</span> <span class="app">APP</span>'
    place = "message reply" if is_reply else "message"
    return f'<div class="{place}"><div class="face">p</div><div class="blocks">{name}{blocks}</div></div>'


def _block(block: Json) -> str:
    match block["type"]:
        case "section":
            menu = '<span class="menu">&#8943;</span>' if "accessory" in block else ""
            fields = "".join(f"<div>{_text(each)}</div>" for each in block.get("fields", []))
            said = _text(block["text"]) if "text" in block else ""
            return f'<div class="section"><div>{said}{fields}</div>{menu}</div>'
        case "context":
            return f'<div class="context">{" ".join(map(_text, block["elements"]))}</div>'
        case "actions":
            labels = (escape(each["text"]["text"]) for each in block["elements"] if "text" in each)
            return "".join(f'<span class="button">{each}</span>' for each in labels)
        case "divider":
            return "<hr>"
        case "header":
            return f"<h3>{_text(block['text'])}</h3>"
        case other:
            raise ValueError(f"nobody has drawn a block of type {other} yet")


def _text(text: Json) -> str:
    if text["type"] == "plain_text":
        return escape(text["text"])
    marked = text["text"].replace("\u200b", "")  # mrkdwn is escaped by its writer, as HTML is
    for pattern, html in _MARKS:
        marked = pattern.sub(html, marked)
    return str(marked).replace("\n", "<br>")
