"""Components V2 as HTML that looks like Discord on a phone, in its dark theme. Only what the digests use is drawn."""

import re
from html import escape
from typing import Any, Final

Json = Any

STYLE: Final = """
body { margin: 0; width: 390px; background: #1a1a1e; color: #dfe0e2;
    font: 15px/1.35 'gg sans', 'Noto Sans', 'Liberation Sans', Arial, sans-serif }
.message { display: flex; gap: 12px; padding: 12px 12px 8px }
.face { flex: none; width: 40px; height: 40px; border-radius: 20px; background: #4a154b; color: #fff;
    display: grid; place-items: center; font-weight: 600 }
.name { font-weight: 600 } .when { color: #949ba4; font-size: 12px }
.app { font-size: 11px; font-weight: 600; background: #5865f2; color: #fff; border-radius: 4px; padding: 1px 4px }
.components { min-width: 0; flex: 1; overflow-wrap: anywhere }
.container { margin: 4px 0; padding: 12px; background: #242429; border: 1px solid #34343b; border-radius: 8px;
    display: flex; flex-direction: column; gap: 8px }
.section { display: flex; gap: 8px; align-items: flex-start } .section > div { flex: 1; min-width: 0 }
.row { display: flex; flex-wrap: wrap; gap: 8px }
.button { flex: none; font-size: 14px; font-weight: 500; border-radius: 8px; padding: 5px 12px; background: #3a3a42 }
.primary { background: #5865f2; color: #fff } .success { background: #00863a } .danger { background: #d22d39 }
.small { color: #949ba4; font-size: 13px }
h1, h2, h3 { margin: 2px 0; line-height: 1.3 } h1 { font-size: 24px } h2 { font-size: 20px } h3 { font-size: 16px }
b, h1, h2, h3 { font-weight: 700; color: #f2f3f5 }
a, a b { color: #5ea8f5; text-decoration: none }
code { background: #1a1a1e; border: 1px solid #34343b; border-radius: 4px; padding: 0 4px; font-size: 13px }
.ping { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px }
hr { width: 100%; border: 0; border-top: 1px solid #34343b; margin: 0 }
"""

_STYLES: Final = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link"}

_MARKS: Final = re.compile(
    r"\\(?P<escaped>[^\w\s]|_)"
    r"|\[(?P<title>(?:\\.|[^\]\\])*)\]\(<?(?P<url>https?://[^\s>)]+)>?\)"
    r"|<@&(?P<role>\d+)>"
    r"|`(?P<code>[^`\n]+)`"
    r"|\*\*(?P<bold>(?:\\.|[^*\\])+)\*\*"
    r"|(?P<mark>[*_])(?P<italic>(?:\\.|[^*_\\])+)(?P=mark)"
)
_HEADINGS: Final = {"# ": "h1", "## ": "h2", "### ": "h3"}


def discord_html(messages: list[Json]) -> str:
    """Return a page that shows messages, one below the other."""
    shown = "".join(map(_message, messages))
    return f'<!doctype html><meta charset="utf-8"><title>Discord</title><style>{STYLE}</style>{shown}'


def _message(message: Json) -> str:
    components = "".join(map(_component, message["components"]))
    name = '<span class="name">papers</span> <span class="app">APP</span> <span class="when">09:00</span>'
    return f'<div class="message"><div class="face">p</div><div class="components">{name}{components}</div></div>'


def _component(component: Json) -> str:
    children = "".join(map(_component, component.get("components", [])))
    match component["type"]:
        case 1:
            return f'<div class="row">{children}</div>'
        case 2:
            return f'<span class="button {_STYLES[component["style"]]}">{escape(component["label"])}</span>'
        case 9:
            return f'<div class="section"><div>{children}</div>{_component(component["accessory"])}</div>'
        case 10:
            return "".join(map(_line, component["content"].split("\n")))
        case 14:
            return "<hr>"
        case 17:
            return f'<div class="container">{children}</div>'
        case other:
            raise ValueError(f"nobody has drawn a component of type {other} yet")


def _line(line: str) -> str:
    if line.startswith("-# "):
        return f'<div class="small">{_marked(line[3:])}</div>'
    for mark, tag in _HEADINGS.items():
        if line.startswith(mark):
            return f"<{tag}>{_marked(line.removeprefix(mark))}</{tag}>"
    if line.startswith(("- ", "* ")):
        return f"<div>&bull; {_marked(line[2:])}</div>"
    return f"<div>{_marked(line) or '&nbsp;'}</div>"


def _marked(text: str) -> str:
    """Return one line of Discord's markdown as HTML."""
    html, end = "", 0
    for found in _MARKS.finditer(text):
        html += escape(text[end : found.start()]) + _mark(found)
        end = found.end()
    return html + escape(text[end:])


def _mark(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "escaped":
            return escape(found["escaped"])
        case "url":
            return f'<a href="{escape(found["url"])}">{_marked(found["title"])}</a>'
        case "role":
            return '<span class="ping">@readers</span>'
        case "code":
            return f"<code>{escape(found['code'])}</code>"
        case "bold":
            return f"<b>{_marked(found['bold'])}</b>"
        case _:
            return f"<i>{_marked(found['italic'])}</i>"
