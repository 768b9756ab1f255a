"""What people call a paper: an id, an address of a site that shows papers by id, a DOI."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from bot.model.paper import PaperId

_NEW_ARXIV = re.compile(r"(?:arxiv:)?(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?", re.ASCII | re.IGNORECASE)
_OLD_ARXIV = re.compile(r"(?:arxiv:)?([a-z-]{2,10})(?:\.[a-z]{2})?/(\d{7})(?:v\d+)?", re.ASCII | re.IGNORECASE)
"""Source: https://info.arxiv.org/help/arxiv_identifier.html; the subject class of an old id is not part of it."""

_DOI = re.compile(r"(?:doi:\s*)?(10\.[0-9]{4,9}/[^\s<>\"]{1,200})", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_TITLE = re.compile(r"title:([0-9a-z]{1,64})")

_BEFORE_THE_ID: Final[Mapping[str, tuple[str, ...]]] = {
    "arxiv.org": ("abs", "pdf", "html", "format", "src"),
    "alphaxiv.org": ("abs", "pdf", "overview", "html"),
    "huggingface.co": ("papers",),
    "hf.co": ("papers",),
}
_DOI_HOSTS: Final = frozenset({"doi.org", "dx.doi.org"})
_MIRRORS: Final = ("www.", "export.")

EXAMPLES: Final = (
    "Type an arXiv id (2310.06825), an arXiv or Hugging Face address (https://huggingface.co/papers/2310.06825), "
    "or a DOI (10.1000/182)."
)


def paper_named(text: str) -> PaperId | None:
    """Return the id that a person means, without its version; None when it is no name of a paper."""
    wanted = text.strip().strip("<>").rstrip(".,;")
    if (address := _address_of(wanted)) is not None:
        wanted = _named_by(address)
    if not wanted.isprintable():
        return None  # NUL, half of a character, what turns the line around: no database keeps or no reader sees it
    if found := _NEW_ARXIV.fullmatch(wanted):
        return PaperId("arxiv", found[1])
    if found := _OLD_ARXIV.fullmatch(wanted):
        return PaperId("arxiv", f"{found[1].lower()}/{found[2]}")
    if found := _DOI.fullmatch(wanted):
        of_arxiv = _ARXIV_DOI.fullmatch(found[1])
        return paper_named(of_arxiv[1]) if of_arxiv else PaperId("doi", found[1].lower())
    if found := _TITLE.fullmatch(wanted):
        return PaperId("title", found[1])
    return None


def _address_of(text: str) -> SplitResult | None:
    """Return the address that a text is, with or without its https; None when it is none."""
    has_scheme = re.match(r"https?://", text, re.IGNORECASE)
    try:
        address = urlsplit(text if has_scheme else f"https://{text}")
    except ValueError:
        return None
    return address if has_scheme or _host(address) in {*_BEFORE_THE_ID, *_DOI_HOSTS} else None


def _host(address: SplitResult) -> str:
    host = (address.hostname or "").lower()
    for mirror in _MIRRORS:
        host = host.removeprefix(mirror)
    return host


def _named_by(address: SplitResult) -> str:
    """Return what an address names; empty when its site shows no papers by id."""
    host = _host(address)
    path = unquote(address.path).strip("/")
    if host in _DOI_HOSTS:
        return path
    folder, _, name = path.partition("/")
    return name.removesuffix(".pdf") if folder in _BEFORE_THE_ID.get(host, ()) else ""
