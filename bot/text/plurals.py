# ruff: noqa: SIM905 - tables of words read best as text
"""The singular of an English word, and nothing more: the only stemming that subscriptions get.

A full stemmer makes *agentic* an *agent* and *optimal* an *optimization*: more hits, and wrong ones. Dropping
plurals alone finds a tenth more than no stemming does, and keeps alerts exact. Only words that end in *s* are
touched (*corpora* and *children* stay as they are), and only where the ending says plural:

    -ies  -> y          studies   study       -ches -shes -xes -> drop es     batches batch, boxes box
    -sses -> ss         losses    loss        -ss -us -is      -> unchanged   class, corpus, analysis
    -zzes -> zz         buzzes    buzz        -s               -> drop s      models model, cases case

What English does otherwise is listed by word below. The result is its own singular. Verbs in *-s* go the same way
(*learns*, *learn*), which does no harm.

Source: the rules of Harman, "How effective is suffixing?" (JASIS 42, 1991), with the exceptions that the vocabulary
of paper titles and abstracts asks for.
"""

from functools import lru_cache
from typing import Final

SHORTEST: Final = 4
"""Words below this length stay: *gas*, *its*, *GPS*, *TTS* are no plurals."""

_UNCHANGED: Final = frozenset(
    """
    aids alias always atlas bayes besides bias canvas chaos christmas corps cosmos does ethos goes hermes kansas lens
    macos mars news opus pandas pathos perhaps series sometimes species texas whereas
    """.split()
)

# Names of fields of study: "logistics" is not several times "logistic", nor "dynamics" several times "dynamic".
_STUDIES: Final = tuple(
    """
    acoustics analytics antics dynamics etics ethics forensics gistics graphics guistics haptics matics mechanics omics
    optics physics politics robotics tonics tronics
    """.split()
)
_KEPT_ENDINGS: Final = ("ss", "us", "is", *_STUDIES)


def _pairs(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_IRREGULAR: Final = {
    # Length or ending would hide the plural.
    **_pairs("lms lm  nns nn  kgs kg  cpus cpu  gpus gpu  npus npu  tpus tpu  apis api  guis gui  mris mri  pois poi"),
    **_pairs("rois roi  menus menu"),
    # Latin -ix, -ex
    **_pairs("appendices appendix  codices codex  helices helix  indices index  matrices matrix  simplices simplex"),
    **_pairs("submatrices submatrix  vertices vertex  vortices vortex"),
    # Greek -is
    **_pairs(
        "analyses analysis  axes axis  catalyses catalysis  crises crisis  diagnoses diagnosis  emphases emphasis"
    ),
    **_pairs("hypotheses hypothesis  metaanalyses metaanalysis  paralyses paralysis  parentheses parenthesis"),
    **_pairs("prognoses prognosis  prostheses prosthesis  syntheses synthesis  theses thesis"),
    # -s
    **_pairs("aliases alias  atlases atlas  biases bias  bonuses bonus  buses bus  campuses campus  canvases canvas"),
    **_pairs("consensuses consensus  corpuses corpus  focuses focus  gases gas  lenses lens  statuses status"),
    **_pairs("viruses virus"),
    # -e, where the rule would take it away
    **_pairs("aches ache  avalanches avalanche  caches cache  calories calorie  cliches cliche  cookies cookie"),
    **_pairs("headaches headache  movies movie  niches niche  selfies selfie"),
    # -o, -z
    **_pairs("echoes echo  heroes hero  mosquitoes mosquito  potatoes potato  tomatoes tomato  tornadoes tornado"),
    **_pairs("volcanoes volcano  quizzes quiz"),
}

_VOCABULARY = 65_536
"""Words remembered: a corpus of 20,000 papers has about 50,000 different ones."""


@lru_cache(maxsize=_VOCABULARY)
def singular(word: str) -> str:
    """Return the singular of a lower-case word; a singular comes back as it is."""
    if not word.endswith("s"):
        return word
    if (irregular := _IRREGULAR.get(word)) is not None:
        return irregular
    if len(word) < SHORTEST or word in _UNCHANGED or not word.isascii():
        return word
    if word.endswith(_KEPT_ENDINGS):
        return word
    if word.endswith("ies") and len(word) > SHORTEST:
        return word[:-3] + "y"
    if word.endswith(("sses", "ches", "shes", "xes", "zzes")):
        return word[:-2]
    return word[:-1]
