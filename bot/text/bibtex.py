r"""BibTeX: one entry a paper that a bibliography tool accepts. Pure.

    @misc{brill2026patient,                    arXiv: eprint, archivePrefix, primaryClass
    @article{byron2025vision,                  else with a DOI: doi
      title = {Patient {GPT}s \& ...},         capitals that matter are kept, TeX's own characters escaped
      author = {Brill, Ada and Dorn, Cyd},

Keys are ASCII, and unique in a list.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Final

from bot.text.dull import DULL
from bot.text.normalise import clean, name_tokens

_SPECIAL: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # BibTeX counts braces, escaped or not.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        # A quote would end the value in the other way of writing one.
        '"': "''",
    }
)
_NOT_IN_IDS: Final = re.compile(r"[{}\\]")
"""What would end a value, or be a command of TeX: an id is written as it is, and may come from anywhere."""

_WORD: Final = re.compile(r"[^\W_]+")
_NO_ADDRESS: Final = re.compile(r"[\s{}\\\"]")

MOST_AUTHORS: Final = 30
"""Authors named; a paper has up to 664, and `and others` is BibTeX's own word for the rest."""

NOBODY: Final = "anonymous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What an entry says. `arxiv` is an id of arXiv, `doi` a DOI, `primary` the first category; empty without one."""

    title: str
    authors: tuple[str, ...] = ()
    published_on: date | None = None
    arxiv: str = ""
    primary: str = ""
    doi: str = ""
    url: str = ""


def bibtex(works: Iterable[Work]) -> str:
    """Return the entries, an empty line between them."""
    return "\n\n".join(entries(works))


def entries(works: Iterable[Work]) -> Iterator[str]:
    """Yield the entries; papers that would share a key get `a`, `b`, ... behind it."""
    taken: set[str] = set()
    for work in works:
        key = _free(key_of(work), taken)
        taken.add(key)
        yield entry(work, key)


def entry(work: Work, key: str) -> str:
    """Return one entry."""
    fields = {"title": f"{{{_title(work.title)}}}", "author": f"{{{_authors(work.authors)}}}"}
    if work.published_on:
        fields["year"] = f"{{{work.published_on.year:04}}}"
        fields["month"] = f"{work.published_on:%b}".lower()
    if work.arxiv:
        fields |= {"eprint": f"{{{_plain(work.arxiv)}}}", "archivePrefix": "{arXiv}"}
        if work.primary:
            fields["primaryClass"] = f"{{{_plain(work.primary)}}}"
    if work.doi:
        fields["doi"] = f"{{{_plain(work.doi)}}}"
    if work.url and not _NO_ADDRESS.search(work.url):
        fields["url"] = f"{{{_plain(work.url)}}}"
    kind = "article" if work.doi and not work.arxiv else "misc"
    lines = ",\n".join(f"  {name} = {value}" for name, value in fields.items() if value != "{}")
    return f"@{kind}{{{key},\n{lines}\n}}"


def key_of(work: Work) -> str:
    """Return `brill2026patient`: surname, year, the first word of the title that says anything; all ASCII."""
    surname = _ascii(_split(work.authors[0])[0]) if work.authors else ""
    year = f"{work.published_on.year}" if work.published_on else ""
    words = [word for each in name_tokens(work.title) if (word := _ascii(each)) and word not in DULL]
    return f"{surname or NOBODY}{year}{words[0] if words else ''}"


def _free(key: str, taken: set[str]) -> str:
    """Return a key that nobody has: itself, or with a letter, two letters ... behind it."""
    if key not in taken:
        return key
    return next(each for number in count() if (each := f"{key}{_letters(number)}") not in taken)


def _letters(number: int) -> str:
    """Return a, b, ... z, aa, ab ..."""
    rest, last = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("a") + last)


def _title(title: str) -> str:
    """Return a title in which styles that write it small leave acronyms as they are."""
    parts: list[str] = []
    done = 0
    text = clean(title)
    for found in _WORD.finditer(text):
        if _has_style(found[0]):
            parts += (_escaped(text[done : found.start()]), f"{{{found[0]}}}")
            done = found.end()
    return "".join((*parts, _escaped(text[done:])))


def _has_style(word: str) -> bool:
    """Say whether a word's capitals are part of it: GPT, iPhone, 3D, the D of vitamin D; not the A of A Survey."""
    return any(map(str.isupper, word[1:])) or (len(word) == 1 and word.isupper() and word not in "AI")


def _authors(authors: Iterable[str]) -> str:
    named = [_author(each) for each in authors if each.strip()]
    return " and ".join([*named[:MOST_AUTHORS], *(["others"] if len(named) > MOST_AUTHORS else [])])


def _author(name: str) -> str:
    surname, given = _split(name)
    if not given:
        return f"{{{_escaped(surname)}}}"
    # A name that has the word `and`, or a comma of its own, must not be read as two.
    surname, given = (_whole(each) for each in (surname, given))
    return f"{surname}, {given}"


def _whole(part: str) -> str:
    is_open_to_doubt = "," in part or re.search(r"\band\b", part, re.IGNORECASE)
    return f"{{{_escaped(part)}}}" if is_open_to_doubt else _escaped(part)


def _split(name: str) -> tuple[str, str]:
    """Return surname and given names; particles in small letters, and `Jr.`, stay with the surname."""
    words = clean(name).split()
    if not words:
        return "", ""
    first = len(words) - 1
    if first and words[-1].rstrip(".").lower() in {"jr", "sr", "ii", "iii", "iv"}:
        first -= 1
    while first > 1 and words[first - 1].islower():
        first -= 1
    return " ".join(words[first:]), " ".join(words[:first])


def _escaped(text: str) -> str:
    return text.translate(_SPECIAL)


def _plain(text: str) -> str:
    """Return an id or an address as it is: tools read these fields letter by letter, and escape them by themselves."""
    return _NOT_IN_IDS.sub("", clean(text))


def _ascii(text: str) -> str:
    folded = "".join(name_tokens(text))
    decomposed = unicodedata.normalize("NFKD", folded)
    return "".join(c for c in decomposed if c.isascii() and c.isalnum()).lower()
