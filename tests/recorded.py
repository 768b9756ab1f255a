"""Recorded answers of real sources, and real papers: kept beside the checkout and never in it. Here is where."""

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
ABSENT = "no real data beside the checkout (../shared/data)"


def recorded() -> Path:
    """Return the folder; a CI must have it, elsewhere the tests that need it step aside."""
    import pytest  # noqa: PLC0415 - benchmarks, which measure memory, too, ask where the folder is

    if not FOLDER.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(ABSENT)
        pytest.skip(ABSENT)
    return FOLDER
