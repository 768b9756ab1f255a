# ruff: noqa: SIM905 - tables of words read best as text
"""The arXiv's categories: what `cat:` may name.

An archive (`cs`, `math`) stands for all its categories. Source: https://arxiv.org/category_taxonomy
"""

from typing import Final

from bot.text.suggest import suggest

_BY_ARCHIVE: Final = {
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "cs": (
        "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO SC "
        "SD SE SI SY"
    ),
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "nlin": "AO CD CG PS SI",
    "physics": (
        "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph geo-ph "
        "hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph"
    ),
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}
_WITHOUT_PARTS: Final = "gr-qc hep-ex hep-lat hep-ph hep-th math-ph nucl-ex nucl-th quant-ph".split()

ARCHIVES: Final = frozenset((*_BY_ARCHIVE, *_WITHOUT_PARTS))
CATEGORIES: Final = frozenset(
    (*(f"{archive}.{part}" for archive, parts in _BY_ARCHIVE.items() for part in parts.split()), *_WITHOUT_PARTS)
)

_BY_LOWER_CASE: Final = {name.lower(): name for name in (*ARCHIVES, *CATEGORIES)}


def category_named(name: str) -> str | None:
    """Return the category or archive of that name as the arXiv writes it, whatever the case; None for none."""
    return _BY_LOWER_CASE.get(name.lower())


def category_like(name: str) -> str | None:
    """Return the category that a person may have meant; None when none is near."""
    # "CL" and "cs-CL" are what people type who think of the one archive they read.
    part = name.lower().replace("-", ".").replace("/", ".")
    for guess in (part, f"cs.{part}", f"stat.{part}"):
        if guess in _BY_LOWER_CASE:
            return _BY_LOWER_CASE[guess]
    return _BY_LOWER_CASE.get(suggest(name, _BY_LOWER_CASE))


def covers(named: str, category: str) -> bool:
    """Say whether a paper's category is the one named, or belongs to the archive named."""
    return category == named or category.partition(".")[0] == named
