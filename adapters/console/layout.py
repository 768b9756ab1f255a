"""Text on a terminal: cleaned of what would steer it, styled where it has colours, folded to its width. Pure."""

import re
import unicodedata

from rich.cells import cell_len

from bot.document import Style

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
_MARKER = re.compile(r"\s*(?:\d+\. |- )?")

_SGR = {Style.STRONG: "1", Style.EMPHASIS: "3", Style.CODE: "36", Style.MATCH: "1;33"}
"""Source: ECMA-48, Select Graphic Rendition: 1 bold, 3 italic, 33 yellow, 36 cyan."""

DIM = "2"


def clean(text: str) -> str:
    """Return `text` without characters that steer a terminal or turn the direction of writing; line ends stay."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n").replace("\t", " ")
        if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"} or character in "\u200c\u200d"
    )


def styled(text: str, style: Style) -> str:
    """Return `text` in the terminal's rendering of a style."""
    return lit(text, _SGR[style]) if style in _SGR else text


def lit(text: str, code: str) -> str:
    """Return `text` between a graphic rendition and its end."""
    return f"\x1b[{code}m{text}\x1b[0m" if text else text


def width_of(text: str) -> int:
    """Return how many columns `text` takes; a CJK character takes two."""
    return cell_len(_ESCAPES.sub("", text))


def wrap(text: str, width: int) -> str:
    """Fold every line at its spaces to `width` columns; what follows hangs under the text after a number or a dash.

    A word that is wider than a line stays whole, as addresses must.
    """
    return "\n".join(_fold(line, width) for line in text.split("\n"))


def _fold(line: str, width: int) -> str:
    if width_of(line) <= width:
        return line
    marker = _MARKER.match(line)
    first = marker.group() if marker else ""
    hang = " " * len(first)
    lines, current = [], first
    for word in line[len(first) :].split(" "):
        if current.strip() and current is not first and width_of(current) + 1 + width_of(word) > width:
            lines.append(current)
            current = hang + word
        elif current is first or current == hang:
            current = current + word
        else:
            current = f"{current} {word}"
    return "\n".join([*lines, current])
