r"""TeX in titles and abstracts, turned into plain Unicode once, when a paper comes in.

`$\mathcal{O}(n^2)$` becomes `O(n²)`, `Schr\"odinger` becomes `Schrödinger`, `{CNN}s` becomes `CNNs`. Only the
fragments that are TeX are touched, so that plain text stays as it is: `$5 and $6`, `50% of {0, 1}`, `R&D #1`.
"""

import logging
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from bot.text.normalise import TEX_FONTS, clean

if TYPE_CHECKING:  # importing pylatexenc takes a tenth of a second: it waits until a paper needs it
    from pylatexenc.latex2text import LatexNodes2Text

_BRACED = r"\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}"
# A dollar opens mathematics only before a non-space, and closes it only after a non-space and before a non-digit:
# so prices stay prices. Source: https://pandoc.org/MANUAL.html#extension-tex_math_dollars
# Lengths are bounded where an unclosed bracket would be looked for again and again.
_FRAGMENT = re.compile(
    rf"""
      (?<!\\)(?P<dollars>\${{1,2}})(?=[^\s$])(?P<math>[^$]*?[^\s$\\])(?P=dollars)(?!\d)
    | ~?\\cite[a-z]*\*?(?:\[[^\]]{{0,200}}\])*\{{[^}}]{{0,1000}}\}}
    | \\(?:url|path)\{{(?P<address>[^{{}}]*)\}}
    | \\href\{{[^{{}}]*\}}\{{(?P<linked>[^{{}}]*)\}}
    | (?P<macro>
          \\["'`^~=.]\s*(?:\{{\\?[A-Za-z]+\s*\}}|\\?[A-Za-z])            # accents
        | \\(?:[oOlLij]|ss|ae|AE|oe|OE|aa|AA)(?![A-Za-z])\s*           # letters: what follows touches them
        | \\[A-Za-z]+\*?(?:\s*(?:\[[^\]]{{0,200}}\])?{_BRACED})*+
        | \\[^A-Za-z]
        | \{{\\(?:[^{{}}]++|{_BRACED})*+\}}                              # a group that begins with a macro
      )
    | (?<=[\w.)\]])(?P<tie>~)(?=[\w$\\(\[])                              # 810~km; but ~100 means about
    | \{{(?P<protected>[\w-]+)\}}                                        # capitals in bibliographies: {{BERT}}
    """,
    re.VERBOSE,
)
_SCRIPT = re.compile(r"([\^_])(?:\{([0-9+\-]+)\}|([0-9]))")
_RAISED: Final = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LOWERED: Final = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_NEEDS_CONVERTER = re.compile(r"[\\{}~%&#]")
_COMMENT = re.compile(r"(?<!\\)[%&#]")
_STYLED_LETTER = re.compile(r"[\U0001d400-\U0001d7ff]")
"""Mathematical alphanumeric symbols: many phones have no font for them, and screen readers spell them out."""

_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What pylatexenc raises over broken TeX: its own errors are ValueErrors, the others escape from its insides."""

_FRAGMENTS = 8_192
"""Converted fragments remembered: `$k$` and `\\%` come again and again."""


def unicode_of(text: str) -> str:
    """Return clean text with its TeX turned into Unicode; it never raises, and leaves what is not TeX alone."""
    text = clean(text)
    if not ("\\" in text or "$" in text or "{" in text or "~" in text):
        return text
    return clean(_FRAGMENT.sub(_converted, text))


def unicode_within(text: str, longest: int) -> str:
    """Return what `unicode_of` makes of a text, cut to `longest` characters.

    TeX is longer than what it stands for, so twice as many are read, and no more: the text may have no end.
    """
    return unicode_of(text[: 2 * longest])[:longest].rstrip()


def _converted(fragment: re.Match[str]) -> str:
    if (math := fragment["math"]) is not None:
        math = _SCRIPT.sub(_script, math)
        return _convert(f"${math}$") if _NEEDS_CONVERTER.search(math) else math
    if (macro := fragment["macro"]) is not None:
        return _convert(macro)
    if fragment["tie"]:
        return " "
    # A citation says nothing without the list that it points to.
    return fragment["address"] or fragment["linked"] or fragment["protected"] or ""


def _script(script: re.Match[str]) -> str:
    return (script[2] or script[3]).translate(_RAISED if script[1] == "^" else _LOWERED)


@lru_cache(maxsize=_FRAGMENTS)
def _convert(fragment: str) -> str:
    # In a paper's metadata a percent sign is a percent sign, not a comment that eats the rest of the line.
    escaped = _COMMENT.sub(r"\\\g<0>", fragment)
    try:
        converted = str(_converter().latex_to_text(escaped, tolerant_parsing=True))
    except _UNREADABLE:
        return fragment
    return _STYLED_LETTER.sub(lambda letter: unicodedata.normalize("NFKC", letter[0]), converted)


@lru_cache(maxsize=1)
def _converter() -> "LatexNodes2Text":
    from pylatexenc.latex2text import (  # noqa: PLC0415 - see above: only when a paper has TeX
        LatexNodes2Text,
        MacroTextSpec,
        get_default_latex_context_db,
    )

    # It logs a warning for each \frac without its numerator; nobody can act on that.
    logging.getLogger("pylatexenc").setLevel(logging.ERROR)
    logging.getLogger("pylatexenc.latex2text").setLevel(logging.ERROR)
    context = get_default_latex_context_db()
    # An author's own macro is most often the name of a method: the name says more than a hole in the sentence.
    context.set_unknown_macro_spec(
        MacroTextSpec("", simplify_repl=lambda node: "" if TEX_FONTS.fullmatch(node.macroname) else node.macroname)
    )
    # The converter reads the box, and then forgets what is in it.
    context.add_context_category("boxes", prepend=True, macros=[MacroTextSpec(b, "%s") for b in ("mbox", "hbox")])
    return LatexNodes2Text(latex_context=context, math_mode="text", keep_comments=True, strict_latex_spaces=False)
