"""Words that say nothing about what a paper is about, as tokens."""

from typing import Final

DULL: Final = frozenset(
    "a about after all also an and any are as at based be beyond by can do does for from get how if in into is it its "  # noqa: SIM905 - reads best as text
    "let make more most need new not of on one or our over should than that the their them they this through to "
    "toward towards under using via want we what when where which why with without work you your".split()
)
