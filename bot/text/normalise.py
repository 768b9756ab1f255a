# ruff: noqa: RUF001, RUF002, SIM905 - characters that look like others are its subject; tables read best as text
r"""The one tokeniser: what counts as the same word in a paper and in a query.

    text ──> clean ──> unfold ──> words ──> singular ──> tokens
             NFC,      TeX and    letters   plurals      "Schr\"odinger's GPT-4 models"
             no        accents    apart                  schrodinger gpt 4 model
             controls  gone       from digits

Letters and digits are separate tokens, so `GPT-4`, `GPT4` and `GPT 4` are the same two. Hyphens and underscores are
spaces. Greek letters become their names, so `$\alpha$`, α and alpha are one. Chinese, Japanese and Korean characters
are a token each, which makes a word of them a phrase. `C++` and `C#` stay. A possessive `'s` is dropped. The tokens
of tokens joined by spaces are the same tokens: queries rely on it for their canonical text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.text.clean import composed
from bot.text.plurals import singular

# --- clean -------------------------------------------------------------------------------------------------------

_SPACES = re.compile(r"\s+")
_DROPPED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs"})


def clean(text: str) -> str:
    """Return text that is safe to store and show: NFC, one line, single spaces.

    Control and format characters (NUL, the bidirectional overrides) and lone surrogates are dropped, because they
    can reorder what a reader sees or make a database refuse the row.
    """
    if text.isascii():
        # Said without a regular expression, which would be half the cost of reading a file of papers.
        if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
            return text
    else:
        text = composed(text)
    text = _SPACES.sub(" ", text)
    if not text.isprintable():
        text = "".join(c for c in text if unicodedata.category(c) not in _DROPPED_CATEGORIES)
        # What was dropped may have stood between two spaces, or between a letter and its accent.
        text = _SPACES.sub(" ", composed(text))
    return text.strip()


# --- unfold: TeX and everything outside ASCII ---------------------------------------------------------------------

TEX_FONTS: Final = re.compile(
    r"math[a-z]+|text[a-z]+|emph|em|bf|it|rm|sc|sf|tt|sl|cal|bb|boldsymbol|bm|operatorname|ensuremath|mbox|hbox|"
    r"left|right|[bB]igg?[lr]?|underline|limits|displaystyle"
)
"""Commands that change how the letters after them look, and nothing else."""

_TEX_LETTERS: Final = {"ss": "ss", "ae": "ae", "oe": "oe", "aa": "a", "o": "o", "l": "l", "i": "i", "j": "j", "dj": "d"}
_TEX_WORDS: Final = frozenset(
    """
    arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det dim exp gcd hom inf ker latex lg lim liminf
    limsup ln log max min sec sin sinh sup tan tanh tex
    """.split()
)
_TEX_NAMES: Final = {"ell": "l", "hbar": "h", "imath": "i", "jmath": "j", "pr": "pr", "aleph": "aleph"}
_GREEK: Final = tuple(
    """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi
    psi omega
    """.split()
)
_GREEK_NAMES: Final = frozenset(_GREEK)
_TEX_VARIANTS: Final = frozenset({"varepsilon", "vartheta", "varpi", "varrho", "varsigma", "varphi", "varkappa"})
_GREEK_ALPHA, _GREEK_FINAL_SIGMA = 0x3B1, 0x3C2  # code points

_SPECIAL: Final = dict(
    pair.split("=")
    for pair in "ß=ss ẞ=ss ø=o Ø=o ł=l Ł=l đ=d Đ=d ð=d Ð=d æ=ae Æ=ae œ=oe Œ=oe þ=th Þ=th ı=i ħ=h Ħ=h ŋ=n Ŋ=n "
    "’=' ‘=' ʼ=' ＇='".split()
) | dict.fromkeys("™℠·", " ")
"""Letters that Unicode does not decompose, the apostrophes, and signs that touch a word without being of it."""

_CJK: Final = (
    r"\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_IS_CJK = re.compile(f"[{_CJK}]")

_ODD = re.compile(
    r"""
      \\["'`^~=.]\s*                                      # accents: \"o \'{e}
    | \\[cvuHkrbdt](?:\s+(?=[A-Za-z])|(?=\s*\{))          # accents named by a letter: \c{c} \v s
    | \\(?P<command>[A-Za-z]+)\s*
    | \\(?P<escaped>[^A-Za-z])
    | [{}$]
    | (?P<beyond>[⁰¹²³⁴-⁹]+|[₀-₉]+|[^\x00-\x7f])        # raised and lowered numbers are one piece
    """,
    re.VERBOSE,
)
_IS_ODD = re.compile(r"[\\{}$]|[^\x00-\x7f]")


def _plain(odd: re.Match[str]) -> str:
    if (beyond := odd["beyond"]) is not None:
        return _fold(beyond)
    if (command := odd["command"]) is not None:
        return _command(command)
    if (escaped := odd["escaped"]) is not None:
        return escaped if escaped in "#_&%+" else " "
    return ""  # accents, braces and dollars leave the letters around them together


def _command(name: str) -> str:
    if (letter := _TEX_LETTERS.get(name.lower())) is not None:
        return letter
    if TEX_FONTS.fullmatch(name):
        return ""
    lower = name.lower()
    greek = lower.removeprefix("var") if lower in _TEX_VARIANTS else lower
    if greek in _GREEK_NAMES or lower in _TEX_WORDS:
        return f" {greek} "
    return f" {_TEX_NAMES.get(lower, '')} "


_CHARACTERS = 16_384
"""Characters beyond ASCII remembered: the common Chinese ones alone are about 7,000."""


@lru_cache(maxsize=_CHARACTERS)
def _fold(beyond: str) -> str:
    if (special := _SPECIAL.get(beyond)) is not None:
        return special
    if _IS_CJK.match(beyond):
        return unicodedata.normalize("NFKC", beyond)
    raised = unicodedata.decomposition(beyond[0]).startswith(("<super>", "<sub>"))
    kept = (_fold_part(c) for c in unicodedata.normalize("NFKD", beyond) if not unicodedata.combining(c))
    return " " * raised + "".join(kept)  # 10⁶ is 10^6, never 106


def _fold_part(part: str) -> str:
    lower = part.lower()
    if lower in _SPECIAL:
        return _SPECIAL[lower]
    index = ord(lower[0]) - _GREEK_ALPHA
    if 0 <= index <= len(_GREEK):
        # The code table has two sigmas, the final one first.
        return f" {_GREEK[index - 1 if ord(lower[0]) > _GREEK_FINAL_SIGMA else index]} "
    if (digit := unicodedata.decimal(part, None)) is not None:
        return str(digit)
    return lower if lower.isalnum() or lower.isascii() else _separator(part)


def _separator(part: str) -> str:
    return "" if unicodedata.category(part) == "Cf" else " "


# --- words --------------------------------------------------------------------------------------------------------

_POSSESSIVE = re.compile(r"(?<=[a-z0-9])'s(?![a-z0-9])")
_ASCII_WORD = re.compile(r"[cg]\+\+|[cf]#|[a-z]+|[0-9]+")
_WORD = re.compile(rf"[cg]\+\+|[cf]#|[a-z]+|[0-9]+|[{_CJK}]|(?:(?![{_CJK}a-z])[^\W\d_])+")


def tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of clean text, plurals made singular."""
    return tuple(map(singular, _words(text)))


def name_tokens(text: str) -> tuple[str, ...]:
    """Return the tokens of a clean name of a person or an organisation: no plural is touched, or Erdos were Erdo."""
    return tuple(_words(text))


def _words(text: str) -> list[str]:
    if _IS_ODD.search(text):
        text = _ODD.sub(_plain, text)
    text = text.lower()
    if "'" in text:
        text = _POSSESSIVE.sub("  ", text)
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


_TEXTS: Final = 1024
"""Texts whose tokens' places are remembered: the same titles of a day are marked for every channel that gets them."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands: `text[start:end]` of the clean text it was read from."""

    token: str
    start: int
    end: int


@lru_cache(maxsize=_TEXTS)
def located_tokens(text: str) -> tuple[Token, ...]:
    """Return what `tokens` returns, each with its place in the text, for marking what matched."""
    return tuple(_located(text, singular))


def located_name_tokens(text: str) -> tuple[Token, ...]:
    """Return what `name_tokens` returns, each with its place in the text."""
    return tuple(_located(text, str))


def _located(text: str, stem: Callable[[str], str]) -> Iterator[Token]:
    if not _IS_ODD.search(text):
        # Plain ASCII, as nearly every title is: no character moves.
        for word in _ASCII_WORD.finditer(_POSSESSIVE.sub("  ", text.lower())):
            yield Token(stem(word[0]), word.start(), word.end())
        return
    pieces: list[str] = []
    starts: list[int] = []  # for each unfolded character, where the one it came from starts, and ends
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        pieces.append(text[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    done = 0
    for odd in _ODD.finditer(text):
        keep(done, odd.start())
        plain = _plain(odd)
        pieces.append(plain)
        starts.extend([odd.start()] * len(plain))
        ends.extend([odd.end()] * len(plain))
        done = odd.end()
    keep(done, len(text))
    unfolded = _POSSESSIVE.sub("  ", "".join(pieces).lower())
    for word in _WORD.finditer(unfolded):
        yield Token(stem(word[0]), starts[word.start()], ends[word.end() - 1])
