"""What the terminal at hand can show: its width, and whether it wants colours."""

import os
import shutil
from typing import TextIO

from adapters.console.limits import DEFAULT_WIDTH, NARROWEST, WIDEST
from adapters.console.render import render
from bot.document import Document


def width_of_terminal(out: TextIO) -> int | None:
    """Return the columns to use; None when `out` is no terminal, so that scripts get whole lines."""
    if not out.isatty():
        return None
    columns = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
    return max(NARROWEST, min(columns, WIDEST))


def wants_colour(out: TextIO) -> bool:
    """Say whether `out` is a terminal whose owner wants colours.

    Source: https://no-color.org; a terminal that calls itself dumb has none.
    """
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def shown(document: Document, out: TextIO) -> str:
    """Render a document for `out`."""
    return render(document, width=width_of_terminal(out), colour=wants_colour(out))
